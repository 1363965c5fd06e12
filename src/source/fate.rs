//! Why a single name counts or does not, with the pattern that decides: for whoever asks about one, be it there or not.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use super::exclusion::{Patterns, file_in};
use super::is_junk;
use super::listing::ListRequest;
use super::pattern::Glob;
use crate::text::Place;
use crate::tree::{Kind, Tree};

/// What becomes of a name in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It counts.
    Counts,
    /// It is left out, or a directory above it is: this one, as [`super::Listing::files`] spells it.
    LeftOut(String, Because),
    /// The glob does not find it.
    Unmatched,
}

/// Why a name is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Because {
    /// It is on the list of names that never count.
    Junk,
    /// This pattern of `exclude=` says so.
    Option(String),
    /// This line of a `.helmsumignore`.
    Line(String, Place),
}

/// A line of a `.helmsumignore` that has a pattern, with its number.
type Line = (usize, String, Patterns);

/// Tells what becomes of names in one source. Each `.helmsumignore` is read once.
pub(crate) struct Fates<'r> {
    tree: &'r dyn Tree,
    base: &'r Utf8Path,
    glob: Option<&'r Glob>,
    options: Vec<(String, Patterns)>,
    files: BTreeMap<Utf8PathBuf, Rc<Vec<Line>>>,
}

impl<'r> Fates<'r> {
    /// For a source that is a directory, or a glob below one: `base` is where its names start.
    pub(crate) fn new(request: &ListRequest<'r>, base: &'r Utf8Path, glob: Option<&'r Glob>) -> Self {
        let alone = |pattern: &String| {
            let patterns = Patterns::from_options(std::slice::from_ref(pattern)).ok()?;
            Some((pattern.clone(), patterns))
        };
        let options = request.exclude.iter().filter_map(alone).collect();
        Self { tree: request.tree, base, glob, options, files: BTreeMap::new() }
    }

    /// What becomes of a name, relative to the base. One that is not there is taken for a file.
    pub(crate) fn of(&mut self, name: &str) -> Fate {
        let name = name.strip_prefix("./").unwrap_or(name).trim_end_matches('/');
        let mut positions = Glob::start();
        let mut directory = Utf8PathBuf::new();
        let parts: Vec<&str> = name.split('/').collect();
        for (index, part) in parts.iter().enumerate() {
            let is_last = index + 1 == parts.len();
            let path = directory.join(part);
            let kind = self.tree.stat_link(&self.base.join(&path)).map(|stat| stat.kind);
            let is_directory =
                if is_last { matches!(kind, Ok(Kind::Directory)) } else { !matches!(kind, Ok(Kind::Link)) };
            if let Some(glob) = self.glob {
                let hit = glob.step(&positions, part);
                let is_wanted = if is_last && !is_directory { hit.file } else { !hit.below.is_empty() };
                if !is_wanted {
                    return Fate::Unmatched;
                }
                positions = hit.below;
            }
            let because = if is_junk(part.as_bytes(), is_directory) {
                Some(Because::Junk)
            } else {
                self.excluded(&directory, path.as_std_path(), is_directory)
            };
            if let Some(because) = because {
                return Fate::LeftOut(format!("./{path}"), because);
            }
            directory = path;
        }
        Fate::Counts
    }

    /// The pattern that leaves out a path in a directory, both relative to the base: as [`super::exclusion::excludes`] has it.
    fn excluded(&mut self, directory: &Utf8Path, path: &Path, is_directory: bool) -> Option<Because> {
        let decides = |patterns: &Patterns, path: &Path| patterns.verdict(path, is_directory);
        let of_options = self.options.iter().rev();
        let mut of_options = of_options.filter_map(|(text, one)| Some((text, decides(one, path)?)));
        if let Some((text, is_out)) = of_options.next() {
            return is_out.then(|| Because::Option(text.clone()));
        }
        for above in directory.ancestors() {
            let lines = self.lines(above);
            let inner =
                path.strip_prefix(above.as_std_path()).map_or_else(|_| path.to_owned(), PathBuf::from);
            let mut deciding = lines
                .iter()
                .rev()
                .filter_map(|(number, text, one)| Some((number, text, decides(one, &inner)?)));
            if let Some((number, text, is_out)) = deciding.next() {
                let file = file_in(&self.base.join(above));
                return is_out.then(|| Because::Line(text.clone(), Place::line(file, *number)));
            }
        }
        None
    }

    /// The lines of the `.helmsumignore` in a directory; none where there is no such file, or it cannot be read, which is said where
    /// the source is listed.
    fn lines(&mut self, directory: &Utf8Path) -> Rc<Vec<Line>> {
        if let Some(known) = self.files.get(directory) {
            return Rc::clone(known);
        }
        let text = self.tree.read(&file_in(&self.base.join(directory))).unwrap_or_default();
        let text = String::from_utf8(text).unwrap_or_default();
        let alone = |(index, line): (usize, &str)| {
            let patterns = Patterns::from_file(line).ok().filter(|patterns| !patterns.is_empty())?;
            let shown = line.trim_start_matches('\u{feff}').trim_end();
            Some((index + 1, shown.to_owned(), patterns))
        };
        let lines = Rc::new(text.split('\n').enumerate().filter_map(alone).collect::<Vec<_>>());
        self.files.insert(directory.to_owned(), Rc::clone(&lines));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Left, Listing, list};
    use crate::tree::WorkTree;

