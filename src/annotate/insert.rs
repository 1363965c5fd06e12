//! Annotations into a text: where they go, and that nothing else changes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::change::{Change, is_key, is_merge, merged};
use super::compare::is_changed_so;
use super::copy::{copy, fresh, quoted};
use crate::reference::Step;
use crate::targets::spelled;
use crate::yaml::{self, Kind, Limits, Node, Written};

/// Manifests with annotations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Annotated {
    /// The whole text.
    pub(crate) bytes: Vec<u8>,
    /// What was put into the input, in its order.
    pub(crate) edits: Vec<Edit>,
}

/// A change of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The bytes of the input that it replaces: none, but for a null or an alias.
    pub(crate) span: Range<usize>,
    /// What stands there now.
    pub(crate) text: String,
}

/// Why there are no annotations. Lines are those of the input, from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// The text is not readable to Kubernetes.
    #[error("the manifests cannot be read")]
    Unreadable { line: Option<usize> },
    /// A value stands where a mapping belongs.
    #[error("annotations belong in a mapping, and another value is in its place")]
    NotAMapping { line: usize },
    /// An annotation is there with another value.
    #[error("the annotation `{key}` has another value")]
    Taken { key: String, line: usize },
    /// A key comes with `<<` and by itself, of which readers of YAML take different ones.
    #[error(
        "the key `{key}` comes by itself and with a `<<` after it, and readers of YAML differ in which one counts"
    )]
    Ambiguous { key: String, line: usize },
    /// The text is in a form that cannot be edited so that exactly the annotations change.
    #[error(
        "the annotations cannot be added without another change: the manifest is written in a form that is not edited"
    )]
    Form { line: Option<usize> },
}

impl Refused {
    /// The line of the input, from 1.
    pub(crate) const fn line(&self) -> Option<usize> {
        match self {
            Self::Unreadable { line } | Self::Form { line } => *line,
            Self::NotAMapping { line } | Self::Taken { line, .. } | Self::Ambiguous { line, .. } => {
                Some(*line)
            }
        }
    }
}

/// Adds annotations to a stream of manifests, by the numbers of its documents, from 0. Those that are there already are left alone.
///
/// Every other byte of the input stays, but for a null in the place of a mapping, and for aliases: one on the way to annotations
/// becomes a copy of what it names, and so does one that names what gets annotations, so that these do not spread.
///
/// # Errors
///
/// Where the input is not readable to Kubernetes, an annotation has another value, or the result would differ from the input in
/// anything but the annotations.
pub(crate) fn insert(source: &[u8], changes: &BTreeMap<usize, Change>) -> Result<Annotated, Refused> {
    let unreadable = |error: yaml::Error| Refused::Unreadable { line: error.line() };
    let documents = yaml::parse_written(source, &Limits::default()).map_err(unreadable)?;
    let mut missing = BTreeMap::new();
    for (index, change) in changes {
        let document = documents.get(*index).ok_or(Refused::Form { line: None })?;
        if let Some(change) = change.missing(Some(&document.node()))? {
            missing.insert(*index, change);
        }
    }
    let mut editor =
        Editor { source, edits: Vec::new(), touched: BTreeSet::new(), replaced: BTreeSet::new() };
    for (index, change) in &missing {
        editor.value(&documents[*index], None, change)?;
    }
    if let Some(first) = documents.first().filter(|_| !missing.is_empty()) {
        editor.detach(&first.aliases());
    }
    let mut edits = editor.edits;
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let bytes = applied(source, &edits).ok_or(Refused::Form { line: None })?;
    if !missing.is_empty() {
        check(&documents, &bytes, &missing)?;
    }
    Ok(Annotated { bytes, edits })
}

