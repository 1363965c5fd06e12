//! What helm is given for a release and what it makes of it, compared with the real programs where they are built
//! (`tests/tools/build`).

mod alike;
mod arguments;
mod caches;
mod dependencies;
mod embed;
mod generated;
mod objects;
mod pieces;
mod project;
mod refusals;
mod stand_in;
mod vectors;
mod versions;
