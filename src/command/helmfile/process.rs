//! Finds the process of helmfile that has started this one.
//!
//! helmfile starts a hook itself, but there may be a shell, `timeout` or a script between them.

use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use camino::Utf8PathBuf;

use crate::program::{Program, own_path, own_variables};
use crate::tree::read_to_end;

/// How many processes above this one are looked at.
const HIGHEST: usize = 8;

/// How long `ps` may take to look at one process.
const PATIENCE: Duration = Duration::from_secs(10);

/// How the programs of helmfile are called: `helmfile`, `helmfile_linux_amd64`, `helmfile-1.8.0`.
const PROGRAM: &str = "helmfile";

/// What is known of a process.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Process {
    /// Its arguments, its own name first.
    pub(super) arguments: Arguments,
    /// The directory it works in, as Go's `os.Getwd` names it.
    pub(super) directory: Option<Utf8PathBuf>,
}

/// The arguments of a process.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Arguments {
    /// Each by itself.
    Words(Vec<String>),
    /// Joined by spaces, so that nobody can tell where one ends.
    Text(String),
}

/// Where processes are looked up.
#[derive(Clone, Debug)]
pub(super) enum Table {
    /// A folder like `/proc` of Linux.
    Folder(PathBuf),
    /// What `ps` prints.
    Ps,
}

/// How much of a file of a process is read, in bytes.
const MOST: u64 = 8 << 20;

/// What such a file usually has at most: it does not say how long it is.
const USUAL: u64 = 4095;

/// A process in a table.
struct Entry {
    parent: u32,
    owner: u32,
    arguments: Arguments,
    /// The file name of the program, by which it was called and which it is.
    programs: Vec<String>,
    /// Its folder, where the table is one.
    folder: Option<PathBuf>,
}

impl Entry {
    fn process(self) -> Process {
        let directory = self.folder.as_deref().and_then(directory);
        Process { arguments: self.arguments, directory }
    }
}

impl Table {
    /// That of this system; nothing where it is hidden.
    pub(super) fn of_system() -> Option<Self> {
        if cfg!(target_os = "linux") {
            let folder = PathBuf::from("/proc");
            folder.join("self/stat").exists().then_some(Self::Folder(folder))
        } else {
            Some(Self::Ps)
        }
    }

    /// The processes above the one of this number that are helmfile's and of the same user, the nearest first.
    pub(super) fn above(&self, own: u32, parent: u32) -> Vec<Process> {
        let Some(owner) = self.owner(own) else { return Vec::new() };
        let mut found = Vec::new();
        let mut next = parent;
        for _ in 0..HIGHEST {
            let Some(entry) = Some(next).filter(|next| *next != 0).and_then(|next| self.entry(next)) else {
                break;
            };
            next = entry.parent;
            if entry.owner == owner && entry.programs.iter().any(|program| program.starts_with(PROGRAM)) {
                found.push(entry.process());
            }
        }
        found
    }

    /// The process of a number, if it is of the same user as the own one.
    pub(super) fn named(&self, own: u32, number: u32) -> Option<Process> {
        let owner = self.owner(own)?;
        self.entry(number).filter(|entry| entry.owner == owner).map(Entry::process)
    }

    /// The user of a process.
    fn owner(&self, number: u32) -> Option<u32> {
        match self {
            Self::Folder(folder) => owner(&folder.join(number.to_string())),
            Self::Ps => self.entry(number).map(|entry| entry.owner),
        }
    }

    fn entry(&self, number: u32) -> Option<Entry> {
        match self {
            Self::Folder(folder) => in_folder(folder.join(number.to_string())),
            Self::Ps => {
                let ps = Program::find("ps", own_path().as_deref()).ok()?;
                let ps = ps.arguments(["-ww", "-o", "ppid=,uid=,args=", "-p", &number.to_string()]);
                let finished = ps.variables(own_variables()).at_most(PATIENCE).run().ok()?;
                of_ps(&String::from_utf8_lossy(&finished.output))
            }
        }
    }
}

fn owner(folder: &Path) -> Option<u32> {
    Some(folder.metadata().ok()?.uid())
}

/// A file of a process; one that is longer than any that counts is cut.
fn read(path: &Path) -> Option<Vec<u8>> {
    read_to_end(fs_err::File::open(path).ok()?, USUAL, MOST).ok()
}

fn in_folder(folder: PathBuf) -> Option<Entry> {
    let owner = owner(&folder)?;
    // The name, which is in parentheses, may have parentheses itself.
    let stat = read(&folder.join("stat"))?;
    let stat = String::from_utf8_lossy(&stat);
    let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
    let bytes = read(&folder.join("cmdline")).unwrap_or_default();
    let words: Vec<&[u8]> = match bytes.strip_suffix(b"\0") {
        Some(bytes) => bytes.split(|byte| *byte == 0).collect(),
        None => Vec::new(),
    };
    let exact: Option<Vec<String>> = words.iter().map(|word| String::from_utf8(word.to_vec()).ok()).collect();
    let arguments = match exact {
        Some(words) => Arguments::Words(words),
        None => Arguments::Text(String::from_utf8_lossy(&bytes).replace('\0', " ")),
    };
    let called = words.first().map(|word| PathBuf::from(OsStr::from_bytes(word)));
    let program = folder.join("exe").read_link().ok();
    let programs = [called, program].into_iter().flatten().filter_map(|path| file_name(&path)).collect();
    Some(Entry { parent, owner, arguments, programs, folder: Some(folder) })
}

