//! The files on disk.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};

use camino::{Utf8Path, Utf8PathBuf};

use rustix::fs::OFlags;

use super::{Entry, Kind, OpenFile, Stat, Tree};

/// The work tree: the files as they are on disk now.
#[derive(Clone, Copy, Debug, Default)]
pub struct WorkTree;

impl OpenFile for File {
    fn stat(&self) -> io::Result<Stat> {
        self.metadata().map(|metadata| stat_of(&metadata))
    }
}

impl Tree for WorkTree {
    fn open(&self, path: &Utf8Path) -> io::Result<Box<dyn OpenFile>> {
        // A pipe without a writer would wait for one.
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
        let mut options = File::options();
        options.read(true).custom_flags(i32::try_from(flags).unwrap_or_default());
        Ok(Box::new(options.open(path)?))
    }

    fn stat(&self, path: &Utf8Path) -> io::Result<Stat> {
        std::fs::metadata(path).map(|metadata| stat_of(&metadata))
    }

    fn stat_link(&self, path: &Utf8Path) -> io::Result<Stat> {
        std::fs::symlink_metadata(path).map(|metadata| stat_of(&metadata))
    }

    fn entries(&self, directory: &Utf8Path) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(directory)? {
            let entry = entry?;
            entries.push(Entry { name: entry.file_name(), kind: kind_of(entry.file_type()?) });
        }
        entries.sort_unstable_by(|a, b| a.name.as_encoded_bytes().cmp(b.name.as_encoded_bytes()));
        Ok(entries)
    }

    fn resolve(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        path.canonicalize_utf8()
    }

    fn is_on_disk(&self, _path: &Utf8Path) -> bool {
        true
    }
}

/// Opens what a shell hands over, such as `/dev/fd/63`: it may be a pipe, and reading it waits for what is written to it.
///
/// # Errors
///
/// Where it does not exist or cannot be opened.
pub(crate) fn open_and_wait(path: &Utf8Path) -> io::Result<impl Read + use<>> {
    File::open(path)
}

/// Where a link on disk leads, as it is written there.
///
/// # Errors
///
/// Where there is no link, or it cannot be read.
pub(crate) fn read_link(path: &Utf8Path) -> io::Result<std::path::PathBuf> {
    std::fs::read_link(path)
}

fn kind_of(file_type: std::fs::FileType) -> Kind {
    if file_type.is_file() {
        Kind::File
    } else if file_type.is_dir() {
        Kind::Directory
    } else if file_type.is_symlink() {
        Kind::Link
    } else {
        Kind::Special
    }
}

fn stat_of(metadata: &std::fs::Metadata) -> Stat {
    Stat {
        kind: kind_of(metadata.file_type()),
        size: metadata.len(),
        modified: metadata.modified().ok(),
        identity: Some((metadata.dev(), metadata.ino())),
    }
}
