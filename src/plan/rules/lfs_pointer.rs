//! The finding lfs-pointer: stand-ins for files that were not fetched or unlocked.

use super::FilesAt;
use crate::checksum::HashedFile;
use crate::diagnostic::{Code, Diagnostic};

/// Whether files of a source are pointers of Git LFS, or locked by git-crypt.
pub(crate) fn lfs_pointer<'h>(label: &str, files: &'h [HashedFile]) -> Vec<FilesAt<'h>> {
    let pointers = FilesAt::with(files, |notes| notes.lfs_pointer).map(|found| {
        let message = format!("`{label}` contains Git LFS pointers instead of the files: {}", found.names());
        found.finding(Diagnostic::finding(Code::LfsPointer, message).hint("run `git lfs pull` first"))
    });
    let locked = FilesAt::with(files, |notes| notes.git_crypt).map(|found| {
        let message = format!("`{label}` contains files that git-crypt has locked: {}", found.names());
        let hint = "run `git-crypt unlock` first, and declare them with `secret=true`: they are secret in the work tree alone";
        found.finding(Diagnostic::finding(Code::LfsPointer, message).hint(hint))
    });
    pointers.into_iter().chain(locked).collect()
}
