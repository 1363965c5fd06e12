//! Names of objects in the fields of custom resources, which the operators of those read.
//!
//! What an operator does where such an object changes no manifest tells. So these fields are found by the words of their keys, and one
//! counts only where an object has exactly that name: then its value is no other text by chance.

use serde::{Deserialize, Serialize};

use super::elsewhere::maker;
use super::mention::named;
use super::pod::Kind;
use super::resource::{Identity, Resource};
use super::spot::Spot;
use crate::rendered::{Mark, Marker, is_object_name};

/// A custom resource with fields that may name objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operated {
    /// What it is called.
    pub identity: Identity,
    /// Its fields, in the order of their keys.
    pub fields: Vec<Field>,
}

/// A field of a custom resource whose key says that it names an object. Its value may as well be a password, so that only its mark is
/// kept, which names are compared with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Field {
    /// The kind of object that the key says.
    pub kind: Kind,
    /// The mark of the namespace and the value, as [`named`] makes it.
    pub word: Mark,
    /// Where it is in the manifest.
    pub path: String,
}

/// What is about a resource, or about something in it, and nothing that an operator acts on.
const ABOUT: [&str; 3] = ["metadata", "annotations", "labels"];

/// What a key ends with that has the name itself for its value: `secretName`, `githubConfigSecret`.
const OF_NAMES: [&str; 2] = ["name", ""];

/// What a key ends with that has a map with a `name` for its value: `secretRef`, `superuserSecret`.
const OF_MAPS: [&str; 6] = ["keyselector", "keyref", "selector", "reference", "ref", ""];

/// The fields of a custom resource that may name objects. What a controller makes of the resource it does not read.
pub(super) fn operated(resource: &Resource, marker: &Marker) -> Option<Operated> {
    // The groups of custom resources are domains.
    let is_custom = resource.identity.group().is_some_and(|group| group.contains('.'));
    if !is_custom {
        return None;
    }
    let made = maker(resource);
    let is_made = |kind: Kind, name: &str| {
        made.as_ref().is_some_and(|made| made.kind == kind && made.names.iter().any(|own| own == name))
    };
    let of_resource = resource.root.entries().into_iter().filter(|(key, _)| &**key != "status");
    let mut open: Vec<(Option<String>, Spot)> = opened(of_resource.collect());
    let mut fields = Vec::new();
    while let Some((key, spot)) = open.pop() {
        let key = key.as_deref();
        if let (Some(name), Some(kind)) = (spot.text(), key.and_then(|key| kind_said(key, &OF_NAMES))) {
            fields.extend(field(kind, (&resource.identity.namespace, name), &spot, marker, is_made));
        }
        let (name, kind) = (spot.key("name"), key.and_then(|key| kind_said(key, &OF_MAPS)));
        if let (Some(text), Some(kind)) = (name.text(), kind) {
            let namespace = spot.text_of("namespace");
            let namespace = namespace.as_ref().unwrap_or(&resource.identity.namespace);
            fields.extend(field(kind, (namespace, text), &name, marker, is_made));
        }
        open.extend(opened(spot.entries()));
        // An item is what the plural of its list says.
        let one = key.map(|key| key.strip_suffix('s').unwrap_or(key).to_owned());
        open.extend(spot.items().into_iter().rev().map(|item| (one.clone(), item)));
    }
    (!fields.is_empty()).then(|| Operated { identity: resource.identity.clone(), fields })
}

/// What is in a mapping, the last one first.
fn opened(entries: Vec<(std::rc::Rc<str>, Spot)>) -> Vec<(Option<String>, Spot)> {
    let inner = entries.into_iter().rev().filter(|(key, _)| !ABOUT.contains(&&**key));
    inner.map(|(key, spot)| (Some(key.to_string()), spot)).collect()
}

fn field(
    kind: Kind,
    (namespace, name): (&str, &str),
    spot: &Spot,
    marker: &Marker,
    is_made: impl Fn(Kind, &str) -> bool,
) -> Option<Field> {
    let is_read = is_object_name(name) && !is_made(kind, name);
    is_read.then(|| Field { kind, word: named(marker, namespace, name), path: spot.path.to_string() })
}

