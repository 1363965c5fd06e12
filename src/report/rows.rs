//! From the facts and contents of a plan to the rows of a report.

use super::model::{ReleaseRow, SourceRow, TargetRow};
use crate::diagnostic::{Diagnostic, MASK};
use crate::plan::{Contents, SourceContents};

/// The row of a consumer.
pub(super) fn release(contents: &Contents) -> ReleaseRow {
    let consumer = &contents.consumer;
    let shown = |name: &String| {
        if consumer.secret_names.contains(name) { MASK.to_owned() } else { name.clone() }
    };
    ReleaseRow {
        name: shown(&consumer.name),
        namespace: shown(&consumer.namespace),
        environment: consumer.environment.clone(),
        kube_context: shown(&consumer.kube_context),
        file: consumer.file.clone(),
        sources: contents.sources.iter().map(source).collect(),
        unread: contents.sources.is_empty() && consumer.diagnostics.iter().any(Diagnostic::is_error),
        target: TargetRow {
            path: consumer.target.clone(),
            key: consumer.format.key().map(|key| key.to_string()).unwrap_or_default(),
            status: contents.status,
            recorded: contents.recorded.clone(),
            checksum: contents.content.as_ref().and_then(|content| content.checksum),
            written: contents.written,
        },
        restarts: None,
    }
}

fn source(contents: &SourceContents) -> SourceRow {
    let source = &contents.source;
    let read = contents.read.as_ref();
    SourceRow {
        label: contents.label.clone(),
        kind: source.kind(),
        name: source.name.clone(),
        path: source.text.clone(),
        options: options(contents),
        declared: Some(source.place.clone()),
        digest: read.map(|read| read.digest),
        bytes: if contents.is_concealed() {
            None
        } else {
            Some(read.and_then(|read| read.bytes).unwrap_or(0))
        },
        excluded: read.map_or(0, |read| read.excluded),
        producer: read
            .and_then(|read| read.producer.clone())
            .or_else(|| source.producer().map(ToString::to_string)),
        count: read.map_or(0, |read| read.count),
        files: contents.files().to_vec(),
        changed: contents.changed.clone(),
    }
}

/// The options of a source as they are declared, the values of a repeated one together.
fn options(contents: &SourceContents) -> Vec<(String, Vec<String>)> {
    let mut options: Vec<(String, Vec<String>)> = Vec::new();
    for (key, value) in contents.source.options.written() {
        match options.iter_mut().find(|(known, _)| known == key) {
            Some((_, values)) => values.push(value),
            None => options.push((key.to_owned(), vec![value])),
        }
    }
    options
}
