//! Every vector was made by vals (`tests/tools/references`). What is read is read alike; what is refused gives nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;

use camino::Utf8Path;
use data_encoding::BASE64;
use serde::Deserialize;

use super::address::OTHERS;
use super::pattern::{Found, find};
use super::*;
use crate::diagnostic::{Refusal, Secrets};
use crate::tree::WorkTree;
use crate::value::print;
use crate::yaml::{self, Limits, Node};

#[derive(Debug, Deserialize)]
struct Written {
    files: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
    providers: Vec<String>,
    vectors: Vec<Vector>,
}

#[derive(Debug, Deserialize)]
struct Vector {
    values: Option<String>,
    set: Option<String>,
    #[serde(default)]
    strict: bool,
    output: Option<String>,
    base64: Option<String>,
}

/// What a vector gives: the text that helm gets, whether helmfile would refuse it too, or why helmsum refuses.
type Outcome = Result<Vec<u8>, Option<Refusal>>;

fn written() -> Written {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/references.json");
    let text = fs_err::read_to_string(path).expect("the vectors are there");
    serde_json::from_str(&text).expect("the vectors are JSON")
}

fn outcome(vector: &Vector, resolver: &Resolver<'_>) -> Outcome {
    if let Some(text) = &vector.set {
        let value = resolver.in_text(text.as_bytes()).map_err(|unresolved| unresolved.refusal)?;
        return print::display(&value).map_err(|error| Some(error.refusal()));
    }
    let text = vector.values.as_deref().unwrap_or_default();
    let node = yaml::parse(text.as_bytes(), &Limits::default()).map_err(|_| None)?.into_iter().next();
    let map = node.as_ref().map_or(Ok(None), Node::decode_map).map_err(|_| None)?.unwrap_or_default();
    resolver.in_map(&map).map_err(|unresolved| unresolved.refusal)?;
    Ok(yaml::encode(&map.into()).expect("it can be written").into_bytes())
}

#[test]
fn references_give_what_vals_gives() {
    let Written { files, variables, vectors, .. } = written();
    let folder = tempfile::tempdir().expect("a folder");
    let folder = Utf8Path::from_path(folder.path()).expect("UTF-8");
    for (name, text) in &files {
        let path = folder.join(name);
        fs_err::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs_err::write(path, text).expect("a file");
    }
    fs_err::write(folder.join("bytes.bin"), b"\xff\xfex").expect("a file");
    let strict = [("HELMFILE_VALS_FAIL_ON_MISSING_KEY_IN_MAP".to_owned(), " true".to_owned())];
    let strict = variables.clone().into_iter().chain(strict).collect();
    let (secrets, decrypted, directories) =
        (Secrets::default(), Decrypted::default(), Directories::default());
    let (mut equal, mut failed, mut refused, mut wrong) = (0, 0, BTreeMap::new(), Vec::new());
    let known = vectors.iter().map(|vector| (vector.strict, vector.set.as_ref(), vector.values.as_ref()));
    let known: std::collections::BTreeSet<_> = known.collect();
    for vector in &vectors {
        for as_strict in [false, true] {
            // Where strictness changes nothing, one vector is written for both.
            if as_strict != vector.strict
                && (vector.strict || known.contains(&(true, vector.set.as_ref(), vector.values.as_ref())))
            {
                continue;
            }
            let resolver = Resolver {
                tree: &WorkTree,
                directory: Some(folder),
                variables: if as_strict { &strict } else { &variables },
                programs: false,
                shows: false,
                secrets: &secrets,
                decrypted: &decrypted,
                directories: &directories,
                documents: RefCell::default(),
                files: RefCell::default(),
            };
            let theirs = match (&vector.output, &vector.base64) {
                (Some(text), _) => Some(text.clone().into_bytes()),
                (None, base64) => {
                    base64.as_ref().map(|text| BASE64.decode(text.as_bytes()).expect("base 64"))
                }
            };
            match (outcome(vector, &resolver), theirs) {
                (Ok(ours), Some(theirs)) if ours == theirs => equal += 1,
                (Err(None), None) => failed += 1,
                (Err(Some(refusal)), _) => *refused.entry(refusal).or_insert(0) += 1,
                (ours, theirs) => {
                    let shown = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
                    wrong.push(format!("{vector:?}: {:?}, not {:?}", ours.map(shown), theirs.map(shown)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
    // What is refused: escapes in fragments and AWS resources, references that give references, maps whose keys Go sorts by chance.
    let kinds: Vec<Refusal> = refused.keys().copied().collect();
    let expected = [Refusal::SecretReference, Refusal::AmbiguousCommand, Refusal::UnpredictableResult];
    assert_eq!(kinds, expected, "{refused:?}");
    assert!(equal > 1_600 && failed > 500, "{equal} equal, {failed} that vals refuses too, {refused:?}");
    assert!(refused.values().sum::<i32>() < 80, "{refused:?}");
}

#[test]
fn every_kind_that_vals_has_is_known() {
    let ours = OTHERS.iter().copied().chain(["echo", "envsubst", "file", "sops"]);
    let ours: std::collections::BTreeSet<&str> = ours.collect();
    assert_eq!(ours, written().providers.iter().map(String::as_str).collect());
}

#[test]
fn a_reference_ends_where_vals_ends_it() {
    for (text, whole, url) in [
        (&b"x ref+a://bc"[..], 2..12, 6..12),
        (b"secretref+a://bc+d", 0..17, 10..16),
        (b"ref+a://bc\",,+", 0..10, 4..10),
        (b"ref+a://\",b", 0..11, 4..11),
        (b"ref+a://\xff\xfe", 0..10, 4..10),
        ("ref+a://é\u{e9}x".as_bytes(), 0..13, 4..13),
    ] {
        assert_eq!(find(text), Some(Found { whole, url }), "{}", String::from_utf8_lossy(text));
    }
    for text in [
        &b"ref+a://b"[..],
        b"ref+a://\",",
        "ref+a://é".as_bytes(),
        b"ref+a://b,",
        b"ref+a:/bc",
        b"ref+a+://bc",
    ] {
        assert_eq!(find(text), None, "{}", String::from_utf8_lossy(text));
    }
}
