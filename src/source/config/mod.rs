//! `helmsum.yaml`: defaults, releases without values files of their own, and checksums that need no state.

mod document;
mod error;
mod hold;
mod locate;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

pub(crate) use document::Shape;
pub use document::schema;
pub(crate) use error::ConfigError;
pub(crate) use locate::{locate, way_to_enlarge};

use super::directive::{Declared, Render, Source, What};
use super::key::{KeyPath, KeyPaths};
use crate::diagnostic::{Code, Diagnostic, Level, Mistake};
use crate::go::filepath::{join_clean, matches};
use crate::text::Place;
use crate::yaml::{self, Limits, Node};

/// The name of the configuration file.
pub(crate) const FILE_NAME: &str = "helmsum.yaml";

/// Which file names are targets where the configuration does not say.
pub(crate) const TARGETS: [&str; 5] =
    ["checksum.yaml", "*.checksum.yaml", "*-checksum.yaml", "checksum.*.yaml", "checksum-*.yaml"];

/// A configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The file, absolute.
    pub file: Utf8PathBuf,
    /// Whether its folder is the root of the repository, where there is no `.git`.
    pub root: bool,
    /// `key:`
    pub key: Option<KeyPaths>,
    /// `format:`
    pub format: Option<Chosen>,
    /// `targets:`, as `filepath.Match` of Go reads them; [`TARGETS`] without it.
    pub targets: Vec<String>,
    /// `keyFile:`, absolute.
    pub key_file: Option<Utf8PathBuf>,
    /// `levels:`
    pub levels: BTreeMap<Code, Level>,
    /// `releases:`, in order.
    pub releases: Vec<ReleaseRule>,
    /// `checksums:`, in order. No two have one name.
    pub checksums: Vec<ChecksumRule>,
}

/// What a target looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// `value`: at a key of the values.
    Value,
    /// `pod-annotations`: as annotations.
    PodAnnotations(Shape),
    /// `rollout-checksums`: by the names of objects.
    RolloutChecksums {
        /// Names of sources that become Secrets.
        secrets: BTreeSet<String>,
    },
    /// `template`: as a template of the user says. The file is absolute.
    Template(Utf8PathBuf),
}

impl Format {
    /// The name of the format.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::PodAnnotations(_) => "pod-annotations",
            Self::RolloutChecksums { .. } => "rollout-checksums",
            Self::Template(_) => "template",
        }
    }
}

/// A format with the place where it was chosen. Two are equal if the formats are.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The format.
    pub format: Format,
    /// Where it stands.
    pub place: Place,
}

impl PartialEq for Chosen {
    fn eq(&self, other: &Self) -> bool {
        self.format == other.format
    }
}

impl Eq for Chosen {}

/// An entry of `releases:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseRule {
    /// Which releases it is about.
    pub which: Which,
    /// Its sources, as written.
    sources: Vec<Written>,
    /// The target, absolute.
    pub target: Option<Utf8PathBuf>,
    /// `key:`
    pub key: Option<KeyPaths>,
    /// `format:`
    pub format: Option<Chosen>,
    /// `hold:`
    pub hold: Option<Hold>,
    /// Where it stands.
    pub place: Place,
}

/// `hold:`: a checksum that stays as it is recorded. Two are equal if they say the same.
#[derive(Clone, Debug)]
pub struct Hold {
    /// Why, in one line.
    pub reason: String,
    /// The last day on which nothing is said against it.
    pub until: Option<jiff::civil::Date>,
    /// Where it stands.
    pub place: Place,
}

impl PartialEq for Hold {
    fn eq(&self, other: &Self) -> bool {
        self.reason == other.reason && self.until == other.until
    }
}

impl Eq for Hold {}

/// Which releases an entry is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// `release: [NS/]NAME`. An empty namespace means a release without one.
    Release {
        /// The namespace, where one is given.
        namespace: Option<String>,
        name: String,
    },
    /// `selector:`, well formed.
    Selector(String),
}

/// A source as the configuration spells it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Written {
    text: String,
    place: Place,
}

