//! What shows that a file is not what it seems: encrypted, or a stand-in for a file that was not fetched or unlocked.

use std::io::{self, Read};
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use camino::Utf8Path;
use regex::bytes::Regex;
use serde::{Deserialize, Serialize};

use super::Notes;

/// What a file or a value in it is encrypted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Encryption {
    Sops,
    /// `ansible-vault`, a whole file or a value.
    AnsibleVault,
    /// age, binary or as text.
    Age,
    /// `OpenPGP`, as `GnuPG` writes it, binary or as text.
    OpenPgp,
    /// `openssl enc` with a password, as transcrypt does.
    OpenSsl,
}

impl Encryption {
    /// How messages name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sops => "SOPS",
            Self::AnsibleVault => "Ansible Vault",
            Self::Age => "age",
            Self::OpenPgp => "OpenPGP",
            Self::OpenSsl => "OpenSSL",
        }
    }
}

/// The longest of what [`MARKS`] finds.
pub(super) const LONGEST_MARK: usize = LONGEST.len();

/// What an encrypted value in a text begins with. Where it is found, [`encryption`] looks again at the whole text.
pub(super) static MARKS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    // Every run makes it: a table of all transitions takes longer to make than what it is for. Other kinds of matches than the
    // leftmost one rule out the search with vectors.
    let builder = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::NoncontiguousNFA))
        .match_kind(MatchKind::LeftmostFirst)
        .build(["ENC[AES256_GCM,", "$ANSIBLE_VAULT;", LONGEST, "-----BEGIN PGP MESSAGE"]);
    builder.expect("few words make a small automaton")
});

const LONGEST: &str = "-----BEGIN AGE ENCRYPTED FILE";

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is good")
}

/// Notes what the beginning of a file shows; `start` is all of a small file.
pub(super) fn note_start(start: &[u8], path: &Utf8Path, notes: &mut Notes) {
    notes.lfs_pointer = is_lfs_pointer(start);
    // `git-crypt.hpp`: what an encrypted file starts with.
    notes.git_crypt = start.starts_with(b"\0GITCRYPT\0");
    notes.encrypted = whole(start, path);
}

/// What all of a file is encrypted with.
fn whole(start: &[u8], path: &Utf8Path) -> Option<Encryption> {
    for (beginning, encryption) in [
        (&b"$ANSIBLE_VAULT;"[..], Encryption::AnsibleVault),
        (b"age-encryption.org/v1\n", Encryption::Age),
        (b"-----BEGIN AGE ENCRYPTED FILE-----", Encryption::Age),
        (b"-----BEGIN PGP MESSAGE-----", Encryption::OpenPgp),
        (b"Salted__", Encryption::OpenSsl),
        // The same in base 64; the last character has bits of the salt.
        (b"U2FsdGVkX1", Encryption::OpenSsl),
    ] {
        if start.starts_with(beginning) {
            return Some(encryption);
        }
    }
    // Without armour there is no magic number, so the name has to agree. `.secret` is git-secret's.
    let named = matches!(path.extension(), Some("gpg" | "pgp" | "secret"));
    (named && is_openpgp(start)).then_some(Encryption::OpenPgp)
}

/// Whether this starts with the packet of an encrypted message (RFC 9580, 4.2 and 5): a session key for a public key or for a password.
fn is_openpgp(start: &[u8]) -> bool {
    const PUBLIC: [u8; 2] = [3, 6];
    const PASSWORD: [u8; 3] = [4, 5, 6];
    match start {
        [0x84 | 0xc1, _, version, ..] | [0x85, _, _, version, ..] if PUBLIC.contains(version) => true,
        // Lengths from 192 on take two bytes.
        [0xc1, 192..=255, _, version, ..] => PUBLIC.contains(version),
        [0x8c | 0xc3, _, version, ..] => PASSWORD.contains(version),
        _ => false,
    }
}

