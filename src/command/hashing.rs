//! Hashes all sources of a run, each once, and shows how far it is where somebody waits.

use std::io;
use std::sync::atomic::Ordering;

use camino::Utf8PathBuf;
use rayon::prelude::*;

use super::waiting::watched;
use crate::checksum::{ChecksumError, Hashed, Key, Progress, Surroundings, Transform, hash_secret};
use crate::report::{Bytes, Stream};
use crate::source::{self, Shape, Targets};
use crate::tree::Tree;

/// A path source to hash. Two that are equal are hashed once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Job {
    /// The root of the repository.
    pub(super) root: Utf8PathBuf,
    /// Whether what lies outside of the repository is left unread, since the finding about it is denied.
    pub(super) stay_inside: bool,
    /// What `path` is relative to.
    pub(super) directory: Utf8PathBuf,
    /// The path as declared.
    pub(super) path: String,
    /// The patterns of `exclude=`.
    pub(super) exclude: Vec<String>,
    /// What is hashed in place of the bytes.
    pub(super) transform: Transform,
    /// The key, for a source of secrets.
    pub(super) key: Option<Key>,
}

/// What a job gave. A missing path is no error here: its listing says so.
pub(super) type Outcome = Result<Hashed, ChecksumError>;

/// Runs the jobs and returns their outcomes in the same order.
///
/// # Errors
///
/// Where the progress line cannot be written.
pub(super) fn hash_all(
    tree: &dyn Tree,
    jobs: &[Job],
    targets: &Targets,
    watcher: &mut Stream,
) -> io::Result<Vec<Outcome>> {
    let progress = Progress::default();
    let run = || jobs.par_iter().map(|job| hash(tree, job, targets, &progress)).collect();
    watched(watcher, || line(&progress), run)
}

fn line(progress: &Progress) -> String {
    let files = progress.files.load(Ordering::Relaxed);
    let bytes = Bytes(progress.bytes.load(Ordering::Relaxed));
    format!("hashing: {files} files, {bytes}")
}

fn hash(tree: &dyn Tree, job: &Job, targets: &Targets, progress: &Progress) -> Outcome {
    let listing = source::list(&source::Request {
        tree,
        root: Some(&job.root),
        stay_inside: job.stay_inside,
        directory: &job.directory,
        path: &job.path,
        exclude: &job.exclude,
    })?;
    debug_assert!(listing.shape != Shape::Missing || listing.files.is_empty());
    let surroundings = Surroundings { key: job.key.as_ref(), targets };
    hash_secret(tree, listing, job.transform, surroundings, progress)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::WorkTree;

    #[test]
    fn outcomes_come_in_the_order_of_the_jobs() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root: Utf8PathBuf = folder.path().to_path_buf().try_into().expect("UTF-8");
        let jobs: Vec<Job> = (0..50)
            .map(|number| {
                let name = format!("{number}");
                fs_err::write(root.join(&name), &name).expect("a file");
                Job {
                    root: root.clone(),
                    stay_inside: true,
                    directory: root.clone(),
                    path: name,
                    exclude: Vec::new(),
                    transform: Transform::RAW,
                    key: None,
                }
            })
            .collect();
        for terminal in [false, true] {
            let mut watcher = Stream::plain(io::sink());
            watcher.terminal = terminal;
            let outcomes =
                hash_all(&WorkTree, &jobs, &Targets::default(), &mut watcher).expect("a sink takes all");
            for (job, outcome) in jobs.iter().zip(outcomes) {
                assert_eq!(outcome.expect("is hashed").files[0].name, format!("./{}", job.path));
            }
        }
    }

    #[test]
    fn the_progress_line_counts_files_and_bytes() {
        let progress = Progress::default();
        progress.files.store(12, Ordering::Relaxed);
        progress.bytes.store(2048, Ordering::Relaxed);
        assert_eq!(line(&progress), "hashing: 12 files, 2.0 KiB");
    }
}
