//! State files above a target that list its directory under `helmfiles`, although this run does not read them: a hook names one
//! file, and helmfile was started with another.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::go::filepath::{join_clean, matches};
use crate::tree::{Kind, Tree};
use crate::value::Value;
use crate::yaml::{self, Limits};

/// How large a state file may be to be looked through.
const LARGEST: u64 = 1 << 20;

/// The state files above targets, each directory looked through once.
#[derive(Debug, Default)]
pub(crate) struct Parents {
    /// By directory, what its state files list: the file, a pattern of what is listed, and whether a template made a part of it.
    listed: RefCell<BTreeMap<Utf8PathBuf, Rc<[Listed]>>>,
}

/// An entry of `helmfiles:`.
#[derive(Clone, Debug)]
struct Listed {
    file: Utf8PathBuf,
    pattern: Utf8PathBuf,
    rendered: bool,
}

impl Parents {
    /// The state file between a directory and the root that makes helmfile load what lies in the directory. `own` are the
    /// directories of the state files of this run, `read` tells which files were read, and said for themselves what they list.
    pub(crate) fn listing(
        &self,
        tree: &dyn Tree,
        directory: &Utf8Path,
        root: &Utf8Path,
        own: &BTreeSet<Utf8PathBuf>,
        read: impl Fn(&Utf8Path) -> bool,
    ) -> Option<Utf8PathBuf> {
        // What a template gives could be any directory: it counts where it is one that a state file of this run is in.
        let vouched = own.contains(directory);
        directory.ancestors().take_while(|above| above.starts_with(root)).find_map(|above| {
            let listed = self.listed_in(tree, above, &read);
            let mut found =
                listed.iter().filter(|one| (!one.rendered || vouched) && lists(&one.pattern, directory));
            found.next().map(|one| one.file.clone())
        })
    }

    fn listed_in(&self, tree: &dyn Tree, above: &Utf8Path, read: impl Fn(&Utf8Path) -> bool) -> Rc<[Listed]> {
        if let Some(known) = self.listed.borrow().get(above) {
            return Rc::clone(known);
        }
        let mut listed = Vec::new();
        for folder in [above.to_owned(), above.join("helmfile.d")] {
            let in_folder = folder.file_name() == Some("helmfile.d");
            for entry in tree.entries(&folder).unwrap_or_default() {
                let Some(name) = entry.name.to_str() else { continue };
                let may_be = (in_folder || name.starts_with("helmfile"))
                    && [".yaml", ".yml", ".yaml.gotmpl", ".yml.gotmpl"].iter().any(|end| name.ends_with(end));
                let file = folder.join(name);
                if may_be && !read(&file) {
                    let text = text_of(tree, &file).unwrap_or_default();
                    let entry = |(path, rendered): (String, bool)| Listed {
                        file: file.clone(),
                        pattern: join_clean(&folder, &path),
                        rendered,
                    };
                    listed.extend(paths(&text).into_iter().map(entry));
                }
            }
        }
        let listed: Rc<[Listed]> = listed.into();
        self.listed.borrow_mut().insert(above.to_owned(), Rc::clone(&listed));
        listed
    }
}

fn text_of(tree: &dyn Tree, file: &Utf8Path) -> Option<String> {
    let stat = tree.stat(file).ok()?;
    let bytes = (stat.kind == Kind::File && stat.size <= LARGEST).then(|| tree.read_aside(file).ok())??;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether an entry lists a directory, or by a pattern of files what lies in it.
fn lists(pattern: &Utf8Path, directory: &Utf8Path) -> bool {
    let fits = |pattern: &str, name: &str| matches(pattern, name).unwrap_or(false);
    let of_files = || {
        let (parent, name) = pattern.parent().zip(pattern.file_name())?;
        // A pattern that finds the usual name of a target finds state files as well.
        (name.contains(['*', '?', '[']))
            .then(|| fits(parent.as_str(), directory.as_str()) && fits(name, "checksum.yaml"))
    };
    fits(pattern.as_str(), directory.as_str()) || of_files().unwrap_or(false)
}

/// The paths under `helmfiles:` of a state file, and whether a template makes a part of them, which is `*` then.
fn paths(text: &str) -> Vec<(String, bool)> {
    /// Stands for what a template gives: no path has it.
    const RENDERED: &str = "__rendered__";
    let mut block: Option<String> = None;
    let mut found = Vec::new();
    let mut close = |block: &mut Option<String>| {
        let Some(text) = block.take() else { return };
        let Ok(nodes) = yaml::parse(text.as_bytes(), &Limits::default()) else { return };
        let Some(Ok(Value::Map(map))) = nodes.first().map(yaml::Node::decode) else { return };
        let Some(Value::List(list)) = map.get("helmfiles") else { return };
        for item in &list {
            let path = match item {
                Value::Map(map) => map.get("path"),
                other => Some(other.clone()),
            };
            if let Some(path) = path.as_ref().and_then(Value::as_str) {
                found.push((path.replace(RENDERED, "*"), path.contains(RENDERED)));
            }
        }
    };
    for line in text.lines() {
        let rendered = neutral(line, RENDERED);
        let inside = line.starts_with([' ', '\t', '-', '#']) || line.trim().is_empty();
        if !inside && !line.starts_with("{{") {
            close(&mut block);
        }
        if line.starts_with("helmfiles:") {
            block = Some(String::new());
        }
        if let Some(block) = &mut block
            && rendered.trim() != RENDERED
        {
            block.push_str(&rendered);
            block.push('\n');
        }
    }
    close(&mut block);
    found
}

/// A line with `character` in the place of each `{{ … }}`.
fn neutral(line: &str, character: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        text.push_str(character);
        rest = after.split_once("}}").map_or("", |(_, rest)| rest);
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_however_they_are_written() {
        let of = |text: &str| -> Vec<(String, bool)> { paths(text) };
        let plain = |path: &str| (path.to_owned(), false);
        assert_eq!(of("helmfiles: [a, ./b/*.yaml]\nreleases: []\n"), [plain("a"), plain("./b/*.yaml")]);
        assert_eq!(
            of(
                "releases: []\nhelmfiles:\n- path: a\n  values: [{x: 1}]\n# more\n- b\n---\nhelmfiles:\n  - c\n"
            ),
            [plain("a"), plain("b"), plain("c")]
        );
        assert_eq!(
            of("helmfiles:\n{{ if .x }}\n  - apps/{{ .Environment.Name }}\n{{ end }}\n  - path: d\nx: [e]\n"),
            [("apps/*".to_owned(), true), plain("d")]
        );
        assert_eq!(of("{{ range $x := .y }}\n"), []);
        assert_eq!(of("helmfiles: [a\n"), []);
    }
}
