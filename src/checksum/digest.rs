//! SHA-256 digests, and how several become one.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest; printed as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// Text that is no digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a SHA-256 digest of 64 hexadecimal digits")]
pub struct DigestError;

impl Digest {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of nothing, which a source without files has.
    #[must_use]
    pub fn of_nothing() -> Self {
        Self::of(b"")
    }

    pub(super) fn finish(hasher: Sha256) -> Self {
        Self(hasher.finalize().into())
    }

    /// The line of a file or source in what is hashed next: digest, two blanks, name, line feed.
    pub(super) fn absorb_line(self, into: &mut Sha256, name: &str) {
        into.update(data_encoding::HEXLOWER.encode(&self.0));
        into.update(b"  ");
        into.update(name);
        into.update(b"\n");
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    /// Reads 64 hex digits, capital or not.
    fn from_str(text: &str) -> Result<Self, DigestError> {
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(text.as_bytes()).map_err(|_| DigestError)?;
        bytes.try_into().map(Self).map_err(|_| DigestError)
    }
}

impl serde::Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The checksum of these sources, given as label and digest in any order; nothing for no sources. Labels are unique: that is
/// seen to where they are made.
#[must_use]
pub fn combine<L: AsRef<str>>(sources: &[(L, Digest)]) -> Option<Digest> {
    match sources {
        [] => None,
        [(_, digest)] => Some(*digest),
        several => {
            let mut sorted: Vec<(&str, Digest)> =
                several.iter().map(|(label, digest)| (label.as_ref(), *digest)).collect();
            sorted.sort_unstable();
            let mut hasher = Sha256::new();
            for (label, digest) in sorted {
                digest.absorb_line(&mut hasher, label);
            }
            Some(Digest::finish(hasher))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn digests_read_and_print_as_hex() {
        assert_eq!(Digest::of_nothing().to_string(), NOTHING);
        assert_eq!(NOTHING.to_uppercase().parse(), Ok(Digest::of_nothing()));
        for text in [
            "",
            "e3b0",
            &NOTHING[1..],
            &format!("{NOTHING}0"),
            &NOTHING.replace('e', "g"),
            &format!(" {}", &NOTHING[1..]),
        ] {
            assert_eq!(text.parse::<Digest>(), Err(DigestError), "{text:?}");
        }
    }

    #[test]
    fn one_source_is_its_own_checksum_and_none_has_none() {
        let digest = Digest::of(b"a");
        assert_eq!(combine(&[("./a", digest)]), Some(digest));
        assert_eq!(combine::<&str>(&[]), None);
    }

    #[test]
    fn several_sources_are_hashed_in_the_order_of_their_labels() {
        let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
        let expected = Digest::of(format!("{b}  ../x\n{a}  ./y\n").as_bytes());
        assert_eq!(combine(&[("./y", a), ("../x", b)]), Some(expected));
        assert_eq!(combine(&[("../x", b), ("./y", a)]), Some(expected));
    }
}
