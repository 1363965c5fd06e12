//! Files with other contents, to see what depends on them.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::rules::Case;
use super::subject::Subject;
use crate::plan::contents::kept::Rendered;
use crate::plan::contents::manifests::Look;
use crate::rendered::{Mark, ObjectKind};

/// How the content of a file is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A character of each line that ends in a value.
    Lines,
    /// One character.
    Byte,
    /// It has no values.
    Emptied,
}

/// Changes of what templates read: the first with which the release can be rendered counts.
pub(super) const VALUES: [Change; 2] = [Change::Lines, Change::Byte];

/// The change of what is given to helm as it is.
pub(super) const EMPTIED: [Change; 1] = [Change::Emptied];

/// Who reads files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// The release, where it is rendered.
    Release,
    /// Templates of the state, so that it has to be read again.
    State,
}

/// How files are changed, and who reads them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Changing {
    pub(super) changes: &'static [Change],
    pub(super) reader: Reader,
}

/// Files with which an object is another one.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// Those that were seen to change it.
    pub(super) seen: Vec<Utf8PathBuf>,
    /// Those of which it cannot be told.
    pub(super) untold: Vec<Utf8PathBuf>,
}

impl Moved {
    pub(super) fn add(&mut self, other: Self) {
        self.seen.extend(other.seen);
        self.untold.extend(other.untold);
    }
}

/// How often a release is rendered to see what an object of it depends on.
const MOST_RENDERINGS: usize = 64;

/// An object of a release that is rendered with other contents of files.
pub(super) struct Object<'o, 'c, 'a, 'e> {
    case: &'o mut Case<'a, 'e>,
    maker: &'o Subject<'c>,
    kind: ObjectKind,
    name: &'o str,
    before: Option<Data>,
    /// What it is without any change, rendered once more.
    again: Option<Data>,
    renderings: usize,
}

/// The pieces of an object by their names.
type Data = BTreeMap<String, Mark>;

