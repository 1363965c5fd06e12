//! The values and secrets of a release as files (`pkg/state/state.go: prepareReleaseValuesEntries,
//! generateSecretValuesFiles`, `pkg/state/storage.go`).

use camino::Utf8PathBuf;

use super::data::{ReleaseView, StateView, release_data};
use super::error::{Error, standard_input};
use super::remote::is_remote;
use super::resolved::{EntryContent, Release, ValuesEntry, Visit};
use super::values::{Matches, find_files};
use crate::text::{Refusal, clean};
use crate::tree::Tree;
use crate::value::Value;

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

impl Visit {
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
    ) -> Result<EntrySource, Error> {
        self.find_entry(tree, release, kind, entry).map_err(|error| {
            let error = error.context(&format!("release `{}`", release.id()));
            match &release.place {
                Some(place) => error.at(place.clone()),
                None => error.within(&self.file),
            }
        })
    }

    fn find_entry(
        &self,
        tree: &dyn Tree,
        release: &Release,
        kind: EntryKind,
        entry: &ValuesEntry,
    ) -> Result<EntrySource, Error> {
        let (title, handler) = match kind {
            EntryKind::Values => {
                ("values", release.missing_file_handler.as_ref().or(self.missing_file_handler.as_ref()))
            }
            EntryKind::Secrets => ("secrets", release.missing_file_handler.as_ref()),
        };
        let path = match &entry.content {
            EntryContent::Path(path) => format!("{}{path}", release.values_path_prefix),
            EntryContent::Inline(map) => return Ok(EntrySource::Inline(map.clone())),
            EntryContent::Invalid(value) => {
                return Err(Error::invalid(format!(
                    "an entry of `{title}` is a {} and neither a path nor a map",
                    value.type_name()
                )));
            }
        };
        if is_reference(&path) {
            return Ok(EntrySource::Reference(path));
        }
        let path = if kind == EntryKind::Values && self.base.makes_remote(&path) {
            clean(&path).into_string()
        } else {
            path
        };
        let found = find_files(tree, &self.cache, &self.base, handler.map(String::as_str), title, &path);
        match found {
            Err(error) if error.problem().refusal == Some(Refusal::RemoteValues) => {
                Ok(EntrySource::Remote(path))
            }
            found => match found? {
                Matches::Hidden => Ok(EntrySource::Hidden(self.base.join(&path))),
                Matches::Files(files) => match <[Utf8PathBuf; 1]>::try_from(files) {
                    Ok([file]) if file.file_name() == Some("-") => Err(standard_input(&file)),
                    Ok([file]) => Ok(EntrySource::File(file)),
                    Err(files) => Err(Error::invalid(format!(
                        "`{path}` matches {} files, and only one may match",
                        files.len()
                    ))
                    .hint("list the files one by one")),
                },
            },
        }
    }

    /// The data of the templates among the release's values and secrets. `.Values` is shared by all of them.
    #[must_use]
    pub fn release_data(&self, release: &Release) -> Value {
        let state = StateView {
            environment: &self.environment_object,
            values: &self.values,
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
        release_data(state, release)
    }
}

/// Whether vals would replace something in this text.
fn is_reference(text: &str) -> bool {
    text.contains("ref+")
}
