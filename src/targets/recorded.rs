//! What an existing target says.

use std::collections::BTreeMap;

use super::content::{Content, VERSION};
use super::format::{Format, Spot};
use super::{KeyPath, Shape};
use crate::checksum::{Digest, combine};
use crate::reference::ANNOTATION;
use crate::source::has_header;
use crate::value::Value;
use crate::yaml::{self, Limits};

/// An existing target as far as it can be read. The text may be anything: a conflict, half a file, somebody else's.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    /// Whether helmsum wrote it.
    pub ours: bool,
    /// Whether there is nothing in it but spaces: a placeholder, which anybody may have put there.
    pub empty: bool,
    /// The sources named in its comments.
    pub sources: Vec<RecordedSource>,
    /// All of it. Its values are parsed where somebody asks for them, which takes longer than all the rest.
    bytes: Vec<u8>,
}

/// A source named in the comments of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordedSource {
    /// What stands for it in the checksum.
    pub label: String,
    /// Its digest.
    pub digest: Digest,
    /// Files and their digests, in order.
    pub files: Vec<(String, Digest)>,
    /// Whether there are more than those.
    pub more: bool,
}

/// Files that differ from what a target records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moved {
    /// Files that were not there.
    pub added: Vec<String>,
    /// Files that are gone.
    pub removed: Vec<String>,
    /// Files with other bytes.
    pub edited: Vec<String>,
}

impl Recorded {
    #[must_use]
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        Self {
            ours: has_header(bytes),
            empty: text.trim().is_empty(),
            sources: sources(text),
            bytes: bytes.to_vec(),
        }
    }

    /// Whether helmsum leaves it alone: something is in it, and helmsum did not write it.
    #[must_use]
    pub(crate) const fn is_foreign(&self) -> bool {
        !self.ours && !self.empty
    }

    /// Whether it is, byte by byte, what a target should be.
    #[must_use]
    pub(crate) fn is(&self, content: &Content) -> bool {
        self.bytes == content.text.as_bytes()
    }

    /// Whether its values are those that a target should have, whatever the comments and the spelling of both.
    #[must_use]
    pub(crate) fn has_values_of(&self, content: &Content) -> bool {
        self.is(content)
            || match (values(&self.bytes), values(content.text.as_bytes())) {
                (Some(one), Some(other)) => one.deep_equal(&other),
                _ => false,
            }
    }

    /// The checksum that a target of this format has, whatever it is. Where the values do not have it, it is the one that the
    /// digests in the comments come to.
    #[must_use]
    pub(crate) fn checksum(&self, format: &Format) -> Option<String> {
        let value = match format.spot() {
            Spot::At(key) => self.at(&key)?,
            Spot::Among(key, shape) => {
                let Value::List(items) = self.at(&key)? else { return None };
                items.iter().find_map(|item| annotation(item, shape))?
            }
            Spot::InComments => return self.combined(),
        };
        value.as_str().map(str::to_owned)
    }

    /// It as what the target should contain; nothing where it records no checksum of this format, or is no text.
    #[must_use]
    pub(crate) fn content(&self, format: &Format) -> Option<Content> {
        let checksum = self.checksum(format)?.parse().ok()?;
        let text = String::from_utf8(self.bytes.clone()).ok()?;
        Some(Content { checksum: Some(checksum), text })
    }

    fn at(&self, path: &KeyPath) -> Option<Value> {
        let mut value = values(&self.bytes)?;
        for key in path.keys() {
            let Value::Map(map) = value else { return None };
            value = map.get(key)?;
        }
        Some(value)
    }

    /// The checksum that the digests in the comments come to.
    #[must_use]
    pub(crate) fn combined(&self) -> Option<String> {
        let digests: Vec<(&str, Digest)> =
            self.sources.iter().map(|source| (source.label.as_str(), source.digest)).collect();
        combine(&digests).map(|checksum| checksum.to_string())
    }

    /// How the files of a source differ from what is recorded under its label; nothing where the label is not recorded.
    ///
    /// Of a source with more files than are recorded, only those are compared whose record would be there.
    #[must_use]
    pub(crate) fn moved<'f>(
        &self,
        label: &str,
        files: impl IntoIterator<Item = (&'f str, Digest)>,
    ) -> Option<Moved> {
        let recorded = self.sources.iter().find(|source| source.label == label)?;
        let mut before: BTreeMap<&str, Digest> =
            recorded.files.iter().map(|(name, digest)| (name.as_str(), *digest)).collect();
        let end = recorded.files.last().filter(|_| recorded.more).map(|(name, _)| name.as_str());
        let mut moved = Moved::default();
        for (name, digest) in files {
            match before.remove(name) {
                Some(known) if known == digest => {}
                Some(_) => moved.edited.push(name.to_owned()),
                None if end.is_some_and(|end| name > end) => {}
                None => moved.added.push(name.to_owned()),
            }
        }
        moved.removed = before.into_keys().map(str::to_owned).collect();
        Some(moved)
    }
}

