//! Where a release says something, for whoever wants to change it.

use camino::Utf8PathBuf;

use super::rules::Case;
use crate::rendered::Origin;
use crate::text::Place;
use crate::yaml::{self, Limits, Node};

/// How many nodes of a values file are looked at.
const MOST_NODES: usize = 100_000;

impl Case<'_, '_> {
    /// The values files of the release that helm is given, in that order.
    fn values_files(&self) -> Vec<Utf8PathBuf> {
        let given = self.rendering.values(self.subject.at).unwrap_or_default();
        let files = given.into_iter().filter_map(|(origin, _)| match origin {
            Origin::File(file) => Some(file),
            Origin::Inline => None,
        });
        files.collect()
    }

    /// Where the values of the release have a name as a whole scalar: in the last such file that is no template.
    pub(super) fn place_of(&self, name: &str) -> Option<Place> {
        let tree = &*self.subject.environment.request.tree;
        let in_file = |file: &Utf8PathBuf| {
            if file.as_str().ends_with(".gotmpl") {
                return None;
            }
            let nodes = yaml::parse(&tree.read(file).ok()?, &Limits::default()).ok()?;
            let node = scalar(nodes, name)?;
            Some(Place { file: file.clone(), line: Some(node.line()), column: Some(node.column()) })
        };
        self.values_files().iter().rev().find_map(in_file)
    }

    /// The file that a directive of the release belongs in, as a hint names it.
    pub(super) fn own_values_file(&self) -> String {
        let target = self.subject.consumer.and_then(|(_, contents)| contents.consumer.target.as_ref());
        let files = self.values_files();
        match files.iter().find(|file| Some(*file) != target) {
            Some(file) => format!("`{}`", self.made.project.shown(file)),
            None => format!("a values file of release `{}`", self.subject.release.id()),
        }
    }
}

/// The first scalar of this text among the values of documents.
fn scalar(documents: Vec<Node>, text: &str) -> Option<Node> {
    let mut open = documents;
    open.reverse();
    let mut left = MOST_NODES;
    while let Some(node) = open.pop() {
        left = left.checked_sub(1)?;
        if node.text() == Some(text) {
            return Some(node);
        }
        let pairs = node.pairs();
        let mut below: Vec<Node> = if pairs.is_empty() {
            node.children()
        } else {
            pairs.into_iter().map(|(_, value)| value).collect()
        };
        below.reverse();
        open.extend(below);
    }
    None
}
