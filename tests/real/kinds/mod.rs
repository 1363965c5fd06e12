//! Sources that are rendered or decrypted, with the real helm, helmfile and sops.

mod auto;
mod generated;
mod hints;
mod influences;
mod leak;
mod objects;
mod order;
mod parallel;
pub(crate) mod project;
mod references;
pub(crate) mod sops;
mod specified;
