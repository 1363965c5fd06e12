//! Writes targets: whole, only when they differ, and without a trace of the attempt.

use std::collections::BTreeSet;
use std::fs::{File, Metadata};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::sync::{Mutex, PoisonError};

use camino::Utf8Path;
use rustix::fs::OFlags;
use rustix::io::Errno;

use super::directory::{Directory, NotOpened};
use super::draft::{self, Draft};
use super::error::TargetError;
use super::location::{Location, check_place};
use super::recorded::Recorded;
use crate::program::Unfinished;
use crate::tree::{Kind, Tree, read_to_end};

/// The mode of a new target.
const MODE: u32 = 0o644;

/// How large an existing target may be: nothing that helmsum writes comes near it.
const LARGEST: u64 = 64 << 20;

/// How often a directory is looked for that was replaced while it was opened.
const TRIES: usize = 3;

/// A target to write.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// Where it is, absolute.
    pub path: &'a Utf8Path,
    /// The root of the repository.
    pub root: &'a Utf8Path,
    /// What it should contain.
    pub bytes: &'a [u8],
    /// Whether a file that helmsum did not write may be replaced.
    pub force: bool,
}

/// Writes the targets of one run.
#[derive(Debug, Default)]
pub struct Writer {
    /// Directories in which leftovers of killed runs have been looked for.
    tidied: Mutex<BTreeSet<(u64, u64)>>,
}

impl Writer {
    /// Writes a target and tells whether it was touched: one that contains these bytes already is not.
    ///
    /// The bytes go to a temporary file beside it, which takes its place once they are on the disk, so that nobody ever reads
    /// half a target, however many copies of helmsum run. Missing directories are made. The mode of an existing file is kept, as
    /// is its owner where the system allows it. All of it happens in directories that were opened one from the other, so that a
    /// link which is put in the place of one meanwhile leads nothing away.
    ///
    /// # Errors
    ///
    /// As [`check_place`], for a file that may not be written, cannot be read or was not written by helmsum, and where the system
    /// would not write; the target is as it was then.
    pub fn write(&self, order: Order<'_>) -> Result<bool, TargetError> {
        let path = || order.path.to_owned();
        let failed = |error: io::Error| TargetError::Io { path: path(), error };
        let (location, directory) = open(order)?;
        let before = match existing(&directory, &location.name, order)? {
            Some(existing) if existing.bytes == order.bytes => return Ok(false),
            Some(existing) if Recorded::read(&existing.bytes).is_foreign() && !order.force => {
                return Err(TargetError::Foreign(path()));
            }
            Some(existing) => Some(existing.metadata),
            None => None,
        };
        if let Some(metadata) = &before {
            may_write(&directory, &location.name, metadata, order)?;
        }
        let identity = directory.identity().map_err(failed)?;
        if self.tidied.lock().unwrap_or_else(PoisonError::into_inner).insert(identity) {
            draft::tidy(&directory);
        }
        replace(&directory, &location.name, before.as_ref(), order.bytes).map_err(failed)
    }
}

/// The content of an existing target; nothing where there is none.
///
/// # Errors
///
/// Where it cannot be read for any other reason: what is in it may be anybody's.
pub(crate) fn read(tree: &dyn Tree, path: &Utf8Path) -> Result<Option<Vec<u8>>, TargetError> {
    let absent = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    let unreadable = |error| TargetError::Unreadable { path: path.to_owned(), error };
    match tree.stat_link(path) {
        Err(error) if absent(&error) => return Ok(None),
        Err(error) => return Err(unreadable(error)),
        Ok(stat) if stat.kind == Kind::Link => return Err(TargetError::Link(path.to_owned())),
        Ok(stat) if stat.kind != Kind::File => return Err(TargetError::NotAFile(path.to_owned())),
        Ok(stat) if stat.size > LARGEST => return Err(TargetError::TooLarge(path.to_owned())),
        Ok(_) => {}
    }
    match tree.read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if absent(&error) => Ok(None),
        Err(error) => Err(unreadable(error)),
    }
}

/// Opens the directory of a target, once more where it was replaced meanwhile.
fn open(order: Order<'_>) -> Result<(Location, Directory), TargetError> {
    let failed = |error: io::Error| TargetError::Io { path: order.path.to_owned(), error };
    for _ in 0..TRIES {
        let root = order.root.canonicalize_utf8().map_err(failed)?;
        let location = check_place(order.path, order.root)?;
        let Ok(below) = location.directory.strip_prefix(&root) else { continue };
        match Directory::open(&root, below) {
            Ok(directory) => return Ok((location, directory)),
            Err(NotOpened::Replaced) => {}
            Err(NotOpened::Io(error)) => return Err(failed(error)),
        }
    }
    Err(TargetError::Moving(order.path.to_owned()))
}

