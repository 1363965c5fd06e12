//! The proof by mutation: whatever an object is made of is changed a little, and exactly those pods have to be others that read it.
//!
//! Nothing is believed: an input is changed in an overlay, the releases that read it are rendered, and where the data of an object move that
//! somebody reads, the whole project is planned and rendered with it. Its pod templates are compared with those of the project as it is.

mod inputs;
mod leaves;
mod outcome;
mod prove;

pub(crate) use outcome::{Input, Proof, Proved, Standing, Surplus};
pub(crate) use prove::prove;
