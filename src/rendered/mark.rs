//! Marks of texts that may be secret.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Sha256;

/// What stands for a text that may be secret: it tells whether two texts are the same, and nothing else to whoever does not have the
/// key of its [`Marker`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark([u8; 32]);

/// Makes marks: HMAC-SHA-256 under one key.
#[derive(Clone)]
pub struct Marker(Hmac<Sha256>);

impl Marker {
    /// One with this key. Only marks of one key can be compared.
    ///
    /// # Panics
    ///
    /// Never: HMAC takes a key of any length.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes a key of any length"))
    }

    /// The mark of a text.
    #[must_use]
    pub fn mark(&self, text: &[u8]) -> Mark {
        let mut hmac = self.0.clone();
        hmac.update(text);
        Mark(hmac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for Marker {
    /// The key is secret.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Marker(…)")
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

impl Serialize for Mark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).map_err(serde::de::Error::custom)?;
        bytes.try_into().map(Self).map_err(|_| serde::de::Error::custom("a mark has 32 bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_that_of_its_text_and_key() {
        let (one, other) = (Marker::new(b"one"), Marker::new(b"other"));
        assert_eq!(one.mark(b"a"), one.clone().mark(b"a"));
        assert_ne!(one.mark(b"a"), one.mark(b"b"));
        assert_ne!(one.mark(b"a"), other.mark(b"a"));
        let text = serde_json::to_string(&one.mark(b"a")).expect("JSON");
        assert_eq!(serde_json::from_str::<Mark>(&text).expect("a mark"), one.mark(b"a"));
        for broken in ["\"\"", "\"00\"", "\"zz\"", "1"] {
            assert!(serde_json::from_str::<Mark>(broken).is_err(), "{broken}");
        }
    }
}
