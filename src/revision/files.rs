//! The tree of a commit.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, Cursor, Read};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::io::Errno;

use super::attributes::Conversions;
use super::commit::Commit;
use super::listing::{Blob, Directory, Node, What};
use super::objects::{Objects, SHORT};
use super::repository::Repository;
use super::walk::{Place, below_submodule, not_utf8};
use crate::diagnostic::Diagnostic;
use crate::tree::{Entry, Kind, OpenFile, Stat, Tree};

/// After how many questions for contents of one directory the next one is no longer for more files than the one before.
const MOST_DOUBLINGS: usize = 4;

/// How many trees of commits there have been: files of two are never the same.
static TREES: AtomicU64 = AtomicU64::new(0);

/// The files of a commit, as a checkout of it would have them where the work tree is. What is outside of the work tree, and its `.git`,
/// is that of another tree.
#[derive(Debug)]
pub(crate) struct Revision {
    pub(super) repository: Repository,
    pub(super) below: Arc<dyn Tree>,
    pub(super) top: Arc<Directory>,
    pub(super) objects: Objects,
    conversions: Conversions,
    /// What stands for the device of its files: no disk has it.
    device: u64,
    /// How many numbers its files have taken.
    numbers: AtomicU64,
    /// The length of a hash in bytes.
    width: usize,
    /// What could not be said of paths.
    unknown: Mutex<BTreeMap<Utf8PathBuf, String>>,
}

impl Revision {
    pub(super) fn of(
        repository: Repository,
        commit: &Commit,
        below: Arc<dyn Tree>,
    ) -> Result<Self, Diagnostic> {
        Ok(Self {
            conversions: Conversions::of(&repository)?,
            objects: Objects::of(repository.clone()),
            below,
            top: Arc::new(Directory::new(format!("{}^{{tree}}", commit.id), Vec::new(), 0)),
            device: u64::MAX - TREES.fetch_add(1, Ordering::Relaxed),
            numbers: AtomicU64::new(1),
            width: commit.id.len() / 2,
            repository,
            unknown: Mutex::default(),
        })
    }

