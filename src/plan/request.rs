//! What is asked of a plan: which state, and which of its releases.

use std::fmt;

use crate::state::Additions;

/// Which state is meant, and which of its releases. What helmfile has variables for is filled in where the state is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// The state file or directory.
    pub file: Option<String>,
    /// The environments.
    pub environments: Environments,
    /// The namespace of all releases. A hook that gives an empty one says that helmfile was given none.
    pub namespace: Option<String>,
    /// The kube context of all releases, empty as the namespace is.
    pub kube_context: Option<String>,
    /// `--state-values-set`, in order.
    pub state_values_set: Vec<String>,
    /// `--state-values-set-string`, in order.
    pub state_values_set_string: Vec<String>,
    /// `--state-values-file`, in order.
    pub state_values_file: Vec<String>,
    /// Whether no program of the project may run.
    pub no_exec: bool,
    /// The helm binary.
    pub helm_binary: Option<String>,
    /// What the environment's digest is expected to be. Given empty, it proves nothing, and so it stays.
    pub expect_environment: Option<String>,
    /// The helmfile command that runs this hook.
    pub helmfile_command: Option<String>,
    /// The chart of all releases.
    pub chart: Option<String>,
    /// What helmfile gives helm for every release beside what the state says.
    pub additions: Additions,
    /// `--selector`, in order, as typed.
    pub selectors: Vec<String>,
    /// `--release`, in order.
    pub releases: Vec<ReleaseFilter>,
    /// Whether nothing matching is fine.
    pub allow_no_match: bool,
}

/// The environments that are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Environments {
    /// The one that was named, else the default one.
    One(Option<String>),
    /// All that the state defines.
    All,
}

impl Request {
    /// Whether a hook of helmfile's runs this.
    #[must_use]
    pub(crate) const fn in_hook(&self) -> bool {
        self.helmfile_command.is_some()
    }

    /// Whether the helmfile command that runs this hook deploys nothing, and reads no values files either, so that it must
    /// not fail over a checksum. What is not known is taken for a command that deploys.
    #[must_use]
    pub(crate) fn deploys_nothing(&self) -> bool {
        const HARMLESS: [&str; 7] = ["destroy", "delete", "status", "test", "list", "show-dag", "pull"];
        self.helmfile_command.as_deref().is_some_and(|command| HARMLESS.contains(&command))
    }
}

/// `[NS/]NAME`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReleaseFilter {
    /// The namespace, where one was given; an empty one means releases without a namespace.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

/// A `--release` that names nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`--release {0}` is not `NAME` or `NAMESPACE/NAME`")]
pub(crate) struct NotARelease(pub String);

impl ReleaseFilter {
    /// Whether a release of this namespace and name is meant.
    #[must_use]
    pub(crate) fn matches(&self, namespace: &str, name: &str) -> bool {
        self.name == name && self.namespace.as_deref().is_none_or(|wanted| wanted == namespace)
    }
}

impl std::str::FromStr for ReleaseFilter {
    type Err = NotARelease;

    fn from_str(text: &str) -> Result<Self, NotARelease> {
        let (namespace, name) = match text.rsplit_once('/') {
            Some((namespace, name)) => (Some(namespace.to_owned()), name),
            None => (None, text),
        };
        if name.is_empty() || namespace.as_ref().is_some_and(|namespace| namespace.contains('/')) {
            return Err(NotARelease(text.to_owned()));
        }
        Ok(Self { namespace, name: name.to_owned() })
    }
}

impl fmt::Display for ReleaseFilter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(out, "{namespace}/")?;
        }
        out.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_namespace_means_releases_without_one() {
        let filter: ReleaseFilter = "/web".parse().expect("parses");
        assert!(filter.matches("", "web"));
        assert!(!filter.matches("edge", "web"));
        let anywhere: ReleaseFilter = "web".parse().expect("parses");
        assert!(anywhere.matches("edge", "web"));
        for wrong in ["", "edge/", "a/b/c"] {
            assert_eq!(wrong.parse::<ReleaseFilter>(), Err(NotARelease(wrong.into())));
        }
    }
}
