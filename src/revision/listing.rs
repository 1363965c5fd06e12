//! What a directory of a commit has, as git's objects say it.

use std::io;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, OnceLock};

/// A directory of a commit. Its names are read when they are asked for.
#[derive(Debug)]
pub(super) struct Directory {
    /// The hash of its object.
    pub(super) id: String,
    /// Where it is, relative to the top, which is nothing itself.
    pub(super) path: Vec<u8>,
    /// No other directory or file of this tree has it.
    pub(super) number: u64,
    /// Sorted by their names.
    pub(super) nodes: OnceLock<Vec<Node>>,
    /// What its `.gitattributes` says, if it has one.
    pub(super) attributes: OnceLock<Option<Vec<u8>>>,
    /// How often git was asked for contents of its files.
    pub(super) asked: AtomicUsize,
}

/// A name in a directory.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: Vec<u8>,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    Directory(Arc<Directory>),
    File(Blob),
    Link(Blob),
    /// The place of a repository of its own, whose files the commit does not have.
    Submodule(u64),
}

/// A content.
#[derive(Debug)]
pub(super) struct Blob {
    /// The hash of its object.
    pub(super) id: String,
    pub(super) number: u64,
    /// The length of the object, where it was asked for.
    pub(super) size: OnceLock<u64>,
    /// The object itself, where it is kept.
    pub(super) content: OnceLock<Arc<[u8]>>,
}

impl Blob {
    const fn new(id: String, number: u64) -> Self {
        Self { id, number, size: OnceLock::new(), content: OnceLock::new() }
    }
}

impl Directory {
    pub(super) fn new(id: String, path: Vec<u8>, number: u64) -> Self {
        Self {
            id,
            path,
            number,
            nodes: OnceLock::new(),
            attributes: OnceLock::new(),
            asked: AtomicUsize::new(0),
        }
    }

    /// Where something in it is, relative to the top.
    pub(super) fn join(&self, name: &[u8]) -> Vec<u8> {
        let separator: &[u8] = if self.path.is_empty() { b"" } else { b"/" };
        [&self.path, separator, name].concat()
    }

    /// Reads the object of a directory: for each name a mode, a space, the name, a NUL and a hash of `width` bytes.
    ///
    /// # Errors
    ///
    /// Where it is no such object, or has a name that git does not check out.
    pub(super) fn parse(
        &self,
        mut object: &[u8],
        width: usize,
        mut number: impl FnMut() -> u64,
    ) -> io::Result<Vec<Node>> {
        let broken = || io::Error::other(format!("git's object {} is damaged", self.id));
        let mut nodes = Vec::new();
        while !object.is_empty() {
            let space = memchr::memchr(b' ', object).ok_or_else(broken)?;
            let end = memchr::memchr(0, object).filter(|end| *end > space).ok_or_else(broken)?;
            let (mode, name) = (&object[..space], &object[space + 1..end]);
            let id = object.get(end + 1..end + 1 + width).ok_or_else(broken)?;
            object = &object[end + 1 + width..];
            if is_forbidden(name) {
                let name = String::from_utf8_lossy(name);
                let message = format!("the commit has the name `{name}`, which git does not check out");
                return Err(io::Error::other(message));
            }
            let (id, number) = (data_encoding::HEXLOWER.encode(id), number());
            let what = match mode {
                b"40000" | b"040000" => What::Directory(Arc::new(Self::new(id, self.join(name), number))),
                b"160000" => What::Submodule(number),
                b"120000" => What::Link(Blob::new(id, number)),
                _ if mode.starts_with(b"100") => What::File(Blob::new(id, number)),
                _ => return Err(broken()),
            };
            nodes.push(Node { name: name.to_owned(), what });
        }
        nodes.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(nodes)
    }
}

/// Whether a name would lead out of its directory, or into git's own.
fn is_forbidden(name: &[u8]) -> bool {
    name.is_empty()
        || name == b"."
        || name == b".."
        || name.contains(&b'/')
        || name.eq_ignore_ascii_case(b".git")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(object: &[u8]) -> io::Result<Vec<Node>> {
        let mut number = 0;
        Directory::new("d".into(), b"a".to_vec(), 0).parse(object, 2, || {
            number += 1;
            number
        })
    }

    #[test]
    fn names_are_sorted_by_their_bytes_and_not_as_git_sorts_them() {
        let nodes = parsed(b"100644 a.b\0\x01\x0240000 a\0\xff\x03100755 ab\0\x05\x06").expect("a directory");
        let names: Vec<&[u8]> = nodes.iter().map(|node| &*node.name).collect();
        assert_eq!(names, [&b"a"[..], b"a.b", b"ab"]);
        let What::Directory(directory) = &nodes[0].what else { panic!("no directory") };
        assert_eq!((&*directory.id, &*directory.path), ("ff03", &b"a/a"[..]));
    }

    #[test]
    fn what_git_does_not_check_out_is_refused() {
        for name in ["..", ".", ".git", ".GIT", "a/b", ""] {
            let error = parsed(format!("100644 {name}\0ab").as_bytes()).expect_err("it is refused");
            assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
        }
        for object in [&b"100644 a\0\x01"[..], b"100644 a", b"100644", b"7 a\0\x01\x02", b"10\0 \x01\x02\x03"]
        {
            assert!(parsed(object).expect_err("it is refused").to_string().contains("is damaged"));
        }
    }
}
