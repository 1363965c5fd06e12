//! An entry of `releases:` in `helmsum.yaml`.

use super::draft::Insertion;
use super::sheet::{Frame, Sheet, Unsafe};
use crate::targets::spelled;

/// What an entry says of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// `namespace/name`, or `name`.
    pub(super) release: String,
    /// Sources, as a directive has them after its colon.
    pub(super) sources: Vec<String>,
    /// The keys that take annotations for pods; none where the format stays as it is.
    pub(super) annotations: Vec<String>,
}

impl Entry {
    /// The keys of the entry but for `release`, each with its lines and the same for a mapping in braces.
    fn keys(&self) -> Vec<(Vec<String>, String)> {
        let mut keys = Vec::new();
        if !self.sources.is_empty() {
            let words: Vec<String> = self.sources.iter().map(|source| super::quoted(source)).collect();
            let line = format!("sources: [{}]", words.join(", "));
            keys.push((vec![line.clone()], line));
        }
        if !self.annotations.is_empty() {
            let key = match &self.annotations[..] {
                [one] => format!("key: {}", spelled(one)),
                several => {
                    let several: Vec<String> = several.iter().map(|key| spelled(key)).collect();
                    format!("key: [{}]", several.join(", "))
                }
            };
            let format = "format: pod-annotations".to_owned();
            let flow = format!("{format}, {key}");
            keys.push((vec![format, key], flow));
        }
        keys
    }

    /// The lines of the entry as an item of a list.
    pub(super) fn lines(&self) -> Vec<String> {
        let first = format!("release: {}", spelled(&self.release));
        [first].into_iter().chain(self.keys().into_iter().flat_map(|(lines, _)| lines)).collect()
    }

    fn flow(&self) -> String {
        let first = format!("release: {}", spelled(&self.release));
        let keys: Vec<String> =
            [first].into_iter().chain(self.keys().into_iter().map(|(_, flow)| flow)).collect();
        format!("{{ {} }}", keys.join(", "))
    }
}

/// Adds an entry to a configuration; to a new one where there is nothing yet.
///
/// # Errors
///
/// Where that is not safe, or an entry about the release says something else.
pub(super) fn add(text: &[u8], entry: &Entry) -> Result<Vec<Insertion>, Unsafe> {
    let sheet = Sheet::read(text, false)?;
    let frame = Frame::new();
    let block = || {
        let lines = super::listed(&entry.lines());
        ["releases:".to_owned()].into_iter().chain(lines).collect::<Vec<_>>()
    };
    let Some(root) = sheet.documents().first().filter(|root| !root.node().is_null()) else {
        return sheet.append(&block()).map(|one| vec![one]);
    };
    let Some((key, list)) = sheet.entry(root, "releases") else {
        return sheet
            .add_keys(root, &frame, (&block(), &format!("releases: [{}]", entry.flow())))
            .map(|one| vec![one]);
    };
    if list.node().is_null() && list.span().is_empty() {
        return sheet.fill(&key, &frame, &super::item(&entry.lines())).map(|one| vec![one]);
    }
    let about = |item: &crate::yaml::Written| {
        sheet.entry(item, "release").and_then(|(_, name)| sheet.literal(&name)).as_deref()
            == Some(&entry.release)
    };
    let Some(known) = list.items().find(about) else {
        return sheet.add_item(&list, &frame, (&entry.lines(), &entry.flow())).map(|one| vec![one]);
    };
    for key in ["sources", "format", "key"] {
        let has =
            |word: &str| entry.keys().iter().flat_map(|(lines, _)| lines).any(|line| line.starts_with(word));
        if let Some((key, _)) = sheet.entry(&known, key).filter(|_| has(key)) {
            return Err(Unsafe::Otherwise(key.line()));
        }
    }
    let keys = entry.keys();
    let lines: Vec<String> = keys.iter().flat_map(|(lines, _)| lines.clone()).collect();
    let flow: Vec<String> = keys.into_iter().map(|(_, flow)| flow).collect();
    sheet.add_keys(&known, &frame, (&lines, &flow.join(", "))).map(|one| vec![one])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(before: &str) -> Result<String, Unsafe> {
        let entry = Entry {
            release: "edge/web".into(),
            sources: vec!["secret:db from=edge/db".into()],
            annotations: vec!["podAnnotations".into()],
        };
        let texts = add(before.as_bytes(), &entry)?;
        let mut after = before.to_owned();
        for one in texts.into_iter().rev() {
            after.insert_str(one.at, &one.text);
        }
        Ok(after)
    }

    const LINES: &str = concat!(
        "  - release: edge/web\n",
        "    sources: [\"secret:db from=edge/db\"]\n",
        "    format: pod-annotations\n",
        "    key: podAnnotations\n"
    );

    #[test]
    fn an_entry_is_added_in_the_style_of_the_file() {
        let block = format!("releases:\n{LINES}");
        assert_eq!(added(""), Ok(block.clone()));
        assert_eq!(added("# why\n"), Ok(format!("# why\n{block}")));
        assert_eq!(added("key: a # b\n"), Ok(format!("key: a # b\n{block}")));
        assert_eq!(
            added("releases:\n- release: a\n  key: b\n# end\nkey: c\n"),
            Ok(format!(
                "releases:\n- release: a\n  key: b\n{}# end\nkey: c\n",
                &LINES.replace("\n  ", "\n")[2..]
            ))
        );
        assert_eq!(added("releases:\nkey: c\n"), Ok(format!("releases:\n{LINES}key: c\n")));
        assert_eq!(
            added("releases: [{release: a}]"),
            Ok("releases: [{release: a}, { release: edge/web, sources: [\"secret:db from=edge/db\"], format: pod-annotations, key: podAnnotations }]".into())
        );
    }

    #[test]
    fn an_entry_about_the_release_is_extended_unless_it_says_otherwise() {
        assert_eq!(
            added("releases:\n  - release: edge/web\n    target: a.yaml"),
            Ok(format!("releases:\n  - release: edge/web\n    target: a.yaml{}", {
                let lines: Vec<&str> = LINES.lines().skip(1).collect();
                lines.iter().flat_map(|line| ["\n", line]).collect::<String>()
            }))
        );
        assert_eq!(added("releases:\n  - release: edge/web\n    key: a\n"), Err(Unsafe::Otherwise(3)));
    }
}
