//! Findings about what the files of a source hold.

use crate::checksum::{Hashed, HashedFile, Notes};
use crate::finding::{Code, Finding};

/// How many names a message lists.
const NAMED: usize = 3;

/// What there is to say about the files of a source. `line_feeds` where CRLF is hashed as LF already.
pub(super) fn content_findings(label: &str, hashed: &Hashed, line_feeds: bool) -> Vec<Finding> {
    let with = |wanted: fn(&Notes) -> bool| -> Vec<&HashedFile> {
        hashed.files.iter().filter(|file| wanted(&file.notes)).collect()
    };
    [
        crlf(label, &if line_feeds { Vec::new() } else { with(|notes| notes.crlf) }),
        encrypted_source(label, &with(|notes| notes.sops)),
        lfs_pointer(label, &with(|notes| notes.lfs_pointer)),
    ]
    .into_iter()
    .flatten()
    .map(|(finding, file)| finding.at(hashed.listing.path_of(&file.name), None))
    .collect()
}

fn crlf<'h>(label: &str, files: &[&'h HashedFile]) -> Option<(Finding, &'h HashedFile)> {
    let message = format!("`{label}` holds text with CRLF line breaks, hashed as it is: {}", names(files));
    let hint = "a checkout elsewhere may have LF and another checksum: add `eol=lf`, or `* text=auto eol=lf` to .gitattributes";
    files.first().map(|file| (Finding::new(Code::Crlf, message).hint(hint), *file))
}

fn encrypted_source<'h>(label: &str, files: &[&'h HashedFile]) -> Option<(Finding, &'h HashedFile)> {
    let message =
        format!("`{label}` holds files that SOPS encrypted, hashed as ciphertext: {}", names(files));
    let hint = "encrypting the same values again gives another ciphertext and rolls the pods; add `decrypt=sops` to hash what they say";
    files.first().map(|file| (Finding::new(Code::EncryptedSource, message).hint(hint), *file))
}

fn lfs_pointer<'h>(label: &str, files: &[&'h HashedFile]) -> Option<(Finding, &'h HashedFile)> {
    let message = format!("`{label}` holds Git LFS pointers instead of the files: {}", names(files));
    files
        .first()
        .map(|file| (Finding::new(Code::LfsPointer, message).hint("run `git lfs pull` first"), *file))
}

fn names(files: &[&HashedFile]) -> String {
    let named: Vec<String> = files.iter().take(NAMED).map(|file| format!("`{}`", file.name)).collect();
    let more = files.len().saturating_sub(NAMED);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{rest}", named.join(", "))
}
