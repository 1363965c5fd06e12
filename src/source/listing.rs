//! From a declared path to the files it stands for.

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use super::exclusion::{PatternError, Patterns};
use super::name::NameError;
use super::pattern::{Glob, GlobSourceError};
use super::walk;
use crate::diagnostic::Diagnostic;
use crate::go::filepath::join_clean;
use crate::text::Place;
use crate::tree::{Kind, Tree};

/// What to list.
#[derive(Clone, Copy, Debug)]
pub struct ListRequest<'a> {
    /// Where the files are.
    pub tree: &'a dyn Tree,
    /// The root of the repository: a source or link that leads out of it is reported. Nothing is reported without one.
    pub root: Option<&'a Utf8Path>,
    /// Whether what lies outside of `root` is only reported, and not looked into.
    pub stay_inside: bool,
    /// The absolute directory that `path` is relative to.
    pub directory: &'a Utf8Path,
    /// The source as declared: a directory, a file or a glob. It alone can contain a pattern, not the directory.
    pub path: &'a str,
    /// The patterns of `exclude=`.
    pub exclude: &'a [String],
}

/// What kind of path a source turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A directory: everything below it.
    Directory,
    /// One file.
    File,
    /// A glob.
    Glob,
    /// Nothing is there.
    Missing,
}

/// Why a name does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Left {
    /// It is on the list of names that never count.
    Junk,
    /// `exclude=` or a `.helmsumignore` says so.
    Excluded,
    /// It is a target. Only known once the file has been opened.
    Target,
}

/// A name that does not count.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// The name, relative to the base, as [`Listing::files`] spells it; of a directory, everything below it is left out.
    /// Escaped as [`super::name::shown`] does where it could not be part of a checksum.
    pub name: String,
    /// Why.
    pub why: Left,
}

/// A source or a link in it that leads out of the repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outside {
    /// The name of the link relative to the base; nothing for the source itself.
    pub link: Option<String>,
    /// Where it leads, every link resolved.
    pub leads_to: Utf8PathBuf,
}

/// The files of a path source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// What the path turned out to be.
    pub shape: Shape,
    /// The absolute directory that names are relative to; for a missing source, the path that was tried.
    pub base: Utf8PathBuf,
    /// The glob, for [`Shape::Glob`].
    pub glob: Option<Glob>,
    /// The names of the files, `./` in front and `/` between parts, sorted by their bytes.
    pub files: Vec<String>,
    /// What was left out, sorted by name.
    pub left_out: Vec<LeftOut>,
    /// What leads out of the repository, sorted by link.
    pub outside: Vec<Outside>,
}

impl Listing {
    /// The absolute path of a listed file.
    #[must_use]
    pub fn path_of(&self, name: &str) -> Utf8PathBuf {
        let name = name.strip_prefix("./").unwrap_or(name);
        let mut path = Utf8PathBuf::with_capacity(self.base.as_str().len() + 1 + name.len());
        path.push(&self.base);
        path.push(name);
        path
    }

    /// The patterns of `exclude=` that match nothing of what was left out, nor, for those with `!`, of the files that count.
    /// Nothing where there is no name at all.
    #[must_use]
    pub fn unused<'p>(&self, exclude: &'p [String], files: &[&str]) -> Vec<&'p str> {
        if files.is_empty() && self.left_out.is_empty() {
            return Vec::new();
        }
        let matches = |pattern: &&String| {
            let Ok(patterns) = Patterns::from_options(std::slice::from_ref(*pattern)) else { return true };
            let mentions = |name: &str| patterns.mention(name.strip_prefix("./").unwrap_or(name));
            self.left_out.iter().any(|left| mentions(&left.name))
                || pattern.starts_with('!') && files.iter().any(|name| mentions(name))
        };
        exclude.iter().filter(|pattern| !matches(pattern)).map(String::as_str).collect()
    }

    pub(super) fn bare(shape: Shape, base: impl Into<Utf8PathBuf>) -> Self {
        Self {
            shape,
            base: base.into(),
            glob: None,
            files: Vec::new(),
            left_out: Vec::new(),
            outside: Vec::new(),
        }
    }
}

