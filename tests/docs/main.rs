//! The manual and the published files against the code, and the order of the modules.

mod architecture;
mod ci;
mod compatibility;
mod configuration;
mod findings;
mod links;
mod pages;
mod schema;
#[path = "../support/mod.rs"]
mod support;