/// An entry of `checksums:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecksumRule {
    /// How reports name it.
    pub name: String,
    /// Its sources, not yet [collected](super::collect).
    pub sources: Vec<Source>,
    /// The target, absolute.
    pub target: Utf8PathBuf,
    /// `key:`
    pub key: Option<KeyPaths>,
    /// `format:`
    pub format: Option<Chosen>,
    /// Where it stands.
    pub place: Place,
}

impl ReleaseRule {
    /// What it declares, its words rendered with the data of one of the releases.
    ///
    /// # Errors
    ///
    /// As for directives; and what `render` says.
    pub fn declared(
        &self,
        render: &mut dyn FnMut(&str) -> Result<String, Diagnostic>,
    ) -> Result<Declared, Diagnostic> {
        let mut of_text = |word: &str, _| render(word);
        let mut declared = Declared::default();
        for written in &self.sources {
            declared.extend(written.declared(&mut Render::Words(&mut of_text))?);
        }
        Ok(declared)
    }

    /// Whether it declares any source.
    #[must_use]
    pub fn has_sources(&self) -> bool {
        !self.sources.is_empty()
    }
}

impl Written {
    fn declared(&self, render: &mut Render<'_>) -> Result<Declared, Diagnostic> {
        Declared::parse(&self.text, directory_of(&self.place.file), self.place.clone(), render)
            .map_err(|fault| fault.diagnostic().at(self.place.clone()))
    }

    /// What needs no release.
    fn source(&self) -> Result<Source, Diagnostic> {
        let directory = directory_of(&self.place.file);
        Source::parse(&self.text, directory, self.place.clone(), &mut Render::Never)
            .map_err(|fault| fault.diagnostic().at(self.place.clone()))
    }
}

impl Config {
    /// Reads a configuration. A text with nothing but comments is one without any keys.
    ///
    /// # Errors
    ///
    /// For a text that is not YAML, a key or value that has no meaning here, a directive in `sources:` that cannot be read, and
    /// two checksums of one name.
    pub fn parse(file: &Utf8Path, text: &str) -> Result<Self, ConfigError> {
        let source: Arc<str> = text.into();
        let told = |error: yaml::Error| {
            let problem = error.into_diagnostic(file, Some(&source));
            let hint = problem.hint.clone().unwrap_or_else(|| "correct the YAML of this file".to_owned());
            ConfigError::invalid(problem.hint(hint))
        };
        let documents =
            yaml::parse(text.as_bytes(), &Limits { depth: 100, ..Limits::default() }).map_err(told)?;
        let node = documents.first().filter(|node| !node.is_null());
        let document = match node {
            None => document::Document::default(),
            Some(node) => {
                // The parser of the structure lets a key of `levels:` come twice.
                node.decode().map_err(told)?;
                yaml_serde::from_str(text)
                    .map_err(|error| ConfigError::invalid(error::of_parser(&error, file, &source)))?
            }
        };
        let places = Places { file, node };
        settle(document, &places).map_err(ConfigError::invalid)
    }
}

