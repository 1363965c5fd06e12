//! Directives: the comments of values files that declare sources, or accept that an object has none.
//!
//! A directive is a comment that starts its line: `# helmsum: SOURCE [as NAME] [key=value …]`, or `# helmsum: accept OBJECT REASON`.
//! What looks like one and is none is an error, so that a slip of the finger cannot leave a source out.

mod accept;
mod auto;
mod collect;
mod fault;
mod look_alike;
mod misspelt;
mod on;
mod parse;
mod scan;
#[cfg(test)]
mod tests;
mod unread;
mod words;

use camino::{Utf8Path, Utf8PathBuf};

pub use accept::Accepted;
pub(crate) use auto::{Auto, ObjectPattern, settle_auto};
pub(crate) use collect::collect;
pub use fault::Fault;
pub(crate) use misspelt::misspelt;
pub(crate) use on::On;
pub use parse::Render;
pub(crate) use parse::needs_state;
pub use scan::in_plain;
pub(crate) use scan::{in_rendered, may_declare};
pub use unread::unread;
pub(crate) use unread::{in_template_comments, lines_like_directives};

use super::path_label;
use crate::go::filepath::join_clean;
use crate::rendered::ObjectKind;
use crate::text::Place;

/// What a declared source stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A path or glob, relative to [`Source::directory`].
    Path(String),
    /// Everything that helm would be given for a release.
    Release(ProducerName),
    /// The data of a ConfigMap or Secret of this name, as a release renders it; the `spec` of any other object, by `KIND/NAME`.
    Object(ObjectKind, String),
    /// A SHA-256 digest that somebody else computed, 64 lower-case hex digits.
    Digest(String),
}

/// The release that a source belongs to: that is one, renders the object, or turns files into objects.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProducerName {
    /// Its namespace, where one is given.
    pub namespace: Option<String>,
    /// Its name.
    pub release: String,
}

impl std::fmt::Display for ProducerName {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(out, "{namespace}/{}", self.release),
            None => out.write_str(&self.release),
        }
    }
}

/// The options of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Options {
    /// `exclude=PATTERN`, in the order given.
    pub exclude: Vec<String>,
    /// `eol=lf`
    pub line_feeds: bool,
    /// `parse=yaml`
    pub yaml: bool,
    /// `optional=true`
    pub optional: bool,
    /// `from=[NS/]RELEASE`
    pub from: Option<ProducerName>,
    /// `decrypt=sops`
    pub decrypt: bool,
    /// `secret=true`
    pub secret: bool,
    /// `on=KIND/NAME` or `on=*`, in the order given.
    pub on: Vec<On>,
}

impl Options {
    /// Keys and values as they are written, in the order of the manual.
    #[must_use]
    pub fn written(&self) -> Vec<(&'static str, String)> {
        let mut written: Vec<(&'static str, String)> =
            self.exclude.iter().map(|pattern| ("exclude", pattern.clone())).collect();
        for (set, key, value) in [
            (self.line_feeds, "eol", "lf"),
            (self.yaml, "parse", "yaml"),
            (self.optional, "optional", "true"),
        ] {
            if set {
                written.push((key, value.to_owned()));
            }
        }
        if let Some(producer) = &self.from {
            written.push(("from", producer.to_string()));
        }
        if self.decrypt {
            written.push(("decrypt", "sops".to_owned()));
        }
        if self.secret {
            written.push(("secret", "true".to_owned()));
        }
        written.extend(self.on.iter().map(|on| ("on", on.to_string())));
        written
    }
}

/// What the directives of a values file say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// The sources, in the order of the file.
    pub sources: Vec<Source>,
    /// The objects that need none, in the order of the file.
    pub accepted: Vec<Accepted>,
    /// Each `auto`, in the order of the file.
    pub automatic: Vec<Auto>,
}

