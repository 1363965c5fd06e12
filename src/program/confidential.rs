//! What a program reads by a path and nobody else may read.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use super::signals::Unfinished;

/// Where texts are put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placement {
    /// In memory, where the system lets another process open it by a path: no end of helmsum leaves anything behind. Else as
    /// [`Placement::Folder`].
    Memory,
    /// Into a temporary folder.
    Folder,
}

/// Files for one call of a program. What lies on a disk lies in a folder that only the user can enter; it is removed when this is
/// dropped, and before a signal ends helmsum.
#[derive(Debug)]
pub(crate) struct Confidential {
    placement: Placement,
    in_memory: Vec<File>,
    folder: Option<TempDir>,
    /// Last, so that it is dropped after the folder.
    _unfinished: Unfinished,
}

impl Confidential {
    /// No files yet. Signals are held back from now on.
    #[must_use]
    pub(crate) fn new(placement: Placement) -> Self {
        Self { placement, in_memory: Vec::new(), folder: None, _unfinished: Unfinished::begin() }
    }

    /// The temporary folder, mode 0700.
    ///
    /// # Errors
    ///
    /// Where it cannot be made, or its name is not UTF-8.
    pub(crate) fn folder(&mut self) -> io::Result<&Utf8Path> {
        if self.folder.is_none() {
            let folder = tempfile::Builder::new().prefix("helmsum-").tempdir()?;
            fs_err::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o700))?;
            self.folder = Some(folder);
        }
        let folder = self.folder.as_ref().ok_or_else(|| io::Error::other("there is no temporary folder"))?;
        Utf8Path::from_path(folder.path())
            .ok_or_else(|| io::Error::other("the name of the temporary folder is not UTF-8"))
    }

    /// Where the program works: the folder itself, or an empty one where it is not on the disk, as with folders that only a commit has.
    ///
    /// # Errors
    ///
    /// As [`Self::folder`].
    pub(crate) fn directory(&mut self, wanted: &Utf8Path) -> io::Result<Utf8PathBuf> {
        if wanted.is_dir() {
            return Ok(wanted.to_owned());
        }
        let empty = self.folder()?.join("empty");
        fs_err::create_dir_all(&empty)?;
        Ok(empty)
    }

    /// Puts a text where the program can read it, and returns the path to hand over. `name` is how it is called in a folder.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub(crate) fn text(&mut self, name: &str, bytes: &[u8]) -> io::Result<Utf8PathBuf> {
        if self.placement == Placement::Memory
            && let Some((file, path)) = in_memory(name, bytes)
        {
            self.in_memory.push(file);
            return Ok(path);
        }
        self.file(name, bytes)
    }

    /// Writes a file into the folder, with the folders it lies in, and returns its path.
    ///
    /// # Errors
    ///
    /// Where it cannot be written.
    pub(crate) fn file(&mut self, name: &str, bytes: &[u8]) -> io::Result<Utf8PathBuf> {
        let path = self.folder()?.join(name);
        if let Some(parent) = path.parent() {
            fs_err::create_dir_all(parent)?;
        }
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        options.open(&path)?.write_all(bytes)?;
        Ok(path)
    }

    /// Whether a program may have failed because it does not see the files in memory: a message of it names one of them, and
    /// it may run in a container.
    #[must_use]
    pub(crate) fn is_named_in(&self, message: &str) -> bool {
        !self.in_memory.is_empty() && message.contains(&descriptors())
    }
}

/// Where the open files of this process are.
fn descriptors() -> String {
    format!("/proc/{}/fd/", std::process::id())
}

/// A file that has no name but this process's descriptor, and the path that other processes of the user open it by.
fn in_memory(name: &str, bytes: &[u8]) -> Option<(File, Utf8PathBuf)> {
    let mut file = anonymous(name)?;
    file.write_all(bytes).ok()?;
    let path = Utf8PathBuf::from(descriptors() + &file.as_raw_fd().to_string());
    // `/proc` may be hidden, or that of other processes.
    let (own, seen) = (file.metadata().ok()?, path.metadata().ok()?);
    ((own.dev(), own.ino()) == (seen.dev(), seen.ino())).then_some((file, path))
}

#[cfg(target_os = "linux")]
fn anonymous(name: &str) -> Option<File> {
    use rustix::fs::{MemfdFlags, memfd_create};
    memfd_create(name, MemfdFlags::CLOEXEC).ok().map(File::from)
}

/// macOS opens `/dev/fd/N` for the very process only, which would hand the file to every program that starts at the same time.
#[cfg(not(target_os = "linux"))]
fn anonymous(_: &str) -> Option<File> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::{Program, own_path};

    fn read_by_another(path: &Utf8Path) -> String {
        let cat = Program::find("cat", own_path().as_deref()).expect("cat");
        let finished = cat.arguments([path.as_str()]).run().expect("it runs");
        String::from_utf8(finished.output).expect("text")
    }

    #[test]
    fn another_process_reads_a_text_that_has_no_name() {
        let mut files = Confidential::new(Placement::Memory);
        let path = files.text("values-0.yaml", b"a: 1\n").expect("a text");
        assert_eq!(read_by_another(&path), "a: 1\n");
        assert_eq!(read_by_another(&path), "a: 1\n", "as often as it likes");
        if cfg!(target_os = "linux") {
            assert!(files.folder.is_none(), "nothing is on a disk");
            assert!(files.is_named_in(&format!("open {path}: no such file or directory")));
        }
        assert!(!files.is_named_in("open values-0.yaml: no such file or directory"));
    }

    #[test]
    fn what_is_in_a_folder_is_for_the_user_alone_and_goes_with_it() {
        let mut files = Confidential::new(Placement::Folder);
        let path = files.text("values-0.yaml", b"a: 1\n").expect("a text");
        let chart = files.file("chart/templates/a.yaml", b"b: 1\n").expect("a file");
        assert_eq!((read_by_another(&path).as_str(), read_by_another(&chart).as_str()), ("a: 1\n", "b: 1\n"));
        let folder = files.folder().expect("a folder").to_owned();
        let mode = |path: &Utf8Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&path), mode(&chart)), (0o700, 0o600, 0o600));
        drop(files);
        assert!(!folder.exists());
    }
}