/// From what is written to what it means.
fn settle(document: document::Document, places: &Places<'_>) -> Result<Config, Diagnostic> {
    let targets: Vec<String> = match document.targets {
        Some(targets) => targets.into_iter().map(|pattern| pattern.0).collect(),
        None => TARGETS.map(str::to_owned).to_vec(),
    };
    for (index, pattern) in targets.iter().enumerate() {
        matches(pattern, "").map_err(|error| {
            Diagnostic::mistake(
                Mistake::ConfigValue,
                format!("`{pattern}` is not a pattern of a file name: {error}"),
            )
            .at(places.of(&[Step::Key("targets"), Step::Item(index)]))
            .hint("`*`, `?` and `[…]` as in Go's `filepath.Match`")
        })?;
    }
    if let Some(fixed) = document.levels.keys().find(|code| code.is_fixed()) {
        let message = format!("`{fixed}` has no other level than `deny`: helm stops at it in any case");
        return Err(Diagnostic::mistake(Mistake::ConfigValue, message)
            .at(places.of(&[Step::Key("levels"), Step::Key(fixed.name())]))
            .hint("remove it from `levels`, and do what the finding says"));
    }
    let format = chosen(document.format, places, &[]);
    let releases = document.releases.into_iter().enumerate();
    let releases = releases
        .map(|(index, rule)| release_rule(rule, format.as_ref(), places, index))
        .collect::<Result<_, _>>()?;
    let checksums = document.checksums.into_iter().enumerate();
    let checksums: Vec<ChecksumRule> = checksums
        .map(|(index, rule)| checksum_rule(rule, format.as_ref(), places, index))
        .collect::<Result<_, _>>()?;
    let mut names = BTreeSet::new();
    for rule in &checksums {
        if !names.insert(&rule.name) {
            return Err(Diagnostic::mistake(
                Mistake::ConfigValue,
                format!("two checksums have the name `{}`", rule.name),
            )
            .at(rule.place.clone())
            .hint("reports and other tools tell them apart by it: give one another name"));
        }
    }
    let key = keyed(document.key, format.as_ref(), None, places, &[])?;
    Ok(Config {
        file: places.file.to_owned(),
        root: document.root,
        key,
        format,
        targets,
        key_file: document.key_file.map(|path| join_clean(directory_of(places.file), &path.0)),
        levels: document.levels,
        releases,
        checksums,
    })
}

fn release_rule(
    rule: document::ReleaseRule,
    default: Option<&Chosen>,
    places: &Places<'_>,
    index: usize,
) -> Result<ReleaseRule, Diagnostic> {
    let at = [Step::Key("releases"), Step::Item(index)];
    let place = places.of(&at);
    let which = match (rule.release, rule.selector) {
        (Some(release), None) => {
            let (namespace, name) = match release.0.split_once('/') {
                Some((namespace, name)) => (Some(namespace.to_owned()), name.to_owned()),
                None => (None, release.0),
            };
            Which::Release { namespace, name }
        }
        (None, Some(selector)) => Which::Selector(selector.0),
        (release, _) => {
            let said =
                if release.is_some() { "has both `release` and `selector`" } else { "names no release" };
            return Err(Diagnostic::mistake(Mistake::ConfigValue, format!("this entry {said}"))
                .at(place)
                .hint("give either `release: [NAMESPACE/]NAME` or `selector: key=value`"));
        }
    };
    let sources = written(rule.sources, places, &at);
    for source in sources.iter().filter(|source| !source.text.contains("{{")) {
        source.declared(&mut Render::Never)?;
    }
    let format = chosen(rule.format, places, &at);
    let key = keyed(rule.key, format.as_ref(), default, places, &at)?;
    let target = rule.target.map(|target| target_path(&target, places));
    let hold = rule.hold.map(|hold| Hold {
        reason: hold.reason.0,
        until: hold.until.map(|day| day.0),
        place: places.of(&[at.as_slice(), &[Step::Key("hold")]].concat()),
    });
    Ok(ReleaseRule { which, sources, target, key, format, hold, place })
}

fn checksum_rule(
    rule: document::Checksum,
    default: Option<&Chosen>,
    places: &Places<'_>,
    index: usize,
) -> Result<ChecksumRule, Diagnostic> {
    let at = [Step::Key("checksums"), Step::Item(index)];
    let sources = written(rule.sources.0, places, &at);
    let sources: Vec<Source> = sources.iter().map(Written::source).collect::<Result<_, _>>()?;
    for source in &sources {
        let needs_state = match &source.what {
            What::Release(_) => "is a release",
            What::Object(..) => "is rendered by a release",
            What::Path(_) | What::Digest(_) => continue,
        };
        return Err(Diagnostic::mistake(
            Mistake::ConfigValue,
            format!(
                "`{}` {needs_state}, and for `checksums:` no state is read that could have it",
                source.text
            ),
        )
        .at(source.place.clone())
        .hint("declare it for the release that consumes it, under `releases:` or in a values file"));
    }
    let format = chosen(rule.format, places, &at);
    Ok(ChecksumRule {
        name: rule.name.0,
        sources,
        target: target_path(&rule.target, places),
        key: keyed(rule.key, format.as_ref(), default, places, &at)?,
        format,
        place: places.of(&at),
    })
}

