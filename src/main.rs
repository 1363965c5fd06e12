//! The `helmsum` binary.

fn main() {}
