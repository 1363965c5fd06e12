//! The directive that accepts that pods read an object and do not restart when it changes.

use super::What;
use super::fault::{At, Fault};
use super::parse::{self, Render};
use super::words::{self, Word};
use crate::rendered::ObjectKind;
use crate::text::Place;

/// The first word of such a directive.
const ACCEPT: &str = "accept";

/// An object of another release that the pods of a release read, where it is known and meant that its changes restart nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// The kind of the object.
    pub kind: ObjectKind,
    /// Its name.
    pub name: String,
    /// Why that is so, as written.
    pub reason: String,
    /// Where that is said.
    pub place: Place,
}

/// Whether what stands after `helmsum:` accepts something, rather than to name a source.
pub(super) fn is_accept(rest: &str) -> bool {
    rest.split([' ', '\t']).next() == Some(ACCEPT)
}

/// Reads what stands after `helmsum:`, where it [accepts](is_accept) something. The name may be a template; the reason is taken as it
/// is written.
pub(super) fn parse(rest: &str, place: Place, render: &mut Render<'_>) -> Result<Accepted, At> {
    let behind = rest.get(ACCEPT.len()..).unwrap_or_default();
    let start = rest.len() - behind.trim_start_matches([' ', '\t']).len();
    if start == rest.len() {
        return Err(Fault::NothingAccepted.at(0..rest.len()));
    }
    let (text, reason) =
        words::word(&rest[start..]).map_err(|(at, fault)| fault.at(start + at..rest.len()))?;
    let mut object = Word { text, span: start..rest.len() - reason.len() };
    parse::check_templates(&rest[object.span.clone()], render).map_err(|at| at.moved(start))?;
    parse::finish(&mut object, render).map_err(|fault| fault.at(object.span.clone()))?;
    let (kind, name) = match parse::what(&object.text) {
        Ok(What::Object(kind @ (ObjectKind::ConfigMap | ObjectKind::Secret), name)) => (kind, name),
        Err(fault @ Fault::BadObject(..)) => return Err(fault.at(object.span)),
        _ => return Err(Fault::NoObject(object.text).at(object.span)),
    };
    let reason = reason.trim_matches([' ', '\t']);
    if !reason.contains(char::is_alphanumeric) {
        return Err(Fault::NoReason.at(0..rest.len()));
    }
    Ok(Accepted { kind, name, reason: reason.to_owned(), place })
}
