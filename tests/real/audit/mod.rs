//! `helmsum audit` with the real helm: what pods read of other releases, what covers it, and where checksums arrive.

mod arrival;
mod certain;
mod coverage;
mod outputs;
mod places;
mod platform;
pub(crate) mod project;
mod proof;
mod readings;
mod since;
mod unaudited;
