//! What `helmsum.yaml` says about the releases of a state file.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::secrecy::Secrecy;
use crate::command::Context;
use crate::finding::Levels;
use crate::source::config::{self, ChecksumRule, Config, ReleaseRule, TARGETS, Which};
use crate::source::{KeyPath, Source};
use crate::state::{Release, Selector};
use crate::target::Format;
use crate::text::{Place, Problem};
use crate::tree::Tree;

/// Where the checksum goes where nobody says otherwise.
const KEY: &str = "configChecksum";

/// The settings near each state file, each configuration read once.
pub(super) struct Configurations<'c> {
    tree: Arc<dyn Tree>,
    context: &'c Context,
    known: BTreeMap<Utf8PathBuf, Rc<Settings>>,
}

impl<'c> Configurations<'c> {
    pub(super) fn new(tree: Arc<dyn Tree>, context: &'c Context) -> Self {
        Self { tree, context, known: BTreeMap::new() }
    }

    /// The settings for state files in a directory.
    ///
    /// # Errors
    ///
    /// Where the configuration cannot be read.
    pub(super) fn near(&mut self, directory: &Utf8Path) -> Result<Rc<Settings>, Box<Problem>> {
        if let Some(settings) = self.known.get(directory) {
            return Ok(Rc::clone(settings));
        }
        let home = config::locate(&*self.tree, directory).map_err(|error| Box::new(error.problem()))?;
        let chosen = home.config.as_ref().map(|config| config.levels.clone()).unwrap_or_default();
        let settings = Rc::new(Settings {
            root: home.root,
            secrecy: Rc::new(Secrecy::read(self.context, home.config.as_ref())),
            levels: Levels { chosen, strict: self.context.levels.strict },
            targets: match &home.config {
                Some(config) => config.targets.clone(),
                None => TARGETS.map(str::to_owned).to_vec(),
            },
            config: home.config,
        });
        self.known.insert(directory.to_owned(), Rc::clone(&settings));
        Ok(settings)
    }
}

/// What counts for the state files of a directory.
#[derive(Debug)]
pub(super) struct Settings {
    /// The root of the repository.
    pub(super) root: Utf8PathBuf,
    /// The levels of findings.
    pub(super) levels: Levels,
    /// Patterns of file names that are targets.
    pub(super) targets: Vec<String>,
    /// How digests of secrets are made.
    pub(super) secrecy: Rc<Secrecy>,
    /// The configuration, where there is one.
    pub(super) config: Option<Config>,
}

impl Settings {
    /// The entries of `releases:` about a release.
    fn rules(&self, release: &Release) -> impl Iterator<Item = &ReleaseRule> {
        let rules = self.config.as_ref().map(|config| config.releases.as_slice()).unwrap_or_default();
        rules.iter().filter(|rule| is_about(&rule.which, release))
    }

    /// The target that the configuration names for a release.
    ///
    /// # Errors
    ///
    /// Where two entries name different ones.
    pub(super) fn target_of(&self, release: &Release) -> Result<Option<Utf8PathBuf>, Box<Problem>> {
        self.only(release, "target", |rule| rule.target.clone())
    }

    /// How the checksum of a release is put into its target.
    ///
    /// # Errors
    ///
    /// Where two entries say different things.
    pub(super) fn format_of(&self, release: &Release) -> Result<Format, Box<Problem>> {
        let key = self.only(release, "key", |rule| rule.key.clone())?;
        let format = self.only(release, "format", |rule| rule.format)?;
        Ok(self.format(key, format))
    }

    /// How the checksum of an entry of `checksums:` is put into its target.
    pub(super) fn format_of_rule(&self, rule: &ChecksumRule) -> Format {
        self.format(rule.key.clone(), rule.format)
    }

    /// How checksums are put into targets where no entry says otherwise.
    pub(super) fn default_format(&self) -> Format {
        self.format(None, None)
    }

    fn format(&self, key: Option<KeyPath>, format: Option<config::Format>) -> Format {
        let default = self.config.as_ref();
        // A key of its own makes an entry one of values, whatever the default is.
        let format = format.or_else(|| key.is_some().then_some(config::Format::Value));
        match format.or_else(|| default.and_then(|config| config.format)).unwrap_or(config::Format::Value) {
            config::Format::PodAnnotations => Format::PodAnnotations,
            config::Format::Value => Format::Value(
                key.or_else(|| default.and_then(|config| config.key.clone()))
                    .unwrap_or_else(|| KeyPath::of([KEY])),
            ),
        }
    }

    fn only<T: PartialEq>(
        &self,
        release: &Release,
        what: &str,
        of: impl Fn(&ReleaseRule) -> Option<T>,
    ) -> Result<Option<T>, Box<Problem>> {
        let mut found: Option<(T, &ReleaseRule)> = None;
        for rule in self.rules(release) {
            let Some(value) = of(rule) else { continue };
            match &found {
                Some((first, earlier)) if *first != value => {
                    let message = format!(
                        "release `{}` gets another `{what}` here than from the entry at {}",
                        release.id(),
                        earlier.place
                    );
                    let problem = Problem::new(message).at(rule.place.clone());
                    return Err(Box::new(problem.hint(format!("give `{what}` in one of the two"))));
                }
                Some(_) => {}
                None => found = Some((value, rule)),
            }
        }
        Ok(found.map(|(value, _)| value))
    }

    /// The sources that the configuration gives a release. Words of them are rendered by `render`, which is told the place.
    ///
    /// # Errors
    ///
    /// For a source that cannot be read.
    pub(super) fn sources_of(
        &self,
        release: &Release,
        render: impl Fn(&str, &Place) -> Result<String, Problem>,
    ) -> Result<Vec<Source>, Box<Problem>> {
        let mut sources = Vec::new();
        for rule in self.rules(release) {
            let mut word = |word: &str| render(word, &rule.place);
            sources.extend(rule.sources(&mut word)?);
        }
        Ok(sources)
    }
}

fn is_about(which: &Which, release: &Release) -> bool {
    match which {
        Which::Release { namespace, name } => {
            let in_namespace = |own: &str| namespace.as_deref().is_none_or(|wanted| wanted == own);
            *name == release.name
                && (in_namespace(&release.namespace) || in_namespace(&release.declared_namespace))
        }
        // It was checked when it was read.
        Which::Selector(selector) => {
            Selector::parse(selector).is_ok_and(|selector| selector.matches(&release.labels))
        }
    }
}
