//! Go's `path` and `path/filepath`, which are the same on Unix: paths taken apart and put together without asking the file
//! system.

mod pattern;

use camino::{Utf8Path, Utf8PathBuf};

pub(crate) use pattern::BadPattern;
pub(crate) use pattern::has_meta;
pub use pattern::matches;

/// Joins a relative path to a base, cleaned. An absolute path stands for itself: `filepath.Abs` with the base as the
/// working directory.
pub(crate) fn join_clean(base: &Utf8Path, path: &str) -> Utf8PathBuf {
    if path.starts_with('/') { clean(path) } else { join(base, path) }
}

/// `filepath.Join`, which takes no later part for absolute.
pub(crate) fn join(base: &Utf8Path, path: &str) -> Utf8PathBuf {
    clean(&format!("{base}/{path}"))
}

/// `filepath.Clean`: the shortest equivalent path, `.` for nothing.
pub(crate) fn clean(path: &str) -> Utf8PathBuf {
    // Parts between slashes stay whole, so nothing is lost.
    String::from_utf8_lossy(&clean_bytes(path.as_bytes())).into_owned().into()
}

/// [`clean`] of a path that need not be UTF-8.
pub(crate) fn clean_bytes(path: &[u8]) -> Vec<u8> {
    let rooted = path.starts_with(b"/");
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if parts.last().is_some_and(|last| *last != b"..") => {
                parts.pop();
            }
            b".." if rooted => {}
            part => parts.push(part),
        }
    }
    let cleaned = parts.join(&b'/');
    match (rooted, cleaned.is_empty()) {
        (true, _) => [b"/", cleaned.as_slice()].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => cleaned,
    }
}

/// `filepath.Base`: the last part; `.` for nothing, `/` for slashes alone.
pub(crate) fn base(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b".";
    }
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |at| at + 1);
    if end == 0 {
        return b"/";
    }
    &path[last_part(&path[..end])..end]
}

/// `filepath.Dir`: all but the last part, cleaned.
pub(crate) fn dir(path: &[u8]) -> Vec<u8> {
    clean_bytes(&path[..last_part(path)])
}

/// `filepath.Ext`: from the last dot of the last part on.
pub(crate) fn ext(path: &[u8]) -> &[u8] {
    let name = &path[last_part(path)..];
    name.iter().rposition(|byte| *byte == b'.').map_or(b"", |at| &name[at..])
}

/// Where the last part starts.
fn last_part(path: &[u8]) -> usize {
    path.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_go_cleans_them() {
        for (path, clean_path) in
            [("", "."), ("a//b/./c/..", "a/b"), ("../x/..", ".."), ("/../a", "/a"), ("/", "/"), ("a/..", ".")]
        {
            assert_eq!(clean(path), clean_path, "{path}");
        }
        assert_eq!(join_clean("/r/s".into(), "../x"), "/r/x");
        assert_eq!(join_clean("/r/s".into(), "/x"), "/x");
        assert_eq!(join("/r/s".into(), "/x"), "/r/s/x");
    }

    #[test]
    fn paths_are_taken_apart_as_go_takes_them() {
        for (path, directory, name, extension) in [
            ("a/b.c/", "a/b.c", "b.c", ""),
            ("/a.tar.gz", "/", "a.tar.gz", ".gz"),
            ("//", "/", "/", ""),
            ("", ".", ".", ""),
            ("é/ü.x", "é", "ü.x", ".x"),
        ] {
            let path = path.as_bytes();
            assert_eq!(dir(path), directory.as_bytes(), "{path:?}");
            assert_eq!((base(path), ext(path)), (name.as_bytes(), extension.as_bytes()), "{path:?}");
        }
    }
}
