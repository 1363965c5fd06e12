//! Findings about what the files of a source contain.

use crate::checksum::{Encryption, Hashed, HashedFile, Notes};
use crate::diagnostic::{Code, Diagnostic};
use crate::text::Place;

/// How many names a message lists.
const NAMED: usize = 3;

/// A finding and the file that it points at.
type Found<'h> = (Diagnostic, &'h HashedFile);

/// What there is to say about the files of a path source. `line_feeds` where CRLF is hashed as LF already.
pub(super) fn content_findings(label: &str, hashed: &Hashed, line_feeds: bool) -> Vec<Diagnostic> {
    let with_crlf: Vec<&HashedFile> =
        hashed.files.iter().filter(|file| file.notes.crlf && !line_feeds).collect();
    let with_header: Vec<&HashedFile> = hashed.files.iter().filter(|file| file.notes.header).collect();
    let found = crlf(label, &with_crlf)
        .into_iter()
        .chain(encrypted(label, &hashed.files))
        .chain(stand_ins(label, &hashed.files))
        .chain(header_in_source(label, &with_header));
    found.map(|(finding, file)| finding.at(Place::file(hashed.listing.path_of(&file.name)))).collect()
}

/// What there is to say about what a release renders or is given.
pub(super) fn piece_findings(label: &str, pieces: &[HashedFile]) -> Vec<Diagnostic> {
    stand_ins(label, pieces).into_iter().map(|(finding, _)| finding).collect()
}

/// Stand-ins for files that were not fetched or unlocked.
fn stand_ins<'h>(label: &str, files: &'h [HashedFile]) -> Vec<Found<'h>> {
    let with = |wanted: fn(&Notes) -> bool| -> Vec<&HashedFile> {
        files.iter().filter(|file| wanted(&file.notes)).collect()
    };
    lfs_pointer(label, &with(|notes| notes.lfs_pointer))
        .into_iter()
        .chain(git_crypt(label, &with(|notes| notes.git_crypt)))
        .collect()
}

fn encrypted<'h>(label: &str, files: &'h [HashedFile]) -> Vec<Found<'h>> {
    [Encryption::Sops, Encryption::AnsibleVault, Encryption::Age, Encryption::OpenPgp, Encryption::OpenSsl]
        .into_iter()
        .filter_map(|encryption| {
            let files: Vec<&HashedFile> =
                files.iter().filter(|file| file.notes.encrypted == Some(encryption)).collect();
            encrypted_source(label, encryption, &files)
        })
        .collect()
}

fn crlf<'h>(label: &str, files: &[&'h HashedFile]) -> Option<Found<'h>> {
    let message = format!("`{label}` holds text with CRLF line breaks, hashed as it is: {}", names(files));
    let hint = "a checkout elsewhere may have LF and another checksum: add `eol=lf`, or `* text=auto eol=lf` to .gitattributes";
    files.first().map(|file| (Diagnostic::finding(Code::Crlf, message).hint(hint), *file))
}

fn encrypted_source<'h>(label: &str, encryption: Encryption, files: &[&'h HashedFile]) -> Option<Found<'h>> {
    let message = format!(
        "`{label}` contains files encrypted by {}, hashed as ciphertext: {}",
        encryption.name(),
        names(files)
    );
    let hint = if encryption == Encryption::Sops {
        "encrypting the same values again gives another ciphertext and rolls the pods; add `decrypt=sops` to hash what they say"
    } else {
        "encrypting the same values again gives another ciphertext and rolls the pods; decrypt them first and declare the result with `secret=true`"
    };
    files.first().map(|file| (Diagnostic::finding(Code::EncryptedSource, message).hint(hint), *file))
}

fn lfs_pointer<'h>(label: &str, files: &[&'h HashedFile]) -> Option<Found<'h>> {
    let message = format!("`{label}` holds Git LFS pointers instead of the files: {}", names(files));
    files
        .first()
        .map(|file| (Diagnostic::finding(Code::LfsPointer, message).hint("run `git lfs pull` first"), *file))
}

fn git_crypt<'h>(label: &str, files: &[&'h HashedFile]) -> Option<Found<'h>> {
    let message = format!("`{label}` contains files that git-crypt has locked: {}", names(files));
    let hint = "run `git-crypt unlock` first, and declare them with `secret=true`: they are secret in the work tree alone";
    files.first().map(|file| (Diagnostic::finding(Code::LfsPointer, message).hint(hint), *file))
}

fn header_in_source<'h>(label: &str, files: &[&'h HashedFile]) -> Option<(Diagnostic, &'h HashedFile)> {
    let message =
        format!("`{label}` contains files with helmsum's header, which are hashed: {}", names(files));
    let hint = "they are no targets of this run, or there is more in them than helmsum writes; leave targets out with `exclude=`, or remove the header";
    files.first().map(|file| (Diagnostic::finding(Code::HeaderInSource, message).hint(hint), *file))
}

fn names(files: &[&HashedFile]) -> String {
    let named: Vec<String> = files.iter().take(NAMED).map(|file| format!("`{}`", file.name)).collect();
    let more = files.len().saturating_sub(NAMED);
    let rest = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{rest}", named.join(", "))
}