    const FILES: [&str; 12] = [
        "a.yaml",
        "b.md",
        "keep.md",
        ".gitkeep",
        "d/c.md",
        "d/a.yaml",
        "d/e/x.yaml",
        "docs/a.yaml",
        "docs/deep/b.yaml",
        "d/f/g.txt",
        "d/f/keep.txt",
        "notes~",
    ];

    /// A folder with these files, and patterns at two depths.
    fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let root =
            Utf8PathBuf::from_path_buf(folder.path().canonicalize().expect("it exists")).expect("UTF-8");
        for name in FILES {
            let path = root.join(name);
            fs_err::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs_err::write(path, name).expect("a file");
        }
        fs_err::write(root.join(".helmsumignore"), "# words\n*.md\ndocs/\n!keep.md\n").expect("a file");
        fs_err::write(root.join("d/.helmsumignore"), "\u{feff}/f/*.txt\r\n!/f/keep.txt\r\n").expect("a file");
        (folder, root)
    }

    fn listed(root: &Utf8Path, path: &str, exclude: &[String]) -> Listing {
        let request =
            ListRequest { tree: &WorkTree, root: None, stay_inside: false, directory: root, path, exclude };
        list(&request).expect("it can be listed")
    }

    fn fates(root: &Utf8Path, path: &str, exclude: &[&str], names: &[&str]) -> Vec<Fate> {
        let exclude: Vec<String> = exclude.iter().map(ToString::to_string).collect();
        let listing = listed(root, path, &exclude);
        let request = ListRequest {
            tree: &WorkTree,
            root: None,
            stay_inside: false,
            directory: root,
            path,
            exclude: &exclude,
        };
        let mut fates = Fates::new(&request, &listing.base, listing.glob.as_ref());
        names.iter().map(|name| fates.of(name)).collect()
    }

    #[test]
    fn the_pattern_that_decides_is_told() {
        let (_folder, root) = folder();
        let line = |name: &str, pattern: &str, file: &str, number| {
            Fate::LeftOut(name.into(), Because::Line(pattern.into(), Place::line(root.join(file), number)))
        };
        let names =
            ["b.md", "keep.md", "d/c.md", "docs/deep/b.yaml", "d/f/g.txt", "d/f/keep.txt", ".gitkeep"];
        assert_eq!(
            fates(&root, ".", &[], &names),
            [
                line("./b.md", "*.md", ".helmsumignore", 2),
                Fate::Counts,
                line("./d/c.md", "*.md", ".helmsumignore", 2),
                line("./docs", "docs/", ".helmsumignore", 3),
                line("./d/f/g.txt", "/f/*.txt", "d/.helmsumignore", 1),
                Fate::Counts,
                Fate::LeftOut("./.gitkeep".into(), Because::Junk),
            ]
        );
    }

    #[test]
    fn options_stand_above_files_and_the_last_one_decides() {
        let (_folder, root) = folder();
        let found = fates(&root, ".", &["*.yaml", "!/a.yaml", "!b.md"], &["a.yaml", "d/a.yaml", "b.md"]);
        let option = Fate::LeftOut("./d/a.yaml".into(), Because::Option("*.yaml".into()));
        assert_eq!(found, [Fate::Counts, option, Fate::Counts]);
    }

    #[test]
    fn what_is_not_there_is_judged_as_a_file() {
        let (_folder, root) = folder();
        let found =
            fates(&root, "d/**/*.yaml", &[], &["new.yaml", "e/new.yaml", "e/new.txt", "no/where/x.yaml"]);
        assert_eq!(found, [Fate::Counts, Fate::Counts, Fate::Unmatched, Fate::Counts]);
    }

    /// The walk and this say the same of every name.
    #[test]
    fn it_agrees_with_the_listing() {
        let (_folder, root) = folder();
        for (path, exclude) in [
            (".", &[][..]),
            (".", &["d/"]),
            (".", &["*", "!d/", "!*.md"]),
            ("d", &["e"]),
            ("**/*.yaml", &["/d/*"]),
        ] {
            let owned: Vec<String> = exclude.iter().map(ToString::to_string).collect();
            let listing = listed(&root, path, &owned);
            let names: Vec<&str> = listing.files.iter().map(String::as_str).collect();
            assert!(
                fates(&root, path, exclude, &names).iter().all(|fate| *fate == Fate::Counts),
                "{path} {exclude:?}"
            );
            for left in &listing.left_out {
                let fate = fates(&root, path, exclude, &[&left.name]).remove(0);
                let Fate::LeftOut(name, because) = fate else {
                    panic!("{path} {exclude:?}: {left:?} {fate:?}")
                };
                assert_eq!(name, left.name);
                assert_eq!(because == Because::Junk, left.why == Left::Junk, "{left:?}");
            }
            let below = if path == "d" { root.join("d") } else { root.clone() };
            for file in FILES {
                let Ok(name) = root.join(file).strip_prefix(&below).map(ToString::to_string) else {
                    continue;
                };
                let counts = fates(&root, path, exclude, &[&name]) == [Fate::Counts];
                assert_eq!(
                    counts,
                    listing.files.contains(&format!("./{name}")),
                    "{path} {exclude:?}: {name}"
                );
            }
        }
    }
}
