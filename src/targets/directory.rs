//! A directory of a repository that was opened step by step, so that what is written in it lands there whatever becomes of
//! its name meanwhile.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt as _;

use camino::{Utf8Component, Utf8Path};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

/// A directory that was opened. Links were not followed on the way, so it lies below the root it was opened from.
#[derive(Debug)]
pub(super) struct Directory {
    file: File,
}

/// Why a directory is not opened.
#[derive(Debug)]
pub(super) enum NotOpened {
    /// A link or something else stands where a directory was a moment ago.
    Replaced,
    /// The system would not do it.
    Io(io::Error),
}

impl From<Errno> for NotOpened {
    fn from(error: Errno) -> Self {
        match error {
            // Linux says ENOTDIR of a link where a directory is asked for, other systems ELOOP.
            Errno::LOOP | Errno::NOTDIR => Self::Replaced,
            error => Self::Io(error.into()),
        }
    }
}

const DIRECTORY: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

impl Directory {
    /// Opens the directory `below` a root whose links are resolved, and makes what is missing of it. No link is followed below
    /// the root.
    pub(super) fn open(root: &Utf8Path, below: &Utf8Path) -> Result<Self, NotOpened> {
        let mut opened = rustix::fs::open(root.as_std_path(), DIRECTORY, Mode::empty())?;
        for component in below.components() {
            // The path is resolved: nothing in it leads upwards.
            let Utf8Component::Normal(name) = component else { return Err(NotOpened::Replaced) };
            opened = step(&opened, name)?;
        }
        Ok(Self { file: File::from(opened) })
    }

    /// What tells it from every other directory.
    pub(super) fn identity(&self) -> io::Result<(u64, u64)> {
        self.file.metadata().map(|metadata| (metadata.dev(), metadata.ino()))
    }

    /// Opens a file in it to be read or written; links are not followed, and nothing is waited for.
    pub(super) fn file(&self, name: &str, access: OFlags) -> Result<File, Errno> {
        let flags = access | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        rustix::fs::openat(&self.file, name, flags, Mode::empty()).map(File::from)
    }

    /// Makes a file in it that did not exist, readable for its owner alone.
    pub(super) fn create(&self, name: &str) -> Result<File, Errno> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::openat(&self.file, name, flags, Mode::RUSR | Mode::WUSR).map(File::from)
    }

    /// Gives a file in it the name of another one, which is gone then.
    pub(super) fn rename(&self, from: &str, to: &str) -> Result<(), Errno> {
        rustix::fs::renameat(&self.file, from, &self.file, to)
    }

    /// Removes a file from it.
    pub(super) fn remove(&self, name: &str) -> Result<(), Errno> {
        rustix::fs::unlinkat(&self.file, name, rustix::fs::AtFlags::empty())
    }

    /// The names in it that are UTF-8.
    pub(super) fn names(&self) -> Result<Vec<String>, Errno> {
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.file)? {
            names.extend(entry?.file_name().to_str().map(str::to_owned));
        }
        Ok(names)
    }

    /// Lets its names survive a crash.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

/// Opens a directory in another one, and makes it where there is none.
fn step(above: &OwnedFd, name: &str) -> Result<OwnedFd, NotOpened> {
    let open = || rustix::fs::openat(above, name, DIRECTORY | OFlags::NOFOLLOW, Mode::empty());
    match open() {
        Err(Errno::NOENT) => match rustix::fs::mkdirat(above, name, Mode::RWXU | Mode::RWXG | Mode::RWXO) {
            Ok(()) | Err(Errno::EXIST) => Ok(open()?),
            Err(error) => Err(NotOpened::Io(error.into())),
        },
        opened => Ok(opened?),
    }
}
