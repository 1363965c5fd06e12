//! The functions that templates may call beside Go's own: all of sprig 3.3.0 and those that helmfile 1.8.0 adds or replaces.
//!
//! Every function behaves as the original, oddities included, and every difference that cannot be avoided is an error that
//! says so. Where Go's function panics, the template fails with the same message.

mod arguments;
mod compare;
mod convert;
mod dates;
mod decimal;
mod defaults;
mod dicts;
mod encoding;
mod environment;
mod files;
mod hashes;
mod json;
mod lists;
mod math;
mod merge;
mod passwords;
mod paths;
mod process;
mod random;
mod refused;
mod regex;
mod secrets;
mod semver;
mod state_values;
mod strings;
mod templates;
#[cfg(test)]
mod tests;
mod types;
mod urls;
mod words;
mod yaml;

pub(crate) use semver::admits;

use std::sync::{Arc, LazyLock};

use super::function::{Function, Known, Registry};

/// The functions that may change a map that exists already, `.Values` for example.
pub(crate) const MUTATING: &[&str] = &[
    "expandSecretRefs",
    "merge",
    "mergeOverwrite",
    "mustMerge",
    "mustMergeOverwrite",
    "set",
    "setValueAtPath",
    "unset",
];

/// All functions of all modules.
const FUNCTIONS: &[&[Function]] = &[
    compare::FUNCTIONS,
    dates::FUNCTIONS,
    defaults::FUNCTIONS,
    dicts::FUNCTIONS,
    encoding::FUNCTIONS,
    environment::FUNCTIONS,
    files::FUNCTIONS,
    hashes::FUNCTIONS,
    json::FUNCTIONS,
    lists::FUNCTIONS,
    math::FUNCTIONS,
    merge::FUNCTIONS,
    passwords::FUNCTIONS,
    paths::FUNCTIONS,
    process::FUNCTIONS,
    random::FUNCTIONS,
    regex::FUNCTIONS,
    secrets::FUNCTIONS,
    semver::FUNCTIONS,
    state_values::FUNCTIONS,
    strings::FUNCTIONS,
    templates::FUNCTIONS,
    types::FUNCTIONS,
    urls::FUNCTIONS,
    words::FUNCTIONS,
    yaml::FUNCTIONS,
];

/// What helmfile's templates know by name beside Go's own functions, with those of sprig that are refused before anything
/// runs, and the methods of points in time.
#[must_use]
pub fn registry() -> Registry {
    static KNOWN: LazyLock<Arc<Known>> = LazyLock::new(|| {
        Registry::new(FUNCTIONS.iter().copied().flatten().copied())
            .with_methods("time.Time", dates::METHODS.iter().copied())
            .without(refused::REFUSED.iter().copied())
            .known
    });
    Registry { known: Arc::clone(&KNOWN), ..Registry::default() }
}
