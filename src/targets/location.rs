//! Where a target really is, and whether it may be there.

use std::io;
use std::os::unix::fs::MetadataExt as _;

use camino::{Utf8Path, Utf8PathBuf};

use super::error::TargetError;

/// Where a target really is: its directory with every link resolved, as far as there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The directory, absolute.
    pub directory: Utf8PathBuf,
    /// The name in it.
    pub name: String,
    /// What makes it the same file as another path.
    pub identity: Identity,
}

/// What two paths have in common that are one file, however they are spelled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// Device and inode of the nearest directory that exists.
    directory: (u64, u64),
    /// What follows below it.
    below: Below,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Below {
    /// The inode of a file with one name, however its letters are spelled where the file system does not care.
    File(u64),
    /// The path of one that does not exist, or has several names, each of which is replaced by itself.
    Path(Utf8PathBuf),
}

/// A directory as far as it exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folder {
    /// Its absolute path with every link resolved, as far as there is one.
    pub path: Utf8PathBuf,
    /// Device and inode of the nearest directory that exists.
    identity: (u64, u64),
    /// What is missing below that one.
    missing: Utf8PathBuf,
}

impl Folder {
    /// Finds out where an absolute, clean path leads.
    ///
    /// # Errors
    ///
    /// Where the system does not say it: a link that leads nowhere, a file in the place of a directory.
    pub(crate) fn of(path: &Utf8Path) -> io::Result<Self> {
        let mut above = path;
        let real = loop {
            match above.canonicalize_utf8() {
                Ok(real) => break real,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
            if let Ok(found) = above.symlink_metadata() {
                if !found.is_symlink() {
                    // Another helmsum has made the directory in the meantime.
                    continue;
                }
                return Err(io::Error::other(format!("`{above}` is a link that leads nowhere")));
            }
            above = above.parent().ok_or(io::ErrorKind::NotFound)?;
        };
        let metadata = real.metadata()?;
        if !metadata.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        let missing = path.strip_prefix(above).unwrap_or(path).to_owned();
        let path = if missing.as_str().is_empty() { real } else { real.join(&missing) };
        Ok(Self { path, identity: (metadata.dev(), metadata.ino()), missing })
    }

    /// A directory in it; `path` is any absolute path that leads there. The same as [`Folder::of`] that path, without following
    /// what is above it once more.
    ///
    /// # Errors
    ///
    /// As [`Folder::of`].
    pub(crate) fn below(&self, path: &Utf8Path, name: &str) -> io::Result<Self> {
        if cfg!(target_os = "macos") {
            // Its file systems take a name in letters of either case, and only the system says how it is written.
            return Self::of(path);
        }
        let below = self.path.join(name);
        if !self.missing.as_str().is_empty() {
            return Ok(Self { path: below, missing: self.missing.join(name), ..self.clone() });
        }
        match below.symlink_metadata() {
            Ok(found) if found.is_dir() => {
                Ok(Self { path: below, identity: (found.dev(), found.ino()), missing: Utf8PathBuf::new() })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Self { path: below, identity: self.identity, missing: name.into() })
            }
            Ok(_) | Err(_) => Self::of(path),
        }
    }

    /// Where a file in it is. `path` is any path that leads to it.
    #[must_use]
    pub(crate) fn file(&self, path: &Utf8Path, name: &str) -> Location {
        let below = match path.symlink_metadata() {
            Ok(file) if file.is_file() && file.nlink() == 1 => Below::File(file.ino()),
            _ => Below::Path(self.missing.join(name)),
        };
        let identity = Identity { directory: self.identity, below };
        Location { directory: self.path.clone(), name: name.to_owned(), identity }
    }
}

impl Location {
    /// Finds out where an absolute, clean path leads. The last part of it is not followed: a target is not a link.
    ///
    /// # Errors
    ///
    /// As [`Folder::of`].
    pub fn of(path: &Utf8Path) -> io::Result<Self> {
        let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
        let parent = path.parent().ok_or(io::ErrorKind::IsADirectory)?;
        Ok(Folder::of(parent)?.file(path, name))
    }

    /// The absolute path without links.
    #[must_use]
    pub fn path(&self) -> Utf8PathBuf {
        self.directory.join(&self.name)
    }
}

