//! Where a release says something, for whoever wants to change it.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use super::readings::{Judged, Reading};
use super::rules::Case;
use super::subject::Subject;
use super::templates::{Named, named, once};
use crate::plan::contents::rendering::Rendering;
use crate::plan::facts::producers::ReleaseAt;
use crate::reference::Kind;
use crate::rendered::{Origin, chart_inputs};
use crate::source::Source;
use crate::state::{EntryKind, EntrySource};
use crate::text::Place;
use crate::value::Value;
use crate::yaml::{self, Limits, Node};

/// How many nodes of a values file are looked at.
const MOST_NODES: usize = 100_000;

/// How many values of a release are looked at.
const MOST_VALUES: usize = 1_000_000;

impl Case<'_, '_> {
    /// Whether `helmsum annotate` puts its checksums on its pods.
    pub(super) fn is_annotated(&self) -> bool {
        self.subject.consumer.is_some_and(|(_, contents)| contents.consumer.wiring.is_annotated)
    }

    /// Whether the release lists a target.
    pub(super) fn is_wired(&self) -> bool {
        self.subject.consumer.is_some_and(|(_, contents)| contents.consumer.target.is_some())
    }

    /// Where the values of the release have a text as a whole scalar: in the last such file. The name of an object is rather looked for
    /// below a key with its kind, such as `existingSecret`. Of a template, the line is told where the text stands there once.
    pub(super) fn place_of(&self, text: &str, kind: Option<Kind>) -> Option<Place> {
        let tree = &*self.subject.environment.request.tree;
        let given = self.rendering.values(self.subject.at);
        given.iter().rev().find_map(|(origin, values)| {
            let Origin::File(file) = origin else { return None };
            if !file.as_str().ends_with(".gotmpl") {
                let nodes = yaml::parse(&tree.read(file).ok()?, &Limits::default()).ok()?;
                let node = scalar(nodes, text, kind)?;
                return Some(node.place_in(file));
            }
            if !scalars_of(vec![Value::Map(values.clone())]).contains(text) {
                return None;
            }
            let template = String::from_utf8(tree.read(file).ok()?).ok()?;
            Some(once(&template, text).map_or_else(|| Place::file(file), |at| place(file, at, text)))
        })
    }

    /// Where the name of an object stands that pods read: in the template of the chart, where that has it literally and nothing else
    /// could be meant, else in the values of the release, else in that template, whose line is told only where there is a single one.
    pub(super) fn place_of_reading(&self, reading: &Reading, judged: &Judged) -> Option<Place> {
        let template = judged.rendered_from.as_ref().and_then(|(form, source)| {
            let file = self.template(source)?;
            let bytes = self.subject.environment.request.tree.read(&file).ok()?;
            let text = String::from_utf8(bytes).ok()?;
            Some((named(&text, (form, reading.kind), &reading.name), file))
        });
        if let Some((Named::Certainly(line, column), file)) = &template {
            return Some(place(file, (*line, *column), &reading.name));
        }
        self.place_of(&reading.name, Some(reading.kind)).or_else(|| match template? {
            (Named::Certainly(line, column) | Named::Once(line, column), file) => {
                Some(place(&file, (line, column), &reading.name))
            }
            (Named::Often, file) => Some(Place::file(file)),
            (Named::Never, _) => None,
        })
    }

    /// The file of a chart in a directory that helm names in `# Source:`.
    pub(super) fn template(&self, source: &str) -> Option<Utf8PathBuf> {
        let (_, name) = source.split_once('/')?;
        let chart = chart_inputs(&self.subject.producer(&self.subject.environment.request)).ok()??;
        let file = chart.directory.join(name);
        chart.helm.contains(&file).then_some(file)
    }

    /// Where the source of this text is declared.
    pub(super) fn place_of_source(&self, text: &str) -> Option<&Place> {
        Some(&self.source(text)?.place)
    }

    /// The source of the release that is declared with this text.
    pub(super) fn source(&self, text: &str) -> Option<&Source> {
        let (_, contents) = self.subject.consumer?;
        contents.sources.iter().map(|contents| &contents.source).find(|source| source.text == text)
    }

