//! Temporary files beside a target: what is written before it takes the target's place.

use std::fs::File;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::directory::Directory;
use crate::source::HEADER;

/// How names of temporary files start; 16 hexadecimal digits follow.
const PREFIX: &str = ".helmsum-";

/// How many names are tried: that one is taken says that something is odd with the directory.
const TRIES: u64 = 64;

/// A file that is to become a target. It is locked while it is written, which tells it from what a killed run left behind,
/// and removed unless it takes a target's place.
#[derive(Debug)]
pub(super) struct Draft<'d> {
    directory: &'d Directory,
    name: String,
    pub(super) file: File,
    placed: bool,
}

impl<'d> Draft<'d> {
    /// Makes an empty one.
    pub(super) fn create(directory: &'d Directory) -> io::Result<Self> {
        let random = RandomState::new();
        for number in 0..TRIES {
            let name = format!("{PREFIX}{:016x}", random.hash_one(number));
            let file = match directory.create(&name) {
                Ok(file) => file,
                Err(Errno::EXIST) => continue,
                Err(error) => return Err(error.into()),
            };
            let draft = Self { directory, name, file, placed: false };
            // Another run may have come between making it and locking it, and have taken it for a leftover. Where there are no
            // locks, none takes it for one.
            let taken = matches!(draft.file.try_lock(), Err(std::fs::TryLockError::WouldBlock));
            if !taken && draft.file.metadata()?.nlink() > 0 {
                return Ok(draft);
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Lets it take the place of a target.
    pub(super) fn place(mut self, name: &str) -> io::Result<()> {
        self.directory.rename(&self.name, name)?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if !self.placed {
            // Nothing more can be done about one that cannot be removed.
            let _ = self.directory.remove(&self.name);
        }
    }
}

/// Removes the temporary files that killed runs left in a directory: those that no living process has locked. What cannot be
/// removed or locked stays.
pub(super) fn tidy(directory: &Directory) {
    for name in directory.names().unwrap_or_default().iter().filter(|name| is_draft(name)) {
        // It stays locked until it is gone: a run that made it just now takes another name.
        if let Some(_locked) = left_over(directory, name) {
            let _ = directory.remove(name);
        }
    }
}

fn is_draft(name: &str) -> bool {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    name.strip_prefix(PREFIX).is_some_and(|rest| rest.len() == 16 && rest.bytes().all(digit))
}

/// A file that is a target or the beginning of one and that nobody writes, locked.
fn left_over(directory: &Directory, name: &str) -> Option<File> {
    let file = directory.file(name, OFlags::RDONLY).ok()?;
    if !file.metadata().ok()?.is_file() || file.try_lock().is_err() {
        return None;
    }
    let mut start = Vec::new();
    (&file).take(HEADER.len() as u64).read_to_end(&mut start).ok()?;
    HEADER.as_bytes().starts_with(&start).then_some(file)
}
