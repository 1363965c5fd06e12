//! Where a program is: Go's `exec.LookPath`, which helmfile and helm find theirs with.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Why a program is not found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LookupError {
    /// It is in none of the folders.
    #[error("it is not in `PATH`")]
    Absent,
    /// The first folder with it is not absolute, so it would be whatever lies in the directory that helmsum works in. Go:
    /// `exec.ErrDot`.
    #[error("`PATH` has a relative folder, and the program in it (`{}`) is not run", .0.display())]
    Relative(PathBuf),
}

/// The program that a name means: itself with a slash in it, else the first executable file of that name in the folders of
/// `path`, the value of `PATH`. An empty part of it is the working directory.
///
/// # Errors
///
/// As [`LookupError`] says.
pub(crate) fn look_up(name: &OsStr, path: Option<&OsStr>) -> Result<PathBuf, LookupError> {
    if name.as_bytes().contains(&b'/') {
        return Ok(name.into());
    }
    let folders = path.unwrap_or_default().as_bytes().split(|byte| *byte == b':');
    for folder in folders.filter(|_| !name.is_empty()) {
        let folder = Path::new(OsStr::from_bytes(if folder.is_empty() { b"." } else { folder }));
        let candidate = folder.join(name);
        if !is_executable(&candidate) {
            continue;
        }
        return if folder.is_absolute() { Ok(candidate) } else { Err(LookupError::Relative(candidate)) };
    }
    Err(LookupError::Absent)
}

/// The value of `PATH` in the environment of this process.
#[must_use]
pub(crate) fn own_path() -> Option<OsString> {
    std::env::var_os("PATH")
}

fn is_executable(path: &Path) -> bool {
    std::fs::metadata(path)
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_folder_with_an_executable_decides() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, mode| {
            let path = folder.path().join(name);
            fs_err::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs_err::write(&path, "").expect("a file");
            fs_err::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("a mode");
        };
        file("plain/helm", 0o644);
        file("one/helm", 0o755);
        file("two/helm", 0o755);
        fs_err::create_dir_all(folder.path().join("folder/helm")).expect("a folder");
        let path = |names: &[&str]| {
            let folders = names.iter().map(|name| folder.path().join(name));
            std::env::join_paths(folders).expect("no colons")
        };
        let found = |name: &str, path: &OsStr| look_up(name.as_ref(), Some(path));
        assert_eq!(
            found("helm", &path(&["plain", "folder", "one", "two"])),
            Ok(folder.path().join("one/helm"))
        );
        assert_eq!(found("helm", &path(&["plain"])), Err(LookupError::Absent));
        assert_eq!(found("", &path(&["one"])), Err(LookupError::Absent));
        assert_eq!(found("./helm", &path(&["one"])), Ok("./helm".into()));
        assert_eq!(look_up("helm".as_ref(), None), Err(LookupError::Absent));
    }

    #[test]
    fn a_program_of_the_working_directory_is_not_run() {
        // Tests run in the folder of the package, where this script is.
        for (path, candidate) in [("tests/tools:/bin", "tests/tools/build"), (":/bin", "./Cargo.toml")] {
            let name = Path::new(candidate).file_name().expect("a name");
            let found = look_up(name, Some(path.as_ref()));
            match candidate {
                "./Cargo.toml" => assert_eq!(found, Err(LookupError::Absent), "it is not executable"),
                _ => assert_eq!(found, Err(LookupError::Relative(candidate.into()))),
            }
        }
    }
}
