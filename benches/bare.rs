//! How much of the time is `sha2` under rayon: the same files opened, read and hashed with nothing around it.
//!
//! `cargo bench --bench bare -- DIRECTORY ROUNDS` prints one line for each round, in microseconds: our listing, our hashing,
//! a bare walk with sorting, a bare loop. `benches/compare-hash` reads it. What comes second finds the files in the CPU's
//! caches, so a bare loop that nobody times goes before each of the two.

use std::cell::RefCell;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use camino::Utf8Path;
use helmsum::internals::checksum::{Progress, Transform, hash_listing};
use helmsum::internals::source::{ListRequest, list};
use helmsum::internals::tree::WorkTree;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; 128 * 1024]);
}

fn main() {
    // cargo adds `--bench` of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [directory, rounds] = arguments.as_slice() else { return };
    let rounds: usize = rounds.parse().expect("a number of rounds");
    let mut out = std::io::stdout().lock();
    for _ in 0..rounds {
        bare(Path::new(directory));
        let (listing, hashing, ours) = ours(Utf8Path::new(directory));
        bare(Path::new(directory));
        let (walking, bare, theirs) = bare(Path::new(directory));
        assert_eq!(ours, theirs, "both hash the same files");
        writeln!(out, "{listing} {hashing} {walking} {bare}").expect("somebody reads");
    }
}

fn ours(directory: &Utf8Path) -> (u128, u128, Vec<String>) {
    let start = Instant::now();
    let request =
        ListRequest { tree: &WorkTree, root: None, stay_inside: false, directory, path: ".", exclude: &[] };
    let listing = list(&request).expect("it can be listed");
    let listed = start.elapsed();
    let start = Instant::now();
    let hashed =
        hash_listing(&WorkTree, listing, Transform::RAW, &Progress::default()).expect("it can be hashed");
    let done = start.elapsed();
    let digests = hashed.files.iter().map(|file| file.digest.to_string()).collect();
    (listed.as_micros(), done.as_micros(), digests)
}

fn bare(directory: &Path) -> (u128, u128, Vec<String>) {
    let start = Instant::now();
    let mut files = Vec::new();
    walk(directory, &mut files);
    files.sort_unstable_by(|one, other| {
        one.as_os_str().as_encoded_bytes().cmp(other.as_os_str().as_encoded_bytes())
    });
    let walked = start.elapsed();
    let start = Instant::now();
    let digests: Vec<_> = files.par_iter().map(|path| hash(path)).collect();
    let done = start.elapsed();
    let digests = digests.iter().map(|digest| data_encoding::HEXLOWER.encode(digest)).collect();
    (walked.as_micros(), done.as_micros(), digests)
}

fn walk(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("a type").is_dir() {
            walk(&entry.path(), files);
        } else {
            files.push(entry.path());
        }
    }
}

fn hash(path: &Path) -> [u8; 32] {
    BUFFER.with_borrow_mut(|buffer| {
        let mut file = File::open(path).expect("a file");
        let mut hasher = Sha256::new();
        loop {
            match file.read(buffer).expect("it can be read") {
                0 => return hasher.finalize().into(),
                length => hasher.update(&buffer[..length]),
            }
        }
    })
}
