//! Walks a directory: links followed, nothing depends on the order in which the tree lists names.
//!
//! The walk is ours, although the crate `ignore` has one. Here a directory is read through a `Tree`, which may be the work tree
//! with files over it that are not written yet; a link that leads out of the repository, a loop and a device are found before anything is
//! opened; a glob says where to go on; and what was left out, and why, is part of the answer. The crate's walk reads the disk only,
//! and tells of none of these.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use super::exclusion::{self, Patterns, Scope};
use super::listing::{Left, LeftOut, ListError, ListRequest, Listing, Outside, Shape, resolve, unfollowed};
use super::name::{check_os, shown};
use super::pattern::{Glob, Hit, Positions};
use super::{IGNORE_FILE, is_junk};
use crate::tree::{Entry, Kind};

/// How many names are read before a source is taken for a mistake, such as `/` or a web of links into each other.
const MOST_NAMES: usize = 1_000_000;

/// How many directories; links among them reach this number first.
const MOST_DIRECTORIES: usize = 100_000;

/// A directory that is being read, and those above it: following a link into one of them is a loop.
#[derive(Debug)]
struct Open {
    path: Utf8PathBuf,
    identity: Identity,
    above: Option<Rc<Open>>,
}

/// What makes a directory the same one: device and inode, or the resolved path where a tree has no inodes.
#[derive(Debug, PartialEq, Eq)]
enum Identity {
    Inode(u64, u64),
    Path(Utf8PathBuf),
}

/// A directory still to be read.
#[derive(Debug)]
struct Pending {
    path: Utf8PathBuf,
    /// Relative to the base, without `./`; empty for the base itself.
    name: String,
    positions: Positions,
    scope: Scope,
    above: Option<Rc<Open>>,
}

struct Walk<'a> {
    request: &'a ListRequest<'a>,
    exclude: &'a Patterns,
    /// Where the repository and the source really are, where a root is known.
    home: Option<(Utf8PathBuf, Utf8PathBuf)>,
    listing: Listing,
    names: usize,
    directories: usize,
    pending: Vec<Pending>,
    outside: BTreeSet<Outside>,
}

/// Lists what is below `base`, as far as the glob finds it.
pub(super) fn walk(
    request: &ListRequest<'_>,
    base: &Utf8Path,
    glob: Option<Glob>,
    exclude: &Patterns,
) -> Result<Listing, ListError> {
    let shape = if glob.is_some() { Shape::Glob } else { Shape::Directory };
    let mut walk = Walk {
        request,
        exclude,
        home: None,
        listing: Listing { glob, ..Listing::bare(shape, base) },
        names: 0,
        directories: 0,
        pending: vec![Pending {
            path: base.to_owned(),
            name: String::new(),
            positions: Glob::start(),
            scope: Scope::empty(),
            above: None,
        }],
        outside: BTreeSet::new(),
    };
    walk.settle_home(base)?;
    if request.stay_inside && !walk.outside.is_empty() {
        walk.pending.clear();
    }
    while let Some(directory) = walk.pending.pop() {
        walk.read(&directory)?;
    }
    let mut listing = walk.listing;
    listing.files.sort_unstable();
    listing.left_out.sort_unstable();
    listing.outside = walk.outside.into_iter().collect();
    Ok(listing)
}

