//! What `helmsum.yaml` says about the releases of a state file.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::cli::Options;
use crate::diagnostic::{Diagnostic, Levels, Mistake};
use crate::plan::Context;
use crate::plan::facts::secret_key::SecretKey;
use crate::source::config::{self, ChecksumRule, Chosen, Config, Hold, ReleaseRule, TARGETS, Which};
use crate::source::{Declared, KeyPath, KeyPaths};
use crate::state::{Release, Selector};
use crate::targets::{Format, Template};
use crate::text::Place;
use crate::tree::{Kind, Tree};

/// Where the checksum of the format `value` goes where nobody says otherwise.
const KEY: &str = "configChecksum";

/// Where annotations go where nobody says otherwise.
const ANNOTATIONS: &str = "podAnnotations";

/// The block of a chart with an allow-list where nobody says otherwise.
const ROLLOUT_CHECKSUMS: &str = "rolloutChecksums";

/// The settings near each state file, each configuration read once.
pub(crate) struct Configurations<'c> {
    tree: Arc<dyn Tree>,
    context: &'c Context,
    options: &'c Options,
    known: RefCell<BTreeMap<Utf8PathBuf, Rc<Settings>>>,
}

impl<'c> Configurations<'c> {
    pub(crate) fn new(tree: Arc<dyn Tree>, context: &'c Context, options: &'c Options) -> Self {
        Self { tree, context, options, known: RefCell::default() }
    }

    /// The settings for state files in a directory.
    ///
    /// # Errors
    ///
    /// Where the configuration cannot be read.
    pub(crate) fn near(&self, directory: &Utf8Path) -> Result<Rc<Settings>, Diagnostic> {
        if let Some(settings) = self.known.borrow().get(directory) {
            return Ok(Rc::clone(settings));
        }
        let home = config::locate(&*self.tree, directory).map_err(|error| error.diagnostic())?;
        let chosen = home.config.as_ref().map(|config| config.levels.clone()).unwrap_or_default();
        let settings = Rc::new(Settings {
            templates: home
                .config
                .as_ref()
                .map(|config| self.templates(config, &home.root))
                .unwrap_or_default(),
            root: home.root,
            secret_key: Rc::new(SecretKey::read(self.context, self.options, home.config.as_ref())),
            levels: Levels { chosen, ..self.context.levels.clone() },
            targets: match &home.config {
                Some(config) => config.targets.clone(),
                None => TARGETS.map(str::to_owned).to_vec(),
            },
            config: home.config,
        });
        self.known.borrow_mut().insert(directory.to_owned(), Rc::clone(&settings));
        Ok(settings)
    }

    /// The levels that count in a directory; those of the command line where its configuration cannot be read.
    pub(crate) fn levels_near(&self, directory: &Utf8Path) -> Levels {
        self.near(directory).map_or_else(|_| self.context.levels.clone(), |settings| settings.levels.clone())
    }

    /// The configurations that were read, and the targets that they name.
    pub(crate) fn files(&self) -> Vec<Utf8PathBuf> {
        let known = self.known.borrow();
        let configs = known.values().filter_map(|settings| settings.config.as_ref());
        let files = configs.flat_map(|config| {
            let releases = config.releases.iter().filter_map(|rule| rule.target.as_ref());
            let checksums = config.checksums.iter().map(|rule| &rule.target);
            [&config.file].into_iter().chain(releases).chain(checksums).cloned()
        });
        files.collect()
    }

    /// The templates that a configuration names, each read once.
    fn templates(&self, config: &Config, root: &Utf8Path) -> Templates {
        let rules = config.releases.iter().map(|rule| &rule.format);
        let checksums = config.checksums.iter().map(|rule| &rule.format);
        let mut templates = Templates::new();
        for chosen in rules.chain(checksums).chain([&config.format]).flatten() {
            if let config::Format::Template(path) = &chosen.format
                && !templates.contains_key(path)
            {
                templates.insert(path.clone(), self.template(path, root, &chosen.place));
            }
        }
        templates
    }

    /// Reads a template of targets. `place` is where it is named.
    fn template(&self, path: &Utf8Path, root: &Utf8Path, place: &Place) -> Result<Template, Diagnostic> {
        let refused = |what: String, hint: &str| {
            Diagnostic::mistake(Mistake::TargetTemplate, format!("the template `{path}` {what}"))
                .at(place.clone())
                .hint(hint)
        };
        if !path.starts_with(root) {
            return Err(refused("is outside of the repository".into(), "keep it beside `helmsum.yaml`"));
        }
        let relative = "the path is relative to `helmsum.yaml`";
        match self.tree.stat(path) {
            Ok(stat) if stat.kind == Kind::File => {}
            Ok(_) => return Err(refused("is not a regular file".into(), relative)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(refused("does not exist".into(), relative));
            }
            Err(error) => return Err(refused(format!("cannot be read: {error}"), relative)),
        }
        let bytes =
            self.tree.read(path).map_err(|error| refused(format!("cannot be read: {error}"), relative))?;
        let source =
            String::from_utf8(bytes).map_err(|_| refused("is not UTF-8".into(), "save it as UTF-8"))?;
        Template::parse(path, &source, self.context.renderer.clone())
    }
}

type Templates = BTreeMap<Utf8PathBuf, Result<Template, Diagnostic>>;

/// What counts for the state files of a directory.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The root of the repository.
    pub(crate) root: Utf8PathBuf,
    /// The levels of findings.
    pub(crate) levels: Levels,
    /// Patterns of file names that are targets.
    pub(crate) targets: Vec<String>,
    /// How digests of secrets are made.
    pub(crate) secret_key: Rc<SecretKey>,
    /// The configuration, where there is one.
    pub(crate) config: Option<Config>,
    /// The templates of targets that it names, or why they cannot be used.
    templates: Templates,
}

