//! A stand-in for the part of GitHub's and of GitLab's API that comments take.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::server::{Answer, Request, listen};

/// The only token that is taken.
pub(super) const TOKEN: &str = "token-of-the-test";

/// What stands before the token in a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Header {
    Github,
    GithubOfFork,
    Gitlab,
}

/// A comment, or a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    /// 0 is whoever has the token.
    pub(super) author: usize,
    pub(super) body: String,
}

/// Comments on one pull request, and the server that has them.
pub(super) struct Forge {
    pub(super) url: String,
    comments: Arc<Mutex<Vec<Comment>>>,
}

impl Forge {
    /// GitHub, with the pull request 7 of `acme/shop`.
    pub(super) fn github(comments: Vec<Comment>) -> Self {
        let one = "/repos/acme/shop/issues/comments/";
        Self::start(Header::Github, ("/repos/acme/shop/issues/7/comments", one), comments)
    }

    /// The same for a pull request from a fork: what its token may is reading.
    pub(super) fn read_only() -> Self {
        Self::start(Header::GithubOfFork, ("/repos/acme/shop/issues/7/comments", ""), Vec::new())
    }

    /// GitLab, with the merge request 7 of the project 9.
    pub(super) fn gitlab(comments: Vec<Comment>) -> Self {
        let one = "/projects/9/merge_requests/7/notes/";
        Self::start(Header::Gitlab, ("/projects/9/merge_requests/7/notes", one), comments)
    }

    fn start(header: Header, (all, one): (&'static str, &'static str), comments: Vec<Comment>) -> Self {
        let comments = Arc::new(Mutex::new(comments));
        let known = Arc::clone(&comments);
        let address = listen(move |request| {
            let mut comments = known.lock().expect("nobody panics with it");
            let answer = answered(header, (all, one), request, &mut comments)?;
            Some(Answer { kind: "application/json", body: answer.to_string().into_bytes() })
        });
        Self { url: format!("http://{address}"), comments }
    }

    /// The comments as they are now.
    pub(super) fn comments(&self) -> Vec<Comment> {
        self.comments.lock().expect("nobody panics with it").clone()
    }
}

fn answered(
    header: Header,
    (all, one): (&str, &str),
    request: &Request,
    comments: &mut Vec<Comment>,
) -> Option<Value> {
    let (wanted, edit) = match header {
        Header::Github | Header::GithubOfFork => (format!("Authorization: Bearer {TOKEN}"), "PATCH"),
        Header::Gitlab => (format!("PRIVATE-TOKEN: {TOKEN}"), "PUT"),
    };
    if !request.headers.contains(&wanted) {
        return None;
    }
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let body = || serde_json::from_slice::<Value>(&request.body).ok()?["body"].as_str().map(str::to_owned);
    match request.method.as_str() {
        "POST" if path == "/graphql" => {
            let whose = serde_json::from_slice::<Value>(&request.body).ok()?["query"] == "{viewer{login}}";
            whose.then(|| json!({ "data": { "viewer": { "login": "github-actions[bot]" } } }))
        }
        "GET" if path == "/user" => Some(json!({ "id": 0 })),
        "GET" if path == all => {
            let number = |name: &str| query.split('&').find_map(|part| part.strip_prefix(name)?.parse().ok());
            let (size, page): (usize, usize) = (number("per_page=")?, number("page=")?);
            let shown = comments.iter().enumerate().skip(size * (page - 1)).take(size);
            Some(shown.map(|(id, comment)| told(id, comment)).collect())
        }
        method if method != "GET" && header == Header::GithubOfFork => None,
        "POST" if path == all => {
            comments.push(Comment { author: 0, body: body()? });
            Some(told(comments.len() - 1, comments.last()?))
        }
        method if method == edit => {
            let id: usize = path.strip_prefix(one)?.parse().ok()?;
            comments.get_mut(id)?.body = body()?;
            Some(told(id, &comments[id]))
        }
        _ => None,
    }
}

fn told(id: usize, comment: &Comment) -> Value {
    let login = if comment.author == 0 { "github-actions[bot]" } else { "somebody" };
    json!({
        "id": id,
        "body": comment.body,
        "user": { "login": login },
        "author": { "id": comment.author },
        "html_url": format!("https://github.com/acme/shop/pull/7#issuecomment-{id}"),
    })
}