impl<'o, 'c, 'a, 'e> Object<'o, 'c, 'a, 'e> {
    pub(super) fn of(
        case: &'o mut Case<'a, 'e>,
        maker: &'o Subject<'c>,
        (kind, name): (ObjectKind, &'o str),
    ) -> Self {
        let mut object = Self { case, maker, kind, name, before: None, again: None, renderings: 0 };
        object.before = maker.manifests.as_ref().ok().map(|manifests| object.data_of(manifests));
        object
    }

    /// Whether it is another one where some of these files change. Nothing where that cannot be told.
    pub(super) fn is_moved_by(&mut self, files: &[Utf8PathBuf], changing: Changing) -> Option<bool> {
        if files.is_empty() {
            return Some(false);
        }
        let verdict = self.differ(&[files], changing)[0];
        if verdict.is_some() || files.len() < 2 {
            return verdict;
        }
        let (one, other) = files.split_at(files.len() / 2);
        match (self.is_moved_by(one, changing), self.is_moved_by(other, changing)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (None, _) | (_, None) => None,
            (Some(false), Some(false)) => Some(false),
        }
    }

    /// Which of some files change it.
    pub(super) fn moved_by(&mut self, files: &[Utf8PathBuf], changing: Changing) -> Moved {
        let mut moved = Moved::default();
        if !files.is_empty() {
            let verdict = self.differ(&[files], changing)[0];
            self.search(files, verdict, changing, &mut moved);
        }
        moved
    }

    /// One of some files with another content with which the object has other data under the same names. `by_state` is whether templates
    /// of the state read the files.
    pub(super) fn moved_once(
        &mut self,
        files: &BTreeSet<Utf8PathBuf>,
        by_state: bool,
    ) -> Option<(Utf8PathBuf, Vec<u8>)> {
        for file in files {
            let bytes = self.maker.environment.request.tree.read(file).ok()?;
            let contents = variants(&bytes);
            let looks: Vec<Look> = contents
                .iter()
                .map(|content| Look::plain(self.maker.at).with_files(vec![(file.clone(), content.clone())]))
                .map(|look| if by_state { look.of_state() } else { look })
                .collect();
            let before = self.before.clone()?;
            for (content, data) in contents.into_iter().zip(self.rendered(&looks)) {
                let Some(data) = data.filter(|data| data.keys().eq(before.keys())) else { continue };
                if self.is_other(&data) == Some(true) {
                    return Some((file.clone(), content));
                }
            }
        }
        None
    }

    /// Looks for those that change it among files of which the verdict is known.
    fn search(
        &mut self,
        files: &[Utf8PathBuf],
        verdict: Option<bool>,
        changing: Changing,
        moved: &mut Moved,
    ) {
        match (verdict, files) {
            (Some(false), _) => {}
            (Some(true), [_]) => moved.seen.extend_from_slice(files),
            (None, [_]) => moved.untold.extend_from_slice(files),
            _ => {
                let (one, other) = files.split_at(files.len() / 2);
                let verdicts = self.differ(&[one, other], changing);
                if verdict == Some(true) && verdicts == [Some(false), Some(false)] {
                    // Only together they change it.
                    moved.seen.extend_from_slice(files);
                    return;
                }
                for (some, verdict) in [one, other].into_iter().zip(verdicts) {
                    self.search(some, verdict, changing, moved);
                }
            }
        }
    }

    /// Whether it is another one where all files of a group change, for each group.
    fn differ(&mut self, groups: &[&[Utf8PathBuf]], changing: Changing) -> Vec<Option<bool>> {
        let mut verdicts = vec![None; groups.len()];
        for change in changing.changes {
            let mut asked = Vec::new();
            let mut looks = Vec::new();
            for (index, files) in groups.iter().enumerate().filter(|(index, _)| verdicts[*index].is_none()) {
                let Some(contents) = self.changed(files, *change) else { continue };
                let look = Look::plain(self.maker.at).with_files(contents);
                asked.push(index);
                looks.push(if changing.reader == Reader::State { look.of_state() } else { look });
            }
            for (index, data) in asked.into_iter().zip(self.rendered(&looks)) {
                verdicts[index] = data.and_then(|data| self.is_other(&data));
            }
        }
        verdicts
    }

    /// Files with other contents; nothing where one cannot be read.
    fn changed(&self, files: &[Utf8PathBuf], change: Change) -> Option<Vec<(Utf8PathBuf, Vec<u8>)>> {
        let tree = &*self.maker.environment.request.tree;
        files.iter().map(|file| Some((file.clone(), change.of(&tree.read(file).ok()?)))).collect()
    }

    /// Its data in renderings, as far as there may be so many.
    fn rendered(&mut self, looks: &[Look]) -> Vec<Option<Data>> {
        self.renderings += looks.len();
        if self.renderings > MOST_RENDERINGS {
            return vec![None; looks.len()];
        }
        let answers = self.case.rendering.manifests(looks, self.case.made.progress);
        answers.iter().map(|answer| answer.as_ref().ok().map(|manifests| self.data_of(manifests))).collect()
    }

    /// Whether data are others than those that are deployed. Nothing where that cannot be told.
    fn is_other(&mut self, data: &Data) -> Option<bool> {
        let before = self.before.clone()?;
        if *data == before {
            return Some(false);
        }
        // What a chart makes up is another one each time.
        if self.again.is_none() {
            self.again = self.rendered(&[Look::plain(self.maker.at)]).pop().flatten();
        }
        let again = self.again.as_ref()?;
        let mut names = before.keys().chain(data.keys());
        Some(names.any(|name| before.get(name) == again.get(name) && before.get(name) != data.get(name)))
    }

    fn data_of(&self, manifests: &Rendered) -> Data {
        let objects = manifests.objects.iter();
        let own = objects.filter(|object| object.kind == self.kind && object.name == self.name);
        own.flat_map(|object| object.data.iter().map(|datum| (datum.name.clone(), datum.mark))).collect()
    }
}

impl Change {
    /// The content of a file with the change.
    pub(super) fn of(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Lines => lines_changed(bytes),
            Self::Byte => changed(bytes),
            Self::Emptied => b"{}\n".to_vec(),
        }
    }
}