    /// What a directory has.
    pub(super) fn nodes<'d>(&self, directory: &'d Directory) -> io::Result<&'d [Node]> {
        if let Some(nodes) = directory.nodes.get() {
            return Ok(nodes);
        }
        let object = self.objects.content(&directory.id, "tree")?;
        let number = || self.numbers.fetch_add(1, Ordering::Relaxed);
        let nodes = directory.parse(&object, self.width, number)?;
        // Where another thread was first, its numbers count.
        Ok(directory.nodes.get_or_init(|| nodes))
    }

    /// The length of an object. Those of its whole directory are asked for at once, since others will be wanted.
    fn length(&self, directory: &Directory, blob: &Blob) -> io::Result<u64> {
        if blob.size.get().is_none() {
            let all = self.nodes(directory)?.iter().filter_map(|node| match &node.what {
                What::File(blob) | What::Link(blob) => Some(blob),
                What::Directory(_) | What::Submodule(_) => None,
            });
            // A clone may lack some of them. That matters where this is the one that is asked for.
            let _ = self.objects.sizes(all);
        }
        if blob.size.get().is_none() {
            self.objects.sizes(std::iter::once(blob))?;
        }
        blob.size.get().copied().ok_or_else(|| io::Error::other("git does not say how long it is"))
    }

    /// What nothing else has, here and on disks.
    fn identity(&self, number: u64) -> (u64, u64) {
        (self.device, number)
    }

    fn stat_of(&self, place: &Place, follow: bool) -> io::Result<Stat> {
        let directory = |number| Stat {
            kind: Kind::Directory,
            size: 0,
            modified: None,
            identity: Some(self.identity(number)),
        };
        let (directories, node) = match place {
            Place::Outside(path) if follow => return self.below.stat(path),
            Place::Outside(path) => return self.below.stat_link(path),
            Place::Directory(directories) => {
                return Ok(directory(directories.last().map_or(0, |last| last.number)));
            }
            Place::Node(directories, at) => (directories, self.node(directories, *at)?),
        };
        let Some(last) = directories.last() else { return Err(Errno::NOENT.into()) };
        let (kind, blob, size) = match &node.what {
            What::Submodule(number) => return Ok(directory(*number)),
            What::Directory(next) => return Ok(directory(next.number)),
            What::Link(blob) => (Kind::Link, blob, self.length(last, blob)?),
            What::File(blob) => (Kind::File, blob, self.size(directories, node, blob)?),
        };
        Ok(Stat { kind, size, modified: None, identity: Some(self.identity(blob.number)) })
    }

    fn node<'d>(&self, directories: &'d [Arc<Directory>], at: usize) -> io::Result<&'d Node> {
        let directory = directories.last().ok_or(Errno::NOENT)?;
        self.nodes(directory)?.get(at).ok_or_else(|| Errno::NOENT.into())
    }

    /// How long a file is in a checkout.
    fn size(&self, directories: &[Arc<Directory>], node: &Node, blob: &Blob) -> io::Result<u64> {
        let Some(last) = directories.last() else { return Err(Errno::NOENT.into()) };
        if self.is_as_stored(directories)?
            || self.conversions.driver(self, directories, &last.join(&node.name))?.is_some()
        {
            return self.length(last, blob);
        }
        let content = self.conversions.content(self, directories, &last.join(&node.name), blob)?;
        Ok(content.len() as u64)
    }

    fn content(&self, directories: &[Arc<Directory>], node: &Node, blob: &Blob) -> io::Result<Arc<[u8]>> {
        let Some(last) = directories.last() else { return Err(Errno::NOENT.into()) };
        if self.is_as_stored(directories)? {
            return self.stored(last, node, blob);
        }
        self.conversions.content(self, directories, &last.join(&node.name), blob)
    }

    /// The object of a file of a directory. Who reads one file after the other gets more and more of the next ones with it.
    fn stored(&self, directory: &Directory, node: &Node, blob: &Blob) -> io::Result<Arc<[u8]>> {
        let nodes = self.nodes(directory)?;
        let next = nodes.partition_point(|other| other.name <= node.name);
        let others = nodes[next..].iter().chain(&nodes[..next]).filter_map(|other| match &other.what {
            What::File(other) if other.number != blob.number => Some(other),
            _ => None,
        });
        let is_wanted = |other: &&Blob| {
            other.content.get().is_none() && other.size.get().is_some_and(|size| *size <= SHORT)
        };
        let count = || match directory.asked.fetch_add(1, Ordering::Relaxed) {
            0 => 0,
            before => 1 << (2 * before.min(MOST_DOUBLINGS)),
        };
        let count = if blob.content.get().is_some() { 0 } else { count() };
        self.objects.content_beside(blob, others.filter(is_wanted).take(count))
    }

    /// Whether no attribute and no configuration makes the files of the last of these directories differ from their objects.
    fn is_as_stored(&self, directories: &[Arc<Directory>]) -> io::Result<bool> {
        if self.conversions.may_be_anywhere {
            return Ok(false);
        }
        for directory in directories {
            if self.attributes(directory)?.is_some_and(super::attributes::may_convert) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What the `.gitattributes` of a directory says.
    pub(super) fn attributes<'d>(&self, directory: &'d Directory) -> io::Result<Option<&'d [u8]>> {
        if let Some(attributes) = directory.attributes.get() {
            return Ok(attributes.as_deref());
        }
        let nodes = self.nodes(directory)?;
        let file = nodes.binary_search_by(|node| (*node.name).cmp(super::attributes::FILE_NAME.as_bytes()));
        let attributes = match file.ok().map(|at| &nodes[at].what) {
            // git does not follow a link, and reads what it says.
            Some(What::File(blob) | What::Link(blob)) => Some(self.objects.content(&blob.id, "blob")?),
            Some(What::Directory(_) | What::Submodule(_)) | None => None,
        };
        Ok(directory.attributes.get_or_init(|| attributes).as_deref())
    }

    /// Where something in these directories is, as an absolute path.
    fn path_of(&self, directories: &[Arc<Directory>], node: Option<&Node>) -> io::Result<Utf8PathBuf> {
        let Some(last) = directories.last() else { return Err(Errno::NOENT.into()) };
        let relative = node.map_or_else(|| last.path.clone(), |node| last.join(&node.name));
        if relative.is_empty() {
            return Ok(self.repository.top.clone());
        }
        match std::str::from_utf8(&relative) {
            Ok(relative) => Ok(self.repository.top.join(relative)),
            Err(_) => Err(not_utf8(Path::new(OsStr::from_bytes(&relative)))),
        }
    }

    /// The `.git` at the top, which is not that of a commit.
    fn own_directory(&self) -> Option<Entry> {
        let stat = self.below.stat_link(&self.repository.top.join(".git")).ok()?;
        Some(Entry { name: OsString::from(".git"), kind: stat.kind })
    }
}