/// Checks that a target may be where it is, without writing, and says where that is.
///
/// # Errors
///
/// Where it would lie outside of `root` once links are followed, or below `.git`, or is something that is not replaced: a link,
/// a directory, a device.
pub fn check_place(path: &Utf8Path, root: &Utf8Path) -> Result<Location, TargetError> {
    let failed = |error: io::Error| TargetError::Io { path: path.to_owned(), error };
    let real_root = root.canonicalize_utf8().map_err(failed)?;
    let location = Location::of(path).map_err(failed)?;
    let Ok(below) = location.directory.strip_prefix(&real_root) else {
        return Err(TargetError::Outside { path: path.to_owned(), root: root.to_owned() });
    };
    if below.join(&location.name).components().any(|part| is_git(part.as_str())) {
        return Err(TargetError::Git(path.to_owned()));
    }
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(location),
        Err(error) => Err(failed(error)),
        Ok(metadata) if metadata.is_symlink() => Err(TargetError::Link(path.to_owned())),
        Ok(metadata) if !metadata.is_file() => Err(TargetError::NotAFile(path.to_owned())),
        Ok(_) => Ok(location),
    }
}

/// Whether a name is that of git's own folder. File systems of macOS do not tell small letters from capital ones and pass over
/// some characters, which git refuses in names for that reason (`is_hfs_dotgit` in its `utf8.c`).
fn is_git(name: &str) -> bool {
    let ignored = |c: &char| matches!(*c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}');
    name.chars().filter(|c| !ignored(c)).map(|c| c.to_ascii_lowercase()).eq(".git".chars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_git_is_known_however_it_is_spelled() {
        for name in [".git", ".GIT", ".Git", ".g\u{200c}it", "\u{feff}.git"] {
            assert!(is_git(name), "{name:?}");
        }
        for name in [".gitignore", "git", ".github", ".git.yaml", "a.git"] {
            assert!(!is_git(name), "{name:?}");
        }
    }

    #[test]
    fn two_paths_to_one_file_have_one_identity() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        fs_err::create_dir(root.join("v")).expect("a folder");
        std::os::unix::fs::symlink("v", root.join("w")).expect("a link");
        let of = |name: &str| Location::of(&root.join(name)).expect("a place").identity;
        for missing in ["x.yaml", "deep/er/x.yaml"] {
            assert_eq!(of(&format!("v/{missing}")), of(&format!("w/{missing}")));
            assert_ne!(of(&format!("v/{missing}")), of(missing));
        }
        fs_err::write(root.join("v/x.yaml"), "").expect("a file");
        assert_eq!(of("v/x.yaml"), of("w/x.yaml"));
        assert_ne!(of("v/x.yaml"), of("v/y.yaml"));
        // Each of two hard links is replaced by itself.
        std::fs::hard_link(root.join("v/x.yaml"), root.join("v/z.yaml")).expect("a link");
        assert_ne!(of("v/x.yaml"), of("w/z.yaml"));
    }

    #[test]
    fn a_folder_is_the_same_from_the_one_above_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        fs_err::create_dir_all(root.join("v/deep")).expect("folders");
        fs_err::write(root.join("v/file"), "").expect("a file");
        for (to, name) in
            [("v", "link"), ("nowhere", "v/dangling"), ("../v/deep", "v/back"), ("loop", "loop")]
        {
            std::os::unix::fs::symlink(to, root.join(name)).expect("a link");
        }
        for path in
            ["v", "v/deep", "link/deep", "link/back", "v/back/no/such", "link/no/such", "v/file", "v/file/x"]
                .into_iter()
                .chain(["v/dangling", "v/dangling/x", "loop", "loop/x"])
        {
            let path = root.join(path);
            let of = Folder::of(&path).ok();
            let above = path.parent().zip(path.file_name());
            let above = above.and_then(|(above, name)| Some((Folder::of(above).ok()?, name)));
            match above {
                Some((above, name)) => assert_eq!(above.below(&path, name).ok(), of, "{path}"),
                None => assert_eq!(of, None, "{path}"),
            }
        }
    }

    #[test]
    fn what_stands_in_the_way_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        fs_err::write(root.join("file"), "").expect("a file");
        std::os::unix::fs::symlink("nowhere", root.join("dangling")).expect("a link");
        for name in ["file/x.yaml", "file/deep/x.yaml", "dangling/x.yaml", "dangling/deep/x.yaml"] {
            assert!(Location::of(&root.join(name)).is_err(), "{name}");
        }
    }
}