/// The text with its edits, which are in order; nothing where they overlap.
fn applied(source: &[u8], edits: &[Edit]) -> Option<Vec<u8>> {
    let mut bytes =
        Vec::with_capacity(source.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut at = 0;
    for edit in edits {
        bytes.extend_from_slice(source.get(at..edit.span.start)?);
        bytes.extend_from_slice(edit.text.as_bytes());
        at = edit.span.end;
    }
    bytes.extend_from_slice(source.get(at..)?);
    Some(bytes)
}

/// Compares what came out with what went in, as helm reads both, and as go-yaml v3 does, with which helm 4 and kustomize read.
fn check(documents: &[Written], bytes: &[u8], changes: &BTreeMap<usize, Change>) -> Result<(), Refused> {
    let after = yaml::parse(bytes, &Limits::default()).map_err(|_| Refused::Form { line: None })?;
    if after.len() != documents.len() {
        return Err(Refused::Form { line: None });
    }
    for (index, (before, after)) in documents.iter().map(Written::node).zip(&after).enumerate() {
        let change = changes.get(&index);
        let line = Some(before.line());
        let unreadable = |error: yaml::Error| Refused::Unreadable { line: error.line() };
        let as_helm = before.decode_as_helm().map_err(unreadable)?;
        let is_same = after.decode_as_helm().is_ok_and(|after| is_changed_so(&as_helm, &after, change));
        let is_same = is_same
            && match before.decode() {
                Ok(before) => after.decode().is_ok_and(|after| is_changed_so(&before, &after, change)),
                Err(_) => true,
            };
        if !is_same {
            return Err(Refused::Form { line });
        }
    }
    Ok(())
}

struct Editor<'s> {
    source: &'s [u8],
    edits: Vec<Edit>,
    /// The values that get annotations, or in which something does.
    touched: BTreeSet<u32>,
    /// The aliases that are copies now.
    replaced: BTreeSet<u32>,
}

