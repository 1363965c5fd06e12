//! References (`ref+file://values.yaml#/key`) as the library vals resolves them for helmfile, as far as they need no account.
//!
//! A text is searched for references ([`has_reference`]), each is taken apart as a URL, and its provider gives a text or, where
//! there is a fragment, a document that the fragment is a path in. [`Resolver`] does this for texts and for whole maps of values.
//! What is resolved is secret: it is noted where it is read. `tests/tools/references` writes what vals makes of the same.

mod address;
mod decrypted;
mod envsubst;
mod expand;
mod noted;
mod pattern;
mod provider;
mod references;
mod unresolved;

#[cfg(test)]
mod tests;

pub(crate) use decrypted::Decrypted;
pub(crate) use expand::Resolver;
pub(crate) use noted::note_document;
pub(crate) use pattern::has_reference;
pub(crate) use references::Directories;
pub use references::References;
pub(crate) use unresolved::Unresolved;
