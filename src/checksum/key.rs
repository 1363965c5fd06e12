//! The key that digests of secrets are made with.

use std::fmt;
use std::io::{self, Read as _};
use std::os::unix::fs::PermissionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};

use super::Digest;
use crate::diagnostic::{Diagnostic, Mistake};
use crate::text::Place;

/// How short a key may be. 16 bytes are the 128 bits that nobody can try out.
const SHORTEST: usize = 16;

/// How long a key file may be: more is something else.
const LONGEST: usize = 64 << 10;

/// The bytes that HMAC-SHA-256 takes as its key. Never shown.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(Vec<u8>);

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key(…)")
    }
}

/// A key as it was found in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile {
    /// The key.
    pub key: Key,
    /// The file.
    pub path: Utf8PathBuf,
    /// Whether every user of the machine can read the file.
    pub exposed: bool,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file does not exist or cannot be read.
    #[error("the key file `{path}` cannot be read: {error}")]
    Unreadable {
        path: Utf8PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A directory, a pipe, a device.
    #[error("the key file `{0}` is not a regular file")]
    NotAFile(Utf8PathBuf),
    /// Nothing is in it.
    #[error("the key file `{0}` is empty")]
    Empty(Utf8PathBuf),
    /// Less than anybody could not try out.
    #[error("the key file `{path}` has {length} bytes, and a key needs 16")]
    Short {
        path: Utf8PathBuf,
        /// How many bytes it contains.
        length: usize,
    },
    /// More than any key.
    #[error("the key file `{0}` has more than 64 KiB")]
    TooLarge(Utf8PathBuf),
}

impl KeyError {
    fn path(&self) -> &Utf8Path {
        match self {
            Self::Unreadable { path, .. }
            | Self::Short { path, .. }
            | Self::NotAFile(path)
            | Self::Empty(path)
            | Self::TooLarge(path) => path,
        }
    }

    /// The error as the report shows it.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let hint = match self {
            Self::Unreadable { .. } => {
                "`HELMSUM_KEY_FILE`, or else `keyFile` in `helmsum.yaml`, names it; without either, secrets are hashed without a key"
            }
            _ => {
                "make one with `(umask 077; openssl rand -hex 32 > FILE)`, and keep it out of the repository"
            }
        };
        Diagnostic::mistake(Mistake::KeyFile, self.to_string()).at(Place::file(self.path())).hint(hint)
    }
}

impl KeyFile {
    /// Reads a key file: all bytes but one line break at the end, LF or CRLF.
    ///
    /// # Errors
    ///
    /// Where there is no such file, it is not a regular file, or it contains less than 16 bytes or more than 64 KiB.
    pub fn read(path: &Utf8Path) -> Result<Self, KeyError> {
        let unreadable = |error: io::Error| KeyError::Unreadable { path: path.to_owned(), error };
        // A pipe is told before it is opened, which could wait for ever.
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(KeyError::NotAFile(path.to_owned()));
        }
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(unreadable)?;
        file.take(LONGEST as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.len() > LONGEST {
            return Err(KeyError::TooLarge(path.to_owned()));
        }
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        match bytes.len() {
            0 => Err(KeyError::Empty(path.to_owned())),
            length if length < SHORTEST => Err(KeyError::Short { path: path.to_owned(), length }),
            _ => Ok(Self {
                key: Key(bytes),
                path: path.to_owned(),
                exposed: metadata.permissions().mode() & 0o004 != 0,
            }),
        }
    }
}

impl Key {
    /// The bytes of the key.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// What tells one key from others, and nothing else: HMAC-SHA-256 of a fixed text, as hexadecimal digits.
    #[must_use]
    pub(crate) fn id(&self) -> String {
        Digest::keyed(b"helmsum key", Some(self)).to_string()
    }

    #[cfg(test)]
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8], mode: u32) -> Result<KeyFile, KeyError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path: Utf8PathBuf = folder.path().join("key").try_into().expect("UTF-8");
        fs_err::write(&path, content).expect("a file");
        fs_err::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("permissions");
        KeyFile::read(&path)
    }

    #[test]
    fn one_line_break_at_the_end_is_no_part_of_a_key() {
        let key = |content: &[u8]| read(content, 0o600).expect("long enough").key;
        let bare = key(b"0123456789abcdef");
        assert_eq!(key(b"0123456789abcdef\n"), bare);
        assert_eq!(key(b"0123456789abcdef\r\n"), bare);
        assert_ne!(key(b"0123456789abcdef\n\n"), bare);
        assert_ne!(key(b" 0123456789abcdef"), bare);
        assert_eq!(format!("{bare:?}"), "Key(…)", "it is never shown");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for content in [&b""[..], b"\n", b"\r\n"] {
            assert!(matches!(read(content, 0o600), Err(KeyError::Empty(_))), "{content:?}");
        }
        assert!(matches!(read(b"0123456789abcde\n", 0o600), Err(KeyError::Short { length: 15, .. })));
        assert!(matches!(read(&vec![7; LONGEST + 1], 0o600), Err(KeyError::TooLarge(_))));
        assert!(matches!(KeyFile::read("/nowhere/key".into()), Err(KeyError::Unreadable { .. })));
        assert!(matches!(KeyFile::read("/dev/zero".into()), Err(KeyError::NotAFile(_))));
        assert!(matches!(KeyFile::read("/".into()), Err(KeyError::NotAFile(_))));
    }

    #[test]
    fn a_key_that_everybody_can_read_is_noticed() {
        for (mode, exposed) in [(0o600, false), (0o640, false), (0o644, true), (0o604, true)] {
            assert_eq!(read(b"0123456789abcdef", mode).expect("a key").exposed, exposed, "{mode:o}");
        }
    }
}
