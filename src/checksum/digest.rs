//! SHA-256 digests, and how several become one.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::Key;

/// A SHA-256 digest; printed as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// Text that is not a digest.
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

    /// The digest of these bytes, made with a key where there is one.
    pub(super) fn keyed(bytes: &[u8], key: Option<&Key>) -> Self {
        let mut hasher = Hasher::new(key);
        hasher.update(bytes);
        hasher.finish()
    }

    /// The line of a file or source in what is hashed next: digest, two spaces, name, line feed.
    pub(super) fn absorb_line(self, into: &mut Hasher, name: &str) {
        let mut hex = [0; 64];
        data_encoding::HEXLOWER.encode_mut(&self.0, &mut hex);
        into.update(&hex);
        into.update(b"  ");
        into.update(name.as_bytes());
        into.update(b"\n");
    }
}

/// A digest in the making: SHA-256, or HMAC-SHA-256 with a key.
#[derive(Clone)]
pub(super) enum Hasher {
    Plain(Sha256),
    Keyed(Box<Hmac<Sha256>>),
}

impl Hasher {
    /// The digest of nothing so far.
    ///
    /// # Panics
    ///
    /// Never: HMAC takes a key of any length.
    pub(super) fn new(key: Option<&Key>) -> Self {
        match key {
            None => Self::Plain(Sha256::new()),
            Some(key) => {
                let keyed = Hmac::new_from_slice(key.bytes()).expect("HMAC takes a key of any length");
                Self::Keyed(Box::new(keyed))
            }
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Plain(hasher) => hasher.update(bytes),
            Self::Keyed(hasher) => hasher.update(bytes),
        }
    }

    /// The digest of all bytes.
    pub(super) fn finish(self) -> Digest {
        Digest(match self {
            Self::Plain(hasher) => hasher.finalize().into(),
            Self::Keyed(hasher) => hasher.finalize().into_bytes().into(),
        })
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

impl<'de> serde::Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
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
            let mut hasher = Hasher::new(None);
            for (label, digest) in sorted {
                digest.absorb_line(&mut hasher, label);
            }
            Some(hasher.finish())
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
    fn a_key_gives_what_hmac_gives() {
        // RFC 4231, test cases 1 and 6: a key shorter and one longer than a block.
        for (key, data, expected) in [
            (&[0x0b; 20][..], "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                &[0xaa; 131],
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            assert_eq!(Digest::keyed(data.as_bytes(), Some(&Key::of(key))).to_string(), expected);
        }
        assert_eq!(Digest::keyed(b"a", None), Digest::of(b"a"));
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
