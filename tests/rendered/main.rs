//! What helm is given for a release and what it makes of it, compared with the real programs where they are built
//! (`tests/tools/build`).

#[expect(dead_code, unused_imports, reason = "every test uses a part of it")]
#[path = "../programs/mod.rs"]
mod programs;

mod alike;
mod arguments;
mod embed;
mod generated;
mod objects;
mod pieces;
mod project;
mod refusals;
mod stand_in;
mod vectors;
