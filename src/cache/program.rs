//! Which program an executable is.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Cache, KeyMaker};

/// How long ago an executable has to have been changed so that a later change is sure to show in its times.
const SETTLED: Duration = Duration::from_secs(3);

/// What is known of a file, by what the system says of it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    /// SHA-256 of the content, in hexadecimal digits.
    digest: String,
}

/// The SHA-256 of an executable, in hexadecimal digits. It is read once for as long as the system says that it is the same.
///
/// # Errors
///
/// Where it cannot be read.
pub(crate) fn executable(path: &Path, cache: &Cache) -> io::Result<String> {
    let mut key = KeyMaker::default();
    key.feed("executable", path.as_os_str().as_encoded_bytes());
    let key = key.finish();
    let metadata = std::fs::metadata(path)?;
    let seen = |digest: String| Seen {
        device: metadata.dev(),
        inode: metadata.ino(),
        size: metadata.size(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
        digest,
    };
    let known = cache.load(key).and_then(|bytes| serde_json::from_slice::<Seen>(&bytes).ok());
    if let Some(known) = known
        && seen(known.digest.clone()) == known
    {
        return Ok(known.digest);
    }
    let mut hasher = Sha256::new();
    io::copy(&mut std::fs::File::open(path)?, &mut HashWriter(&mut hasher))?;
    let seen = seen(data_encoding::HEXLOWER.encode(&hasher.finalize()));
    let changed = u64::try_from(metadata.ctime()).unwrap_or_default();
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(changed);
    if SystemTime::now().duration_since(changed).is_ok_and(|age| age > SETTLED)
        && let Ok(bytes) = serde_json::to_vec(&seen)
    {
        cache.store(key, &bytes);
    }
    Ok(seen.digest)
}

struct HashWriter<'h>(&'h mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use super::*;

    #[test]
    fn another_content_is_another_program() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path: Utf8PathBuf = folder.path().to_path_buf().try_into().expect("UTF-8");
        let cache = Cache::open(&path.join("cache")).expect("a cache");
        let program = path.join("program");
        let digest = |content: &str| {
            fs_err::write(&program, content).expect("a file");
            let digest = executable(program.as_std_path(), &cache).expect("a digest");
            assert_eq!(executable(program.as_std_path(), &cache).expect("a digest"), digest);
            digest
        };
        assert_ne!(digest("one"), digest("two"));
        assert_eq!(digest("one"), data_encoding::HEXLOWER.encode(&Sha256::digest("one")));
        assert!(executable(path.join("none").as_std_path(), &cache).is_err());
    }
}
