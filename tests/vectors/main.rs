//! What the real libraries do, written down by the programs in `go/`, against what helmsum does.

mod directives;
mod functions;
mod plain;
mod references;
#[path = "../support/mod.rs"]
mod support;
mod template;
mod yaml;