impl Walk<'_> {
    fn settle_home(&mut self, base: &Utf8Path) -> Result<(), ListError> {
        let Some(root) = self.request.root else { return Ok(()) };
        let root = resolve(self.request.tree, root)?;
        let base = resolve(self.request.tree, base)?;
        if !base.starts_with(&root) {
            self.outside.insert(Outside { link: None, leads_to: base.clone() });
        }
        self.home = Some((root, base));
        Ok(())
    }

    fn read(&mut self, directory: &Pending) -> Result<(), ListError> {
        let open = self.enter(directory)?;
        let entries = self
            .request
            .tree
            .entries(&directory.path)
            .map_err(|error| ListError::Unreadable { path: directory.path.clone(), error })?;
        self.names += entries.len();
        self.directories += 1;
        if self.names > MOST_NAMES || self.directories > MOST_DIRECTORIES {
            return Err(ListError::TooMany { path: self.listing.base.clone() });
        }
        let scope = self.scope(directory, &entries)?;
        for entry in &entries {
            self.meet(directory, &open, &scope, entry)?;
        }
        Ok(())
    }

    /// Takes note of a directory, unless the walk is inside it already.
    fn enter(&self, directory: &Pending) -> Result<Rc<Open>, ListError> {
        let tree = self.request.tree;
        let stat = tree.stat(&directory.path).map_err(|error| unfollowed(tree, &directory.path, error))?;
        let identity = match stat.identity {
            Some((device, inode)) => Identity::Inode(device, inode),
            None => Identity::Path(resolve(tree, &directory.path)?),
        };
        let mut above = directory.above.as_ref();
        while let Some(open) = above {
            if open.identity == identity {
                return Err(ListError::Loop { path: directory.path.clone(), back_to: open.path.clone() });
            }
            above = open.above.as_ref();
        }
        Ok(Rc::new(Open { path: directory.path.clone(), identity, above: directory.above.clone() }))
    }

    /// The exclusions in force in a directory.
    fn scope(&mut self, directory: &Pending, entries: &[Entry]) -> Result<Scope, ListError> {
        let Some(entry) = entries.iter().find(|entry| entry.name == IGNORE_FILE) else {
            return Ok(directory.scope.clone());
        };
        let tree = self.request.tree;
        let path = exclusion::file_in(&directory.path);
        let stat = tree.stat(&path).map_err(|error| unfollowed(tree, &path, error))?;
        if stat.kind == Kind::Special {
            return Err(ListError::Special { path });
        }
        // What decides which files count has to be as much the repository's own as they are.
        let name = Utf8Path::new(&directory.name).join(IGNORE_FILE);
        if entry.kind == Kind::Link && self.leads_out(&path, name.as_str())? && self.request.stay_inside {
            return Ok(directory.scope.clone());
        }
        let text = tree.read_at_most(&path, exclusion::LARGEST_FILE).and_then(|bytes| {
            String::from_utf8(bytes)
                .map_err(|_| std::io::Error::new(std::io::ErrorKind::InvalidData, "not UTF-8"))
        });
        let text = text.map_err(|error| ListError::Unreadable { path: path.clone(), error })?;
        let patterns = Patterns::from_file(&text).map_err(|(line, error)| ListError::IgnoreFile {
            path,
            line,
            error,
        })?;
        Ok(directory.scope.with(PathBuf::from(&directory.name), patterns))
    }

    /// Decides about one name: left out, listed, walked into, or an error.
    fn meet(
        &mut self,
        directory: &Pending,
        open: &Rc<Open>,
        scope: &Scope,
        entry: &Entry,
    ) -> Result<(), ListError> {
        let is_directory = entry.kind == Kind::Directory;
        let hit = match &self.listing.glob {
            None => Hit { file: true, below: Glob::start() },
            Some(glob) => glob.step(&directory.positions, &entry.name.to_string_lossy()),
        };
        // A link may lead to either, which is not asked before its name is known to count.
        let wanted = match entry.kind {
            Kind::Directory => !hit.below.is_empty(),
            Kind::File | Kind::Special => hit.file,
            Kind::Link => hit.file || !hit.below.is_empty(),
        };
        if !wanted {
            return Ok(());
        }
        let relative = Path::new(&directory.name).join(&entry.name);
        let left = if is_junk(entry.name.as_encoded_bytes(), is_directory) {
            Some(Left::Junk)
        } else if exclusion::excludes(self.exclude, scope, &relative, is_directory) {
            Some(Left::Excluded)
        } else {
            None
        };
        if let Some(why) = left {
            let name = match check_os(relative.as_os_str()) {
                Ok(name) => format!("./{name}"),
                Err(_) => format!("./{}", shown(relative.as_os_str())),
            };
            self.listing.left_out.push(LeftOut { name, why });
            return Ok(());
        }
        let part = check_os(&entry.name).map_err(|fault| {
            let path = directory.path.as_std_path().join(&entry.name);
            ListError::Name { path: shown(path.as_os_str()), fault }
        })?;
        let name =
            if directory.name.is_empty() { part.to_owned() } else { format!("{}/{part}", directory.name) };
        let path = directory.path.join(part);
        let kind = match entry.kind {
            Kind::Link => match self.follow(&path, &name, &hit)? {
                Some(kind) => kind,
                None => return Ok(()),
            },
            kind => kind,
        };
        match kind {
            Kind::Directory if !hit.below.is_empty() => self.pending.push(Pending {
                path,
                name,
                positions: hit.below,
                scope: scope.clone(),
                above: Some(Rc::clone(open)),
            }),
            Kind::File if hit.file => self.listing.files.push(format!("./{name}")),
            Kind::Special | Kind::Link if hit.file => return Err(ListError::Special { path }),
            _ => {}
        }
        Ok(())
    }

    /// What a link leads to, or nothing where a glob only passes by or it leads out of where the walk stays.
    fn follow(&mut self, path: &Utf8Path, name: &str, hit: &Hit) -> Result<Option<Kind>, ListError> {
        let tree = self.request.tree;
        let kind = match tree.stat(path) {
            Ok(stat) => stat.kind,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !hit.file => return Ok(None),
            Err(error) => return Err(unfollowed(tree, path, error)),
        };
        let used = match kind {
            Kind::Directory => !hit.below.is_empty(),
            _ => hit.file,
        };
        if used && self.leads_out(path, name)? && self.request.stay_inside {
            return Ok(None);
        }
        Ok(Some(kind))
    }

    /// Whether a link leads out of the repository and of the source, of which note is taken.
    fn leads_out(&mut self, path: &Utf8Path, name: &str) -> Result<bool, ListError> {
        let Some((root, base)) = &self.home else { return Ok(false) };
        let leads_to = resolve(self.request.tree, path)?;
        let outside = !leads_to.starts_with(root) && !leads_to.starts_with(base);
        if outside {
            self.outside.insert(Outside { link: Some(format!("./{name}")), leads_to });
        }
        Ok(outside)
    }
}