fn file_name(path: &Path) -> Option<String> {
    path.file_name().map(|name| name.to_string_lossy().into_owned())
}

/// The working directory of a process: by its `PWD` where that is the same directory, links and all.
fn directory(folder: &Path) -> Option<Utf8PathBuf> {
    let real = folder.join("cwd").read_link().ok()?;
    let variables = read(&folder.join("environ")).unwrap_or_default();
    let named = variables
        .split(|byte| *byte == 0)
        .find_map(|variable| variable.strip_prefix(b"PWD="))
        .map(|path| PathBuf::from(std::ffi::OsString::from_vec(path.to_vec())))
        .filter(|path| path.is_absolute());
    let identity = |path: &Path| path.metadata().map(|metadata| (metadata.dev(), metadata.ino())).ok();
    let named = named.filter(|named| identity(named).is_some() && identity(named) == identity(&real));
    Utf8PathBuf::from_path_buf(named.unwrap_or(real)).ok()
}

/// A line of `ps -o ppid=,uid=,args=`.
fn of_ps(line: &str) -> Option<Entry> {
    let (parent, rest) = line.trim_start().split_once(char::is_whitespace)?;
    let (owner, text) = rest.trim_start().split_once(char::is_whitespace)?;
    let text = text.trim();
    // A name with a space in it is not found.
    let program = text.split_whitespace().next().and_then(|word| file_name(Path::new(word)));
    Some(Entry {
        parent: parent.parse().ok()?,
        owner: owner.parse().ok()?,
        arguments: Arguments::Text(text.to_owned()),
        programs: program.into_iter().collect(),
        folder: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder like `/proc`, of processes with their parents and arguments.
    fn table(processes: &[(u32, u32, &[&str])]) -> (tempfile::TempDir, Table) {
        let folder = tempfile::tempdir().unwrap();
        for (number, parent, words) in processes {
            let own = folder.path().join(number.to_string());
            fs_err::create_dir(&own).unwrap();
            fs_err::write(own.join("stat"), format!("{number} (a) b (c)) S {parent} 1 1")).unwrap();
            fs_err::write(own.join("cmdline"), words.join("\0") + "\0").unwrap();
        }
        let table = Table::Folder(folder.path().to_owned());
        (folder, table)
    }

    fn words(process: &Process) -> Vec<&str> {
        match &process.arguments {
            Arguments::Words(words) => words.iter().map(String::as_str).collect(),
            Arguments::Text(text) => vec![text],
        }
    }

    #[test]
    fn the_nearest_helmfile_comes_first() {
        let (_folder, table) = table(&[
            (100, 99, &["helmsum", "generate"]),
            (99, 98, &["/bin/sh", "-c", "helmsum generate"]),
            (98, 97, &["/opt/helmfile_linux_amd64", "apply", "--set", "a b", ""]),
            (97, 96, &["bash", "/usr/bin/helmfile", "apply"]),
            (96, 1, &["helmfile", "sync"]),
        ]);
        let found = table.above(100, 99);
        let found: Vec<Vec<&str>> = found.iter().map(words).collect();
        assert_eq!(
            found,
            [&["/opt/helmfile_linux_amd64", "apply", "--set", "a b", ""][..], &["helmfile", "sync"]]
        );
    }

    #[test]
    fn no_more_than_eight_processes_are_looked_at() {
        let shells: Vec<(u32, u32, &[&str])> =
            (1..=9).map(|number| (100 - number, 99 - number, &["sh"][..])).collect();
        for (above, expected) in [(7, 1), (8, 0)] {
            let mut processes = vec![(100, 99, &["helmsum"][..])];
            processes.extend(&shells[..above]);
            let last = 99 - u32::try_from(above).unwrap();
            processes.push((last, 0, &["helmfile", "apply"]));
            let (_folder, table) = table(&processes);
            assert_eq!(table.above(100, 99).len(), expected, "{above}");
        }
    }

    #[test]
    fn a_table_without_the_own_process_has_none() {
        let (_folder, table) = table(&[(99, 1, &["helmfile", "apply"])]);
        assert!(table.above(100, 99).is_empty());
        assert!(table.named(100, 99).is_none());
    }

    #[test]
    fn a_line_of_ps_is_split_at_its_numbers() {
        let entry = of_ps("  501    20 /opt/bin/helmfile apply --set a=b c\n").unwrap();
        assert_eq!((entry.parent, entry.owner), (501, 20));
        assert_eq!(entry.programs, ["helmfile"]);
        assert_eq!(words(&entry.process()), ["/opt/bin/helmfile apply --set a=b c"]);
        assert!(of_ps("").is_none() && of_ps("1 2").is_none());
    }
}
