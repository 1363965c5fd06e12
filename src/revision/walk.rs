//! Where a path leads: through the commit inside of the repository, and through another tree outside of it, as links lead it.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::io::Errno;

use super::files::Revision;
use super::listing::{Directory, What};
use crate::tree::{Kind, read_link};

/// How many links a path may lead through, as on Linux.
const MOST_LINKS: usize = 40;

/// Below these, links need not lead where they say.
const MAGIC: [&str; 2] = ["/dev", "/proc"];

/// What is at the end of a path.
#[derive(Debug)]
pub(super) enum Place {
    /// Outside of what a commit decides, with every link resolved but, where links are not followed, the last one.
    Outside(Utf8PathBuf),
    /// The last of these directories, each of which is in the one before.
    Directory(Vec<Arc<Directory>>),
    /// In the last of these directories, at this position of its list, what is no directory.
    Node(Vec<Arc<Directory>>, usize),
}

/// How far a walk has come.
#[derive(Debug)]
enum Here {
    Outside(PathBuf),
    Inside(Vec<Arc<Directory>>),
}

/// A walk on its way.
struct Walk<'r> {
    revision: &'r Revision,
    here: Here,
    /// What is left of the path, the next part last.
    rest: Vec<Vec<u8>>,
    follow: bool,
    links: usize,
}

impl Revision {
    /// What an absolute path leads to.
    ///
    /// # Errors
    ///
    /// As the system would say it: where nothing is there, what is gone through is no directory, or links lead in a circle. Where it
    /// leads into a submodule.
    pub(super) fn find(&self, path: &Utf8Path, follow: bool) -> io::Result<Place> {
        let inside = path.as_str().strip_prefix(self.repository.top.as_str());
        let inside = inside.filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let (here, rest) = match inside {
            Some(rest) => (Here::Inside(vec![Arc::clone(&self.top)]), rest),
            None => (Here::Outside("/".into()), path.as_str()),
        };
        let mut walk = Walk { revision: self, here, rest: Vec::new(), follow, links: 0 };
        if path.as_str().is_empty() {
            return Err(Errno::NOENT.into());
        }
        walk.push(rest.as_bytes());
        walk.go()
    }
}

impl Walk<'_> {
    /// Puts the parts of a path before what is left. Where it ends with a slash, the last part is nothing, and has to be found in a directory.
    fn push(&mut self, path: &[u8]) {
        let parts = path.strip_prefix(b"/").unwrap_or(path).split(|byte| *byte == b'/');
        self.rest.extend(parts.rev().map(<[u8]>::to_vec));
    }

    fn go(mut self) -> io::Result<Place> {
        while let Some(part) = self.rest.pop() {
            let found = match (&part[..], &mut self.here) {
                (b"" | b".", _) => None,
                (b"..", Here::Inside(directories)) if directories.len() > 1 => {
                    directories.pop();
                    None
                }
                (b"..", _) => {
                    self.leave();
                    None
                }
                (b".git", Here::Inside(directories)) if directories.len() == 1 => {
                    self.here = Here::Outside(self.revision.repository.top.clone().into());
                    self.step_outside(&part)?
                }
                (_, Here::Inside(_)) => self.step_inside(&part)?,
                (_, Here::Outside(_)) => self.step_outside(&part)?,
            };
            if let Some(place) = found {
                return Ok(place);
            }
        }
        match self.here {
            Here::Inside(directories) => Ok(Place::Directory(directories)),
            Here::Outside(path) => outside(path),
        }
    }

    /// Goes to the directory above, where that is outside.
    fn leave(&mut self) {
        let top = self.revision.repository.top.as_std_path();
        let from = match &self.here {
            Here::Inside(_) => top,
            Here::Outside(path) => path,
        };
        let above = from.parent().unwrap_or(from).to_owned();
        self.arrive(above);
    }

    /// Comes to a directory by its path without links.
    fn arrive(&mut self, path: PathBuf) {
        let is_top = path == self.revision.repository.top.as_std_path();
        self.here =
            if is_top { Here::Inside(vec![Arc::clone(&self.revision.top)]) } else { Here::Outside(path) };
    }

    fn step_inside(&mut self, part: &[u8]) -> io::Result<Option<Place>> {
        let Here::Inside(directories) = &mut self.here else { return Ok(None) };
        let Some(directory) = directories.last() else { return Ok(None) };
        let nodes = self.revision.nodes(directory)?;
        let at = nodes.binary_search_by(|node| (*node.name).cmp(part)).map_err(|_| Errno::NOENT)?;
        match &nodes[at].what {
            What::Directory(next) => {
                let next = Arc::clone(next);
                directories.push(next);
                Ok(None)
            }
            What::Link(blob) if self.follow || !self.rest.is_empty() => {
                let target = self.revision.objects.content(&blob.id, "blob")?;
                self.follow(&target)?;
                Ok(None)
            }
            What::Submodule(_) if self.rest.iter().any(|part| !part.is_empty()) => {
                Err(below_submodule(&directory.join(part)))
            }
            What::File(_) if !self.rest.is_empty() => Err(Errno::NOTDIR.into()),
            What::Link(_) | What::File(_) | What::Submodule(_) => {
                Ok(Some(Place::Node(std::mem::take(directories), at)))
            }
        }
    }

    fn step_outside(&mut self, part: &[u8]) -> io::Result<Option<Place>> {
        let Here::Outside(from) = &self.here else { return Ok(None) };
        let path = from.join(OsStr::from_bytes(part));
        if path == self.revision.repository.top.as_std_path() {
            self.arrive(path);
            return Ok(None);
        }
        if MAGIC.iter().any(|magic| from == Path::new(magic)) {
            let rest = self.rest.iter().rev().map(|part| OsStr::from_bytes(part));
            return outside(rest.fold(path, |path, part| path.join(part))).map(Some);
        }
        let path = Utf8PathBuf::try_from(path).map_err(|error| not_utf8(error.as_path()))?;
        match self.revision.below.stat_link(&path)?.kind {
            Kind::Directory => self.here = Here::Outside(path.into()),
            Kind::Link if self.follow || !self.rest.is_empty() => {
                let target = read_link(&path)?;
                self.follow(target.as_os_str().as_bytes())?;
            }
            _ if self.rest.is_empty() => return Ok(Some(Place::Outside(path))),
            _ => return Err(Errno::NOTDIR.into()),
        }
        Ok(None)
    }

    /// Goes where a link leads.
    fn follow(&mut self, target: &[u8]) -> io::Result<()> {
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(Errno::LOOP.into());
        }
        if target.is_empty() {
            return Err(Errno::NOENT.into());
        }
        if target.starts_with(b"/") {
            self.arrive("/".into());
        }
        self.push(target);
        Ok(())
    }
}

fn outside(path: PathBuf) -> io::Result<Place> {
    Utf8PathBuf::try_from(path).map(Place::Outside).map_err(|error| not_utf8(error.as_path()))
}

pub(super) fn not_utf8(path: &Path) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("the path `{}` is not UTF-8", path.display()))
}

/// That a commit does not have what is in a submodule.
pub(super) fn below_submodule(path: &[u8]) -> io::Error {
    let path = String::from_utf8_lossy(path);
    io::Error::other(format!(
        "`{path}` is a submodule, and what is in one is no part of the commit; leave it out, or run helmsum in it"
    ))
}
