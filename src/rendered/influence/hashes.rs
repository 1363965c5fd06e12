//! Texts that look like digests.

use std::collections::BTreeSet;

/// How many digits a SHA-256 has in hexadecimal.
const LENGTH: usize = 64;

/// How many different ones are kept: more than anybody writes.
const MOST: usize = 10_000;

/// The texts of 64 hexadecimal digits that stand in something, also in the middle of longer ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hashes {
    found: BTreeSet<Vec<u8>>,
    /// Whether there are too many.
    is_full: bool,
}

impl Hashes {
    /// Adds those that stand in some bytes.
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        for run in bytes.split(|byte| !byte.is_ascii_hexdigit()) {
            for window in run.windows(LENGTH) {
                if self.found.len() == MOST {
                    self.is_full = true;
                    return;
                }
                self.found.insert(window.to_ascii_lowercase());
            }
        }
    }

    /// Whether a digest, in lower case, may be among them.
    pub(crate) fn may_have(&self, digest: &str) -> bool {
        self.is_full || self.found.contains(digest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_found_wherever_they_stand() {
        let digest = "0123456789abcdef".repeat(4);
        for text in [
            digest.clone(),
            format!("image: a@sha256:{digest}\n"),
            format!("\"{}\"", digest.to_uppercase()),
            format!("ff{digest}00"),
        ] {
            let mut hashes = Hashes::default();
            hashes.add(text.as_bytes());
            assert!(hashes.may_have(&digest), "{text}");
            assert!(!hashes.may_have(&digest.replace('0', "1")), "{text}");
        }
        let mut hashes = Hashes::default();
        hashes.add(format!("{}-{}", &digest[..60], &digest[60..]).as_bytes());
        assert!(!hashes.may_have(&digest));
    }

    #[test]
    fn among_too_many_anything_may_be() {
        let mut hashes = Hashes::default();
        let digits: Vec<String> = (0..20_000).map(|number| format!("{number:x}")).collect();
        hashes.add(digits.concat().as_bytes());
        assert!(hashes.may_have(&"0".repeat(64)));
    }
}
