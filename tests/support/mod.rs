//! What the tests share: repositories to run helmsum in, the real programs, and cases written as text.

#![expect(dead_code, reason = "every test binary uses a part of it")]

pub(crate) mod answer;
pub(crate) mod case;
pub(crate) mod chance;
pub(crate) mod choices;
pub(crate) mod gallery;
pub(crate) mod page;
pub(crate) mod plugins;
pub(crate) mod programs;
pub(crate) mod replay;
pub(crate) mod repo;
pub(crate) mod sandbox;
pub(crate) mod tagged;

/// The full name of the test called `name` in the module with this path, as the test harness takes it after `--exact`.
pub(crate) fn full_name(module: &str, name: &str) -> String {
    let (_, module) = module.split_once("::").expect("tests lie in modules");
    format!("{module}::{name}")
}