fn written(sources: Vec<document::Text>, places: &Places<'_>, at: &[Step<'_>]) -> Vec<Written> {
    let one = |(index, document::Text(text))| {
        let step = [at, &[Step::Key("sources"), Step::Item(index)]].concat();
        Written { text, place: places.of(&step) }
    };
    sources.into_iter().enumerate().map(one).collect()
}

fn target_path(target: &document::TargetPath, places: &Places<'_>) -> Utf8PathBuf {
    join_clean(directory_of(places.file), &target.0)
}

fn directory_of(file: &Utf8Path) -> &Utf8Path {
    file.parent().unwrap_or(file)
}

/// The format of an entry, its paths absolute.
fn chosen(format: Option<document::Format>, places: &Places<'_>, at: &[Step<'_>]) -> Option<Chosen> {
    let format = match format? {
        document::Format::Value => Format::Value,
        document::Format::PodAnnotations(shape) => Format::PodAnnotations(shape),
        document::Format::RolloutChecksums(more) => {
            Format::RolloutChecksums { secrets: more.secrets.into_iter().map(|name| name.0).collect() }
        }
        document::Format::Template(path) => Format::Template(target_path(&path, places)),
    };
    Some(Chosen { format, place: places.of(&[at, &[Step::Key("format")]].concat()) })
}

/// The keys of an entry, which a template does not take.
fn keyed(
    texts: Option<document::Keys>,
    format: Option<&Chosen>,
    default: Option<&Chosen>,
    places: &Places<'_>,
    at: &[Step<'_>],
) -> Result<Option<KeyPaths>, Diagnostic> {
    let Some(texts) = texts else { return Ok(None) };
    let place = || places.of(&[at, &[Step::Key("key")]].concat());
    if format.is_some_and(|chosen| matches!(chosen.format, Format::Template(_))) {
        return Err(no_key().at(place()));
    }
    let annotations =
        format.or(default).is_some_and(|chosen| matches!(chosen.format, Format::PodAnnotations(_)));
    let path = |text: &document::Key| -> Result<KeyPath, Diagnostic> {
        if let Some((map, name)) = text.0.rsplit_once('.').filter(|_| annotations)
            && name.contains('/')
            && !name.ends_with('"')
        {
            let message = format!(
                "the key `{}` ends in the name of an annotation, and the format `pod-annotations` adds further names",
                text.0
            );
            return Err(Diagnostic::mistake(Mistake::ConfigValue, message)
                .at(place())
                .hint(format!("write `{map}`, or the format `value`")));
        }
        text.0.parse().map_err(|error| {
            Diagnostic::mistake(Mistake::ConfigValue, format!("the key `{}` {error}", text.0))
                .at(place())
                .hint("dots nest, and double quotes around a whole part keep dots")
        })
    };
    let paths = texts.0.iter().map(path).collect::<Result<_, _>>()?;
    KeyPaths::new(paths).map(Some).map_err(|error| {
        Diagnostic::mistake(Mistake::ConfigValue, format!("`key` {error}"))
            .at(place())
            .hint("give every key once; each of them gets the checksum")
    })
}

/// The problem of a `key` beside a template.
#[must_use]
pub(crate) fn no_key() -> Diagnostic {
    Diagnostic::mistake(Mistake::ConfigValue, "`key` cannot be used with the format `template`")
        .hint("drop `key`: the template says where its values go")
}

/// A step from a node to one of its children.
#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

/// Where things stand in the file.
struct Places<'a> {
    file: &'a Utf8Path,
    node: Option<&'a Node>,
}

impl Places<'_> {
    /// The place of what these steps lead to, or as far as they lead.
    fn of(&self, steps: &[Step<'_>]) -> Place {
        let Some(mut node) = self.node.cloned() else { return Place::file(self.file) };
        for step in steps {
            let next = match step {
                Step::Key(key) => node.value_of(key),
                Step::Item(index) => node.item(*index),
            };
            match next {
                Some(next) => node = next,
                None => break,
            }
        }
        node.place_in(self.file)
    }
}
