//! The values and secrets of a release as files (`pkg/state/state.go: prepareReleaseValuesEntries,
//! generateSecretValuesFiles`, `pkg/state/storage.go`).

use camino::Utf8PathBuf;

use super::data::{Moment, ReleaseView, StateView, release_data};
use super::error::standard_input;
use super::merge::{Lists, cast_keys, merge_maps};
use super::remote::is_remote;
use super::resolved::{EntryContent, Release, ValuesEntry, Visit};
use super::values::{Matches, find_files};
use crate::diagnostic::{Diagnostic, Refusal};
use crate::go::filepath::clean;
use crate::template::effects::Watch;
use crate::text::Place;
use crate::tree::Tree;
use crate::vals::has_reference;
use crate::value::{Map, Value};
use crate::yaml::{self, Limits};

/// What an entry of `values:` or `secrets:` comes down to.
#[derive(Clone, Debug)]
pub enum EntrySource {
    /// A file, absolute. It exists, but may be a directory, which helmfile cannot read.
    File(Utf8PathBuf),
    /// A map.
    Inline(Value),
    /// A file that does not exist, which `missingFileHandler` lets pass: the absolute path or pattern.
    Hidden(Utf8PathBuf),
    /// A file that helmfile downloads, for it does not have it yet.
    Remote(String),
    /// A reference that vals resolves to a path or a map.
    Reference(String),
}

/// Which list of a release an entry is from: they have different handlers for missing files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// `values:`
    Values,
    /// `secrets:`
    Secrets,
}

impl EntryKind {
    /// The key of the list.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Values => "values",
            Self::Secrets => "secrets",
        }
    }
}

impl Visit {
    /// The absolute path that a path in the state means, such as `set[].file`. What has a scheme is left as it is.
    #[must_use]
    pub fn joined(&self, path: &str) -> Utf8PathBuf {
        self.base.join(path)
    }

    /// The absolute path that a path of a release means, whether or not there is such a file. `prefix` is the release's
    /// `valuesPathPrefix`. Nothing for what is downloaded, resolved by vals or found by a pattern.
    #[must_use]
    pub fn entry_path(&self, prefix: &str, path: &str) -> Option<Utf8PathBuf> {
        let path = format!("{prefix}{path}");
        let found_otherwise = is_remote(&path)
            || self.base.makes_remote(&path)
            || is_reference(&path)
            || path.contains(['*', '?', '[', '\\']);
        (!found_otherwise).then(|| self.base.join(&path))
    }

    /// Finds what an entry of a release comes down to.
    ///
    /// # Errors
    ///
    /// As helmfile: no match and no handler that lets it pass, more than one match, a malformed pattern, an entry that is
    /// no path and no map.
    pub fn resolve_entry(
        &self,
        tree: &dyn Tree,
        release: &Release,
        kind: EntryKind,
        entry: &ValuesEntry,
    ) -> Result<EntrySource, Diagnostic> {
        self.find_entry(tree, release, kind, entry)
            .map_err(|error| self.name_release(release, error.or_at_known(entry.place.as_ref())))
    }

    /// Finds the file of a patch of a release: as a values file, but `valuesPathPrefix` does not apply.
    ///
    /// # Errors
    ///
    /// As [`Visit::resolve_entry`].
    pub fn resolve_patch(
        &self,
        tree: &dyn Tree,
        release: &Release,
        path: &str,
    ) -> Result<EntrySource, Diagnostic> {
        self.find_file(tree, release, EntryKind::Values, path.to_owned())
            .map_err(|error| self.name_release(release, error))
    }

    fn name_release(&self, release: &Release, error: Diagnostic) -> Diagnostic {
        let error = error.context(format!("release `{}`", release.id()));
        match &release.place {
            Some(place) => error.or_at(place.clone()),
            None => error.or_at(Place::file(&self.file)),
        }
    }

    fn find_entry(
        &self,
        tree: &dyn Tree,
        release: &Release,
        kind: EntryKind,
        entry: &ValuesEntry,
    ) -> Result<EntrySource, Diagnostic> {
        let path = match &entry.content {
            EntryContent::Path(path) => format!("{}{path}", release.values_path_prefix),
            EntryContent::Inline(map) => return Ok(EntrySource::Inline(map.clone())),
            EntryContent::Invalid(value) => {
                return Err(Diagnostic::error(format!(
                    "an entry of `{}` is a {} and neither a path nor a map",
                    kind.title(),
                    value.type_name()
                )));
            }
        };
        self.find_file(tree, release, kind, path)
    }

