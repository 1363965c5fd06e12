//! How the state is read: the cases that helmfile answered, and what is refused.

mod cases;
mod errors;
mod places;
mod refusals;
#[path = "../support/mod.rs"]
mod support;
