//! What is known of the command line of the helmfile whose hook runs helmsum.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

/// What is known of helmfile's command line, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Helmfile {
    /// Options that were taken over.
    pub taken: Vec<&'static str>,
    /// Options that helmsum was given otherwise than helmfile.
    pub differing: Vec<&'static str>,
    /// Options that change what is read, and that were not handed over.
    pub unread: Vec<&'static str>,
    /// Options that change what is rendered, whose values cannot be told.
    pub untold: Vec<&'static str>,
    /// The process that was named is none that can be read.
    pub misnamed: Option<String>,
    /// Why no helmfile was found.
    pub missing: Option<&'static str>,
    /// Options of which it is not known whether helmfile was given them.
    pub doubtful: Option<BTreeSet<String>>,
    /// Whether it was given a namespace, where that is known.
    pub namespace: Option<bool>,
    /// Where helmfile works.
    pub directory: Option<Utf8PathBuf>,
}

impl Helmfile {
    /// Whether it is known what helmfile was given for an option.
    #[must_use]
    pub(crate) fn tells(&self, option: &str) -> bool {
        let lost = self.missing.is_some() || self.misnamed.is_some();
        !lost && self.doubtful.as_ref().is_none_or(|names| !names.contains(option))
    }
}
