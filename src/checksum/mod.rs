//! # Checksum, version 1
//!
//! 1. Every file of a source gives one line: the hex SHA-256 of its bytes, two spaces, its name, a line feed. The name is
//!    relative to the source, with `./` in front and `/` between its parts.
//! 2. Lines are taken in the byte order of the names; the digest of the source is the SHA-256 of the lines.
//! 3. The checksum of one source is its digest. That of several is the SHA-256 of one line for each, `digest  label`, in the
//!    byte order of the labels.
//!
//! A name cannot contain a line break, so no file can pretend to be two. Not covered: modes, times, owners, empty directories,
//! files that helmsum wrote, and junk. A changed executable bit does not move the digest, and does not restart a pod.
//!
//! This is frozen: another result for the same files restarts everybody's pods. `tests/vectors/checksum` contains digests that
//! never change and a second implementation over coreutils, and the tests compare all three.

mod data;
mod digest;
mod file;
mod fingerprint;
mod key;
mod pieces;
mod plain;
mod reproduce;
mod sealed;
mod source;

pub use digest::{Digest, combine};
pub(crate) use file::Notes;
pub use file::{Progress, Transform};
pub(crate) use fingerprint::{Fingerprint, hash_data};
pub(crate) use key::Key;
pub use key::KeyFile;
pub(crate) use pieces::HashedPieces;
pub use pieces::hash_pieces;
pub use reproduce::{Reproduction, combination, reproduction};
pub(crate) use sealed::Encryption;
pub use source::{ChecksumError, Hashed, Surroundings, hash_listing, of_paths};
pub(crate) use source::{HashedFile, LIGHT, PathsChecksum, hash_secret};
