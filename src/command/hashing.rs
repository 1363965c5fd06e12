//! Hashes all sources of a run, each once, and shows how far it is where somebody waits.

use std::io;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use camino::Utf8PathBuf;
use rayon::prelude::*;

use crate::checksum::{ChecksumError, Hashed, Key, Progress, Transform, hash_secret};
use crate::report::{Bytes, Stream};
use crate::source::{self, Shape};
use crate::tree::Tree;

/// How long hashing may take before a word about it, and how often the word changes then.
const PATIENCE: Duration = Duration::from_secs(1);
const REFRESH: Duration = Duration::from_millis(100);

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
pub(super) fn hash_all(tree: &dyn Tree, jobs: &[Job], watcher: &mut Stream) -> io::Result<Vec<Outcome>> {
    let progress = Progress::default();
    let run = || jobs.par_iter().map(|job| hash(tree, job, &progress)).collect();
    if !watcher.terminal {
        return Ok(run());
    }
    std::thread::scope(|scope| {
        let (done, waiting) = mpsc::channel();
        let work = scope.spawn(move || {
            let outcomes: Vec<Outcome> = run();
            // Nobody waits any more where the progress line could not be written.
            let _ = done.send(());
            outcomes
        });
        let mut shown = false;
        let mut pause = PATIENCE;
        while waiting.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            watcher.raw(line(&progress).as_bytes())?;
            shown = true;
            pause = REFRESH;
        }
        if shown {
            watcher.raw(CLEAR.as_bytes())?;
        }
        match work.join() {
            Ok(outcomes) => Ok(outcomes),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Back to the start of the line, and nothing on it.
const CLEAR: &str = "\r\u{1b}[K";

fn line(progress: &Progress) -> String {
    let files = progress.files.load(Ordering::Relaxed);
    let bytes = Bytes(progress.bytes.load(Ordering::Relaxed));
    format!("{CLEAR}hashing: {files} files, {bytes}")
}

fn hash(tree: &dyn Tree, job: &Job, progress: &Progress) -> Outcome {
    let listing = source::list(&source::Request {
        tree,
        root: Some(&job.root),
        stay_inside: job.stay_inside,
        directory: &job.directory,
        path: &job.path,
        exclude: &job.exclude,
    })?;
    debug_assert!(listing.shape != Shape::Missing || listing.files.is_empty());
    hash_secret(tree, listing, job.transform, job.key.as_ref(), progress)
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
            let outcomes = hash_all(&WorkTree, &jobs, &mut watcher).expect("a sink takes all");
            for (job, outcome) in jobs.iter().zip(outcomes) {
                assert_eq!(outcome.expect("is hashed").files[0].name, format!("./{}", job.path));
            }
        }
    }

    #[test]
    fn the_progress_line_replaces_itself() {
        let progress = Progress::default();
        progress.files.store(12, Ordering::Relaxed);
        progress.bytes.store(2048, Ordering::Relaxed);
        assert_eq!(line(&progress), "\r\u{1b}[Khashing: 12 files, 2.0 KiB");
    }
}
