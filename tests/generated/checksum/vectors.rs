//! Digests that never change.

use helmsum::internals::checksum::{
    Digest, KeyFile, Progress, Reproduction, Surroundings, Transform, combination, combine, hash_listing,
    hash_pieces, reproduction,
};
use helmsum::internals::rendered::{Content, Piece};
use helmsum::internals::source::Targets;
use helmsum::internals::tree::WorkTree;
use serde::Deserialize;

use super::folder::{Folder, Item, agree, hashed, lines, listed, shell};

const VECTORS: &str = include_str!("../../vectors/checksum/version-1.json");

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

/// Something rendered, and what must come out for ever.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RenderedVector {
    why: String,
    pieces: Vec<(String, String)>,
    key: Option<String>,
    lines: Vec<String>,
    digest: String,
}

/// The lines and the digest that the second implementation gives.
fn second_opinion(case: &RenderedVector) -> Vec<String> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/checksum/pieces.py");
    let mut python = Command::new("python3");
    let mut child =
        python.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("Python is installed");
    let text = serde_json::json!({ "pieces": case.pieces, "key": case.key }).to_string();
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}

#[test]
fn digests_of_what_is_rendered_never_move() {
    let text = include_str!("../../vectors/checksum/rendered-1.json");
    let vectors: Vec<RenderedVector> = serde_json::from_str(text).expect("the vectors parse");
    assert!(vectors.len() >= 15);
    let folder = Folder::new(&[]);
    let bytes = |text: &str| data_encoding::BASE64.decode(text.as_bytes()).expect("base64");
    for case in vectors {
        let pieces: Vec<Piece> = case
            .pieces
            .iter()
            .map(|(name, content)| Piece {
                name: name.clone(),
                content: Content::Bytes(bytes(content)),
                secret: false,
            })
            .collect();
        let key = case.key.as_deref().map(|key| {
            let path = folder.root.join("key");
            fs_err::write(&path, bytes(key)).expect("a file");
            KeyFile::read(&path).expect("a key").key
        });
        let targets = Targets::default();
        let surroundings = Surroundings { key: key.as_ref(), targets: &targets };
        let hashed =
            hash_pieces(&WorkTree, &pieces, surroundings, &Progress::default()).expect("it can be hashed");
        let lines: Vec<String> =
            hashed.files.iter().map(|file| format!("{}  {}", file.digest, file.name)).collect();
        assert_eq!(lines, case.lines, "{}", case.why);
        assert_eq!(hashed.digest.to_string(), case.digest, "{}", case.why);
        let expected: Vec<String> = lines.into_iter().chain([case.digest.clone()]).collect();
        assert_eq!(second_opinion(&case), expected, "{}", case.why);
    }
}

#[test]
fn data_stands_in_the_place_of_yaml_and_json_files() {
    let deep = format!("{}{}", "[".repeat(1_000), "]".repeat(1_000));
    let file = |name: &str, text: &str| Item {
        name: name.to_owned(),
        text: Some(text.to_owned()),
        repeat: None,
        link: None,
    };
    let folder = Folder::new(&[
        file("src/a.yaml", "# a comment\r\nb: yes\r\na: [1, 0x10]\r\n---\r\n<x>"),
        file("src/b.json", "{ \"z\": 1.50,\n \"a\": null }"),
        file("src/c.yml", ""),
        file("src/d.txt", "# a comment\r\n"),
        file("src/deep.yaml", &deep),
    ]);
    let transform = Transform { line_feeds: true, yaml: true, ..Transform::RAW };
    let hashed = hashed(&folder.root, "src", &[], transform);
    let expected: String = [
        ("{\"a\":[1,~\"0x10\"],\"b\":~\"yes\"}\n\"<x>\"\n", "./a.yaml"),
        ("{\"a\":null,\"z\":~\"1.50\"}\n", "./b.json"),
        ("", "./c.yml"),
        ("# a comment\n", "./d.txt"),
        (&format!("{deep}\n"), "./deep.yaml"),
    ]
    .iter()
    .map(|(content, name)| [&Digest::of(content.as_bytes()).to_string(), "  ", name, "\n"].concat())
    .collect();
    assert_eq!(lines(&hashed), expected);
    assert_eq!(hashed.files[0].bytes, 43, "the size is that of the file");
    assert!(hashed.files.iter().all(|file| !file.notes.crlf));
    assert!(matches!(reproduction(&hashed, "src", transform), Reproduction::None(_)));

    fs_err::write(folder.root.join("src/b.json"), "a: 1\n?: [x\n").expect("it can be written");
    let listing = listed(&folder.root, "src", &[]);
    let error = hash_listing(&WorkTree, listing, transform, &Progress::default()).expect_err("no YAML");
    let place = error.diagnostic().place.clone().expect("a place");
    assert_eq!((place.file.file_name(), place.line), (Some("b.json"), Some(3)));
}
