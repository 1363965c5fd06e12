//! What words mean: releases, paths or codes.

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::ReleaseFilter;
use crate::diagnostic::{Code, Diagnostic, Mistake, Refusal};
use crate::go::filepath::join_clean;
use crate::plan::{Consumer, Declared};
use crate::source::{Glob, What};
use crate::state::Release;
use crate::text::{nearest, relative};
use crate::tree::Tree;

/// What is to be explained.
#[derive(Clone, Debug)]
pub(crate) enum Topic {
    /// Every consumer.
    All,
    Release(ReleaseFilter),
    /// An absolute path.
    Path(Utf8PathBuf),
    Page(Page),
}

/// A part of the manual about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    Finding(Code),
    Refusal(Refusal),
    Mistake(Mistake),
}

impl Page {
    /// That of a code; nothing where there is no such code.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::all().find(|page| page.name() == name)
    }

    /// All of them, in the order of the manual.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let findings = Code::ALL.iter().map(|code| Self::Finding(*code));
        let refusals = Refusal::ALL.iter().map(|code| Self::Refusal(*code));
        findings.chain(refusals).chain(Mistake::ALL.iter().map(|code| Self::Mistake(*code)))
    }

    /// The code.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Finding(code) => code.name(),
            Self::Refusal(code) => code.name(),
            Self::Mistake(code) => code.name(),
        }
    }

    /// The topic of a word that can only be a code.
    ///
    /// # Errors
    ///
    /// Where there is no such code.
    pub(crate) fn named(name: &str) -> Result<Self, Diagnostic> {
        Self::of(name).ok_or_else(|| {
            let problem = Diagnostic::error(format!("there is no code `{name}`"));
            problem.hint(match nearest(name, Self::all().map(Self::name)) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "reports show codes in brackets, as in `error[missing-source]`".to_owned(),
            })
        })
    }
}

/// The topics of words, and what is wrong with those that have none.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) topics: Vec<Topic>,
    pub(crate) problems: Vec<Diagnostic>,
}

/// Finds out what words mean in a project, of which it is known what it declares. `directory` is the working directory.
pub(crate) fn words(words: &[String], declared: &Declared, tree: &dyn Tree, directory: &Utf8Path) -> Words {
    let mut found = Words::default();
    let is_read = !declared.plan.sink.has_failed();
    for word in words {
        let path = join_clean(directory, word);
        // It can be nothing else.
        if word.starts_with(['.', '/']) {
            found.topics.push(Topic::Path(path));
            continue;
        }
        let filter = ReleaseFilter::from(word.clone());
        let is_release = filter.check().is_ok() && is_release(declared, &filter);
        let page = Page::of(word);
        match (is_release, is_path(declared, tree, word, &path), page) {
            (true, false, None) => found.topics.push(Topic::Release(filter)),
            (false, true, None) => found.topics.push(Topic::Path(path)),
            (false, false, Some(page)) => found.topics.push(Topic::Page(page)),
            // What is wrong with the state is said where it is read to its end.
            (false, false, None) if !is_read => found.topics.push(Topic::Release(filter)),
            (false, false, None) => found.problems.push(unknown(word, declared, tree, directory)),
            (is_release, is_path, page) => {
                found.problems.push(ambiguous(word, is_release, is_path, page.is_some()));
            }
        }
    }
    found
}

fn releases(declared: &Declared) -> impl Iterator<Item = &Release> {
    let visits = declared.environments.iter().flat_map(|environment| &environment.resolved.visits);
    visits.flat_map(|visit| &visit.releases)
}

/// The entries of `checksums:`.
fn entries(declared: &Declared) -> impl Iterator<Item = &Consumer> {
    declared.consumers.iter().filter(|consumer| consumer.at.is_none())
}

fn is_release(declared: &Declared, filter: &ReleaseFilter) -> bool {
    releases(declared).any(|release| release.is_meant_by(filter))
        || entries(declared).any(|entry| filter.matches("", &entry.name))
}

/// Whether a word is the path of something that exists, of a target, or of what would be in a source.
fn is_path(declared: &Declared, tree: &dyn Tree, word: &str, path: &Utf8Path) -> bool {
    if tree.stat_link(path).is_ok() {
        return true;
    }
    let is_target = |consumer: &Consumer| consumer.target_path() == Some(path);
    // A source is often the whole project, which would have room for every slip of the finger.
    let is_in = |base: &Utf8Path| path == base || word.contains('/') && path.starts_with(base);
    let is_in_source = |consumer: &Consumer| {
        consumer.sources.iter().any(|source| match &source.what {
            What::Path(text) => {
                let base = Glob::split(text).map(|(base, _)| base).unwrap_or_default();
                is_in(&join_clean(&source.directory, &base))
            }
            What::Release(_) | What::Object(..) | What::Digest(_) => false,
        })
    };
    declared.consumers.iter().any(|one| is_target(one) || is_in_source(one))
}

fn ambiguous(word: &str, is_release: bool, is_path: bool, is_code: bool) -> Diagnostic {
    let fitting =
        [(is_release, "a release", "release"), (is_path, "a path", "path"), (is_code, "a code", "code")];
    let fitting: Vec<_> = fitting.iter().filter(|(fits, ..)| *fits).collect();
    let names: Vec<&str> = fitting.iter().map(|(_, name, _)| *name).collect();
    let ways: Vec<String> = fitting.iter().map(|(_, _, option)| format!("`--{option} {word}`")).collect();
    let names = match &names[..] {
        [rest @ .., last] if rest.len() > 1 => format!("{} and {last}", rest.join(", ")),
        names => names.join(" and "),
    };
    Diagnostic::error(format!("`{word}` is {names}"))
        .hint(format!("say which is meant: {}", ways.join(" or ")))
}

fn unknown(word: &str, declared: &Declared, tree: &dyn Tree, directory: &Utf8Path) -> Diagnostic {
    let problem = Diagnostic::error(format!("`{word}` is no release, no path and no code"));
    // As a directive names it, relative to the file that it is in.
    let sources = declared.consumers.iter().flat_map(|consumer| &consumer.sources);
    let found =
        sources.map(|source| join_clean(&source.directory, word)).find(|path| tree.stat_link(path).is_ok());
    if let Some(found) = found {
        let shown = relative(&found, directory);
        return problem.hint(format!("paths are relative to the working directory; did you mean `{shown}`?"));
    }
    let ids = releases(declared).flat_map(|release| [release.name.clone(), release.id()]);
    let entries = entries(declared).map(|entry| entry.name.clone());
    let codes = Page::all().map(|page| page.name().to_owned());
    let known: Vec<String> = ids.chain(entries).chain(codes).collect();
    problem.hint(match nearest(word, known.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`helmsum state` lists the releases, `helmsum list` those with sources; a path is relative to the working directory".to_owned(),
    })
}
