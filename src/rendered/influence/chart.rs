//! The files of a chart with those of its subcharts, in directories and in packages.

use std::io;

use camino::Utf8Path;

use super::super::archive::{self, is_package};
use super::super::ignore::{self, Rules};
use super::super::stage::Staged;
use crate::go::filepath::join_clean;
use crate::tree::{Tree as _, WorkTree};

/// How deep packages and directories may nest.
const DEEPEST: usize = 40;

/// The largest file that is read; helm refuses one of more than 5 MiB.
const LARGEST: u64 = 5 << 20;

/// A chart that can be read and changed.
#[derive(Clone, Debug)]
pub(in crate::rendered) struct Chart {
    /// Whether it is a package.
    package: bool,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    name: String,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    File(Vec<u8>),
    Package(Vec<Entry>),
}

/// A file of a chart.
#[derive(Debug)]
pub(in crate::rendered) struct File<'a> {
    /// Where it is, for messages: below the chart, with packages as if they were directories.
    pub(in crate::rendered) shown: String,
    /// How many charts are around its own.
    pub(in crate::rendered) depth: usize,
    /// Its name below its own chart.
    pub(in crate::rendered) name: String,
    pub(in crate::rendered) content: &'a mut Vec<u8>,
}

impl File<'_> {
    /// Whether helm parses it as a template.
    pub(in crate::rendered) fn is_template(&self) -> bool {
        self.name.starts_with("templates/")
    }

    /// Whether helm only takes definitions from it.
    pub(in crate::rendered) fn is_partial(&self) -> bool {
        self.name.rsplit('/').next().is_some_and(|name| name.starts_with('_'))
    }
}

impl Chart {
    /// Reads the chart that helm is given; `directory` is helm's working directory.
    ///
    /// # Errors
    ///
    /// Where it cannot be read.
    pub(in crate::rendered) fn read(staged: &Staged, directory: &Utf8Path) -> io::Result<Self> {
        Ok(match staged {
            Staged::Package(bytes) => Self { package: true, entries: unpacked(bytes, 0)? },
            Staged::Copy(files) => {
                let mut entries = Vec::new();
                for (name, bytes) in files {
                    entries.push(entry(name.clone(), bytes.clone(), 0)?);
                }
                Self { package: false, entries }
            }
            Staged::OnDisk(argument) => {
                let path = join_clean(directory, argument);
                if path.metadata()?.is_dir() {
                    Self { package: false, entries: from_directory(&path)? }
                } else {
                    Self { package: true, entries: unpacked(&WorkTree.read(&path)?, 0)? }
                }
            }
        })
    }

