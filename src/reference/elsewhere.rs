//! What resources without pods say of objects: what they read, and what controllers make of them.

use serde::{Deserialize, Serialize};

use super::kinds::{self, Making};
use super::pod::{self, Form, Kind, Reference};
use super::resource::{Identity, Origin, Resource};
use super::spot::Spot;
use super::workload::digest;

/// A resource without pods that reads objects: Ingress, Gateway, Route, service account. All of them are read live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// What it is called.
    pub identity: Identity,
    /// Where it comes from.
    pub origin: Origin,
    /// What it reads.
    pub references: Vec<Reference>,
}

/// A resource of which a controller makes an object: its content is not among the manifests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maker {
    /// What it is called.
    pub identity: Identity,
    /// Where it comes from.
    pub origin: Origin,
    /// The kind of what it makes.
    pub kind: Kind,
    /// The names of what it makes.
    pub names: Vec<String>,
    /// Whether it makes them in other namespaces too.
    pub is_everywhere: bool,
    /// The SHA-256 of its `spec`.
    pub digest: String,
}

/// A `SecretProviderClass`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// What it is called.
    pub identity: Identity,
    /// Where it comes from.
    pub origin: Origin,
    /// The SHA-256 of its `spec`.
    pub digest: String,
}

/// Where resources without pods name a Secret with a certificate: group, kind, path.
const CERTIFICATES: [(&str, &str, &str); 8] = [
    ("networking.k8s.io", "Ingress", "spec.tls[].secretName"),
    ("extensions", "Ingress", "spec.tls[].secretName"),
    ("networking.istio.io", "Gateway", "spec.servers[].tls.credentialName"),
    ("route.openshift.io", "Route", "spec.tls.externalCertificate.name"),
    ("traefik.io", "IngressRoute", "spec.tls.secretName"),
    ("traefik.containo.us", "IngressRoute", "spec.tls.secretName"),
    ("projectcontour.io", "HTTPProxy", "spec.virtualhost.tls.secretName"),
    ("networking.x-k8s.io", "Gateway", "spec.listeners[].tls.certificateRef.name"),
];

/// What a resource without pods reads.
pub(super) fn elsewhere(resource: &Resource) -> Option<Elsewhere> {
    let identity = &resource.identity;
    let mut names: Vec<(Form, Kind, Spot)> = Vec::new();
    for (_, _, path) in CERTIFICATES.iter().filter(|(group, kind, _)| identity.is(group, kind)) {
        let found = kinds::follow(&resource.root, path).into_iter();
        names.extend(found.map(|name| (Form::Certificate, Kind::Secret, name)));
    }
    if identity.kind == "Ingress" {
        let annotations = resource.root.at(&["metadata", "annotations"]);
        for (key, value) in annotations.entries() {
            let word = key.rsplit('/').next().unwrap_or(&key).to_ascii_lowercase();
            let kind = if word.ends_with("secret") {
                Kind::Secret
            } else if word.ends_with("configmap") || word == "auth-proxy-set-headers" {
                Kind::ConfigMap
            } else {
                continue;
            };
            names.push((Form::Annotation(key.to_string()), kind, value));
        }
    }
    if identity.is("", "ServiceAccount") {
        names.extend(of_account(resource));
    }
    let mut references = pod::live(resource, names);
    if identity.is("gateway.networking.k8s.io", "Gateway") {
        references.extend(of_gateway(resource));
    }
    for reference in &mut references {
        // Annotations and Istio write `NAMESPACE/NAME`.
        if let Some((namespace, name)) = reference.name.split_once('/') {
            (reference.namespace, reference.name) = (namespace.to_owned(), name.to_owned());
        }
    }
    if references.is_empty() {
        return None;
    }
    Some(Elsewhere { identity: identity.clone(), origin: resource.origin.clone(), references })
}

