//! Go's `net/url`. URLs are bytes, as in Go.

mod escape;
mod parse;
mod query;

use escape::{Part, escape};

pub(crate) use query::{parse_query, query_escape};

/// The parts of a URL that Go's `url.URL` has.
#[derive(Debug, Default)]
pub(crate) struct Url {
    /// In lower case, empty where there is none.
    pub(crate) scheme: Vec<u8>,
    /// What follows the scheme where that is not a path.
    pub(crate) opaque: Vec<u8>,
    /// What stands before an `@`.
    pub(crate) user: Option<User>,
    /// Unescaped, with the port.
    pub(crate) host: Vec<u8>,
    /// With its first slash, unescaped.
    pub(crate) path: Vec<u8>,
    /// As it is written, without the `?`.
    pub(crate) query: Vec<u8>,
    /// What follows the `#`, unescaped.
    pub(crate) fragment: Vec<u8>,
}

/// Who a URL says is asking. Both parts are unescaped.
#[derive(Debug)]
pub(crate) struct User {
    /// What stands before the colon.
    pub(crate) name: Vec<u8>,
    /// The password, where there is a colon.
    pub(crate) password: Option<Vec<u8>>,
}

impl User {
    /// `Userinfo.String`: both parts escaped, with the colon.
    pub(crate) fn escaped(&self) -> Vec<u8> {
        let mut result = escape(&self.name, Part::User);
        if let Some(password) = &self.password {
            result.push(b':');
            result.extend(escape(password, Part::User));
        }
        result
    }
}

impl Url {
    /// `url.Parse`.
    ///
    /// # Errors
    ///
    /// Go's message, where the text is not a URL.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, String> {
        parse::parse(text)
    }

    /// `URL.Hostname`: the host without its port and brackets.
    pub(crate) fn hostname(&self) -> &[u8] {
        parse::hostname(&self.host)
    }

    /// `url.URL.String`, for a URL put together from its parts.
    pub(crate) fn joined(&self) -> Vec<u8> {
        let mut result = Vec::new();
        if !self.scheme.is_empty() {
            result.extend_from_slice(&self.scheme);
            result.push(b':');
        }
        if self.opaque.is_empty() {
            if !self.host.is_empty()
                || self.user.is_some()
                || (!self.scheme.is_empty() && !self.path.is_empty())
            {
                result.extend_from_slice(b"//");
            }
            if let Some(user) = &self.user {
                result.extend(user.escaped());
                result.push(b'@');
            }
            result.extend(escape(&self.host, Part::Host));
            let path = if self.path == b"*" { b"*".to_vec() } else { escape(&self.path, Part::Path) };
            if !path.is_empty() && !path.starts_with(b"/") && !self.host.is_empty() {
                result.push(b'/');
            }
            if result.is_empty() && cut(&path, b'/').0.contains(&b':') {
                result.extend_from_slice(b"./");
            }
            result.extend(path);
        } else {
            result.extend_from_slice(&self.opaque);
        }
        if !self.query.is_empty() {
            result.push(b'?');
            result.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            result.push(b'#');
            result.extend(escape(&self.fragment, Part::Fragment));
        }
        result
    }
}

/// Splits at the first `mark`, which belongs to neither side.
fn cut(text: &[u8], mark: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == mark) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}
