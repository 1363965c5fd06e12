//! Versions and constraints on them, with the rules of `Masterminds/semver` v3.

mod constraint;
mod version;

use std::rc::Rc;

use super::arguments::{Outcome, function, text};
use crate::template::function::{Call, Function, FunctionError, Parameter};
use crate::value::Value;

use Parameter::String as Text;

pub(super) use version::Version;

pub(super) const FUNCTIONS: &[Function] =
    &[function("semver", &[Text], semver), function("semverCompare", &[Text, Text], semver_compare)];

fn semver(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let version = Version::parse(text("semver", arguments, 0)?).map_err(FunctionError::failed)?;
    Ok(Value::Object(Rc::new(version)))
}

fn semver_compare(_: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let constraint = text("semverCompare", arguments, 0)?;
    let version = text("semverCompare", arguments, 1)?;
    admits(constraint, version).map(Value::from).map_err(FunctionError::failed)
}

/// Whether a constraint such as `~1.2` admits a version.
///
/// # Errors
///
/// Where either is malformed, in the words of `Masterminds/semver`.
pub(crate) fn admits(constraint: &str, version: &str) -> Result<bool, String> {
    let constraint = constraint::Constraints::parse(constraint)?;
    Ok(constraint.admit(&Version::parse(version)?))
}
