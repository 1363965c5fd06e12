//! The finding header-in-source: a file with helmsum's header is hashed, since it is not a target.

use super::FilesAt;
use crate::checksum::HashedFile;
use crate::diagnostic::{Code, Diagnostic};

/// Whether files of a source begin with helmsum's header and count all the same.
pub(crate) fn header_in_source<'h>(label: &str, files: &'h [HashedFile]) -> Option<FilesAt<'h>> {
    let found = FilesAt::with(files, |notes| notes.header)?;
    let message =
        format!("`{label}` contains files with helmsum's header, which are hashed: {}", found.names());
    let hint = "they are not targets of this run, or contain more than helmsum writes; leave targets out with `exclude=`, or remove the header";
    Some(found.finding(Diagnostic::finding(Code::HeaderInSource, message).hint(hint)))
}
