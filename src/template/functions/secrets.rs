//! References to secrets: helmfile hands them to the library vals, [`vals`](crate::vals) resolves those that need no account.

use std::cell::RefCell;

use super::arguments::{Outcome, any, bytes, function, map, note_mutation};
use crate::template::function::{Call, ExecPolicy, Function, FunctionError, Parameter};
use crate::vals::{Resolver, Unresolved, has_reference};
use crate::value::Value;

use Parameter::{Map as Dict, String as Text};

pub(super) const FUNCTIONS: &[Function] = &[
    function("fetchSecretValue", &[Text], fetch_secret_value),
    function("expandSecretRefs", &[Dict], expand_secret_refs),
];

fn fetch_secret_value(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let text = bytes(arguments, 0)?;
    if !has_reference(text) {
        return Ok(any(arguments, 0)?.clone());
    }
    let value = resolve(call, |resolver| resolver.in_text(text))?;
    if value.string_bytes().is_none() {
        let message = "`fetchSecretValue` of a reference that does not give a string: `expandSecretRefs` takes any type";
        return Err(FunctionError::failed(message));
    }
    Ok(value)
}

/// vals walks the map, changes it in place and returns it. Without references only the types of lists change.
fn expand_secret_refs(call: &mut dyn Call, arguments: &[Value]) -> Outcome {
    let map = map(arguments, 0)?;
    let changed = resolve(call, |resolver| resolver.in_map(&map))?;
    if changed {
        note_mutation(call);
    }
    Ok(Value::Map(map))
}

/// Resolves references with what the template has; the files that were read for them are read by the template.
fn resolve<T>(
    call: &mut dyn Call,
    what: impl FnOnce(&Resolver<'_>) -> Result<T, Unresolved>,
) -> Result<T, FunctionError> {
    let context = call.context();
    let resolver = Resolver {
        tree: &*context.tree,
        directory: context.references.directory.as_deref(),
        variables: &context.environment,
        programs: context.exec != ExecPolicy::Refused,
        shows: false,
        secrets: &context.references.secrets,
        decrypted: &context.references.decrypted,
        directories: &context.references.directories,
        documents: RefCell::default(),
        files: RefCell::default(),
    };
    let outcome = what(&resolver);
    let files = resolver.files.into_inner();
    let (effects, place) = call.effects();
    for file in files {
        effects.files.entry(file).or_insert_with(|| place.clone());
    }
    outcome.map_err(|unresolved| match unresolved.refusal {
        Some(refusal) => {
            FunctionError::Refused { refusal, message: unresolved.message, hint: Some(unresolved.hint) }
        }
        None => FunctionError::failed(unresolved.message),
    })
}
