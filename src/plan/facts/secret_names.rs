//! Names that are made from secrets: they would stand in targets and reports.

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Diagnostic, MASK, Mistake};
use crate::plan::facts::values_files::ValuesFiles;
use crate::source::Source;
use crate::state::{Release, Resolved};
use crate::text::Place;

/// What tells the names of a release that are made from secrets from those that anybody can read.
pub(crate) struct InClear<'a> {
    pub(crate) files: &'a ValuesFiles,
    pub(crate) resolved: &'a Resolved,
    /// The values files of the release, with their position among the entries.
    pub(crate) values: &'a [(usize, Utf8PathBuf)],
}

impl InClear<'_> {
    /// Whether a text has a piece of a secret that no file has in clear which was read for it. `file` is the one that has the text, or
    /// the template that made it.
    pub(crate) fn is_secret(&self, text: &str, file: Option<&Utf8Path>) -> bool {
        let request = self.files.request();
        let mut pieces = request.secrets.pieces(text);
        let options =
            [&request.options.environment, &request.options.namespace, &request.options.kube_context];
        pieces.retain(|piece| {
            !options.iter().any(|option| option.as_ref().is_some_and(|text| text.contains(piece)))
        });
        if pieces.is_empty() {
            return false;
        }
        let visits = self.resolved.visits.iter();
        let of_state = visits.flat_map(|visit| {
            [&visit.file].into_iter().chain(&visit.bases).chain(&visit.values_files).map(Utf8PathBuf::as_path)
        });
        let of_release = self.values.iter().map(|(_, file)| file.as_path());
        for file in file.into_iter().chain(of_release).chain(of_state) {
            let raw = self.files.raw(file);
            let text = raw.text().unwrap_or_default();
            pieces.retain(|piece| !text.contains(piece));
        }
        !pieces.is_empty()
    }

    /// A name as a report has it.
    pub(crate) fn shown(&self, name: String) -> String {
        if self.is_secret(&name, None) { MASK.to_owned() } else { name }
    }

    /// Takes out the sources whose words are made from a secret, and says so.
    pub(crate) fn check_sources(
        &self,
        release: &Release,
        sources: &mut Vec<Source>,
        problems: &mut Vec<Diagnostic>,
    ) {
        sources.retain(|source| {
            let options = source.options.written().into_iter().map(|(_, value)| value);
            let words = [Some(source.text.clone()), source.name.clone()].into_iter().flatten().chain(options);
            let is_secret = words.into_iter().any(|word| self.is_secret(&word, Some(&source.place.file)));
            if is_secret {
                let message = format!(
                    "release `{}`: the words of the source `{}` are made from a secret",
                    release.id(),
                    source.text
                );
                problems
                    .push(Diagnostic::mistake(Mistake::SourceTemplate, message).at(source.place.clone()).hint(
                    "they stand in the target and in reports: make them from something that anybody may read",
                ));
            }
            !is_secret
        });
    }

    /// Why a file cannot be a target, if its name is made from a secret. `directory` is that of the state file.
    pub(crate) fn check_target(
        &self,
        release: &Release,
        target: &Utf8Path,
        directory: &Utf8Path,
    ) -> Option<Diagnostic> {
        let name = target.strip_prefix(directory).unwrap_or(target);
        self.is_secret(name.as_str(), None).then(|| {
            let message =
                format!("release `{}`: the name of its target `{name}` is made from a secret", release.id());
            let place = release.place.clone().unwrap_or_else(|| Place::file(directory));
            Diagnostic::error(message)
                .at(place)
                .hint("anybody can see the names of files: make it from something that is not secret")
        })
    }

    /// What of the names and labels of a release is made from a secret.
    pub(crate) fn names(&self, release: &Release) -> Vec<String> {
        let names = [&release.name, &release.namespace, &release.kube_context];
        let labels = release.labels.iter().flat_map(|(key, value)| [key, value]);
        let all = names.into_iter().chain(labels).filter(|name| !name.is_empty());
        all.filter(|name| self.is_secret(name, None)).cloned().collect()
    }
}
