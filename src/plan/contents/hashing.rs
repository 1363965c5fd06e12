//! Hashes all sources of a run, each once.

use camino::Utf8PathBuf;

use crate::checksum::{ChecksumError, Hashed, Key, LIGHT, Progress, Surroundings, Transform, hash_secret};
use crate::source::{self, Shape, Targets};
use crate::threads;
use crate::tree::Tree;

/// A path source to hash. Two that are equal are hashed once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Job {
    /// The root of the repository.
    pub(crate) root: Utf8PathBuf,
    /// Whether what is outside of the repository is left unread, since the finding about it is denied.
    pub(crate) stay_inside: bool,
    /// What `path` is relative to.
    pub(crate) directory: Utf8PathBuf,
    /// The path as declared.
    pub(crate) path: String,
    /// The patterns of `exclude=`.
    pub(crate) exclude: Vec<String>,
    /// What is hashed in place of the bytes.
    pub(crate) transform: Transform,
    /// The key, for a source of secrets.
    pub(crate) key: Option<Key>,
}

/// What a job gave. A missing path is not an error here: its listing says so.
pub(crate) type SourceOutcome = Result<Hashed, ChecksumError>;

/// Runs the jobs and returns their outcomes in the same order.
pub(crate) fn hash_all(
    tree: &dyn Tree,
    jobs: &[Job],
    targets: &Targets,
    progress: &Progress,
) -> Vec<SourceOutcome> {
    let one = |job| hash(tree, job, targets, progress);
    if jobs.iter().any(|job| job.transform.decrypt) {
        return threads::map(jobs.iter().collect(), one);
    }
    let weight = |outcome: &SourceOutcome| outcome.as_ref().map_or(0, |hashed| hashed.bytes);
    threads::map_light(jobs.iter().collect(), one, (LIGHT, weight))
}

fn hash(tree: &dyn Tree, job: &Job, targets: &Targets, progress: &Progress) -> SourceOutcome {
    let listing = source::list(&source::ListRequest {
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
        let outcomes = hash_all(&WorkTree, &jobs, &Targets::default(), &Progress::default());
        for (job, outcome) in jobs.iter().zip(outcomes) {
            assert_eq!(outcome.expect("is hashed").files[0].name, format!("./{}", job.path));
        }
    }
}