/// The certificates of a Gateway, each of which may name a namespace of its own.
fn of_gateway(gateway: &Resource) -> Vec<Reference> {
    let mut found = Vec::new();
    for certificate in kinds::follow(&gateway.root, "spec.listeners[].tls.certificateRefs[]") {
        if certificate.text_of("kind").is_none_or(|kind| kind == "Secret") {
            let own = pod::live(gateway, vec![(Form::Certificate, Kind::Secret, certificate.key("name"))]);
            let namespace = certificate.text_of("namespace");
            found.extend(own.into_iter().map(|reference| match &namespace {
                Some(namespace) => Reference { namespace: namespace.clone(), ..reference },
                None => reference,
            }));
        }
    }
    found
}

/// The secrets that a service account names.
fn of_account(account: &Resource) -> Vec<(Form, Kind, Spot)> {
    let list = |key: &str| account.root.key(key).items().into_iter().map(|item| item.key("name"));
    let secrets = list("secrets").map(|name| (Form::OfAccount, Kind::Secret, name));
    secrets.chain(list("imagePullSecrets").map(|name| (Form::Pull, Kind::Secret, name))).collect()
}

/// What a controller makes of a resource.
pub(super) fn maker(resource: &Resource) -> Option<Maker> {
    if let Some(copied) = copied(resource) {
        return Some(copied);
    }
    let Making { object, name, everywhere, .. } = kinds::making(&resource.identity)?;
    let names = |path: &String| -> Vec<String> {
        kinds::follow(&resource.root, path).iter().filter_map(|name| name.text().map(str::to_owned)).collect()
    };
    let names = name.iter().map(names).find(|names| !names.is_empty())?;
    Some(Maker {
        identity: resource.identity.clone(),
        origin: resource.origin.clone(),
        kind: *object,
        names,
        is_everywhere: *everywhere,
        digest: digest(&resource.root.key("spec").value),
    })
}

/// The copies of an object that a controller makes in other namespaces, as its annotations ask.
fn copied(resource: &Resource) -> Option<Maker> {
    let is = |kind: &str| resource.identity.is("", kind);
    let kind = if is("ConfigMap") {
        Kind::ConfigMap
    } else if is("Secret") {
        Kind::Secret
    } else {
        return None;
    };
    let annotations = resource.root.at(&["metadata", "annotations"]);
    let asks = |key: &str| annotations.key(key).text().is_some_and(|value| !["", "false"].contains(&value));
    let name = resource.identity.name.clone();
    (!name.is_empty() && kinds::table().copier.iter().any(|one| asks(&one.key))).then(|| Maker {
        identity: resource.identity.clone(),
        origin: resource.origin.clone(),
        kind,
        names: vec![name],
        is_everywhere: true,
        digest: digest(&resource.root.key("data").value),
    })
}

