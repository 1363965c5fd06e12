//! What the rules of a release allow its service accounts to read through the API.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::pod::Kind;
use super::resource::Resource;
use super::spot::Spot;

const GROUP: &str = "rbac.authorization.k8s.io";

/// That somebody may read objects of a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Grant {
    /// Who: a service account, or all of them.
    pub account: Account,
    /// In which namespace; nothing for every one.
    pub namespace: Option<String>,
    /// The kind, `ConfigMap` or Secret.
    pub kind: Kind,
    /// The only names; all where there are none.
    pub names: BTreeSet<String>,
}

/// Whom a binding names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Account {
    /// The service account of this namespace and name.
    One(String, String),
    /// Those of this namespace.
    AllOf(String),
    /// All.
    All,
}

impl Grant {
    /// Whether it lets a service account read an object.
    #[must_use]
    pub fn allows(&self, account: (&str, &str), object: (Kind, &str, &str)) -> bool {
        let (kind, namespace, name) = object;
        let is_it = match &self.account {
            Account::One(of, own) => (of.as_str(), own.as_str()) == account,
            Account::AllOf(of) => of == account.0,
            Account::All => true,
        };
        is_it
            && self.kind == kind
            && self.namespace.as_deref().is_none_or(|own| own == namespace)
            && (self.names.is_empty() || self.names.contains(name))
    }
}

/// What the roles and bindings of a release grant. Of roles that every cluster has, what they are known to allow counts too
/// (`plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go`).
pub(super) fn grants(resources: &[Resource]) -> Vec<Grant> {
    let mut grants = Vec::new();
    for binding in resources {
        let everywhere = binding.identity.is(GROUP, "ClusterRoleBinding");
        if !everywhere && !binding.identity.is(GROUP, "RoleBinding") {
            continue;
        }
        let own = &binding.identity.namespace;
        let accounts: Vec<Account> =
            binding.root.key("subjects").items().iter().filter_map(|subject| account(subject, own)).collect();
        if accounts.is_empty() {
            continue;
        }
        let namespace = (!everywhere).then(|| own.clone());
        for (kind, names) in readable(&binding.root.key("roleRef"), own, resources) {
            grants.extend(accounts.iter().map(|account| Grant {
                account: account.clone(),
                namespace: namespace.clone(),
                kind,
                names: names.clone(),
            }));
        }
    }
    grants
}

fn account(subject: &Spot, binding: &str) -> Option<Account> {
    let name = subject.text_of("name")?;
    match subject.key("kind").text()? {
        "ServiceAccount" => {
            Some(Account::One(subject.text_of("namespace").unwrap_or_else(|| binding.to_owned()), name))
        }
        "Group" if name == "system:serviceaccounts" || name == "system:authenticated" => Some(Account::All),
        "Group" => name.strip_prefix("system:serviceaccounts:").map(|of| Account::AllOf(of.to_owned())),
        _ => None,
    }
}

/// The kinds that a role lets read, with the only names, where there are some.
fn readable(role: &Spot, namespace: &str, resources: &[Resource]) -> Vec<(Kind, BTreeSet<String>)> {
    let (Some(kind), Some(name)) = (role.text_of("kind"), role.text_of("name")) else { return Vec::new() };
    let of_cluster = kind == "ClusterRole";
    let found = resources.iter().find(|resource| {
        let own = &resource.identity;
        own.is(GROUP, &kind) && own.name == name && (of_cluster || own.namespace == namespace)
    });
    if let Some(role) = found {
        return role.root.key("rules").items().iter().flat_map(rule).collect();
    }
    let kinds: &[Kind] = match name.as_str() {
        "cluster-admin" | "admin" | "edit" if of_cluster => &[Kind::ConfigMap, Kind::Secret],
        "view" if of_cluster => &[Kind::ConfigMap],
        _ => &[],
    };
    kinds.iter().map(|kind| (*kind, BTreeSet::new())).collect()
}