impl Settings {
    /// The entries of `releases:` about a release.
    fn rules(&self, release: &Release) -> impl Iterator<Item = &ReleaseRule> {
        let rules = self.config.as_ref().map(|config| config.releases.as_slice()).unwrap_or_default();
        rules.iter().filter(|rule| is_about(&rule.which, release))
    }

    /// All targets that the configuration names.
    pub(crate) fn named_targets(&self) -> impl Iterator<Item = &Utf8Path> {
        let of_releases =
            self.config.iter().flat_map(|config| &config.releases).filter_map(|rule| rule.target.as_deref());
        of_releases
            .chain(self.config.iter().flat_map(|config| &config.checksums).map(|rule| rule.target.as_path()))
    }

    /// The target that the configuration names for a release.
    ///
    /// # Errors
    ///
    /// Where two entries name different ones.
    pub(crate) fn target_of(&self, release: &Release) -> Result<Option<Utf8PathBuf>, Diagnostic> {
        self.only(release, "target", |rule| rule.target.clone())
    }

    /// How the checksum of a release is put into its target.
    ///
    /// # Errors
    ///
    /// Where two entries say different things, or a template cannot be used.
    pub(crate) fn format_of(&self, release: &Release) -> Result<Format, Diagnostic> {
        let key = self.only(release, "key", |rule| rule.key.clone())?;
        let format = self.only(release, "format", |rule| rule.format.clone())?;
        let place = self.rules(release).find(|rule| rule.key.is_some()).map(|rule| &rule.place);
        self.format(key.as_ref().zip(place), format.as_ref())
    }

    /// Why the recorded checksum of a release stays as it is, where the configuration says so.
    ///
    /// # Errors
    ///
    /// Where two entries say different things.
    pub(crate) fn hold_of(&self, release: &Release) -> Result<Option<Hold>, Diagnostic> {
        self.only(release, "hold", |rule| rule.hold.clone())
    }

    /// How the checksum of an entry of `checksums:` is put into its target.
    ///
    /// # Errors
    ///
    /// Where a template cannot be used.
    pub(crate) fn format_of_rule(&self, rule: &ChecksumRule) -> Result<Format, Diagnostic> {
        self.format(rule.key.as_ref().map(|key| (key, &rule.place)), rule.format.as_ref())
    }

    /// The format of an entry that chooses `key` and `format`. What it does not choose is the default; the default key goes
    /// with the default format only.
    fn format(
        &self,
        key: Option<(&KeyPaths, &Place)>,
        format: Option<&Chosen>,
    ) -> Result<Format, Diagnostic> {
        let default = self.config.as_ref();
        let default_format = default.and_then(|config| config.format.as_ref());
        let name = |chosen: Option<&Chosen>| chosen.map_or("value", |chosen| chosen.format.name());
        let chosen = format.or(default_format);
        let default_key = default.and_then(|config| config.key.as_ref());
        let default_key = default_key.filter(|_| name(chosen) == name(default_format));
        let keys = |otherwise: &str| {
            let given = key.map(|(key, _)| key).or(default_key).cloned();
            given.unwrap_or_else(|| KeyPaths::one(KeyPath::of([otherwise])))
        };
        Ok(match chosen.map(|chosen| &chosen.format) {
            None | Some(config::Format::Value) => Format::Value(keys(KEY)),
            Some(config::Format::PodAnnotations(shape)) => Format::PodAnnotations(keys(ANNOTATIONS), *shape),
            Some(config::Format::RolloutChecksums { secrets }) => {
                Format::RolloutChecksums { keys: keys(ROLLOUT_CHECKSUMS), secrets: secrets.clone() }
            }
            Some(config::Format::Template(path)) => {
                if let Some((_, place)) = key {
                    return Err(config::no_key().at(place.clone()));
                }
                match self.templates.get(path) {
                    Some(template) => Format::Template(template.clone()?),
                    // All that are named were read.
                    None => Format::Value(keys(KEY)),
                }
            }
        })
    }

    /// The format of a release whose own cannot be told.
    pub(crate) fn plain_format() -> Format {
        Format::Value(KeyPaths::one(KeyPath::of([KEY])))
    }

    fn only<T: PartialEq>(
        &self,
        release: &Release,
        what: &str,
        of: impl Fn(&ReleaseRule) -> Option<T>,
    ) -> Result<Option<T>, Diagnostic> {
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
                    let problem = Diagnostic::mistake(Mistake::ConfigValue, message).at(rule.place.clone());
                    return Err(problem.hint(format!("give `{what}` in one of the two")));
                }
                Some(_) => {}
                None => found = Some((value, rule)),
            }
        }
        Ok(found.map(|(value, _)| value))
    }

    /// What the configuration declares for a release. Words of it are rendered by `render`, which is told the place.
    ///
    /// # Errors
    ///
    /// For a source that cannot be read.
    pub(crate) fn declared_of(
        &self,
        release: &Release,
        mut render: impl FnMut(&str, &Place) -> Result<String, Diagnostic>,
    ) -> Result<Declared, Diagnostic> {
        let mut declared = Declared::default();
        for rule in self.rules(release) {
            let mut word = |word: &str| render(word, &rule.place);
            declared.extend(rule.declared(&mut word)?);
        }
        Ok(declared)
    }
}

/// Whether an entry is about a release.
pub(crate) fn is_about(which: &Which, release: &Release) -> bool {
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
