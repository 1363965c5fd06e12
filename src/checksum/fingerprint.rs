//! Data of rendered objects, of which only digests are kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::digest::Hasher;
use super::{ChecksumError, Digest, HashedFile, HashedPieces, Key, Notes};
use crate::rendered::{Compared, Datum, Mark, Marker};

/// What is kept of a [`Datum`]: enough to hash it, and to see whether it is another one. What would let somebody try out the values of
/// a Secret is never serialized.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fingerprint {
    /// The name of the datum.
    pub(crate) name: String,
    /// What it is compared by.
    pub(crate) mark: Mark,
    /// SHA-256, unless it is of a Secret.
    public: Option<Digest>,
    /// SHA-256 of what is in a Secret; nothing after it was read back.
    #[serde(skip)]
    private: Option<Digest>,
    /// HMAC-SHA-256 of what is in a Secret, by the [id](Key::id) of the key.
    keyed: BTreeMap<String, Digest>,
    /// How many bytes it has; nothing of a Secret.
    bytes: u64,
    notes: Notes,
}

impl Fingerprint {
    /// That of a datum, for sources that are hashed with one of these keys or without any. `marker` makes its mark.
    #[must_use]
    pub(crate) fn of(datum: Datum, marker: &Marker, keys: &BTreeMap<String, Key>) -> Self {
        let Datum { name, bytes, secret } = datum;
        let plain = Digest::of(&bytes);
        let keys = keys.iter().filter(|_| secret);
        Self {
            mark: marker.mark(&bytes),
            public: (!secret).then_some(plain),
            private: secret.then_some(plain),
            keyed: keys.map(|(id, key)| (id.clone(), Digest::keyed(&bytes, Some(key)))).collect(),
            bytes: if secret { 0 } else { bytes.len() as u64 },
            notes: Notes::of_content(&bytes),
            name,
        }
    }

    /// Its digest with a key, or without any; nothing where that is not known.
    fn digest(&self, key: Option<&Key>) -> Option<Digest> {
        match key {
            Some(key) => self.keyed.get(&key.id()).copied(),
            None => self.public.or(self.private),
        }
    }

    /// Whether its digest without a key is known.
    pub(crate) const fn has_plain(&self) -> bool {
        self.public.is_some() || self.private.is_some()
    }
}

impl Compared for Fingerprint {
    type By = Mark;

    fn name(&self) -> &str {
        &self.name
    }

    fn by(&self) -> &Mark {
        &self.mark
    }
}

/// As [`hash_pieces`](super::hash_pieces), for what is in an object.
///
/// # Errors
///
/// Where a name cannot stand in a line, or a digest is not known.
pub(crate) fn hash_data(data: &[Fingerprint], key: Option<&Key>) -> Result<HashedPieces, ChecksumError> {
    let mut sorted: Vec<&Fingerprint> = data.iter().collect();
    sorted.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    let mut hashed = HashedPieces { digest: Digest::of_nothing(), files: Vec::new(), bytes: 0 };
    let mut lines = Hasher::new(key);
    for datum in sorted {
        let path = || datum.name.escape_debug().to_string();
        crate::source::check(&datum.name).map_err(|fault| ChecksumError::Name { path: path(), fault })?;
        let digest = datum.digest(key).ok_or_else(|| ChecksumError::Unknown { name: path() })?;
        digest.absorb_line(&mut lines, &datum.name);
        hashed.bytes += datum.bytes;
        let Fingerprint { name, bytes, notes, .. } = datum;
        hashed.files.push(HashedFile { name: name.clone(), digest, bytes: *bytes, notes: *notes });
    }
    hashed.digest = lines.finish();
    Ok(hashed)
}

#[cfg(test)]
mod tests {
    use super::super::{Progress, Surroundings, hash_pieces};
    use super::*;
    use crate::rendered::{Content, Piece};
    use crate::source::Targets;
    use crate::tree::WorkTree;

    fn fingerprints(data: &[(&str, &str)], secret: bool, keys: &[&Key]) -> Vec<Fingerprint> {
        let keys = keys.iter().map(|key| (key.id(), (*key).clone())).collect();
        let of = |(name, text): &(&str, &str)| {
            let datum = Datum { name: (*name).into(), bytes: text.as_bytes().into(), secret };
            Fingerprint::of(datum, &Marker::new(b"marker"), &keys)
        };
        data.iter().map(of).collect()
    }

    fn read_back(data: &[Fingerprint]) -> Vec<Fingerprint> {
        serde_json::from_slice(&serde_json::to_vec(data).expect("JSON")).expect("fingerprints")
    }

    const DATA: [(&str, &str); 2] =
        [("data/b", "2"), ("data/a", "version https://git-lfs.github.com/spec/v1\n")];

    #[test]
    fn data_are_hashed_as_pieces_are() {
        let key = Key::of(b"0123456789abcdef");
        for (secret, key) in [(false, None), (true, None), (true, Some(&key))] {
            let of = |(name, text): &(&str, &str)| Piece {
                name: (*name).into(),
                content: Content::Bytes(text.as_bytes().into()),
                secret,
            };
            let pieces: Vec<Piece> = DATA.iter().map(of).collect();
            let targets = Targets::default();
            let surroundings = Surroundings { key, targets: &targets };
            let expected =
                hash_pieces(&WorkTree, &pieces, surroundings, &Progress::default()).expect("digests");
            let keys: Vec<&Key> = key.into_iter().collect();
            let hashed = hash_data(&fingerprints(&DATA, secret, &keys), key).expect("digests");
            assert_eq!(hashed.digest, expected.digest, "{secret} {key:?}");
            assert_eq!(hashed.files.len(), expected.files.len());
            for (own, other) in hashed.files.iter().zip(&expected.files) {
                assert_eq!((&own.name, own.digest, own.notes), (&other.name, other.digest, other.notes));
            }
            assert_eq!(hashed.bytes, if secret { 0 } else { expected.bytes });
        }
    }

    #[test]
    fn what_is_read_back_has_no_digest_of_a_secret_without_its_key() {
        let (key, other) = (Key::of(b"0123456789abcdef"), Key::of(b"fedcba9876543210"));
        let kept = read_back(&fingerprints(&DATA, true, &[&key]));
        assert!(hash_data(&kept, Some(&key)).is_ok());
        for key in [None, Some(&other)] {
            assert!(matches!(hash_data(&kept, key), Err(ChecksumError::Unknown { .. })), "{key:?}");
        }
        let plain = Digest::of(b"2").to_string();
        assert!(!serde_json::to_string(&kept).expect("JSON").contains(&plain));
        let public = fingerprints(&DATA, false, &[]);
        assert_eq!(read_back(&public), public);
    }

    #[test]
    fn a_name_cannot_end_its_line() {
        let data = fingerprints(&[("data/a\nb", "1")], false, &[]);
        assert!(matches!(hash_data(&data, None), Err(ChecksumError::Name { .. })));
    }
}
