//! What an entry is called, and how its file shows that it is whole.

use sha2::{Digest as _, Sha256};

/// What an entry depends on, as a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key([u8; 32]);

impl Key {
    /// The bytes of the key.
    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key in hexadecimal digits.
    pub(super) fn hex(self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }
}

/// A key in the making. Two that were fed differently give two keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyMaker(Sha256);

impl KeyMaker {
    /// Feeds bytes under a title.
    pub(crate) fn feed(&mut self, title: &str, bytes: &[u8]) {
        for part in [title.as_bytes(), bytes] {
            self.0.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            self.0.update(part);
        }
    }

    /// The key of all that was fed.
    #[must_use]
    pub(crate) fn finish(self) -> Key {
        Key(self.0.finalize().into())
    }
}

/// The file of an entry: a line with the digest of the rest, and the rest.
pub(super) fn sealed(bytes: &[u8]) -> Vec<u8> {
    let mut file = digest(bytes).into_bytes();
    file.push(b'\n');
    file.extend_from_slice(bytes);
    file
}

/// What is in the file of an entry; nothing where it is damaged.
pub(super) fn opened(file: &[u8]) -> Option<&[u8]> {
    let at = file.iter().position(|byte| *byte == b'\n')?;
    let (line, rest) = (file.get(..at)?, file.get(at + 1..)?);
    (line == digest(rest).as_bytes()).then_some(rest)
}

fn digest(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(fed: &[(&str, &str)]) -> Key {
        let mut maker = KeyMaker::default();
        for (title, text) in fed {
            maker.feed(title, text.as_bytes());
        }
        maker.finish()
    }

    #[test]
    fn what_is_fed_differently_has_another_key() {
        assert_eq!(key(&[("a", "b")]), key(&[("a", "b")]));
        let others: [&[(&str, &str)]; 5] =
            [&[("ab", "")], &[("", "ab")], &[("a", ""), ("b", "")], &[("a", "b"), ("", "")], &[]];
        for other in others {
            assert_ne!(key(other), key(&[("a", "b")]), "{other:?}");
        }
    }

    #[test]
    fn every_damage_of_a_file_shows() {
        let file = sealed(b"content\nof two lines");
        assert_eq!(opened(&file), Some(&b"content\nof two lines"[..]));
        for at in 0..file.len() {
            assert_eq!(opened(&file[..at]), None, "cut at {at}");
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert_eq!(opened(&changed), None, "changed at {at}");
        }
        assert_eq!(opened(&[file, b"x".to_vec()].concat()), None);
        assert_eq!(opened(b""), None);
    }
}
