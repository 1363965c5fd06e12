//! Writes targets: whole, only when they differ, and without a trace of the attempt.

use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use camino::Utf8Path;

use super::error::TargetError;
use crate::tree::Unfinished;

/// The mode of a new target.
const MODE: u32 = 0o644;

/// Checks that a target may be written where it is, without writing.
///
/// # Errors
///
/// Where it would lie outside of `root` once links are followed, or is something that is not replaced: a link, a directory, a
/// file without write permission.
pub fn check_place(path: &Utf8Path, root: &Utf8Path) -> Result<(), TargetError> {
    let failed = |error: io::Error| TargetError::Io { path: path.to_owned(), error };
    let outside = || TargetError::Outside { path: path.to_owned(), root: root.to_owned() };
    let real_root = root.canonicalize_utf8().map_err(failed)?;
    let above = path.ancestors().skip(1).find(|directory| directory.symlink_metadata().is_ok());
    let above = above.ok_or_else(outside)?.canonicalize_utf8().map_err(failed)?;
    if !above.starts_with(real_root) || !path.starts_with(root) {
        return Err(outside());
    }
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(error)),
        Ok(metadata) if metadata.is_symlink() => Err(TargetError::Link(path.to_owned())),
        Ok(metadata) if !metadata.is_file() => Err(TargetError::NotAFile(path.to_owned())),
        Ok(metadata) if metadata.permissions().readonly() => Err(TargetError::ReadOnly(path.to_owned())),
        Ok(_) => match fs_err::OpenOptions::new().write(true).open(path) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Err(TargetError::ReadOnly(path.to_owned()))
            }
            Err(error) => Err(failed(bare(&error))),
        },
    }
}

/// Writes a target and tells whether it was touched: one that holds these bytes already is not.
///
/// The bytes go to a temporary file beside it, which takes its place once they are on the disk, so that nobody ever reads
/// half a target, however many copies of helmsum run. Missing directories are made. The mode of an existing file is kept, as
/// is its owner where the system allows it.
///
/// # Errors
///
/// As [`check_place`], and where the system would not write; the target is as it was then.
pub fn write(path: &Utf8Path, root: &Utf8Path, bytes: &[u8]) -> Result<bool, TargetError> {
    check_place(path, root)?;
    let failed = |error: io::Error| TargetError::Io { path: path.to_owned(), error };
    let before = match path.symlink_metadata() {
        Ok(metadata) if holds(path, &metadata, bytes).map_err(failed)? => return Ok(false),
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    let directory = path.parent().unwrap_or(root);
    fs_err::create_dir_all(directory).map_err(|error| failed(bare(&error)))?;
    replace(path, directory, before.as_ref(), bytes).map_err(failed)?;
    Ok(true)
}

fn holds(path: &Utf8Path, metadata: &std::fs::Metadata, bytes: &[u8]) -> io::Result<bool> {
    Ok(metadata.len() == bytes.len() as u64 && fs_err::read(path).map_err(|error| bare(&error))? == bytes)
}

fn replace(
    path: &Utf8Path,
    directory: &Utf8Path,
    before: Option<&std::fs::Metadata>,
    bytes: &[u8],
) -> io::Result<()> {
    let _unfinished = Unfinished::begin();
    let mut draft = tempfile::Builder::new().prefix(".helmsum-").tempfile_in(directory)?;
    draft.write_all(bytes)?;
    let mode = before.map_or(MODE, |metadata| metadata.permissions().mode());
    if let Some(metadata) = before {
        // Another owner's file stays theirs where we may say so. It is ours where we may not, and no worse for that.
        let _ = std::os::unix::fs::fchown(draft.as_file(), Some(metadata.uid()), Some(metadata.gid()));
    }
    draft.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
    draft.as_file().sync_all()?;
    draft.persist(path).map_err(|error| error.error)?;
    // The new name should survive a crash too; where directories cannot be synced, the file can.
    let _ = std::fs::File::open(directory).and_then(|directory| directory.sync_all());
    Ok(())
}

/// The system's own words: messages name the target already.
fn bare(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}