/// What a mapping gets.
enum Added<'c> {
    Annotation(&'c str),
    /// A copy of what a `<<` brings in.
    Copy(String),
    Fresh(&'c Change),
}

impl Editor<'_> {
    /// Changes a value. `key` is the key that it stands after.
    fn value(&mut self, at: &Written, key: Option<&Written>, change: &Change) -> Result<(), Refused> {
        self.touched.insert(at.number());
        if let Some(target) = at.aliased() {
            self.replaced.insert(at.number());
            self.edits.push(Edit { span: at.span(), text: copy(&target.node(), Some(change)) });
            return Ok(());
        }
        let node = at.node();
        if node.is_null() {
            let text = fresh(change);
            let text = if at.span().is_empty() { self.after_key(key, at.span().start, &text) } else { text };
            self.edits.push(Edit { span: at.span(), text });
            return Ok(());
        }
        match node.kind() {
            Kind::Scalar => Err(Refused::NotAMapping { line: at.line() }),
            Kind::Sequence => change.below.iter().try_for_each(|(step, change)| match step {
                Step::Index(index) => {
                    let item = at.item(*index).ok_or(Refused::NotAMapping { line: at.line() })?;
                    self.value(&item, None, change)
                }
                Step::Key(_) => Err(Refused::NotAMapping { line: at.line() }),
            }),
            Kind::Mapping => self.mapping(at, change),
        }
    }

    /// A value in the place of nothing at all. In `{a}` not even the colon is there.
    fn after_key(&self, key: Option<&Written>, at: usize, text: &str) -> String {
        let between = key.and_then(|key| self.source.get(key.span().end..at)).unwrap_or(b":");
        if between.contains(&b':') { format!(" {text}") } else { format!(": {text}") }
    }

    fn mapping(&mut self, at: &Written, change: &Change) -> Result<(), Refused> {
        let pairs = at.pairs();
        let annotations = change.annotations.iter();
        let mut added: Vec<(&str, Added<'_>)> =
            annotations.map(|(key, value)| (key.as_str(), Added::Annotation(value))).collect();
        for (step, change) in &change.below {
            let Step::Key(key) = step else { return Err(Refused::NotAMapping { line: at.line() }) };
            match found(&pairs, key)? {
                Found::Own(name, value) => self.value(value, Some(name), change)?,
                Found::Brought(node) => added.push((key, Added::Copy(copy(&node, Some(change))))),
                Found::Nowhere => added.push((key, Added::Fresh(change))),
            }
        }
        if added.is_empty() {
            return Ok(());
        }
        let edit = if at.is_flow() { flow(at, &pairs, &added) } else { self.block(at, &pairs, &added)? };
        self.edits.push(edit);
        Ok(())
    }

    /// The fields of a mapping with one on each line go before its first one, or after what a `<<` brings in, which would else count.
    fn block(
        &self,
        at: &Written,
        pairs: &[(Written, Written)],
        added: &[(&str, Added<'_>)],
    ) -> Result<Edit, Refused> {
        let refused = || Refused::Form { line: Some(at.line()) };
        let column = pairs.iter().map(|(name, _)| name.column()).min().ok_or_else(refused)?;
        let last_merge = pairs.iter().rev().find(|(name, _)| name.is_merge_key());
        let start = match last_merge {
            // Where another value ends is not known.
            Some((_, value)) if value.aliased().is_none() && !value.is_flow() => return Err(refused()),
            Some((_, value)) => value.span().end,
            None => {
                pairs.iter().find(|(name, _)| name.column() == column).ok_or_else(refused)?.0.span().start
            }
        };
        let line_break = self.line_break(start);
        let mut lines = Vec::new();
        for (key, what) in added {
            match what {
                Added::Annotation(value) => lines.push(format!("{}: {}", spelled(key), quoted(value))),
                Added::Copy(copy) => lines.push(format!("{}: {copy}", spelled(key))),
                Added::Fresh(change) => {
                    lines.push(format!("{}:", spelled(key)));
                    nested(change, 1, &mut lines);
                }
            }
        }
        let indentation = " ".repeat(column - 1);
        let text = if last_merge.is_some() {
            lines.iter().flat_map(|line| [line_break, &indentation, line]).collect()
        } else {
            lines.iter().flat_map(|line| [line, line_break, &indentation]).collect()
        };
        Ok(Edit { span: start..start, text })
    }

    /// How lines end around a place.
    fn line_break(&self, at: usize) -> &'static str {
        let (before, after) = self.source.split_at(at);
        let ends = |bytes: &[u8], line_feed: usize| line_feed > 0 && bytes[line_feed - 1] == b'\r';
        let is_windows = match memchr::memchr(b'\n', after) {
            Some(next) => ends(after, next),
            None => memchr::memrchr(b'\n', before).is_some_and(|last| ends(before, last)),
        };
        if is_windows { "\r\n" } else { "\n" }
    }

    /// Makes copies of the aliases that name what gets annotations.
    fn detach(&mut self, aliases: &[Written]) {
        for alias in aliases {
            let target = alias.aliased().filter(|target| self.touched.contains(&target.number()));
            if let Some(target) = target.filter(|_| !self.replaced.contains(&alias.number())) {
                self.edits.push(Edit { span: alias.span(), text: copy(&target.node(), None) });
            }
        }
    }
}

/// The lines of mappings that are not there yet.
fn nested(change: &Change, depth: usize, lines: &mut Vec<String>) {
    let indentation = "  ".repeat(depth);
    for (key, value) in &change.annotations {
        lines.push(format!("{indentation}{}: {}", spelled(key), quoted(value)));
    }
    for (step, change) in &change.below {
        // A list that is not there has no items; the comparison sees what is missing then.
        let Step::Key(key) = step else { continue };
        lines.push(format!("{indentation}{}:", spelled(key)));
        nested(change, depth + 1, lines);
    }
}

/// The fields of a mapping in braces.
fn flow(at: &Written, pairs: &[(Written, Written)], added: &[(&str, Added<'_>)]) -> Edit {
    let field = |(key, what): &(&str, Added<'_>)| match what {
        Added::Annotation(value) => format!("{}: {}", quoted(key), quoted(value)),
        Added::Copy(copy) => format!("{}: {copy}", quoted(key)),
        Added::Fresh(change) => format!("{}: {}", quoted(key), fresh(change)),
    };
    let fields = added.iter().map(field).collect::<Vec<_>>().join(", ");
    let last_merge = pairs.iter().rev().find(|(name, _)| name.is_merge_key());
    let (start, text) = match (last_merge, pairs.first()) {
        (Some((_, value)), _) => (value.span().end, format!(", {fields}")),
        (None, Some((name, _))) => (name.span().start, format!("{fields}, ")),
        (None, None) => (at.span().end - 1, fields),
    };
    Edit { span: start..start, text }
}

/// Where a mapping has a key.
enum Found<'p> {
    Own(&'p Written, &'p Written),
    /// With a `<<`.
    Brought(Node),
    Nowhere,
}

fn found<'p>(pairs: &'p [(Written, Written)], key: &str) -> Result<Found<'p>, Refused> {
    let mut found = Found::Nowhere;
    for (name, value) in pairs {
        if is_merge(&name.node()) && name.is_merge_key() {
            if let Some(node) = merged(&value.node(), key, 0) {
                if matches!(found, Found::Own(..)) {
                    return Err(Refused::Ambiguous { key: key.to_owned(), line: name.line() });
                }
                found = Found::Brought(node);
            }
        } else if is_key(&name.node(), key) {
            found = Found::Own(name, value);
        }
    }
    Ok(found)
}
