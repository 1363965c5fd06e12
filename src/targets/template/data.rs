//! What a template sees. There is nothing secret among it: digests, names and labels.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::checksum::Digest;
use crate::targets::content::Section;

/// What a target is for, besides its sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subject {
    /// The name of the release, or of the entry of `checksums:`.
    pub name: String,
    /// The namespace, else empty.
    pub namespace: String,
    /// The kube context, else empty.
    pub kube_context: String,
    /// The environment; empty where no state is read.
    pub environment: String,
    /// The labels of the release.
    pub labels: BTreeMap<String, String>,
}

/// The names of the variables of a template.
pub(super) const VARIABLES: [&str; 4] = ["checksum", "sources", "release", "environment"];

/// The variables of a template.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Data<'a> {
    checksum: String,
    sources: Vec<SourceVariables<'a>>,
    release: ReleaseVariables<'a>,
    environment: &'a str,
}

#[derive(Clone, Debug, Serialize)]
struct SourceVariables<'a> {
    label: &'a str,
    name: Option<&'a str>,
    kind: &'a str,
    object: Option<&'a str>,
    digest: String,
}

#[derive(Clone, Debug, Serialize)]
struct ReleaseVariables<'a> {
    name: &'a str,
    namespace: &'a str,
    kube_context: &'a str,
    labels: &'a BTreeMap<String, String>,
}

impl<'a> Data<'a> {
    pub(super) fn new(sections: &[Section<'a>], checksum: Digest, subject: &'a Subject) -> Self {
        let source = |section: &Section<'a>| SourceVariables {
            label: section.label,
            name: section.name,
            kind: section.kind,
            object: section.object.and_then(|object| object.name),
            digest: section.digest.to_string(),
        };
        Self {
            checksum: checksum.to_string(),
            sources: sections.iter().map(source).collect(),
            release: ReleaseVariables {
                name: &subject.name,
                namespace: &subject.namespace,
                kube_context: &subject.kube_context,
                labels: &subject.labels,
            },
            environment: &subject.environment,
        }
    }
}
