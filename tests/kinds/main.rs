//! Sources that are rendered or decrypted, with the real helm, helmfile and sops.

#[path = "../programs/mod.rs"]
#[expect(dead_code, reason = "the projects are written here, not copied")]
mod programs;

mod generated;
mod leak;
mod objects;
mod order;
mod parallel;
mod project;
mod sops;