/// A target that is there.
struct Existing {
    metadata: Metadata,
    bytes: Vec<u8>,
}

fn existing(directory: &Directory, name: &str, order: Order<'_>) -> Result<Option<Existing>, TargetError> {
    let path = || order.path.to_owned();
    let unreadable = |error: io::Error| TargetError::Unreadable { path: path(), error };
    let file: File = match directory.file(name, OFlags::RDONLY) {
        Ok(file) => file,
        Err(Errno::NOENT) => return Ok(None),
        Err(Errno::LOOP | Errno::MLINK) => return Err(TargetError::Link(path())),
        Err(error) => return Err(unreadable(error.into())),
    };
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(TargetError::NotAFile(path()));
    }
    if metadata.len() > LARGEST {
        return Err(TargetError::TooLarge(path()));
    }
    let bytes = read_to_end(file, metadata.len(), LARGEST).map_err(unreadable)?;
    Ok(Some(Existing { metadata, bytes }))
}

/// Whether a file may be written. A directory that may be would let it be replaced all the same.
fn may_write(
    directory: &Directory,
    name: &str,
    metadata: &Metadata,
    order: Order<'_>,
) -> Result<(), TargetError> {
    if metadata.permissions().readonly() {
        return Err(TargetError::ReadOnly(order.path.to_owned()));
    }
    match directory.file(name, OFlags::WRONLY) {
        // It was there a moment ago, and what takes its place is written anew.
        Ok(_) | Err(Errno::NOENT) => Ok(()),
        Err(Errno::ACCESS | Errno::PERM) => Err(TargetError::ReadOnly(order.path.to_owned())),
        Err(error) => Err(TargetError::Io { path: order.path.to_owned(), error: error.into() }),
    }
}

fn replace(directory: &Directory, name: &str, before: Option<&Metadata>, bytes: &[u8]) -> io::Result<bool> {
    let unfinished = Unfinished::begin();
    // Told to end, the process does so once nothing is unfinished, so nothing is begun.
    if unfinished.pending().is_some() {
        return Ok(false);
    }
    let mut draft = Draft::create(directory)?;
    draft.file.write_all(bytes)?;
    let mode = before.map_or(MODE, |metadata| metadata.permissions().mode());
    if let Some(metadata) = before {
        // Another owner's file stays theirs where we may say so. It is ours where we may not, and no worse for that.
        let _ = std::os::unix::fs::fchown(&draft.file, Some(metadata.uid()), Some(metadata.gid()));
    }
    draft.file.set_permissions(std::fs::Permissions::from_mode(mode))?;
    draft.file.sync_all()?;
    draft.place(name)?;
    // The new name should survive a crash too; where directories cannot be synced, the file can.
    let _ = directory.sync();
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::tree::{Entry, OpenFile, Stat, WorkTree};

    /// A disk that is broken: everything is there, and nothing can be read.
    #[derive(Debug)]
    struct Broken(io::ErrorKind, Arc<dyn Tree>);

    impl Tree for Broken {
        fn open(&self, _: &Utf8Path) -> io::Result<Box<dyn OpenFile>> {
            Err(self.0.into())
        }

        fn stat(&self, path: &Utf8Path) -> io::Result<Stat> {
            self.1.stat(path)
        }

        fn stat_link(&self, path: &Utf8Path) -> io::Result<Stat> {
            self.1.stat_link(path)
        }

        fn entries(&self, directory: &Utf8Path) -> io::Result<Vec<Entry>> {
            self.1.entries(directory)
        }

        fn resolve(&self, path: &Utf8Path) -> io::Result<camino::Utf8PathBuf> {
            self.1.resolve(path)
        }
    }

    #[test]
    fn only_what_is_not_there_counts_as_absent() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = Utf8Path::from_path(folder.path()).expect("UTF-8").join("checksum.yaml");
        assert!(read(&WorkTree, &path).expect("nothing is there").is_none());
        fs_err::write(&path, "a: 1\n").expect("a file");
        assert_eq!(read(&WorkTree, &path).expect("a file").as_deref(), Some(&b"a: 1\n"[..]));
        for kind in [io::ErrorKind::PermissionDenied, io::ErrorKind::OutOfMemory, io::ErrorKind::Other] {
            let error = read(&Broken(kind, Arc::new(WorkTree)), &path).expect_err("it cannot be read");
            assert!(matches!(error, TargetError::Unreadable { .. }), "{error}");
        }
        let below = read(&WorkTree, &path.join("x.yaml")).expect_err("a file is in the way");
        assert!(matches!(below, TargetError::Unreadable { .. }), "{below}");
    }
}
