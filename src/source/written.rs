//! Which files helmsum wrote.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use memchr::memmem;

use super::HEADER;
use super::config::TARGETS;
use crate::go::filepath::matches;
use crate::reference::ANNOTATION;
use crate::tree::{Stat, Tree};
use crate::value::Value;
use crate::yaml::{self, Limits};

/// How far down the header is looked for: a merge conflict or a licence may stand above it.
const FIRST_LINES: usize = 20;

/// How many bytes those lines have at most, as far as anybody asks.
const FIRST_BYTES: usize = 8_000;

/// How large a file may be to be asked whether helmsum wrote all of it.
const LARGEST: u64 = 16 << 20;

/// Whether the header is one of the first lines: helmsum wrote this, and others may have written above it.
#[must_use]
pub(crate) fn has_header(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(FIRST_BYTES)];
    memmem::find(start, HEADER.as_bytes()).is_some()
        && lines(start).take(FIRST_LINES).any(|line| line.trim_ascii_end() == HEADER.as_bytes())
}

/// Whether helmsum wrote all of this: nothing but comments and the start of a document is above the header, and all values are
/// digests.
#[must_use]
pub(crate) fn is_written(bytes: &[u8]) -> bool {
    let is_above = |line: &&[u8]| {
        let text = line.trim_ascii_start();
        text.is_empty() || text == b"---" || text.starts_with(b"#")
    };
    let mut above = lines(bytes).map(<[u8]>::trim_ascii_end).take_while(is_above);
    let has_header = has_header(bytes) && above.any(|line| line == HEADER.as_bytes());
    let values = || match &yaml::parse(bytes, &Limits::default()).ok()?[..] {
        [] => Some(Value::Nil),
        [document] => document.decode().ok(),
        _ => None,
    };
    has_header && values().is_some_and(|value| value.is_nil() || is_digests(&value, 0))
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).split(|byte| *byte == b'\n')
}

/// Whether a value contains nothing but what helmsum writes.
fn is_digests(value: &Value, depth: usize) -> bool {
    const DEEPEST: usize = 64;
    match value {
        Value::Str(text) => {
            let digest = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            digest || text.starts_with(ANNOTATION)
        }
        Value::List(list) => depth < DEEPEST && list.iter().all(|value| is_digests(value, depth + 1)),
        Value::Map(map) => {
            depth < DEEPEST && map.entries().iter().all(|(_, value)| is_digests(value, depth + 1))
        }
        _ => false,
    }
}

/// The targets of a run, which are part of no source.
#[derive(Clone, Debug)]
pub struct Targets {
    /// Where they are, links resolved, as text: paths compare part by part.
    paths: BTreeSet<String>,
    /// Their names, in small letters: what is called otherwise is not looked for any further.
    names: BTreeSet<String>,
    /// Device and inode of those that exist, for links that lead to them.
    inodes: BTreeSet<(u64, u64)>,
    /// Patterns of names that a target may have which this run does not know.
    patterns: BTreeSet<String>,
}

impl Default for Targets {
    /// No target is known, and the patterns are those that count without a configuration.
    fn default() -> Self {
        let patterns = TARGETS.iter().map(|pattern| (*pattern).to_owned()).collect();
        Self { paths: BTreeSet::new(), names: BTreeSet::new(), inodes: BTreeSet::new(), patterns }
    }
}

impl Targets {
    /// Adds patterns of names.
    pub fn add_patterns(&mut self, patterns: &[String]) {
        for pattern in patterns.iter().filter(|pattern| !self.patterns.contains(*pattern)).collect::<Vec<_>>()
        {
            self.patterns.insert(pattern.clone());
        }
    }

    /// Adds a target, by its absolute path without links.
    pub fn add(&mut self, tree: &dyn Tree, path: Utf8PathBuf) {
        if self.paths.contains(path.as_str()) {
            return;
        }
        self.names.extend(path.file_name().map(str::to_lowercase));
        self.inodes.extend(tree.stat_link(&path).ok().and_then(|stat| stat.identity));
        self.paths.insert(path.into_string());
    }

    /// Whether a path without links is that of a target.
    #[must_use]
    pub(crate) fn has_path(&self, real: &Utf8Path) -> bool {
        self.paths.contains(real.as_str())
    }

    /// Whether a file is one of the targets, however it was come by.
    #[must_use]
    pub fn has(&self, tree: &dyn Tree, path: &Utf8Path, stat: &Stat) -> bool {
        if stat.identity.is_some_and(|identity| self.inodes.contains(&identity)) {
            return true;
        }
        if self.names.is_empty() {
            return false;
        }
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else { return false };
        self.names.contains(&name.to_lowercase())
            && tree
                .resolve(directory)
                .is_ok_and(|directory| self.paths.contains(directory.join(name).as_str()))
    }

    /// Whether another file is a target that helmsum wrote: by its name, and by all that is in it.
    #[must_use]
    pub fn wrote(&self, tree: &dyn Tree, path: &Utf8Path, size: u64, start: &[u8]) -> bool {
        has_header(start)
            && size <= LARGEST
            && self.is_named(path)
            && tree.read(path).is_ok_and(|bytes| is_written(&bytes))
    }

    fn is_named(&self, path: &Utf8Path) -> bool {
        let name = path.file_name().unwrap_or_default();
        self.patterns.iter().any(|pattern| matches(pattern, name).unwrap_or(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helmsum_wrote_what_has_its_header_and_nothing_but_digests() {
        let digest = "1".repeat(64);
        let values = format!("a:\n  b: \"{digest}\"\n");
        let list = format!("a:\n- name: checksum/helmsum\n  value: \"{digest}\"\n");
        for text in [
            format!("{HEADER}\n# checksum v1\n"),
            format!("{HEADER}\n{values}"),
            format!("\u{feff}{HEADER}\r\n{values}"),
            format!("\n---\n# a licence\n#\n{HEADER}\n{values}"),
            format!("{HEADER}\n{list}"),
            format!("  {HEADER}\n{HEADER}\n{values}"),
        ] {
            assert!(has_header(text.as_bytes()) && is_written(text.as_bytes()), "{text}");
        }
        for text in [
            format!("{HEADER}\n{values}replicas: 2\n"),
            format!("{HEADER}\nlisten 80;\n"),
            format!("{HEADER}\n{values}---\n{values}"),
            format!("<<<<<<< HEAD\n{HEADER}\n{values}=======\n"),
            format!("{values}{HEADER}\n"),
            format!("{HEADER}\na: [\n"),
        ] {
            assert!(has_header(text.as_bytes()) && !is_written(text.as_bytes()), "{text}");
        }
        let (far, indented) = (format!("{}{HEADER}\n", "# x\n".repeat(20)), format!("  {HEADER}\n{values}"));
        for text in ["", "---\n", &format!("x{HEADER}\n"), &far, &indented] {
            assert!(!has_header(text.as_bytes()) && !is_written(text.as_bytes()), "{text}");
        }
    }
}