    /// The file that a directive of the release belongs in, as a hint names it: one that no other release lists.
    pub(super) fn own_values_file(&self) -> String {
        let owner = self.subject.release.id();
        match self.own_values() {
            Ok(file) => format!("`{}`", self.made.project.shown(&file)),
            Err(NoOwnValues::None) => format!("a values file of release `{owner}`"),
            Err(NoOwnValues::Shared) => format!("a values file that only release `{owner}` lists"),
        }
    }

    /// The first values file that only the release lists.
    pub(super) fn own_values(&self) -> Result<Utf8PathBuf, NoOwnValues> {
        let target = self.subject.consumer.and_then(|(_, contents)| contents.consumer.target.as_ref());
        let own = self.subject.listed_files();
        let mut candidates = own.iter().filter(|file| Some(*file) != target).peekable();
        if candidates.peek().is_none() {
            return Err(NoOwnValues::None);
        }
        let mut others = BTreeSet::new();
        for subject in self.subjects.iter().filter(|subject| subject.at != self.subject.at) {
            others.extend(subject.listed_files());
        }
        candidates.find(|file| !others.contains(*file)).cloned().ok_or(NoOwnValues::Shared)
    }
}

/// Why a release has no values file of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoOwnValues {
    /// It lists none.
    None,
    /// Others list all of them.
    Shared,
}

impl Subject<'_> {
    /// The files under `values` of the release.
    fn listed_files(&self) -> Vec<Utf8PathBuf> {
        let tree = &*self.environment.request.tree;
        let found = self.release.values.iter().filter_map(|entry| {
            match self.visit.resolve_entry(tree, self.release, EntryKind::Values, entry) {
                Ok(EntrySource::File(file)) => Some(file),
                _ => None,
            }
        });
        found.collect()
    }
}

/// Where a file has a text.
fn place(file: &Utf8PathBuf, (line, column): (usize, usize), text: &str) -> Place {
    Place { file: file.clone(), line: Some(line), column: Some(column), length: Some(text.len()) }
}

/// The texts that stand as whole scalars in the values that a release is given.
pub(super) fn scalars(rendering: &Rendering<'_>, at: ReleaseAt) -> BTreeSet<String> {
    scalars_of(rendering.values(at).iter().map(|(_, values)| Value::Map(values.clone())).collect())
}

fn scalars_of(mut open: Vec<Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut left = MOST_VALUES;
    while let Some(value) = open.pop().filter(|_| left > 0) {
        left -= 1;
        match value {
            Value::Str(text) => {
                found.insert(text.to_string());
            }
            Value::List(list) => open.extend(list.iter().cloned()),
            Value::Map(map) => open.extend(map.entries().into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    found
}

/// The first scalar of this text among the values of documents that is below a key with the kind, else the first.
fn scalar(documents: Vec<Node>, text: &str, kind: Option<Kind>) -> Option<Node> {
    let word = kind.map(|kind| kind.name().to_ascii_lowercase());
    let mut open: Vec<(Node, bool)> = documents.into_iter().map(|node| (node, false)).collect();
    open.reverse();
    let mut first = None;
    for _ in 0..MOST_NODES {
        let Some((node, is_below)) = open.pop() else { break };
        if node.text() == Some(text) {
            if is_below || word.is_none() {
                return Some(node);
            }
            first.get_or_insert(node);
            continue;
        }
        let names_kind = |key: &Node| {
            let key = key.text().unwrap_or_default().to_ascii_lowercase();
            word.as_ref().is_some_and(|word| key.contains(word))
        };
        let pairs = node.pairs();
        let mut below: Vec<(Node, bool)> = if pairs.is_empty() {
            node.children().into_iter().map(|item| (item, is_below)).collect()
        } else {
            pairs.into_iter().map(|(key, value)| (value, is_below || names_kind(&key))).collect()
        };
        below.reverse();
        open.extend(below);
    }
    first
}