    /// Walks over all files.
    pub(in crate::rendered) fn each(&mut self, visit: &mut dyn FnMut(File<'_>)) {
        walk(&mut self.entries, self.package, "", 0, visit);
    }

    /// Adds a template to the outermost chart.
    pub(in crate::rendered) fn add_template(&mut self, name: &str, content: &str) {
        let folder = match self.entries.first().filter(|_| self.package) {
            Some(first) => first.name.split('/').next().unwrap_or_default().to_owned() + "/",
            None => String::new(),
        };
        self.entries.push(Entry {
            name: format!("{folder}templates/{name}"),
            content: Content::File(content.as_bytes().to_vec()),
        });
    }

    /// The chart as helm is given it.
    ///
    /// # Errors
    ///
    /// Where a package cannot be made.
    pub(in crate::rendered) fn staged(self) -> io::Result<Staged> {
        let files = packed(self.entries)?;
        Ok(if self.package { Staged::Package(archive::pack(&files)?) } else { Staged::Copy(files) })
    }
}

fn entry(name: String, bytes: Vec<u8>, depth: usize) -> io::Result<Entry> {
    // helm loads packages among the dependencies alone.
    let dependency = name.rsplit('/').nth(1) == Some("charts");
    let content = if dependency && is_package(&name) {
        Content::Package(unpacked(&bytes, depth + 1)?)
    } else {
        Content::File(bytes)
    };
    Ok(Entry { name, content })
}

fn unpacked(bytes: &[u8], depth: usize) -> io::Result<Vec<Entry>> {
    if depth > DEEPEST {
        return Err(io::Error::other("packages nest too deep"));
    }
    archive::unpack(bytes)?.into_iter().map(|(name, bytes)| entry(name, bytes, depth)).collect()
}

fn packed(entries: Vec<Entry>) -> io::Result<Vec<archive::Packed>> {
    let one = |entry: Entry| {
        Ok(match entry.content {
            Content::File(bytes) => (entry.name, bytes),
            Content::Package(entries) => (entry.name, archive::pack(&packed(entries)?)?),
        })
    };
    entries.into_iter().map(one).collect()
}

/// The files of a directory that helm loads.
fn from_directory(root: &Utf8Path) -> io::Result<Vec<Entry>> {
    chart_files_of(root)?.into_iter().map(|(name, bytes)| entry(name, bytes, 0)).collect()
}

/// The files of a directory that helm loads, by their names and in the order of these.
///
/// # Errors
///
/// Where one cannot be read, or helm would not load it.
pub(in crate::rendered) fn chart_files_of(root: &Utf8Path) -> io::Result<Vec<(String, Vec<u8>)>> {
    let rules = match WorkTree.read(&root.join(ignore::FILE)) {
        Ok(text) => Rules::parse(&text).map_err(|(_, message)| io::Error::other(message))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Rules::of_none(),
        Err(error) => return Err(error),
    };
    let mut entries = Vec::new();
    let mut open = vec![(root.to_owned(), String::new(), 0)];
    while let Some((directory, below, depth)) = open.pop() {
        for found in directory.read_dir_utf8()? {
            let found = found?;
            let name = format!("{below}{}", found.file_name());
            let metadata = found.path().metadata()?;
            if name != ignore::FILE && rules.ignores(&name, metadata.is_dir()) {
                continue;
            }
            if metadata.is_dir() {
                if depth == DEEPEST {
                    return Err(io::Error::other("directories nest too deep"));
                }
                open.push((found.path().to_owned(), format!("{name}/"), depth + 1));
            } else if metadata.is_file() && metadata.len() <= LARGEST {
                entries.push((name, WorkTree.read(found.path())?));
            } else {
                return Err(io::Error::other("a file is too large, or no regular file"));
            }
        }
    }
    entries.sort_unstable();
    Ok(entries)
}

fn walk(entries: &mut [Entry], package: bool, around: &str, depth: usize, visit: &mut dyn FnMut(File<'_>)) {
    for entry in entries {
        let name =
            if package { entry.name.split_once('/').map_or("", |(_, rest)| rest) } else { &entry.name };
        let shown = format!("{around}{name}");
        let (depth, name) = below_subcharts(name, depth);
        match &mut entry.content {
            Content::File(content) => visit(File { shown, depth, name: name.to_owned(), content }),
            Content::Package(entries) => {
                let around = shown.trim_end_matches(".tgz").trim_end_matches(".tar.gz").to_owned() + "/";
                walk(entries, true, &around, depth + 1, visit);
            }
        }
    }
}

/// A path without the directories of subcharts, and in how many charts it is.
pub(super) fn below_subcharts(mut path: &str, mut depth: usize) -> (usize, &str) {
    while let Some((_, rest)) = path.strip_prefix("charts/").and_then(|rest| rest.split_once('/')) {
        path = rest;
        depth += 1;
    }
    (depth, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(chart: &mut Chart) -> Vec<(String, usize, String)> {
        let mut names = Vec::new();
        chart.each(&mut |file| names.push((file.shown.clone(), file.depth, file.name.clone())));
        names
    }

    #[test]
    fn files_of_subcharts_in_directories_and_packages_are_found_and_can_be_changed() {
        let text = |text: &str| text.as_bytes().to_vec();
        let inner = archive::pack(&[("lib/templates/_a.tpl".into(), text("inner"))]).expect("a package");
        let files = vec![
            ("templates/a.yaml".to_owned(), text("a")),
            ("charts/sub/templates/b.yaml".to_owned(), text("b")),
            ("charts/sub/charts/lib-1.0.0.tgz".to_owned(), inner),
        ];
        let mut chart = Chart::read(&Staged::Copy(files), Utf8Path::new("/")).expect("a chart");
        let expected = [
            ("templates/a.yaml", 0, "templates/a.yaml"),
            ("charts/sub/templates/b.yaml", 1, "templates/b.yaml"),
            ("charts/sub/charts/lib-1.0.0/templates/_a.tpl", 2, "templates/_a.tpl"),
        ];
        let expected: Vec<_> =
            expected.map(|(shown, depth, name)| (shown.to_owned(), depth, name.to_owned())).into();
        assert_eq!(names(&mut chart), expected);
        chart.each(&mut |file| file.content.extend(b"!"));
        let staged = chart.staged().expect("a chart");
        let mut again = Chart::read(&staged, Utf8Path::new("/")).expect("a chart");
        let mut contents = Vec::new();
        again.each(&mut |file| contents.push(String::from_utf8(file.content.clone()).expect("UTF-8")));
        assert_eq!(contents, ["a!", "b!", "inner!"]);
    }

    #[test]
    fn of_a_package_the_folder_does_not_count() {
        let package = archive::pack(&[("web/templates/a.yaml".into(), b"a".to_vec())]).expect("a package");
        let mut chart = Chart::read(&Staged::Package(package), Utf8Path::new("/")).expect("a chart");
        assert_eq!(names(&mut chart), [("templates/a.yaml".to_owned(), 0, "templates/a.yaml".to_owned())]);
        chart.add_template("_b.tpl", "b");
        let mut again = Chart::read(&chart.staged().expect("a chart"), Utf8Path::new("/")).expect("a chart");
        assert_eq!(names(&mut again).len(), 2);
        assert_eq!(names(&mut again)[1].2, "templates/_b.tpl");
    }
}