/// The checksum of an item in a list of annotations, if it is that one.
fn annotation(item: &Value, shape: Shape) -> Option<Value> {
    let Value::Map(map) = item else { return None };
    match shape {
        Shape::NameValue => {
            let name = map.get("name")?;
            (name.as_str() == Some(ANNOTATION)).then(|| map.get("value"))?
        }
        Shape::Map | Shape::List => map.get(ANNOTATION),
    }
}

/// The values of a file that contains at most one document, and no key that is not a string.
fn values(bytes: &[u8]) -> Option<Value> {
    match &yaml::parse(bytes, &Limits::default()).ok()?[..] {
        [] => Some(Value::Nil),
        [document] => document.decode().ok(),
        _ => None,
    }
}

fn sources(text: &str) -> Vec<RecordedSource> {
    let mut sources: Vec<RecordedSource> = Vec::new();
    let comments = text
        .lines()
        .map(str::trim_end)
        .skip_while(|line| *line != VERSION)
        .skip(1)
        .take_while(|line| line.starts_with('#'));
    for comment in comments {
        if let Some(line) = comment.strip_prefix("#     ") {
            let Some(source) = sources.last_mut() else { continue };
            match record(line) {
                Some((digest, name)) => source.files.push((name, digest)),
                None => source.more |= line.starts_with("and ") && line.ends_with(" more"),
            }
        } else if let Some((digest, label)) = comment.strip_prefix("#   ").and_then(record) {
            sources.push(RecordedSource { label, digest, files: Vec::new(), more: false });
        }
    }
    sources
}