impl Declared {
    /// Whether nothing is declared.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.sources.is_empty() && self.accepted.is_empty() && self.automatic.is_empty()
    }

    /// Adds what another file says.
    pub fn extend(&mut self, other: Self) {
        self.sources.extend(other.sources);
        self.accepted.extend(other.accepted);
        self.automatic.extend(other.automatic);
    }

    /// Reads what a configuration file has as a source: what stands after `# helmsum:` in a directive.
    ///
    /// # Errors
    ///
    /// As for a directive. The error is told without a place, which the caller knows.
    pub(crate) fn parse(
        text: &str,
        directory: &Utf8Path,
        place: Place,
        render: &mut Render<'_>,
    ) -> Result<Self, Fault> {
        scan::check_characters(text).map_err(|at| at.fault)?;
        if accept::is_accept(text) {
            return Err(Fault::AcceptedElsewhere);
        }
        let parsed = parse::parse(text, render).map_err(|at| at.fault)?;
        let mut declared = Self::default();
        declared.add(parsed, directory, place);
        Ok(declared)
    }

    fn add(&mut self, parsed: parse::Parsed, directory: &Utf8Path, place: Place) {
        match parsed {
            parse::Parsed::Source(parsed) => self.sources.push(Source::new(parsed, directory, place)),
            parse::Parsed::Auto(exclude) => self.automatic.push(Auto { exclude, place }),
        }
    }
}

/// A declared source, everything in it rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it stands for.
    pub what: What,
    /// The SOURCE as written, after rendering.
    pub text: String,
    /// The NAME.
    pub name: Option<String>,
    /// The options.
    pub options: Options,
    /// The absolute directory that its path is relative to.
    pub directory: Utf8PathBuf,
    /// Where it is declared.
    pub place: Place,
    /// Whether an `auto` found it there.
    pub is_found: bool,
}

impl Source {
    /// An object of a release, as an `auto` finds it.
    pub(crate) fn found((kind, name): (ObjectKind, &str), from: ProducerName, place: &Place) -> Self {
        Self {
            what: What::Object(kind, name.to_owned()),
            text: format!("{}:{name}", kind.word()),
            name: None,
            options: Options { from: Some(from), ..Options::default() },
            directory: scan::directory_of(&place.file).to_owned(),
            place: place.clone(),
            is_found: true,
        }
    }

    /// What stands for it in the checksum of several: its name, else its path without needless parts.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.name, &self.what) {
            (Some(name), _) => name.clone(),
            (None, What::Path(path)) => path_label(path),
            (None, What::Release(producer)) => format!("release:{producer}"),
            (None, What::Object(kind, name)) => format!("{}:{name}", kind.word()),
            (None, What::Digest(digest)) => format!("sha256:{digest}"),
        }
    }

    /// The release that has to be there before the pods roll, where the source names one.
    #[must_use]
    pub const fn producer(&self) -> Option<&ProducerName> {
        match &self.what {
            What::Release(producer) => Some(producer),
            _ => self.options.from.as_ref(),
        }
    }

    /// Whether what it stands for is a secret by its very kind or by its options, so that nothing of it is listed and its digest is keyed.
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        matches!(self.what, What::Object(ObjectKind::Secret, _))
            || self.options.decrypt
            || self.options.secret
    }

    /// The kind as reports name it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.what {
            What::Path(_) => "path",
            What::Release(_) => "release",
            What::Object(kind, _) => kind.word(),
            What::Digest(_) => "sha256",
        }
    }

    /// The absolute path, for a path; a glob is a part of it like any other.
    #[must_use]
    pub fn path(&self) -> Option<Utf8PathBuf> {
        match &self.what {
            What::Path(path) => Some(join_clean(&self.directory, path)),
            What::Release(_) | What::Object(..) | What::Digest(_) => None,
        }
    }

    /// Reads a source that no release declares.
    ///
    /// # Errors
    ///
    /// As [`Declared::parse`]; and for `auto`, which needs a release.
    pub fn parse(
        text: &str,
        directory: &Utf8Path,
        place: Place,
        render: &mut Render<'_>,
    ) -> Result<Self, Fault> {
        Declared::parse(text, directory, place, render)?.sources.pop().ok_or(Fault::AutoElsewhere)
    }

    fn new(parsed: parse::ParsedSource, directory: &Utf8Path, place: Place) -> Self {
        let parse::ParsedSource { what, text, name, options } = parsed;
        Self { what, text, name, options, directory: directory.to_owned(), place, is_found: false }
    }
}
