//! The finding encrypted-source: an encrypted file is hashed as ciphertext.

use super::FilesAt;
use crate::checksum::{Encryption, HashedFile};
use crate::diagnostic::{Code, Diagnostic};

const WAYS: [Encryption; 5] =
    [Encryption::Sops, Encryption::AnsibleVault, Encryption::Age, Encryption::OpenPgp, Encryption::OpenSsl];

/// The encrypted files of a source, by the way they are encrypted.
pub(crate) fn encrypted_source<'h>(label: &str, files: &'h [HashedFile]) -> Vec<FilesAt<'h>> {
    WAYS.into_iter().filter_map(|way| encrypted_by(way, label, files)).collect()
}

fn encrypted_by<'h>(way: Encryption, label: &str, files: &'h [HashedFile]) -> Option<FilesAt<'h>> {
    let found = FilesAt::with(files, |notes| notes.encrypted == Some(way))?;
    let message = format!(
        "`{label}` contains files encrypted by {}, hashed as ciphertext: {}",
        way.name(),
        found.names()
    );
    let hint = if way == Encryption::Sops {
        "encrypting the same values again gives another ciphertext and rolls the pods; add `decrypt=sops` to hash what they say"
    } else {
        "encrypting the same values again gives another ciphertext and rolls the pods; decrypt them first and declare the result with `secret=true`"
    };
    Some(found.finding(Diagnostic::finding(Code::EncryptedSource, message).hint(hint)))
}