/// The kind of object that a key says, before one of these endings.
fn kind_said(key: &str, endings: &[&str]) -> Option<Kind> {
    let key = key.to_ascii_lowercase();
    let stem = endings.iter().find_map(|ending| key.strip_suffix(ending))?.trim_end_matches(['-', '_']);
    if stem.ends_with("secret") {
        Some(Kind::Secret)
    } else if stem.ends_with("configmap") {
        Some(Kind::ConfigMap)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::rendered::ObjectKind;

    /// Where a manifest says these names.
    fn said(text: &str, names: &[(ObjectKind, &str, &str)]) -> Vec<String> {
        let marker = Marker::new(b"a key");
        let manifests = read(text.as_bytes(), "edge", &marker).expect("manifests");
        let mut found = Vec::new();
        for (kind, namespace, name) in names {
            let fields = manifests.named_by_operated(&marker, *kind, namespace, name);
            found.extend(fields.map(|(_, field)| format!("{} {}", kind.name(), field.path)));
        }
        found
    }

    const A: [(ObjectKind, &str, &str); 2] =
        [(ObjectKind::Secret, "edge", "a"), (ObjectKind::ConfigMap, "edge", "a")];

    #[test]
    fn keys_say_that_an_operator_reads_an_object() {
        for (spec, found) in [
            ("{githubConfigSecret: a}", &["Secret spec.githubConfigSecret"][..]),
            ("{superuserSecret: {name: a}}", &["Secret spec.superuserSecret.name"]),
            ("{bootstrap: {initdb: {secret: {name: a}}}}", &["Secret spec.bootstrap.initdb.secret.name"]),
            ("{tls: {secretName: a}}", &["Secret spec.tls.secretName"]),
            ("{adminSecretName: a, secretRef: {name: b}}", &["Secret spec.adminSecretName"]),
            ("{auth: [{secretRef: {name: a, key: k}}]}", &["Secret spec.auth[0].secretRef.name"]),
            ("{tokenSecretRef: {name: a}}", &["Secret spec.tokenSecretRef.name"]),
            ("{password: {secretKeyRef: {name: a}}}", &["Secret spec.password.secretKeyRef.name"]),
            ("{userSecrets: [a, {name: b}]}", &["Secret spec.userSecrets[0]"]),
            ("{certSecrets: [{name: a}]}", &["Secret spec.certSecrets[0].name"]),
            ("{configMapName: a}", &["ConfigMap spec.configMapName"]),
            ("{configMapRef: {name: a}}", &["ConfigMap spec.configMapRef.name"]),
            ("{caConfigMap: a}", &["ConfigMap spec.caConfigMap"]),
            // Not names, or not of these objects.
            ("{clientSecret: hunter2, name: a, secretStoreRef: {name: a}}", &[]),
            ("{secretKey: a, secrets: {a: a}, configMap: b}", &[]),
            ("{secretRef: {name: a, namespace: shop}}", &[]),
            ("{template: {metadata: {annotations: {x/tls-secret: a}}}}", &[]),
        ] {
            let text =
                format!("apiVersion: example.org/v1\nkind: Thing\nmetadata: {{name: x}}\nspec: {spec}\n");
            assert_eq!(said(&text, &A), found, "{spec}");
            let built_in = text.replace("example.org/v1", "apps/v1");
            assert_eq!(said(&built_in, &A), [""; 0], "{spec}");
        }
    }

    #[test]
    fn a_namespace_beside_a_name_is_that_of_the_object() {
        let text = "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: x, namespace: apps}\nspec: {secretRef: {name: a, namespace: shop}, tlsSecret: a}\nstatus: {secretName: a}\n";
        let names = [(ObjectKind::Secret, "shop", "a"), (ObjectKind::Secret, "apps", "a")];
        assert_eq!(said(text, &names), ["Secret spec.secretRef.name", "Secret spec.tlsSecret"]);
    }

    #[test]
    fn what_a_controller_makes_is_not_read() {
        let text = "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: x}\nspec: {secretName: a, keystores: {jks: {passwordSecretRef: {name: b}}}}\n";
        let names = [A[0], (ObjectKind::Secret, "edge", "b")];
        assert_eq!(said(text, &names), ["Secret spec.keystores.jks.passwordSecretRef.name"]);
    }
}
