//! What a rendered source is made of: named contents, each of which becomes a line of its checksum.

use std::fmt;

use camino::Utf8PathBuf;

use crate::value::{Value, json};

/// A named content.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    /// Its name: parts with `/` between, such as `chart/templates/x.yaml`, `values/0` and `data/KEY`. No two pieces of a
    /// source have the same.
    pub name: String,
    /// The content.
    pub content: Content,
    /// Whether it comes from a secret, so that not even its digest should be shown.
    pub secret: bool,
}

/// What is hashed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The bytes of a file, which may be large. The path is absolute, in the tree of the request.
    File(Utf8PathBuf),
}

impl Piece {
    /// A content that may be shown.
    pub(super) fn new(name: impl Into<String>, content: Content) -> Self {
        Self { name: name.into(), content, secret: false }
    }

    /// Bytes that may be shown.
    pub(super) fn bytes(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(name, Content::Bytes(bytes.into()))
    }

    /// A line of data that may be shown.
    pub(super) fn data(name: impl Into<String>, value: &Value) -> Self {
        Self::bytes(name, data_line(value))
    }
}

/// A value as a line of compact JSON with its keys sorted by bytes, as sprig's `toRawJson` writes it. What JSON cannot contain
/// is written as Go prints it.
pub(super) fn data_line(value: &Value) -> Vec<u8> {
    let mut line = match json::encode(value, json::Style::Raw) {
        Ok(text) => text.into_bytes(),
        Err(_) => format!("{value:?}").into_bytes(),
    };
    line.push(b'\n');
    line
}

impl fmt::Debug for Piece {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Piece")
            .field("name", &self.name)
            .field("content", &self.content)
            .field("secret", &self.secret)
            .finish()
    }
}

impl fmt::Debug for Content {
    /// Bytes may be secret, so only their number is told.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(out, "Bytes({})", bytes.len()),
            Self::File(path) => write!(out, "File({path})"),
        }
    }
}
