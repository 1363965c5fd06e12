//! Digests that never change.

use helmsum::checksum::{Digest, combination, combine};
use serde::Deserialize;

use crate::folder::{Folder, Item, agree, lines, shell};

const VECTORS: &str = include_str!("../vectors/checksum/version-1.json");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    sources: Vec<SourceVector>,
    checksums: Vec<ChecksumVector>,
}

/// A source, its files, and what must come out for ever.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceVector {
    why: String,
    source: String,
    #[serde(default)]
    exclude: Vec<String>,
    #[serde(default)]
    eol: bool,
    tree: Vec<Item>,
    lines: Vec<String>,
    digest: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChecksumVector {
    why: String,
    sources: Vec<(String, String)>,
    checksum: String,
}

#[test]
fn version_one_never_moves() {
    let vectors: Vectors = serde_json::from_str(VECTORS).expect("the vectors parse");
    assert!(vectors.sources.len() >= 20);
    for case in vectors.sources {
        let folder = Folder::new(&case.tree);
        let hashed = agree(&folder.root, &case.source, &case.exclude, case.eol);
        let lines: Vec<String> = lines(&hashed).lines().map(str::to_owned).collect();
        assert_eq!(lines, case.lines, "{}", case.why);
        assert_eq!(hashed.digest.to_string(), case.digest, "{}", case.why);
    }
    for case in vectors.checksums {
        let mut sources: Vec<(&str, Digest)> = case
            .sources
            .iter()
            .map(|(label, digest)| (label.as_str(), digest.parse().expect("hex")))
            .collect();
        for _ in 0..sources.len() {
            sources.rotate_left(1);
            assert_eq!(combine(&sources).expect("a checksum").to_string(), case.checksum, "{}", case.why);
        }
        if sources.len() > 1 {
            assert_eq!(shell("/".into(), &combination(&sources)), case.checksum, "{}", case.why);
        }
    }
}
