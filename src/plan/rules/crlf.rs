//! The finding crlf: text with CRLF line breaks is hashed as it is.

use super::FilesAt;
use crate::checksum::HashedFile;
use crate::diagnostic::{Code, Diagnostic};

/// Whether files of a source have CRLF line breaks that are hashed. `line_feeds` where they are hashed as LF already.
pub(crate) fn crlf<'h>(label: &str, files: &'h [HashedFile], line_feeds: bool) -> Option<FilesAt<'h>> {
    let found = FilesAt::with(files, |notes| notes.crlf && !line_feeds)?;
    let message =
        format!("`{label}` contains text with CRLF line breaks, hashed as it is: {}", found.names());
    Some(found.finding(Diagnostic::finding(Code::Crlf, message).hint(
        "a checkout elsewhere may have LF and another checksum: add `eol=lf`, or `* text=auto eol=lf` to .gitattributes",
    )))
}
