//! Objects that Kubernetes does not let change: the deployment of their releases fails.

use std::collections::BTreeMap;

use super::compare::Pair;
use super::result::{Refused, RefusedChange};
use super::side::Side;
use crate::checksum::Fingerprint;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::Made;
use crate::plan::contents::makers::settled;
use crate::plan::contents::rendering::Rendering;
use crate::plan::rules::project::Findings;
use crate::rendered::{Mark, Object, ObjectKind};
use crate::text::shell_word;

/// Every object that is immutable on the first side and another one on the second, under the same name and of the same release.
pub(super) fn find(pairs: &[Pair<'_>], rendering: &mut Rendering<'_>) -> Vec<Refused> {
    let mut found = Vec::new();
    for Pair { base, head } in pairs {
        let (Some(base), Some(head)) = (base, head) else { continue };
        if !head.is_selected || base.foreign.is_some() || head.foreign.is_some() {
            continue;
        }
        let (Some(before), Some(after)) = (base.rendered(), head.rendered()) else { continue };
        // What is a hook is made anew each time.
        for old in before.objects.iter().filter(|old| old.is_immutable && !old.is_hook) {
            let Some(new) = after.objects.iter().find(|new| is_same(old, new)) else { continue };
            let change = match (content(old) == content(new), new.is_immutable) {
                (true, true) => continue,
                (false, _) => RefusedChange::Data,
                (true, false) => RefusedChange::Immutable,
            };
            // Data that are left to chance, to the clock or to the cluster differ from one rendering to the next.
            let wanted = std::iter::once((new.kind, new.name.clone())).collect();
            if !rendering.influences(head.at, &wanted).is_ok_and(|influences| influences.is_empty()) {
                continue;
            }
            found.push(Refused {
                named: head.named.clone(),
                kind: old.kind.name(),
                namespace: new.namespace.clone(),
                name: new.name.clone(),
                change,
                place: head.place.clone(),
            });
        }
    }
    found
}

/// The data of an object as Kubernetes compares them: what a Secret has as `stringData` becomes its `data`.
fn content(object: &Object<Fingerprint>) -> BTreeMap<&str, Mark> {
    let name = |name: &'_ str| match object.kind {
        ObjectKind::Secret => name.split_once('/').map_or(0, |(field, _)| field.len() + 1),
        ObjectKind::ConfigMap | ObjectKind::Other => 0,
    };
    object.data.iter().map(|datum| (&datum.name[name(&datum.name)..], datum.mark)).collect()
}

fn is_same(old: &Object<Fingerprint>, new: &Object<Fingerprint>) -> bool {
    old.kind == new.kind
        && old.name == new.name
        && settled(&old.namespace) == settled(&new.namespace)
        && !new.is_hook
}

impl Refused {
    /// How the deployment goes through.
    pub(crate) fn fix(&self) -> String {
        let namespace = match self.namespace.as_str() {
            "" => String::new(),
            namespace => format!(" --namespace {}", shell_word(namespace)),
        };
        format!(
            "give it a name that changes with its data, or delete it before the deployment: `kubectl delete {} {}{namespace}`",
            self.kind.to_lowercase(),
            shell_word(&self.name)
        )
    }
}

/// Says of each what Kubernetes will.
pub(super) fn say(refused: &[Refused], head: &Side, made: &Made<'_>, findings: &mut Findings) {
    for one in refused {
        let message = format!(
            "{} `{}` of {} is immutable, and {}: Kubernetes refuses that, and the deployment fails",
            one.kind,
            one.name,
            one.named.release,
            one.change.words()
        );
        let finding = Diagnostic::finding(Code::ImmutableChange, message)
            .hint(one.fix())
            .or_at_known(one.place.as_ref())
            .release(one.named.release.clone());
        head.say(&one.named, finding, made, findings);
    }
}
