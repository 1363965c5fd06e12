//! `--release [NS/]NAME`

use std::fmt;

/// `[NS/]NAME`, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseFilter(String);

/// A `--release` that names nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`--release {0}` is not `NAME` or `NAMESPACE/NAME`")]
pub(crate) struct NotARelease(String);

impl ReleaseFilter {
    /// The name.
    #[must_use]
    pub(crate) fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// The namespace, where one was given; an empty one means releases without a namespace.
    fn namespace(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(namespace, _)| namespace)
    }

    /// Whether a release of this namespace and name is meant.
    #[must_use]
    pub(crate) fn matches(&self, namespace: &str, name: &str) -> bool {
        self.name() == name && self.namespace().is_none_or(|wanted| wanted == namespace)
    }

    /// Whether it is a name at all.
    ///
    /// # Errors
    ///
    /// Where it is not.
    pub(crate) fn check(&self) -> Result<(), NotARelease> {
        if self.name().is_empty() || self.namespace().is_some_and(|namespace| namespace.contains('/')) {
            return Err(NotARelease(self.0.clone()));
        }
        Ok(())
    }
}

impl From<String> for ReleaseFilter {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl AsRef<str> for ReleaseFilter {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReleaseFilter {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(text: &str) -> ReleaseFilter {
        ReleaseFilter(text.into())
    }

    #[test]
    fn an_empty_namespace_means_releases_without_one() {
        assert!(filter("/web").matches("", "web"));
        assert!(!filter("/web").matches("edge", "web"));
        assert!(filter("web").matches("edge", "web"));
        assert_eq!(filter("edge/web").check(), Ok(()));
        for wrong in ["", "edge/", "a/b/c"] {
            assert_eq!(filter(wrong).check(), Err(NotARelease(wrong.into())));
        }
    }
}
