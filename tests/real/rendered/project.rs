//! A helmfile project in a temporary folder, read by helmsum.

use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use helmsum::internals::diagnostic::Diagnostic;
use helmsum::internals::rendered::{Content, Piece, Producer, Templates, release_pieces};
use helmsum::internals::state::{self, Listed, Request, Resolved};
use helmsum::internals::template::functions::registry;
use helmsum::internals::tree::WorkTree;

/// A project, whose files can be changed between two readings.
pub(crate) struct Project {
    folder: tempfile::TempDir,
    pub(crate) root: Utf8PathBuf,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) helm: Option<String>,
}

/// A state that was read, with what it was read with.
pub(crate) struct Reading {
    pub(crate) request: Request,
    pub(crate) resolved: Resolved,
}

impl Project {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new().prefix("helmsum-test-").tempdir().expect("a temporary folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8").canonicalize_utf8().expect("a folder");
        let variables = [
            ("HOME".to_owned(), root.join(".home").into_string()),
            ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default()),
        ];
        let project = Self { folder, root, variables: variables.into_iter().collect(), helm: None };
        files.iter().fold(project, |project, (name, content)| project.with(name, content))
    }

    pub(crate) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.root.join(name);
        fs_err::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
        fs_err::write(path, content).expect("a file");
        self
    }

    pub(crate) fn link(self, name: &str, target: &str) -> Self {
        let path = self.root.join(name);
        fs_err::create_dir_all(path.parent().expect("a link lies in a folder")).expect("a folder");
        std::os::unix::fs::symlink(target, path).expect("a link");
        self
    }

    pub(crate) fn without(self, name: &str) -> Self {
        fs_err::remove_file(self.root.join(name)).expect("it exists");
        self
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    pub(crate) fn read(&self) -> Reading {
        self.read_with(&[])
    }

    /// Reads the state with options of helmfile, each with a value.
    pub(crate) fn read_with(&self, options: &[&str]) -> Reading {
        assert!(self.folder.path().exists());
        let mut request = Request::new(Arc::new(WorkTree), self.root.clone(), self.variables.clone());
        request.options.helm_binary.clone_from(&self.helm);
        for option in options.chunks(2) {
            let value = Some(option[1].to_owned());
            match option[0] {
                "-e" => request.options.environment = value,
                "-n" => request.options.namespace = value,
                "--kube-context" => request.options.kube_context = value,
                other => panic!("unknown option {other}"),
            }
        }
        let resolved = state::read(&request).unwrap_or_else(|error| panic!("{error}"));
        Reading { request, resolved }
    }

    /// The pieces of the release `web`.
    pub(crate) fn pieces(&self) -> Result<Vec<Piece>, Diagnostic> {
        let reading = self.read();
        let listed = Listed::of(&WorkTree, &reading.resolved);
        release_pieces(&reading.producer("web"), &mut Templates::new(&registry()), &listed)
    }

    /// The pieces of the release `web` as names and contents, in order of the names.
    pub(crate) fn contents(&self) -> BTreeMap<String, Vec<u8>> {
        let pieces = self.pieces().unwrap_or_else(|problem| panic!("{problem}"));
        let count = pieces.len();
        let contents: BTreeMap<String, Vec<u8>> =
            pieces.into_iter().map(|piece| (piece.name.clone(), content(&piece))).collect();
        assert_eq!(contents.len(), count, "names are unique");
        contents
    }

    /// What is said where the release `web` cannot be read.
    pub(crate) fn refusal(&self) -> String {
        let problem = self.pieces().expect_err("it cannot be read");
        said(&problem)
    }
}

impl Reading {
    pub(crate) fn producer(&self, name: &str) -> Producer<'_> {
        let find = |visit: &'_ state::Visit| visit.releases.iter().position(|release| release.name == name);
        let (visit, index) = self
            .resolved
            .visits
            .iter()
            .find_map(|visit| Some((visit, find(visit)?)))
            .expect("there is such a release");
        Producer { request: &self.request, visit, release: &visit.releases[index] }
    }
}

/// The bytes of a piece.
pub(crate) fn content(piece: &Piece) -> Vec<u8> {
    match &piece.content {
        Content::Bytes(bytes) => bytes.clone(),
        Content::File(path) => fs_err::read(path).expect("a file"),
    }
}

/// A problem with its place and hint.
pub(crate) fn said(problem: &Diagnostic) -> String {
    format!("{problem}; {}", problem.hint.as_deref().unwrap_or_default())
}