fn record(line: &str) -> Option<(Digest, String)> {
    let (digest, name) = line.split_once("  ")?;
    Some((digest.parse().ok()?, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::{HashedFile, Notes};
    use crate::targets::{KeyPaths, Section, Subject};

    fn file(name: &str, content: &str) -> HashedFile {
        HashedFile {
            name: name.into(),
            digest: Digest::of(content.as_bytes()),
            bytes: 1,
            notes: Notes::default(),
        }
    }

    fn moved(recorded: &Recorded, label: &str, files: &[HashedFile]) -> Option<Moved> {
        recorded.moved(label, files.iter().map(|file| (file.name.as_str(), file.digest)))
    }

    fn same_values(one: &str, other: &str) -> bool {
        let content = Content { checksum: None, text: other.to_owned() };
        Recorded::read(one.as_bytes()).has_values_of(&content)
    }

    fn configured() -> Format {
        Format::Value(KeyPaths::one(KeyPath::of(["gateway", "configChecksum"])))
    }

    fn target(files: &[HashedFile]) -> String {
        let digest = Digest::of(b"apis");
        let section = Section { label: "./apis", name: None, kind: "path", object: None, digest, files };
        Content::new(&[section], &configured(), &Subject::default()).expect("fits").text
    }

    #[test]
    fn what_was_written_is_read_back() {
        let files = [file("./a  b", "1"), file("./c", "2")];
        let recorded = Recorded::read(target(&files).as_bytes());
        assert!(recorded.ours && !recorded.is_foreign());
        assert_eq!(recorded.checksum(&configured()), Some(Digest::of(b"apis").to_string()));
        let elsewhere = Format::Value(KeyPaths::one(KeyPath::of(["configChecksum"])));
        assert_eq!(recorded.checksum(&elsewhere), None);
        assert_eq!(moved(&recorded, "./apis", &files), Some(Moved::default()));
        assert_eq!(moved(&recorded, "./other", &files), None);
    }

    #[test]
    fn files_that_moved_are_named() {
        let recorded =
            Recorded::read(target(&[file("./a", "1"), file("./b", "1"), file("./d", "1")]).as_bytes());
        let moved = moved(&recorded, "./apis", &[file("./b", "2"), file("./c", "1"), file("./d", "1")]);
        let names = |name: &str| vec![name.to_owned()];
        assert_eq!(moved, Some(Moved { added: names("./c"), removed: names("./a"), edited: names("./b") }));
    }

    #[test]
    fn nothing_is_claimed_about_files_that_were_not_listed() {
        let mut files: Vec<HashedFile> = (0..70).map(|number| file(&format!("./{number:02}"), "1")).collect();
        let recorded = Recorded::read(target(&files).as_bytes());
        assert_eq!(moved(&recorded, "./apis", &files), Some(Moved::default()));
        files[69] = file("./69", "2");
        files.insert(10, file("./09a", "1"));
        let moved = moved(&recorded, "./apis", &files).expect("recorded");
        assert_eq!(moved, Moved { added: vec!["./09a".into()], ..Moved::default() });
    }

    #[test]
    fn comments_and_spelling_make_no_difference() {
        let text = target(&[file("./a", "1")]);
        let bare = format!("gateway: {{\"configChecksum\": {}}}", Digest::of(b"apis"));
        assert!(same_values(&text, &bare));
        assert!(!same_values(&text, &bare.replace("gateway", "web")));
        assert!(!same_values(&text, &format!("{bare}\nmore: 1\n")));
        assert!(!same_values(&text, &format!("{text}---\nmore: 1\n")));
        assert!(same_values("# nothing\n", ""));
    }

    #[test]
    fn a_conflict_above_the_header_is_still_ours() {
        let text = target(&[]);
        let conflict = format!("<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> branch\n");
        let recorded = Recorded::read(conflict.as_bytes());
        assert!(recorded.ours);
        assert!(!same_values(&conflict, &text));
        assert!(same_values("a: [", "a: ["), "byte by byte what it should be");
    }

    #[test]
    fn line_breaks_of_another_system_are_still_ours() {
        let files = [file("./a", "1")];
        let recorded = Recorded::read(format!("\u{feff}{}", target(&files).replace('\n', "\r\n")).as_bytes());
        assert!(recorded.ours);
        assert_eq!(moved(&recorded, "./apis", &files), Some(Moved::default()));
    }

    #[test]
    fn what_helmsum_did_not_write_is_foreign_unless_it_is_empty() {
        for (text, foreign) in [
            ("", false),
            (" \n\t\n", false),
            ("replicas: 1\n", true),
            ("# a note\n", true),
            ("# Generated by helmsum, and then edited.\n", true),
            ("\u{0}", true),
        ] {
            assert_eq!(Recorded::read(text.as_bytes()).is_foreign(), foreign, "{text:?}");
        }
        let late = format!("{}{}", "# licence\n".repeat(30), target(&[]));
        assert!(Recorded::read(late.as_bytes()).is_foreign());
        assert!(!Recorded::read(b"\xff\xfe").ours);
    }
}
