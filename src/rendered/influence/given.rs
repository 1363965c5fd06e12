//! Which questions the arguments of helm answer already.

use super::super::arguments::Argument;
use super::super::template::Templating;
use super::parts::{Asked, Question};

/// What every cluster offers that is still supported by anybody (all are stable since Kubernetes 1.23).
const ALWAYS: [&str; 20] = [
    "admissionregistration.k8s.io/v1",
    "apiextensions.k8s.io/v1",
    "apiregistration.k8s.io/v1",
    "apps/v1",
    "authentication.k8s.io/v1",
    "authorization.k8s.io/v1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "certificates.k8s.io/v1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "events.k8s.io/v1",
    "networking.k8s.io/v1",
    "node.k8s.io/v1",
    "policy/v1",
    "rbac.authorization.k8s.io/v1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1",
    "v1",
];

/// What helm is told by its arguments.
#[derive(Debug, Default)]
pub(super) struct Given {
    /// `--kube-version`.
    pub(super) kube_version: Option<String>,
    /// `--api-versions`.
    pub(super) api_versions: Vec<String>,
    /// `--enable-dns`.
    pub(super) hosts: bool,
    /// Whether there is a post renderer.
    pub(super) post_renderer: bool,
}

impl Given {
    /// What helm is told for a release.
    pub(super) fn of(templating: &Templating) -> Self {
        let mut given = Self::default();
        let mut words = templating.arguments.iter().map(|argument| match argument {
            Argument::Text(text) => text.as_str(),
            Argument::Chart | Argument::Values(_) | Argument::File(..) => "",
        });
        while let Some(word) = words.next() {
            let (name, attached) = match word.split_once('=') {
                Some((name, value)) if name.starts_with('-') => (name, Some(value)),
                _ => (word, None),
            };
            match name {
                "--kube-version" => {
                    given.kube_version = attached.or_else(|| words.next()).map(str::to_owned);
                }
                "--api-versions" | "-a" => {
                    let list = attached.or_else(|| words.next()).unwrap_or_default();
                    given.api_versions.extend(list.split(',').map(str::to_owned));
                }
                "--enable-dns" => given.hosts = attached != Some("false"),
                "--post-renderer" => given.post_renderer = true,
                _ => {}
            }
        }
        given
    }

    /// Whether a question has one answer for every cluster, clock and chance.
    pub(super) fn settles(&self, asked: &Asked) -> bool {
        match asked.question {
            Question::Host => !self.hosts,
            Question::KubeVersion => self.kube_version.is_some(),
            Question::ApiVersions => asked.literal.as_ref().is_some_and(|literal| {
                self.api_versions.contains(literal)
                    || ALWAYS.iter().any(|version| {
                        literal == version
                            || literal.strip_prefix(version).is_some_and(|rest| {
                                rest.strip_prefix('/').is_some_and(|kind| !kind.contains('/'))
                            })
                    })
            }),
            _ => false,
        }
    }

    /// What is offered at least.
    pub(super) fn offered(&self) -> Vec<String> {
        self.api_versions.iter().cloned().chain(ALWAYS.map(str::to_owned)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(literal: &str) -> Asked {
        let (question, literal) = (Question::ApiVersions, Some(literal.to_owned()));
        Asked { question, spelled: String::new(), literal, place: None }
    }

    #[test]
    fn what_every_cluster_has_or_was_handed_over_is_no_question() {
        let given = Given { api_versions: vec!["a.example.org/v1".into()], ..Given::default() };
        for version in ["v1", "v1/ConfigMap", "apps/v1/Deployment", "a.example.org/v1"] {
            assert!(given.settles(&asked(version)), "{version}");
        }
        for version in ["v2", "v1beta1", "apps/v1beta1", "a.example.org/v1/Thing", "v1/a/b"] {
            assert!(!given.settles(&asked(version)), "{version}");
        }
    }
}
