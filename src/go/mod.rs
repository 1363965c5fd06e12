//! Go's standard library, as far as what helmfile, helm and sprig print and read depends on it: each piece once.
//!
//! A module is named for its package in Go and does what that does, oddities included. None knows values, project files or
//! messages of helmsum: where Go looks into a value, a trait says what is needed of it.

pub(crate) mod encoding;
pub(crate) mod filepath;
pub(crate) mod fmt;
pub(crate) mod json;
pub(crate) mod math;
pub(crate) mod regexp;
pub(crate) mod strconv;
pub(crate) mod strings;
pub(crate) mod time;
pub(crate) mod unicode;
pub(crate) mod url;