/// What a value in a text is encrypted with. The text is read bit by bit, however long it is.
///
/// # Errors
///
/// Where it cannot be read.
pub(super) fn encryption(mut text: impl Read) -> io::Result<Option<Encryption>> {
    /// How much is looked at at a time, and how much of it once more: nothing that is looked for is as long.
    const PART: u64 = 1 << 20;
    const AGAIN: usize = 4 << 10;
    let (mut window, mut seal, mut metadata, mut other) = (Vec::new(), false, false, None);
    loop {
        if text.by_ref().take(PART).read_to_end(&mut window)? == 0 {
            // SOPS keeps its own key encrypted with age or OpenPGP in the same file.
            return Ok(if seal && metadata { Some(Encryption::Sops) } else { other });
        }
        seal = seal || has_seal(&window);
        metadata = metadata || METADATA.is_match(&window);
        other = other.or_else(|| value(&window));
        // At the start of a line, where there is one, so that none seems to start where it does not.
        let from = window.len().saturating_sub(AGAIN);
        let line = window[from..].iter().position(|byte| *byte == b'\n').map_or(from, |at| from + at + 1);
        window.drain(..line);
    }
}

/// What a value in a part of a text is encrypted with, other than SOPS.
fn value(content: &[u8]) -> Option<Encryption> {
    static VALUES: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?m)^[ \t]*(?:(\$ANSIBLE_VAULT;[0-9.]+;AES)|(-----BEGIN AGE ENCRYPTED FILE-----\r?$)|(-----BEGIN PGP MESSAGE-----\r?$))",
        )
    });
    let found = VALUES.captures(content)?;
    let groups = [Encryption::AnsibleVault, Encryption::Age, Encryption::OpenPgp];
    groups
        .into_iter()
        .enumerate()
        .find(|(at, _)| found.get(at + 1).is_some())
        .map(|(_, encryption)| encryption)
}

/// Whether this is what Git LFS leaves in the place of a file that was not fetched.
fn is_lfs_pointer(content: &[u8]) -> bool {
    let Some(rest) = content.strip_prefix(b"version https://") else { return false };
    content.len() < 1024
        && (rest.starts_with(b"git-lfs.github.com/spec/") || rest.starts_with(b"hawser.github.com/spec/"))
        && content.windows(12).any(|part| part == b"\noid sha256:")
}

/// Whether SOPS wrote this: a sealed value, and its metadata in the form of YAML, JSON, dotenv or INI.
pub(super) fn is_sops(content: &[u8]) -> bool {
    has_seal(content) && METADATA.is_match(content)
}

static METADATA: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"(?m)^(?:sops:[ \t]*\r?$|\[sops\]|sops_(?:mac|version)=)|"sops"[ \t\r\n]*:[ \t\r\n]*\{"#)
});

