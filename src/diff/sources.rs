//! What differs between the sources of a release on two sides.

use std::collections::{BTreeMap, BTreeSet};

use super::result::{Fate, FileChange, SourceChange};
use crate::checksum::Digest;
use crate::plan::How;

/// A source of a consumer.
#[derive(Clone, Debug)]
pub(super) struct SideSource {
    pub(super) label: String,
    pub(super) digest: Option<Digest>,
    /// Its files with their digests; none of what is secret.
    pub(super) files: Vec<(String, Digest)>,
}

/// The sources that differ, in the order of their labels.
pub(super) fn changes(base: &[SideSource], head: &[SideSource]) -> Vec<SourceChange> {
    let labels: BTreeSet<&str> = base.iter().chain(head).map(|source| source.label.as_str()).collect();
    let of = |label: &str| {
        let find = |side: &'_ [SideSource]| side.iter().position(|source| source.label == label);
        let (how, files) = match (find(base).map(|at| &base[at]), find(head).map(|at| &head[at])) {
            (Some(before), Some(after)) if before.digest == after.digest => return None,
            (Some(before), Some(after)) => (None, files(&before.files, &after.files)),
            (None, _) => (Some(How::Added), Vec::new()),
            (_, None) => (Some(How::Removed), Vec::new()),
        };
        let count = find(head).map(|at| head[at].files.len()).filter(|count| *count > 0);
        Some(SourceChange { label: label.to_owned(), how, files, count })
    };
    labels.into_iter().filter_map(of).collect()
}

/// The files that differ, in the order of their names. One that goes while the same content comes under another name was renamed.
fn files(base: &[(String, Digest)], head: &[(String, Digest)]) -> Vec<FileChange> {
    let before: BTreeMap<&str, Digest> = base.iter().map(|(name, digest)| (name.as_str(), *digest)).collect();
    let after: BTreeMap<&str, Digest> = head.iter().map(|(name, digest)| (name.as_str(), *digest)).collect();
    let mut gone: Vec<(&str, Digest)> = before
        .iter()
        .filter(|(name, _)| !after.contains_key(*name))
        .map(|(name, own)| (*name, *own))
        .collect();
    let mut found = Vec::new();
    for (name, digest) in &after {
        let change = |from: Option<&str>, fate| FileChange {
            name: (*name).to_owned(),
            from: from.map(str::to_owned),
            fate,
        };
        match before.get(name) {
            Some(own) if own == digest => {}
            Some(_) => found.push(change(None, Fate::Edited)),
            None => match gone.iter().position(|(_, own)| own == digest) {
                Some(at) => found.push(change(Some(gone.remove(at).0), Fate::Renamed)),
                None => found.push(change(None, Fate::Added)),
            },
        }
    }
    found.extend(gone.into_iter().map(|(name, _)| FileChange {
        name: name.to_owned(),
        from: None,
        fate: Fate::Removed,
    }));
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(label: &str, files: &[(&str, &str)]) -> SideSource {
        let files: Vec<(String, Digest)> = files
            .iter()
            .map(|(name, content)| ((*name).to_owned(), Digest::of(content.as_bytes())))
            .collect();
        let digest = Some(Digest::of(format!("{files:?}").as_bytes()));
        SideSource { label: label.to_owned(), digest, files }
    }

    fn told(changes: &[SourceChange]) -> Vec<String> {
        let file = |file: &FileChange| {
            let from = file.from.as_ref().map(|from| format!("{from} -> ")).unwrap_or_default();
            format!(" {} {from}{}", file.fate.word(), file.name)
        };
        let one = |source: &SourceChange| {
            let how = source.how.map(|how| format!(" {}", how.word())).unwrap_or_default();
            let files: String = source.files.iter().map(file).collect();
            format!("{}{how}:{files}", source.label)
        };
        changes.iter().map(one).collect()
    }

    #[test]
    fn files_that_have_another_name_now_were_renamed() {
        let base = [source("./a", &[("./x", "1"), ("./y", "2"), ("./z", "3")]), source("./gone", &[])];
        let head = [source("./a", &[("./q", "1"), ("./y", "4"), ("./w", "5")]), source("./new", &[])];
        assert_eq!(
            told(&changes(&base, &head)),
            ["./a: renamed ./x -> ./q added ./w edited ./y removed ./z", "./gone removed:", "./new added:"]
        );
        assert_eq!(told(&changes(&base, &base)), Vec::<String>::new());
    }

    #[test]
    fn of_two_files_with_one_content_each_is_renamed_once() {
        let base = [source("./a", &[("./x", "1")])];
        let head = [source("./a", &[("./y", "1"), ("./z", "1")])];
        assert_eq!(told(&changes(&base, &head)), ["./a: renamed ./x -> ./y added ./z"]);
    }
}
