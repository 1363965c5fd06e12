//! Checksums over configuration that lives outside a Helm release.
//!
//! helmsum reads a helmfile state, finds for every release the sources it declares, hashes them in a stable order and
//! writes the checksum into a values file that the release already lists. The binary is a thin shell around [`run`].

pub mod checksum;
pub mod finding;
pub mod source;
pub mod state;
pub mod template;
pub mod text;
pub mod tree;
pub mod value;
pub mod yaml;