    fn find_file(
        &self,
        tree: &dyn Tree,
        release: &Release,
        kind: EntryKind,
        path: String,
    ) -> Result<EntrySource, Diagnostic> {
        let own = release.missing_file_handler.as_ref();
        let handler = match kind {
            EntryKind::Values => own.or(self.missing_file_handler.as_ref()),
            EntryKind::Secrets => own,
        };
        if is_reference(&path) {
            return Ok(EntrySource::Reference(path));
        }
        let path = if kind == EntryKind::Values && self.base.makes_remote(&path) {
            clean(&path).into_string()
        } else {
            path
        };
        let found =
            find_files(tree, &self.cache, &self.base, handler.map(String::as_str), kind.title(), &path);
        match found {
            Err(error) if error.refusal() == Some(Refusal::RemoteValues) => Ok(EntrySource::Remote(path)),
            found => match found? {
                Matches::Hidden => Ok(EntrySource::Hidden(self.base.join(&path))),
                Matches::Files(files) => match <[Utf8PathBuf; 1]>::try_from(files) {
                    Ok([file]) if file.file_name() == Some("-") => Err(standard_input(&file)),
                    Ok([file]) => Ok(EntrySource::File(file)),
                    Err(files) => Err(Diagnostic::error(format!(
                        "`{path}` matches {} files, and only one may match",
                        files.len()
                    ))
                    .hint("list the files one by one")),
                },
            },
        }
    }

    /// The files that an entry among the values finds, however many, in the order of their names. None where it finds nothing, or not
    /// by a name.
    #[must_use]
    pub fn files_of_entry(
        &self,
        tree: &dyn Tree,
        release: &Release,
        entry: &ValuesEntry,
    ) -> Vec<Utf8PathBuf> {
        let EntryContent::Path(path) = &entry.content else { return Vec::new() };
        let path = format!("{}{path}", release.values_path_prefix);
        match find_files(tree, &self.cache, &self.base, None, EntryKind::Values.title(), &path) {
            Ok(Matches::Files(files)) => files,
            Ok(Matches::Hidden) | Err(_) => Vec::new(),
        }
    }

    /// The data of the templates among the release's values and secrets. `.Values` is shared by all of them; `watch` gets to
    /// know what of the command line they look at.
    #[must_use]
    pub fn release_data(&self, release: &Release, watch: &Watch) -> Value {
        self.data_with(release, &self.values, watch)
    }

    /// The data of the templates among a release's patches: the values of the release, which are given as the texts of its
    /// values files, are laid over the state values (`mergedReleaseTemplateData`).
    ///
    /// # Errors
    ///
    /// Where a text is not YAML map, or has a key that is not a string.
    pub fn patch_data(
        &self,
        release: &Release,
        texts: &[Vec<u8>],
        watch: &Watch,
    ) -> Result<Value, Diagnostic> {
        let mut own = Map::new();
        for text in texts {
            let decode = || {
                let nodes = yaml::parse(text, &Limits::default())?;
                nodes.first().map_or(Ok(None), yaml::Node::decode_map)
            };
            let map = decode().map_err(|_| Diagnostic::error("values of the release are not a YAML map"))?;
            own = merge_maps(&own, &cast_keys(&map.unwrap_or_default())?, Lists::Sparse);
        }
        Ok(self.data_with(release, &merge_maps(&self.values, &own, Lists::Sparse), watch))
    }

    fn data_with(&self, release: &Release, values: &Map, watch: &Watch) -> Value {
        let state = StateView {
            environment: &self.environment_object,
            values,
            kube_context: &self.kube_context,
            namespace: &self.namespace,
            chart: &self.chart,
        };
        let release = ReleaseView {
            name: &release.name,
            namespace: &release.namespace,
            labels: &release.labels,
            chart: &release.chart,
            kube_context: &release.kube_context,
            version: &release.version,
        };
        release_data(state, release, Moment::Files, watch)
    }
}

/// Whether vals would replace something in this text.
fn is_reference(text: &str) -> bool {
    has_reference(text.as_bytes())
}
