//! The folder of the cache.

use std::fmt;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::NamedTempFile;

use super::entry::{Key, opened, sealed};

/// How many bytes all entries may have together.
const LARGEST: u64 = 256 << 20;

/// How many bytes one entry may have.
const LARGEST_ENTRY: u64 = 64 << 20;

/// How long the temporary file of a run that was killed may lie around.
const ABANDONED: Duration = Duration::from_secs(3_600);

/// How old the time of an entry may be that says when it was last of use.
const FRESH: Duration = Duration::from_secs(86_400);

/// The file with the key of the folder.
const KEY_FILE: &str = "key";

/// The folder of the entries, named by what changes when entries of older programs cannot be read any more.
const ENTRIES: &str = "entries";

/// What the names of temporary files begin with.
const TEMPORARY: &str = ".tmp-";

/// A folder with entries.
#[derive(Debug)]
pub(crate) struct Cache {
    directory: Utf8PathBuf,
    key: [u8; 32],
    /// Whether anything was written.
    grew: AtomicBool,
}

/// Why a folder is no cache.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unusable {
    /// It cannot be made, read or written to.
    #[error("`{path}` cannot be used: {error}")]
    Io {
        path: Utf8PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Somebody else could put entries into it.
    #[error("`{0}` belongs to another user, or others may write to it")]
    Open(Utf8PathBuf),
    /// Its key is damaged.
    #[error("`{0}` is not the key of a cache")]
    Key(Utf8PathBuf),
}

impl Cache {
    /// The cache in a folder, which is made where it is missing. A folder that cannot be written to serves for reading, if it has been
    /// a cache before.
    ///
    /// # Errors
    ///
    /// Where that is not possible, or others could write to it.
    pub(crate) fn open(directory: &Utf8Path) -> Result<Self, Unusable> {
        let failed = |path: &Utf8Path, error| Unusable::Io { path: path.to_owned(), error };
        make(directory).map_err(|error| failed(directory, error))?;
        let metadata = directory.metadata().map_err(|error| failed(directory, error))?;
        let is_own = metadata.uid() == rustix::process::geteuid().as_raw();
        if !metadata.is_dir() || !is_own || metadata.mode() & 0o022 != 0 {
            return Err(Unusable::Open(directory.to_owned()));
        }
        let path = directory.join(KEY_FILE);
        let key = match read(&path, 64) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                new_key(directory, &path).map_err(|error| failed(&path, error))?
            }
            found => found.map_err(|error| failed(&path, error))?,
        };
        let key = key.try_into().map_err(|_| Unusable::Key(path))?;
        Ok(Self { directory: directory.to_owned(), key, grew: AtomicBool::new(false) })
    }

    /// Random bytes that nobody else has, the same for as long as the folder is kept.
    pub(crate) const fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// What is kept under a key; nothing where there is nothing, or it is damaged.
    pub(crate) fn load(&self, key: Key) -> Option<Vec<u8>> {
        let path = self.path(key);
        let bytes = read(&path, LARGEST_ENTRY).ok()?;
        let content = opened(&bytes)?.to_vec();
        note_use(&path);
        Some(content)
    }

    /// Keeps something under a key. Where that is not possible, nothing is kept.
    pub(crate) fn store(&self, key: Key, bytes: &[u8]) {
        let path = self.path(key);
        if bytes.len() as u64 <= LARGEST_ENTRY / 2 && write(&path, &sealed(bytes)).is_ok() {
            self.grew.store(true, Ordering::Relaxed);
        }
    }

    /// Removes what is kept under a key, if there is anything.
    pub(crate) fn remove(&self, key: Key) {
        let _ = std::fs::remove_file(self.path(key));
    }

    fn path(&self, key: Key) -> Utf8PathBuf {
        let hex = key.hex();
        self.directory.join(ENTRIES).join(&hex[..2]).join(&hex[2..])
    }

    /// Removes the entries that were of use longest ago until all of them fit, and what killed runs left behind.
    fn prune(&self, largest: u64) {
        let mut entries = Vec::new();
        let mut total = 0;
        let now = SystemTime::now();
        let folders = self.directory.join(ENTRIES).read_dir_utf8().into_iter().flatten().flatten();
        for file in folders.flat_map(|folder| folder.path().read_dir_utf8()).flatten().flatten() {
            let Ok(metadata) = file.path().symlink_metadata() else { continue };
            let time = metadata.modified().unwrap_or(now);
            if file.file_name().starts_with(TEMPORARY) {
                if now.duration_since(time).is_ok_and(|age| age > ABANDONED) {
                    let _ = std::fs::remove_file(file.path());
                }
                continue;
            }
            total += metadata.len();
            entries.push((time, file.into_path(), metadata.len()));
        }
        entries.sort();
        for (_, path, size) in entries {
            if total <= largest {
                break;
            }
            if std::fs::remove_file(path).is_ok() {
                total -= size;
            }
        }
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        if *self.grew.get_mut() {
            self.prune(LARGEST);
        }
    }
}

impl fmt::Display for Cache {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.directory.as_str())
    }
}

fn make(directory: &Utf8Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

/// Makes the key of a folder, or takes the one that another process has made meanwhile.
fn new_key(directory: &Utf8Path, path: &Utf8Path) -> io::Result<Vec<u8>> {
    let mut key = vec![0; 32];
    File::open("/dev/urandom")?.read_exact(&mut key)?;
    let mut file = temporary(directory)?;
    file.write_all(&key)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(key),
        Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => read(path, 64),
        Err(failed) => Err(failed.error),
    }
}

