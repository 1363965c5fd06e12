//! The last error of a release, kept for whoever asks later: of a post-renderer that fails, Helm 4 says only that it did.

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

use crate::cache::{Cache, Key, KeyMaker};
use crate::diagnostic::Diagnostic;
use crate::plan::Keeping;
use crate::source::config::locate;
use crate::text::Place;
use crate::tree::WorkTree;

/// Which release an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subject(Key);

/// What was said, without secrets.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Said {
    code: Option<String>,
    message: String,
    hint: Option<String>,
    file: Option<String>,
    line: Option<usize>,
}

impl Subject {
    /// A release of a state file in a directory: `namespace/name` or `name`, in an environment.
    pub(crate) fn new(directory: &Utf8Path, environment: &str, release: &str) -> Self {
        let root = locate(&WorkTree, directory).map_or_else(|_| directory.to_owned(), |home| home.root);
        let root = root.canonicalize_utf8().unwrap_or(root);
        let mut key = KeyMaker::default();
        key.feed("last error of annotate", root.as_str().as_bytes());
        key.feed("environment", if environment.is_empty() { b"default" } else { environment.as_bytes() });
        key.feed("release", release.trim_start_matches('/').as_bytes());
        Self(key.finish())
    }

    /// Keeps what was said, from which secrets are taken out already, in the place of what was said before.
    pub(crate) fn keep(self, keeping: &Keeping, diagnostics: &[Diagnostic]) {
        let Some(cache) = keeping.folder.as_deref().and_then(|folder| Cache::open(folder).ok()) else {
            return;
        };
        let said = |one: &Diagnostic| Said {
            code: one.kind.code().map(str::to_owned),
            message: one.message.clone(),
            hint: one.hint.clone(),
            file: one.place.as_ref().map(|place| place.file.to_string()),
            line: one.place.as_ref().and_then(|place| place.line),
        };
        let all: Vec<Said> = diagnostics.iter().filter(|one| one.is_denied()).map(said).collect();
        if let Ok(bytes) = serde_json::to_vec(&all) {
            cache.store(self.0, &bytes);
        }
    }

    /// Drops what was said, since all is well now.
    pub(crate) fn forget(self, keeping: &Keeping) {
        if let Some(cache) = existing(keeping) {
            cache.remove(self.0);
        }
    }

    /// A note with what was said last; nothing where that was not an error. `owner` is how messages name the release.
    pub(super) fn recalled(self, keeping: &Keeping, owner: &str) -> Option<Diagnostic> {
        let all: Vec<Said> = serde_json::from_slice(&existing(keeping)?.load(self.0)?).ok()?;
        let [first, more @ ..] = &all[..] else { return None };
        let code = first.code.as_ref().map(|code| format!("[{code}]")).unwrap_or_default();
        let more = match more.len() {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let message = format!(
            "{owner}: when helm last ran `helmsum annotate`, that failed: error{code}: {}{more}",
            first.message
        );
        let note = Diagnostic::note(message).or_at_known(first.place().as_ref());
        Some(match &first.hint {
            Some(hint) => note.hint(hint),
            None => note,
        })
    }
}

impl Said {
    fn place(&self) -> Option<Place> {
        let file = self.file.as_ref()?;
        Some(match self.line {
            Some(line) => Place::line(file.as_str(), line),
            None => Place::file(file.as_str()),
        })
    }
}

/// The cache, where there is one already.
fn existing(keeping: &Keeping) -> Option<Cache> {
    let folder = keeping.folder.as_deref().filter(|folder| folder.is_dir())?;
    Cache::open(folder).ok()
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use super::*;
    use crate::diagnostic::Code;

    #[test]
    fn an_error_is_recalled_until_all_is_well() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = Utf8PathBuf::try_from(folder.path().to_owned()).expect("UTF-8");
        let keeping = Keeping { folder: Some(root.join("cache")), verifies: false, after: None };
        let subject = Subject::new(&root, "", "/web");
        assert_eq!(subject, Subject::new(&root, "default", "web"));
        assert_ne!(subject, Subject::new(&root, "test", "web"));
        assert_eq!(subject.recalled(&keeping, "release `web`"), None);
        assert!(!root.join("cache").exists(), "looking makes no folder");
        let finding = Diagnostic::finding(Code::UnknownReader, "nobody knows").hint("say so");
        let warning = Diagnostic::finding(Code::Crlf, "odd");
        let said = [warning, finding.at(Place::line("/r/web.yaml", 3)), Diagnostic::error("twice")];
        subject.keep(&keeping, &said);
        let note = subject.recalled(&keeping, "release `web`").expect("a note");
        assert_eq!(
            note.message,
            "release `web`: when helm last ran `helmsum annotate`, that failed: error[unknown-reader]: nobody knows, and 1 more"
        );
        assert_eq!(
            (note.hint.as_deref(), note.place.clone()),
            (Some("say so"), Some(Place::line("/r/web.yaml", 3)))
        );
        subject.forget(&keeping);
        assert_eq!(subject.recalled(&keeping, "release `web`"), None);
        let nowhere = Keeping::default();
        subject.keep(&nowhere, &said);
        assert_eq!(subject.recalled(&nowhere, "release `web`"), None);
    }
}
