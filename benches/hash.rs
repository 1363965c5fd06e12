//! Listing and hashing, each by itself.

use std::path::Path;

use camino::Utf8Path;
use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use helmsum::internals::checksum::{Progress, Transform, hash_listing};
use helmsum::internals::source::{ListRequest, Listing, list};
use helmsum::internals::tree::WorkTree;

fn main() {
    divan::main();
}

/// Files of one size, forty to a directory.
fn tree(files: usize, size: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let line = b"key: value # some configuration, as it is written by people\n";
    let content: Vec<u8> = line.iter().copied().cycle().take(size).collect();
    for number in 0..files {
        let directory = folder.path().join(format!("{:03}", number / 40));
        fs_err::create_dir_all(&directory).expect("a directory");
        fs_err::write(directory.join(format!("{number:05}.yaml")), &content).expect("a file");
    }
    folder
}

fn listed(folder: &Path, exclude: &[String]) -> Listing {
    let directory = Utf8Path::from_path(folder).expect("UTF-8");
    let request = ListRequest {
        tree: &WorkTree,
        root: Some(directory),
        stay_inside: true,
        directory,
        path: ".",
        exclude,
    };
    list(&request).expect("it can be listed")
}

#[divan::bench(args = [200, 20_000], sample_count = 10)]
fn listing(bencher: Bencher, files: usize) {
    let folder = tree(files, 0);
    bencher.counter(ItemsCount::new(files)).bench(|| listed(folder.path(), &[]));
}

#[divan::bench(args = [200, 20_000], sample_count = 10)]
fn listing_with_exclusions(bencher: Bencher, files: usize) {
    let folder = tree(files, 0);
    let exclude = ["*.md", "docs/", "**/test/**", "!keep.md"].map(str::to_owned);
    bencher.counter(ItemsCount::new(files)).bench(|| listed(folder.path(), &exclude));
}

fn hashing(bencher: Bencher, files: usize, size: usize, transform: Transform) {
    let folder = tree(files, size);
    let listing = listed(folder.path(), &[]);
    bencher.counter(BytesCount::new(files * size)).bench(|| {
        hash_listing(&WorkTree, listing.clone(), transform, &Progress::default()).expect("it can be hashed")
    });
}

#[divan::bench(args = [200, 20_000], sample_count = 10)]
fn hashing_small_files(bencher: Bencher, files: usize) {
    hashing(bencher, files, 6 << 10, Transform::RAW);
}

#[divan::bench(sample_count = 10)]
fn hashing_large_files(bencher: Bencher) {
    hashing(bencher, 4, 60_000_000, Transform::RAW);
}

#[divan::bench(sample_count = 10)]
fn hashing_with_line_feeds(bencher: Bencher) {
    hashing(bencher, 1_000, 60 << 10, Transform { line_feeds: true, ..Transform::RAW });
}

#[divan::bench(sample_count = 10)]
fn hashing_data(bencher: Bencher) {
    hashing(bencher, 200, 6 << 10, Transform { yaml: true, ..Transform::RAW });
}