/// Why a source has no list of files.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// A name that cannot stand in a checksum.
    #[error("the name `{path}` {fault}")]
    Name {
        /// The path, escaped.
        path: String,
        /// What is wrong with its last part.
        fault: NameError,
    },
    /// A link that leads nowhere.
    #[error("`{path}` is a link that leads nowhere")]
    Dangling {
        /// The link.
        path: Utf8PathBuf,
    },
    /// A directory that contains itself through a link, or a link that leads to itself.
    #[error("`{path}` is a link loop: it leads back to `{back_to}`")]
    Loop {
        /// Where the walk came upon the directory again.
        path: Utf8PathBuf,
        /// Where it had been before.
        back_to: Utf8PathBuf,
    },
    /// A FIFO, socket or device.
    #[error("`{path}` is a FIFO, a socket or a device")]
    Special {
        /// Where it is.
        path: Utf8PathBuf,
    },
    /// The system would not say what is there.
    #[error("`{path}` cannot be read: {error}")]
    Unreadable {
        /// Where it is.
        path: Utf8PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// `exclude=` on one file.
    #[error("`exclude=` cannot be used with the single file `{path}`")]
    ExcludeOnFile {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A file where a glob needs a directory.
    #[error("`{path}` is not a directory, so no pattern can find anything in it")]
    BaseIsFile {
        /// The whole parts before the first pattern.
        path: Utf8PathBuf,
    },
    /// A source that is not a usable glob.
    #[error(transparent)]
    Glob(#[from] GlobSourceError),
    /// A bad pattern in `exclude=`.
    #[error("`exclude=`: {0}")]
    Exclude(PatternError),
    /// A bad line in a `.helmsumignore`.
    #[error("{error}")]
    IgnoreFile {
        /// The file.
        path: Utf8PathBuf,
        /// The line.
        line: usize,
        /// What is wrong.
        error: PatternError,
    },
    /// More names than anybody's configuration has.
    #[error("`{path}` contains more than a million names or 100,000 directories")]
    TooMany {
        /// The source.
        path: Utf8PathBuf,
    },
}

impl ListError {
    /// The error as the report shows it.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let problem = Diagnostic::error(self.to_string());
        match self {
            Self::Name { .. } => {
                problem.hint("rename it, or leave it out with `exclude=` or `.helmsumignore`")
            }
            Self::Dangling { .. } | Self::Loop { .. } | Self::Special { .. } => {
                problem.hint("remove it, or leave it out with `exclude=` or `.helmsumignore`")
            }
            Self::Unreadable { .. } => {
                problem.hint("everything that counts must be readable; leave the rest out with `exclude=`")
            }
            Self::ExcludeOnFile { .. } => problem.hint("name the directory, or drop `exclude=`"),
            Self::BaseIsFile { .. } => problem.hint("name the file itself, or a pattern beside it"),
            Self::Glob(_) => problem,
            Self::Exclude(_) => problem.hint("patterns are read as in `.gitignore`"),
            Self::IgnoreFile { path, line, .. } => {
                problem.at(Place::line(path.clone(), *line)).hint("patterns are read as in `.gitignore`")
            }
            Self::TooMany { .. } => problem.hint(
                "name a directory that contains configuration only, and look for links that lead to each other",
            ),
        }
    }
}

/// Lists the files of a path source: what counts and what is refused, as `docs/checksum.md` says.
///
/// A path that does not exist gives an empty listing of [`Shape::Missing`], since whether that is an error depends on levels
/// and options.
///
/// # Errors
///
/// For a bad pattern, a name that cannot stand in a checksum, a link loop, a dangling link, a FIFO, socket or device, and
/// whatever cannot be read — each only where it is neither junk nor excluded.
pub fn list(request: &ListRequest<'_>) -> Result<Listing, ListError> {
    let (base, glob) = Glob::split(request.path)?;
    let base = join_clean(request.directory, &base);
    let exclude = Patterns::from_options(request.exclude).map_err(ListError::Exclude)?;
    let kind = match request.tree.stat(&base) {
        Ok(stat) => stat.kind,
        Err(error) => return missing(request.tree, &base, error),
    };
    if kind == Kind::Directory {
        return walk::walk(request, &base, glob, &exclude);
    }
    if glob.is_some() {
        return Err(ListError::BaseIsFile { path: base });
    }
    if kind != Kind::File {
        return Err(ListError::Special { path: base });
    }
    if !request.exclude.is_empty() {
        return Err(ListError::ExcludeOnFile { path: base });
    }
    single_file(request, &base)
}

fn single_file(request: &ListRequest<'_>, path: &Utf8Path) -> Result<Listing, ListError> {
    let name = path.file_name().unwrap_or_default();
    super::check(name)
        .map_err(|fault| ListError::Name { path: path.as_str().escape_debug().to_string(), fault })?;
    let mut listing = Listing::bare(Shape::File, path.parent().unwrap_or(path));
    if let Some(root) = request.root {
        let real_root = resolve(request.tree, root)?;
        let leads_to = resolve(request.tree, path)?;
        if !leads_to.starts_with(real_root) {
            listing.outside.push(Outside { link: None, leads_to });
        }
    }
    if listing.outside.is_empty() || !request.stay_inside {
        listing.files.push(format!("./{name}"));
    }
    Ok(listing)
}

/// A path that cannot be looked at: nothing there, or something that is in the way.
fn missing(tree: &dyn Tree, path: &Utf8Path, error: io::Error) -> Result<Listing, ListError> {
    match error.kind() {
        io::ErrorKind::NotFound if is_link(tree, path) => Err(ListError::Dangling { path: path.to_owned() }),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(Listing::bare(Shape::Missing, path)),
        _ => Err(unfollowed(tree, path, error)),
    }
}

/// The error for a path that could not be followed.
pub(super) fn unfollowed(tree: &dyn Tree, path: &Utf8Path, error: io::Error) -> ListError {
    let path = path.to_owned();
    if is_link(tree, &path) {
        if error.kind() == io::ErrorKind::NotFound {
            return ListError::Dangling { path };
        }
        if error.raw_os_error() == Some(TOO_MANY_LINKS) {
            return ListError::Loop { back_to: path.clone(), path };
        }
    }
    ListError::Unreadable { path, error }
}

/// `ELOOP`, for which the standard library has no stable kind yet.
const TOO_MANY_LINKS: i32 = if cfg!(target_os = "linux") { 40 } else { 62 };

fn is_link(tree: &dyn Tree, path: &Utf8Path) -> bool {
    tree.stat_link(path).is_ok_and(|stat| stat.kind == Kind::Link)
}

pub(super) fn resolve(tree: &dyn Tree, path: &Utf8Path) -> Result<Utf8PathBuf, ListError> {
    tree.resolve(path).map_err(|error| ListError::Unreadable { path: path.to_owned(), error })
}