/// How many lines of a file are changed one by one.
const MOST_LINES: usize = 24;

/// A content with one byte changed, and with one line changed, for the last lines that have a value.
fn variants(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found = vec![changed(bytes)];
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    for number in (0..lines.len()).rev() {
        let mut own: Vec<Vec<u8>> = lines.iter().map(|line| line.to_vec()).collect();
        if let Some(line) = own.get_mut(number).filter(|line| ends_in_value(line))
            && let Some(last) = line.iter_mut().rfind(|byte| byte.is_ascii_alphanumeric())
        {
            *last = other_than(*last);
            found.push(own.concat());
        }
        if found.len() > MOST_LINES {
            break;
        }
    }
    found
}

/// Whether a line ends in a value, as far as text, YAML and JSON show that.
pub(crate) fn ends_in_value(line: &[u8]) -> bool {
    let content = line.trim_ascii();
    let is_comment = content.starts_with(b"#") || content.starts_with(b"//");
    !is_comment
        && content.last().is_some_and(|last| last.is_ascii_alphanumeric() || b"\"',}])".contains(last))
}

/// The same lines but for a letter or digit of each that ends in a value, as far as text, YAML and JSON show that. Where no line does,
/// one byte differs.
pub(crate) fn lines_changed(bytes: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let mut is_other = false;
    for line in &mut lines {
        if ends_in_value(line)
            && let Some(last) = line.iter_mut().rfind(|byte| byte.is_ascii_alphanumeric())
        {
            *last = other_than(*last);
            is_other = true;
        }
    }
    if is_other { lines.concat() } else { changed(bytes) }
}

/// The same bytes but for one, which stays a letter or digit, so that what was JSON or YAML mostly still is. Where no byte is one,
/// there is one more.
pub(crate) fn changed(bytes: &[u8]) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    match changed.iter_mut().rfind(|byte| byte.is_ascii_alphanumeric()) {
        Some(last) => *last = other_than(*last),
        None => changed.push(b'0'),
    }
    changed
}

/// Another letter or digit.
pub(crate) const fn other_than(byte: u8) -> u8 {
    match byte {
        b'0' => b'1',
        b'a' => b'b',
        b'A' => b'B',
        digit if digit.is_ascii_digit() => b'0',
        letter if letter.is_ascii_lowercase() => b'a',
        _ => b'A',
    }
}

#[cfg(test)]
mod tests {
    use super::{changed, lines_changed};

    #[test]
    fn one_byte_differs_and_the_kind_of_character_stays() {
        for (bytes, expected) in [
            ("a: 1\n", "a: 0\n"),
            ("a: 0\n", "a: 1\n"),
            ("x: [word]\n", "x: [wora]\n"),
            ("A\n", "B\n"),
            ("\n---\n", "\n---\n0"),
            ("", "0"),
        ] {
            assert_eq!(changed(bytes.as_bytes()), expected.as_bytes(), "{bytes:?}");
        }
    }

    #[test]
    fn each_value_is_another_and_keys_stay() {
        for (bytes, expected) in [
            ("a: 1\nb:\n  c: word # x y\n", "a: 0\nb:\n  c: word # x a\n"),
            ("# a\na: |\n  text\n- 2", "# a\na: |\n  texa\n- 0"),
            (
                "{\n  \"a\": \"one\",\n  \"b\": [\n    2\n  ]\n}\n",
                "{\n  \"a\": \"ona\",\n  \"b\": [\n    0\n  ]\n}\n",
            ),
            ("a:\n", "b:\n"),
            ("---\n", "---\n0"),
            ("", "0"),
        ] {
            let bytes = lines_changed(bytes.as_bytes());
            assert_eq!(String::from_utf8(bytes).expect("UTF-8"), expected);
        }
    }
}
