//! The only reader of project files.
//!
//! Paths are absolute. A tree is the work tree, a git revision, or either with an overlay of files not yet written, so
//! that everything after it reads all of them alike.

mod glob;
mod overlay;
mod recorded;
mod work;

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Read};

use camino::Utf8Path;

pub use crate::go::filepath::matches;
pub(crate) use glob::glob;
pub use overlay::Overlay;
pub(crate) use recorded::Recorded;
pub use work::WorkTree;
pub(crate) use work::{open_and_wait, read_link};

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

/// The longest file that is read whole, in bytes.
pub(crate) const LARGEST: u64 = 64 << 20;

/// Refuses what has no end or is too long.
fn check(stat: &Stat, most: u64) -> io::Result<()> {
    match stat.kind {
        Kind::Special => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe, a socket or a device"))
        }
        Kind::File if stat.size > most => Err(too_large(most)),
        _ => Ok(()),
    }
}

fn too_large(most: u64) -> io::Error {
    let (number, unit) = if most < 1 << 20 { (most >> 10, "KiB") } else { (most >> 20, "MiB") };
    io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {number} {unit}"))
}

/// Something files can be read from.
pub trait Tree: Send + Sync + fmt::Debug {
    /// Opens a file; links are followed. This never waits: what was opened need not be a file that ends, and [`OpenFile::stat`]
    /// says whether it is.
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

    /// The same as [`Tree::read`] where nothing depends on the file for that: a program is handed a copy, whatever it reads of it, or
    /// it is looked for what nobody reads.
    ///
    /// # Errors
    ///
    /// As [`Tree::read`].
    fn read_aside(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        self.read(path)
    }

    /// The whole content of a regular file of at most [`LARGEST`] bytes.
    ///
    /// # Errors
    ///
    /// As [`Tree::open`], and when reading fails. `InvalidInput` for a pipe, a socket or a device, which may have no end, and
    /// `FileTooLarge` for a longer file.
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        self.read_at_most(path, LARGEST)
    }

    /// As [`Tree::read`], with another limit of size, in bytes.
    ///
    /// # Errors
    ///
    /// As [`Tree::read`].
    fn read_at_most(&self, path: &Utf8Path, most: u64) -> io::Result<Vec<u8>> {
        // Once before, since to open a device can do something.
        check(&self.stat(path)?, most)?;
        let file = self.open(path)?;
        let stat = file.stat()?;
        check(&stat, most)?;
        // Files of `/proc` say that they are empty.
        let content = read_to_end(file, stat.size, most)?;
        if content.len() as u64 > most { Err(too_large(most)) } else { Ok(content) }
    }
}

/// Reads to the end, but not much further than `most` bytes: whoever gets more has to refuse it. With the size that a file is said to
/// have, it takes no more reads than it must, one of them to see the end; without, the first ones are of a few bytes.
///
/// # Errors
///
/// Where reading fails.
pub(crate) fn read_to_end(file: impl Read, size: u64, most: u64) -> io::Result<Vec<u8>> {
    let room = usize::try_from(size.min(most)).unwrap_or_default().saturating_add(1);
    let mut content = Vec::with_capacity(room);
    file.take(most.saturating_add(1)).read_to_end(&mut content)?;
    Ok(content)
}
