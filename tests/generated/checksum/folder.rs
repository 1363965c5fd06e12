//! Trees to hash, and the other two ways to their digest.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use helmsum::internals::checksum::{
    Digest, Hashed, Progress, Reproduction, Transform, hash_listing, reproduction,
};
use helmsum::internals::source::{ListRequest, Listing, list};
use helmsum::internals::tree::WorkTree;
use serde::Deserialize;

/// The second implementation.
const SECOND: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/checksum/digest.py");

/// One entry of a tree. The text stands for bytes: `\u{80}` to `\u{ff}` are single bytes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Item {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) text: Option<String>,
    #[serde(default)]
    pub(crate) repeat: Option<usize>,
    #[serde(default)]
    pub(crate) link: Option<String>,
}

pub(crate) fn latin(text: &str) -> Vec<u8> {
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).expect("a character that stands for a byte"))
        .collect()
}

/// Makes an entry; one that cannot be beside another (a directory where a file is) is passed over.
pub(crate) fn make(root: &Utf8Path, item: &Item) {
    let path = root.join(&item.name);
    if fs::create_dir_all(path.parent().expect("below the root")).is_err() || path.symlink_metadata().is_ok()
    {
        return;
    }
    match (&item.link, &item.text) {
        (Some(target), _) => symlink(target, &path).expect("a link can be made"),
        (None, Some(text)) => {
            fs_err::write(&path, latin(text).repeat(item.repeat.unwrap_or(1)))
                .expect("a file can be written");
        }
        (None, None) => fs_err::create_dir(&path).expect("a directory can be made"),
    }
}

pub(crate) struct Folder {
    _kept: tempfile::TempDir,
    pub(crate) root: Utf8PathBuf,
}

impl Folder {
    pub(crate) fn new(items: &[Item]) -> Self {
        let kept = tempfile::tempdir().expect("a temporary directory");
        let root = Utf8PathBuf::try_from(kept.path().to_owned()).expect("UTF-8");
        for item in items {
            make(&root, item);
        }
        Self { _kept: kept, root }
    }
}

pub(crate) fn listed(root: &Utf8Path, source: &str, exclude: &[String]) -> Listing {
    let request = ListRequest {
        tree: &WorkTree,
        root: Some(root),
        stay_inside: false,
        directory: root,
        path: source,
        exclude,
    };
    list(&request).expect("the source can be listed")
}

pub(crate) fn hashed(root: &Utf8Path, source: &str, exclude: &[String], transform: Transform) -> Hashed {
    hash_listing(&WorkTree, listed(root, source, exclude), transform, &Progress::default())
        .expect("the source can be hashed")
}

pub(crate) fn lines(hashed: &Hashed) -> String {
    hashed.files.iter().map(|file| [&file.digest.to_string(), "  ", &file.name, "\n"].concat()).collect()
}

pub(crate) fn second(root: &Utf8Path, source: &str, exclude: &[String], eol: bool) -> String {
    let mut command = Command::new("python3");
    command
        .arg(SECOND)
        .arg(root)
        .arg(source)
        .args(exclude.iter().map(|pattern| format!("exclude={pattern}")));
    if eol {
        command.arg("eol=lf");
    }
    let output = command.output().expect("python3 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

pub(crate) fn shell(directory: &Utf8Path, command: &str) -> String {
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", command])
        .current_dir(directory)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .expect("bash runs");
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8").split_whitespace().next().expect("a digest").to_owned()
}

/// Compares all three ways to a digest.
pub(crate) fn agree(root: &Utf8Path, source: &str, exclude: &[String], eol: bool) -> Hashed {
    let transform = Transform { line_feeds: eol, ..Transform::RAW };
    let hashed = hashed(root, source, exclude, transform);
    assert_eq!(format!("{}{}\n", lines(&hashed), hashed.digest), second(root, source, exclude, eol));
    assert_eq!(hashed.digest, Digest::of(lines(&hashed).as_bytes()));
    let directory = hashed.listing.base.strip_prefix(root).expect("below the root");
    let directory = if directory.as_str().is_empty() { "." } else { directory.as_str() };
    if let Reproduction::Command(command) = reproduction(&hashed, directory, transform) {
        assert_eq!(shell(root, &command), hashed.digest.to_string(), "{command}");
    } else {
        assert!(eol, "only options make a command impossible here");
    }
    hashed
}