/// A file that only the user can read, which is removed unless it gets another name.
fn temporary(directory: &Utf8Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY).permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600));
    builder.tempfile_in(directory)
}

fn write(path: &Utf8Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().ok_or(io::ErrorKind::NotFound)?;
    make(directory)?;
    let mut file = temporary(directory)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// The bytes of a regular file that is not a link. Opening never waits for somebody.
fn read(path: &Utf8Path, most: u64) -> io::Result<Vec<u8>> {
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(i32::try_from(flags.bits()).map_err(io::Error::other)?)
        .open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() || metadata.len() > most {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Notes that an entry was of use, now and then.
fn note_use(path: &Utf8Path) {
    let Ok(file) = OpenOptions::new().read(true).open(path) else { return };
    let now = SystemTime::now();
    let time = file.metadata().and_then(|metadata| metadata.modified());
    if time.is_ok_and(|time| now.duration_since(time).is_ok_and(|age| age > FRESH)) {
        let _ = file.set_modified(now);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::super::KeyMaker;
    use super::*;

    fn folder() -> (tempfile::TempDir, Utf8PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = Utf8PathBuf::try_from(folder.path().join("cache/helmsum")).expect("UTF-8");
        (folder, path)
    }

    fn key(text: &str) -> Key {
        let mut maker = KeyMaker::default();
        maker.feed("test", text.as_bytes());
        maker.finish()
    }

    fn mode(path: &Utf8Path) -> u32 {
        path.metadata().expect("a file").mode() & 0o777
    }

    #[test]
    fn what_was_kept_is_found_by_the_next_run() {
        let (_folder, path) = folder();
        let cache = Cache::open(&path).expect("a cache");
        assert_eq!(cache.load(key("a")), None);
        cache.store(key("a"), b"content");
        let again = Cache::open(&path).expect("a cache");
        assert_eq!(again.load(key("a")).as_deref(), Some(&b"content"[..]));
        assert_eq!(again.load(key("b")), None);
        assert_eq!(again.key(), cache.key());
        assert_eq!(
            (mode(&path), mode(&path.join(KEY_FILE)), mode(&cache.path(key("a")))),
            (0o700, 0o600, 0o600)
        );
    }

    #[test]
    fn a_damaged_entry_is_as_if_it_were_not_there_and_is_written_anew() {
        let (_folder, path) = folder();
        let cache = Cache::open(&path).expect("a cache");
        for damage in [&b""[..], b"content", b"\n", &[0; 100]] {
            cache.store(key("a"), b"content");
            fs_err::write(cache.path(key("a")), damage).expect("a file");
            assert_eq!(cache.load(key("a")), None, "{damage:?}");
        }
        cache.store(key("a"), b"content");
        assert!(cache.load(key("a")).is_some());
        fs_err::remove_file(cache.path(key("a"))).expect("a file");
        fs_err::os::unix::fs::symlink("/dev/zero", cache.path(key("a"))).expect("a link");
        assert_eq!(cache.load(key("a")), None);
    }

    #[test]
    fn a_folder_that_others_may_write_to_is_not_used() {
        let (_folder, path) = folder();
        drop(Cache::open(&path).expect("a cache"));
        for (mode, good) in [(0o720, false), (0o702, false), (0o755, true), (0o700, true)] {
            fs_err::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("a mode");
            assert_eq!(Cache::open(&path).is_ok(), good, "{mode:o}");
        }
        fs_err::write(path.join(KEY_FILE), "short").expect("a file");
        assert!(matches!(Cache::open(&path), Err(Unusable::Key(_))));
        fs_err::write(path.with_file_name("file"), "").expect("a file");
        assert!(matches!(Cache::open(&path.with_file_name("file")), Err(Unusable::Io { .. })));
    }

    #[test]
    fn the_entries_that_were_of_use_longest_ago_go_first() {
        let (_folder, path) = folder();
        let cache = Cache::open(&path).expect("a cache");
        let age = |path: &Utf8Path, days: u64| {
            let time = SystemTime::now() - Duration::from_secs(days * 86_400);
            let file = OpenOptions::new().write(true).open(path).expect("a file");
            file.set_modified(time).expect("a time");
        };
        for (name, days) in [("a", 30), ("b", 20), ("c", 10)] {
            cache.store(key(name), &[0; 1_000]);
            age(&cache.path(key(name)), days);
        }
        assert!(cache.load(key("a")).is_some(), "now it is the latest");
        let left = cache.path(key("a")).with_file_name(".tmp-left");
        fs_err::write(&left, "").expect("a file");
        age(&left, 1);
        cache.prune(2_200);
        let kept = ["a", "b", "c"].map(|name| cache.load(key(name)).is_some());
        assert_eq!(kept, [true, false, true]);
        assert!(!left.exists());
    }

    #[test]
    fn many_at_once_agree_on_a_key() {
        let (_folder, path) = folder();
        let keys: Vec<[u8; 32]> = std::thread::scope(|scope| {
            let open = || *Cache::open(&path).expect("a cache").key();
            let threads: Vec<_> = (0..16).map(|_| scope.spawn(open)).collect();
            threads.into_iter().map(|thread| thread.join().expect("a key")).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }
}