impl Revision {
    fn open_at(&self, path: &Utf8Path) -> io::Result<Box<dyn OpenFile>> {
        let place = self.find(path, true)?;
        let content: Arc<[u8]> = match &place {
            Place::Outside(path) => return self.below.open(path),
            Place::Directory(_) => Arc::default(),
            Place::Node(directories, at) => {
                let node = self.node(directories, *at)?;
                match &node.what {
                    What::File(blob) => self.content(directories, node, blob)?,
                    What::Directory(_) | What::Link(_) | What::Submodule(_) => Arc::default(),
                }
            }
        };
        let mut stat = self.stat_of(&place, true)?;
        stat.size = content.len() as u64;
        Ok(Box::new(Open { stat, content: Cursor::new(content) }))
    }

    fn entries_at(&self, directory: &Utf8Path) -> io::Result<Vec<Entry>> {
        let directories = match self.find(directory, true)? {
            Place::Outside(path) => return self.below.entries(&path),
            Place::Directory(directories) => directories,
            Place::Node(directories, at) => {
                let node = self.node(&directories, at)?;
                let is_submodule = matches!(node.what, What::Submodule(_));
                let path = directories.last().map(|last| last.join(&node.name)).unwrap_or_default();
                return Err(if is_submodule { below_submodule(&path) } else { Errno::NOTDIR.into() });
            }
        };
        let Some(last) = directories.last() else { return Err(Errno::NOENT.into()) };
        let entry = |node: &Node| Entry {
            name: OsString::from_vec(node.name.clone()),
            kind: match node.what {
                What::Directory(_) | What::Submodule(_) => Kind::Directory,
                What::File(_) => Kind::File,
                What::Link(_) => Kind::Link,
            },
        };
        let mut entries: Vec<Entry> = self.nodes(last)?.iter().map(entry).collect();
        if directories.len() == 1
            && let Some(own) = self.own_directory()
        {
            let at = entries.partition_point(|entry| entry.name < own.name);
            entries.insert(at, own);
        }
        Ok(entries)
    }

    fn resolve_at(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        match self.find(path, true)? {
            Place::Outside(path) => self.below.resolve(&path),
            Place::Directory(directories) => self.path_of(&directories, None),
            Place::Node(directories, at) => {
                let node = self.node(&directories, at)?;
                self.path_of(&directories, Some(node))
            }
        }
    }

    /// Takes note of an error that no disk gives.
    fn noted<T>(&self, path: &Utf8Path, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && error.raw_os_error().is_none()
            && matches!(error.kind(), io::ErrorKind::Other | io::ErrorKind::FileTooLarge)
        {
            let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
            unknown.entry(path.to_owned()).or_insert_with(|| error.to_string());
        }
        result
    }

    /// The paths of which it could not be said what a checkout would have there, and why: git lacks it, a program would have to make it,
    /// or it is in a submodule. Who takes every error for an absence has not seen them.
    pub(crate) fn unknown(&self) -> BTreeMap<Utf8PathBuf, String> {
        self.unknown.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Tree for Revision {
    fn open(&self, path: &Utf8Path) -> io::Result<Box<dyn OpenFile>> {
        self.noted(path, self.open_at(path))
    }

    fn stat(&self, path: &Utf8Path) -> io::Result<Stat> {
        self.noted(path, self.find(path, true).and_then(|place| self.stat_of(&place, true)))
    }

    fn stat_link(&self, path: &Utf8Path) -> io::Result<Stat> {
        self.noted(path, self.find(path, false).and_then(|place| self.stat_of(&place, false)))
    }

    fn entries(&self, directory: &Utf8Path) -> io::Result<Vec<Entry>> {
        self.noted(directory, self.entries_at(directory))
    }

    fn resolve(&self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        self.noted(path, self.resolve_at(path))
    }

    fn is_on_disk(&self, path: &Utf8Path) -> bool {
        // A path to nowhere has to be made by somebody, and they would make it on disk.
        match self.find(path, true) {
            Ok(Place::Outside(path)) => self.below.is_on_disk(&path),
            Ok(Place::Directory(_) | Place::Node(..)) | Err(_) => false,
        }
    }
}

/// A file of a commit that was opened.
struct Open {
    stat: Stat,
    content: Cursor<Arc<[u8]>>,
}

impl Read for Open {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.stat.kind {
            Kind::Directory => Err(Errno::ISDIR.into()),
            _ => self.content.read(buffer),
        }
    }
}

impl OpenFile for Open {
    fn stat(&self) -> io::Result<Stat> {
        Ok(self.stat)
    }
}
