//! What helm is given for a release and what it makes of it.

mod pieces;
mod project;
mod refusals;