fn rule(rule: &Spot) -> Vec<(Kind, BTreeSet<String>)> {
    let texts = |key: &str| -> BTreeSet<String> {
        rule.key(key).items().iter().filter_map(|item| Some(item.value.as_str()?.to_owned())).collect()
    };
    let (groups, verbs, named) = (texts("apiGroups"), texts("verbs"), texts("resources"));
    let any = |set: &BTreeSet<String>, wanted: &[&str]| wanted.iter().any(|one| set.contains(*one));
    if !any(&groups, &["", "*"]) || !any(&verbs, &["get", "list", "watch", "*"]) {
        return Vec::new();
    }
    let kinds = [(Kind::ConfigMap, "configmaps"), (Kind::Secret, "secrets")];
    let kinds = kinds.into_iter().filter(|(_, word)| any(&named, &[word, "*"]));
    kinds.map(|(kind, _)| (kind, texts("resourceNames"))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Need, Why, read};
    use crate::rendered::{Marker, ObjectKind};

    /// What the release needs where a Deployment names the Secret `keys` in an argument.
    fn need(rules: &str) -> Need {
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec: {{template: {{spec: {{serviceAccountName: web, containers: [{{name: a, args: [--secret=keys]}}]}}}}}}\n{rules}"
        );
        let manifests = read(text.as_bytes(), "edge", &Marker::new(b"")).expect("manifests");
        let mut found = manifests.mentions(&Marker::new(b""), ObjectKind::Secret, "edge", "keys");
        let (.., need) = found.next().expect("it is named");
        assert!(found.next().is_none());
        need
    }

    fn bound(role: &str, allowed: &str, binding: &str, subject: &str) -> String {
        format!(
            "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {role}\nmetadata: {{name: r}}\nrules: [{allowed}]\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: {binding}\nmetadata: {{name: b}}\nroleRef: {{kind: {role}, name: r}}\nsubjects: [{subject}]\n"
        )
    }

    const READS: &str = "{apiGroups: [''], resources: [secrets], verbs: [get]}";
    const ACCOUNT: &str = "{kind: ServiceAccount, name: web, namespace: edge}";

    #[test]
    fn what_the_rules_allow_is_read_through_the_api() {
        assert_eq!(need(""), Need::Named);
        for (role, allowed, binding, subject) in [
            ("Role", READS, "RoleBinding", ACCOUNT),
            ("Role", READS, "RoleBinding", "{kind: ServiceAccount, name: web}"),
            ("ClusterRole", READS, "RoleBinding", ACCOUNT),
            ("ClusterRole", READS, "ClusterRoleBinding", ACCOUNT),
            ("Role", "{apiGroups: ['*'], resources: ['*'], verbs: ['*']}", "RoleBinding", ACCOUNT),
            ("Role", READS, "RoleBinding", "{kind: Group, name: 'system:serviceaccounts:edge'}"),
            ("Role", READS, "RoleBinding", "{kind: Group, name: 'system:serviceaccounts'}"),
            (
                "Role",
                "{apiGroups: [''], resources: [secrets], verbs: [watch], resourceNames: [keys]}",
                "RoleBinding",
                ACCOUNT,
            ),
        ] {
            let text = bound(role, allowed, binding, subject);
            assert_eq!(need(&text), Need::Nothing(Why::ThroughApi), "{text}");
        }
        for (role, allowed, binding, subject) in [
            ("Role", "{apiGroups: [''], resources: [configmaps], verbs: [get]}", "RoleBinding", ACCOUNT),
            ("Role", "{apiGroups: [apps], resources: [secrets], verbs: [get]}", "RoleBinding", ACCOUNT),
            ("Role", "{apiGroups: [''], resources: [secrets], verbs: [create]}", "RoleBinding", ACCOUNT),
            (
                "Role",
                "{apiGroups: [''], resources: [secrets], verbs: [get], resourceNames: [x]}",
                "RoleBinding",
                ACCOUNT,
            ),
            ("Role", READS, "RoleBinding", "{kind: ServiceAccount, name: other, namespace: edge}"),
            ("Role", READS, "RoleBinding", "{kind: ServiceAccount, name: web, namespace: shop}"),
            ("Role", READS, "RoleBinding", "{kind: User, name: web}"),
            ("Role", "null", "RoleBinding", "null"),
        ] {
            let text = bound(role, allowed, binding, subject);
            assert_eq!(need(&text), Need::Named, "{text}");
        }
    }

    #[test]
    fn roles_that_every_cluster_has_are_known() {
        let of_cluster = |name: &str| {
            need(&format!(
                "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: b}}\nroleRef: {{kind: ClusterRole, name: {name}}}\nsubjects: [{ACCOUNT}]\n"
            ))
        };
        for (name, need) in [
            ("cluster-admin", Need::Nothing(Why::ThroughApi)),
            ("edit", Need::Nothing(Why::ThroughApi)),
            ("view", Need::Named),
            ("unknown", Need::Named),
        ] {
            assert_eq!(of_cluster(name), need, "{name}");
        }
    }
}