fn has_seal(content: &[u8]) -> bool {
    /// Every value that SOPS encrypts, and its message authentication code, starts with this.
    const SEAL: &[u8] = b"ENC[AES256_GCM,";
    content.windows(SEAL.len()).any(|part| part == SEAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sops_is_known_by_its_metadata_in_every_format() {
        for text in [
            "a: ENC[AES256_GCM,data:x]\nsops:\n    mac: ENC[AES256_GCM,data:y]\n",
            "a: ENC[AES256_GCM,data:x]\r\nsops:\r\n    kms: []\r\n",
            "{\"data\": \"ENC[AES256_GCM,data:x]\", \"sops\": {\"kms\": null}}",
            "A=ENC[AES256_GCM,data:x]\nsops_version=3.9.0\n",
            "[a]\nb=ENC[AES256_GCM,data:x]\n[sops]\nmac=x\n",
        ] {
            assert!(is_sops(text.as_bytes()), "{text}");
        }
        for text in [
            "a: ENC[AES256_GCM,data:x]\n",
            "sops:\n  mac: x\n",
            "a: ENC[AES256_GCM,data:x]\ntool: sops\n  sops: x\n",
        ] {
            assert!(!is_sops(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn lfs_pointers_are_known() {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
        assert!(is_lfs_pointer(pointer.as_bytes()));
        assert!(!is_lfs_pointer(format!("# {pointer}").as_bytes()));
        assert!(!is_lfs_pointer(b"version https://git-lfs.github.com/spec/v1\n"));
        assert!(!is_lfs_pointer(format!("{pointer}{}", "x".repeat(1024)).as_bytes()));
    }

    fn noted(start: &[u8], path: &str) -> Notes {
        let mut notes = Notes::default();
        note_start(start, path.into(), &mut notes);
        notes
    }

    #[test]
    fn a_file_that_git_crypt_has_locked_is_known() {
        assert!(noted(b"\0GITCRYPT\0\x01\x02", "/a").git_crypt);
        assert!(!noted(b"GITCRYPT\0", "/a").git_crypt && !noted(b"\0GITCRYPT", "/a").git_crypt);
    }

    #[test]
    fn encrypted_files_are_known_by_how_they_start() {
        for (start, path, encryption) in [
            (&b"$ANSIBLE_VAULT;1.1;AES256\n6231"[..], "/a.yaml", Some(Encryption::AnsibleVault)),
            (b"$ANSIBLE_VAULT;1.2;AES256;prod\r\n6231", "/a.yaml", Some(Encryption::AnsibleVault)),
            (b"age-encryption.org/v1\n-> X25519 x", "/a", Some(Encryption::Age)),
            (b"age-encryption.org/v1 is a format", "/a", None),
            (b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl", "/a", Some(Encryption::Age)),
            (b"-----BEGIN PGP MESSAGE-----\n\nhQ", "/a", Some(Encryption::OpenPgp)),
            (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "/a.gpg", None),
            (b"-----BEGIN CERTIFICATE-----\n", "/a", None),
            (b"\x85\x01\x0c\x03\xaa", "/a.gpg", Some(Encryption::OpenPgp)),
            (b"\x84\x5e\x03\xaa", "/a.secret", Some(Encryption::OpenPgp)),
            (b"\xc1\xc0\x4c\x03\xaa", "/a.pgp", Some(Encryption::OpenPgp)),
            (b"\x8c\x0d\x04\x09", "/a.gpg", Some(Encryption::OpenPgp)),
            (b"\x85\x01\x0c\x03\xaa", "/a.bin", None),
            (b"text", "/a.secret", None),
            (b"Salted__x", "/a", Some(Encryption::OpenSsl)),
            (b"U2FsdGVkX19x", "/a", Some(Encryption::OpenSsl)),
            (b"", "/a.gpg", None),
        ] {
            assert_eq!(noted(start, path).encrypted, encryption, "{}", String::from_utf8_lossy(start));
        }
    }

    #[test]
    fn encrypted_values_in_a_text_are_known() {
        let pgp = "-----BEGIN PGP MESSAGE-----";
        for (text, encryption) in [
            (
                "a: !vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    6231\n".to_owned(),
                Some(Encryption::AnsibleVault),
            ),
            (format!("a: |\n  {pgp}\n"), Some(Encryption::OpenPgp)),
            ("a: |\r\n  -----BEGIN AGE ENCRYPTED FILE-----\r\n".to_owned(), Some(Encryption::Age)),
            (
                format!("a: ENC[AES256_GCM,data:x]\nsops:\n    pgp:\n      - enc: |\n          {pgp}\n"),
                Some(Encryption::Sops),
            ),
            (format!("A message starts with `{pgp}`.\n"), None),
            ("the header `$ANSIBLE_VAULT;1.1;AES256`\n".to_owned(), None),
        ] {
            assert_eq!(encryption_of(&text), encryption, "{text}");
        }
    }

    fn encryption_of(text: &str) -> Option<Encryption> {
        MARKS.is_match(text.as_bytes()).then(|| encryption(text.as_bytes()).expect("memory")).flatten()
    }

    #[test]
    fn encrypted_values_are_found_in_texts_of_any_length() {
        let long = "a: some text that nobody encrypted\n".repeat(200_000);
        let sops = format!("a: ENC[AES256_GCM,data:x]\n{long}sops:\n    mac: ENC[AES256_GCM,data:y]\n");
        assert_eq!(encryption(sops.as_bytes()).expect("memory"), Some(Encryption::Sops));
        for length in [1 << 20, (1 << 20) - 9] {
            let text = format!("{}\n$ANSIBLE_VAULT;1.1;AES256\n{long}", "x".repeat(length));
            assert_eq!(encryption(text.as_bytes()).expect("memory"), Some(Encryption::AnsibleVault));
        }
        assert_eq!(encryption(long.as_bytes()).expect("memory"), None);
    }
}