/// The `SecretProviderClass` that a resource is.
pub(super) fn class(resource: &Resource) -> Option<Class> {
    resource.identity.is("secrets-store.csi.x-k8s.io", "SecretProviderClass").then(|| Class {
        identity: resource.identity.clone(),
        origin: resource.origin.clone(),
        digest: digest(&resource.root.key("spec").value),
    })
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use crate::diagnostic::Level;
    use crate::rendered::Marker;

    fn listed(text: &str) -> Vec<String> {
        let manifests = read(text.as_bytes(), "edge", &Marker::new(b"")).expect("manifests");
        let one = |one: &super::Reference| {
            assert_eq!(one.need.level(), Level::Allow);
            format!("{} {}/{} {}", one.kind.name(), one.namespace, one.name, one.path)
        };
        manifests.elsewhere.iter().flat_map(|of| &of.references).map(one).collect()
    }

    #[test]
    fn certificates_and_annotations_of_ingresses_are_read_live() {
        let text = "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/auth-secret: users
    nginx.ingress.kubernetes.io/auth-tls-secret: certs/ca
    nginx.ingress.kubernetes.io/fastcgi-params-configmap: params
    nginx.ingress.kubernetes.io/auth-proxy-set-headers: headers
    nginx.ingress.kubernetes.io/auth-secret-type: auth-file
    nginx.ingress.kubernetes.io/auth-type: basic
spec:
  tls: [{hosts: [a], secretName: web-tls}, {hosts: [b]}, null]
";
        assert_eq!(
            listed(text),
            [
                "Secret edge/web-tls spec.tls[0].secretName",
                "ConfigMap edge/headers metadata.annotations[\"nginx.ingress.kubernetes.io/auth-proxy-set-headers\"]",
                "Secret edge/users metadata.annotations[\"nginx.ingress.kubernetes.io/auth-secret\"]",
                "Secret certs/ca metadata.annotations[\"nginx.ingress.kubernetes.io/auth-tls-secret\"]",
                "ConfigMap edge/params metadata.annotations[\"nginx.ingress.kubernetes.io/fastcgi-params-configmap\"]",
            ]
        );
    }

    #[test]
    fn gateways_and_routes_are_followed() {
        for (version, kind, spec, found) in [
            (
                "gateway.networking.k8s.io/v1",
                "Gateway",
                "{listeners: [{tls: {certificateRefs: [{name: a}]}}]}",
                "a",
            ),
            ("networking.istio.io/v1", "Gateway", "{servers: [{tls: {credentialName: a}}]}", "a"),
            ("route.openshift.io/v1", "Route", "{tls: {externalCertificate: {name: a}}}", "a"),
            ("traefik.io/v1alpha1", "IngressRoute", "{tls: {secretName: a}}", "a"),
            ("projectcontour.io/v1", "HTTPProxy", "{virtualhost: {tls: {secretName: certs/a}}}", "a"),
        ] {
            let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\nspec: {spec}\n");
            let listed = listed(&text);
            assert_eq!(listed.len(), 1, "{text}");
            assert!(listed[0].contains(&format!("/{found} spec.")), "{listed:?}");
        }
        assert!(
            listed("apiVersion: v1\nkind: Gateway\nspec: {servers: [{tls: {credentialName: a}}]}\n")
                .is_empty()
        );
    }

    #[test]
    fn secrets_of_a_service_account_are_those_of_its_pods() {
        let text = "apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
secrets: [{name: token}]
imagePullSecrets: [{name: registry}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {template: {spec: {serviceAccountName: web, containers: [{name: web}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: other, namespace: shop}
spec: {template: {spec: {serviceAccountName: web, containers: [{name: web}]}}}
";
        let manifests = read(text.as_bytes(), "edge", &Marker::new(b"")).expect("manifests");
        let of = |at: usize| -> Vec<String> {
            let references = manifests.workloads[at].references();
            references.map(|one| format!("{} {} {}", one.kind.name(), one.name, one.how())).collect()
        };
        assert_eq!(
            of(0),
            [
                "ServiceAccount web serviceAccountName",
                "Secret token secrets of the service account",
                "Secret registry secrets of the service account"
            ]
        );
        assert_eq!(of(1), ["ServiceAccount web serviceAccountName"]);
    }

    /// A manifest and what is made of it, for each line of the table.
    const MAKERS: [(&str, &str, &str, &str); 11] = [
        ("kubernetes-client.io/v1", "ExternalSecret", "spec: {backendType: vault}", "Secret x"),
        ("external-secrets.io/v1", "ExternalSecret", "spec: {target: {name: a}}", "Secret a"),
        (
            "external-secrets.io/v1",
            "ClusterExternalSecret",
            "spec: {externalSecretName: a}",
            "Secret a everywhere",
        ),
        ("bitnami.com/v1alpha1", "SealedSecret", "spec: {template: {metadata: {name: b}}}", "Secret x"),
        ("cert-manager.io/v1", "Certificate", "spec: {secretName: a}", "Secret a"),
        ("secrets.hashicorp.com/v1beta1", "VaultStaticSecret", "spec: {destination: {name: a}}", "Secret a"),
        ("secrets.hashicorp.com/v1beta1", "VaultDynamicSecret", "spec: {destination: {name: a}}", "Secret a"),
        ("secrets.hashicorp.com/v1beta1", "VaultPKISecret", "spec: {destination: {name: a}}", "Secret a"),
        ("secrets.hashicorp.com/v1beta1", "HCPVaultSecretsApp", "spec: {destination: {name: a}}", "Secret a"),
        (
            "secrets-store.csi.x-k8s.io/v1",
            "SecretProviderClass",
            "spec: {secretObjects: [{secretName: a}, {secretName: b}]}",
            "Secret a b",
        ),
        (
            "trust.cert-manager.io/v1alpha1",
            "Bundle",
            "spec: {target: {configMap: {key: ca}}}",
            "ConfigMap x everywhere",
        ),
    ];

    #[test]
    fn what_a_controller_makes_is_known_by_its_name() {
        for (version, kind, rest, expected) in MAKERS {
            let text = format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\n{rest}\n");
            let makers = read(text.as_bytes(), "edge", &Marker::new(b"")).expect("manifests").makers;
            assert_eq!(makers.len(), 1, "{text}");
            let everywhere = if makers[0].is_everywhere { " everywhere" } else { "" };
            let told = format!("{} {}{everywhere}", makers[0].kind.name(), makers[0].names.join(" "));
            assert_eq!(told, expected, "{text}");
        }
        let table = &super::kinds::table().maker;
        assert!(table.iter().all(|one| MAKERS.iter().any(|(_, kind, ..)| *kind == one.kind)));
        let by_default = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: x}\n";
        assert_eq!(
            read(by_default.as_bytes(), "", &Marker::new(b"")).expect("manifests").makers[0].names,
            ["x"]
        );
        let nameless = "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: x}\n";
        assert!(read(nameless.as_bytes(), "", &Marker::new(b"")).expect("manifests").makers.is_empty());
    }

    #[test]
    fn what_a_controller_copies_to_other_namespaces_is_known_by_its_annotation() {
        let makers = |kind: &str, annotations: &str| {
            let text = format!(
                "apiVersion: v1\nkind: {kind}\nmetadata: {{name: x, annotations: {{{annotations}}}}}\n"
            );
            let makers = read(text.as_bytes(), "edge", &Marker::new(b"")).expect("manifests").makers;
            makers
                .iter()
                .map(|one| format!("{} {}", one.kind.name(), one.names.join(" ")))
                .collect::<Vec<_>>()
        };
        let mut keys: Vec<&str> = super::kinds::table().copier.iter().map(|one| one.key.as_str()).collect();
        keys.sort_unstable();
        assert_eq!(
            keys,
            [
                "reflector.v1.k8s.emberstack.com/reflection-auto-enabled",
                "replicator.v1.mittwald.de/replicate-to",
                "replicator.v1.mittwald.de/replicate-to-matching"
            ]
        );
        for key in keys {
            assert_eq!(makers("Secret", &format!("{key}: 'true'")), ["Secret x"]);
            assert_eq!(makers("ConfigMap", &format!("{key}: shop")), ["ConfigMap x"]);
            for not in
                [format!("{key}: 'false'"), format!("{key}: ''"), format!("{key}: true"), String::new()]
            {
                assert!(makers("Secret", &not).is_empty(), "{not}");
            }
            assert!(makers("ServiceAccount", &format!("{key}: 'true'")).is_empty());
        }
    }

    #[test]
    fn the_digest_of_a_class_moves_with_its_spec() {
        let digest = |vault: &str| {
            let text = format!(
                "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass\nmetadata: {{name: x}}\nspec: {{provider: {vault}}}\n"
            );
            read(text.as_bytes(), "", &Marker::new(b"")).expect("manifests").classes[0].digest.clone()
        };
        assert_eq!(digest("vault"), digest("'vault'"));
        assert_ne!(digest("vault"), digest("azure"));
    }
}
