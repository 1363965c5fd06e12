//! The only reader of project files.
//!
//! Paths are absolute. A tree is the work tree, a git revision, or either with an overlay of files not yet written, so
//! that everything behind it reads all of them alike.

mod glob;
mod overlay;
mod work;

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Read};

use camino::Utf8Path;

pub use crate::go::filepath::{BadPattern, matches};
pub use glob::glob;
pub use overlay::Overlay;
pub use work::WorkTree;

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link; only where links are not followed.
    Link,
    /// A FIFO, socket or device.
    Special,
}

/// What is known of a path without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written, where the tree knows: two equal stats around a read mean that nothing moved.
    pub modified: Option<std::time::SystemTime>,
    /// Device and inode, where the tree has them: for telling a loop.
    pub identity: Option<(u64, u64)>,
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name, which need not be UTF-8.
    pub name: OsString,
    /// What it is, links not followed.
    pub kind: Kind,
}

/// A file that was opened: what is read from it, and what is known of it while it is open.
pub trait OpenFile: Read + Send {
    /// What is known of this very file now, even if its name leads to another one by now. Two equal answers around a read
    /// mean that nobody wrote to it meanwhile.
    ///
    /// # Errors
    ///
    /// Whatever the tree says.
    fn stat(&self) -> io::Result<Stat>;
}

/// Something files can be read from.
pub trait Tree: Send + Sync + fmt::Debug {
    /// Opens a file; links are followed.
    ///
    /// # Errors
    ///
    /// Where it does not exist or cannot be read.
    fn open(&self, path: &Utf8Path) -> io::Result<Box<dyn OpenFile>>;

    /// What `path` leads to, links followed.
    ///
    /// # Errors
    ///
    /// `NotFound` for a path that does not exist and for a dangling link, and whatever else the tree says.
    fn stat(&self, path: &Utf8Path) -> io::Result<Stat>;

    /// What `path` is, links not followed.
    ///
    /// # Errors
    ///
    /// `NotFound` for a path that does not exist, and whatever else the tree says.
    fn stat_link(&self, path: &Utf8Path) -> io::Result<Stat>;

    /// The names in a directory, sorted by their bytes, without `.` and `..`.
    ///
    /// # Errors
    ///
    /// Where it is not a directory or cannot be read.
    fn entries(&self, directory: &Utf8Path) -> io::Result<Vec<Entry>>;

    /// The path with every link resolved.
    ///
    /// # Errors
    ///
    /// Where it does not exist, loops, or is not UTF-8.
    fn resolve(&self, path: &Utf8Path) -> io::Result<camino::Utf8PathBuf>;

    /// Whether a program that is handed this path finds there, and below it, what this tree has.
    fn is_on_disk(&self, _path: &Utf8Path) -> bool {
        false
    }

    /// The whole content of a file.
    ///
    /// # Errors
    ///
    /// As [`Tree::open`], and when reading fails.
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        self.open(path)?.read_to_end(&mut content)?;
        Ok(content)
    }
}
