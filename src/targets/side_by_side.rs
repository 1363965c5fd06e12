//! Many targets at once: almost all of the time that writing one takes is waiting for the disk.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Builder};

use camino::Utf8Path;

use super::error::TargetError;
use super::write::{Order, Writer};

/// How many targets are written at a time: as many as wait for the disk, whatever the number of processors.
const AT_A_TIME: usize = 16;

/// Writes targets side by side, those of one group one after the other, and tells of each what [`Writer::write`] tells.
#[must_use]
pub(crate) fn write_groups(groups: &[Vec<Order<'_>>]) -> Vec<Vec<Result<bool, TargetError>>> {
    let writer = Writer::default();
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(groups.iter().map(|_| Vec::new()).collect::<Vec<_>>());
    let work = || loop {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let Some(group) = groups.get(at) else { return };
        let outcome = group.iter().map(|order| writer.write(*order)).collect();
        outcomes.lock().unwrap_or_else(PoisonError::into_inner)[at] = outcome;
    };
    let most = if lie_in_each_other(groups) { 1 } else { AT_A_TIME.min(groups.len()) };
    thread::scope(|scope| {
        for _ in 1..most {
            // Where no more threads are to be had, those that there are do it.
            if Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
    outcomes.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Whether one target is a directory on the way to another, so that only the first of them can be written.
fn lie_in_each_other(groups: &[Vec<Order<'_>>]) -> bool {
    let paths: BTreeSet<&Utf8Path> = groups.iter().flatten().map(|order| order.path).collect();
    // A path comes right before those below it.
    paths.iter().zip(paths.iter().skip(1)).any(|(path, next)| next.starts_with(path))
}

#[cfg(test)]
mod tests {
    use camino::Utf8PathBuf;

    use super::*;

    #[test]
    fn each_target_is_written_or_refused_by_itself() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        let paths: Vec<Utf8PathBuf> =
            (0..100).map(|number| root.join(format!("{}/{number}.yaml", number % 7))).collect();
        fs_err::create_dir(root.join("3")).expect("a folder");
        fs_err::write(&paths[3], "somebody: else\n").expect("a file");
        let bytes: Vec<String> = (0..100).map(|number| format!("number: {number}\n")).collect();
        let order = |at: usize| Order { path: &paths[at], root, bytes: bytes[at].as_bytes(), force: false };
        let groups: Vec<Vec<Order<'_>>> = (0..100).map(|at| vec![order(at), order(at)]).collect();
        for (at, outcomes) in write_groups(&groups).into_iter().enumerate() {
            if at == 3 {
                let foreign = |outcome: &Result<bool, TargetError>| matches!(outcome, Err(TargetError::Foreign(path)) if *path == paths[3]);
                assert!(outcomes.len() == 2 && outcomes.iter().all(foreign), "{outcomes:?}");
                assert_eq!(fs_err::read_to_string(&paths[3]).expect("a file"), "somebody: else\n");
            } else {
                let written: Vec<bool> =
                    outcomes.into_iter().map(|outcome| outcome.expect("written")).collect();
                assert_eq!(written, [true, false], "{at}");
                assert_eq!(fs_err::read_to_string(&paths[at]).expect("a file"), bytes[at]);
            }
        }
        for number in 0..7 {
            let names = fs_err::read_dir(root.join(number.to_string())).expect("a folder");
            let drafts = names.filter(|entry| {
                let entry = entry.as_ref().expect("an entry");
                entry.file_name().to_string_lossy().starts_with(".helmsum-")
            });
            assert_eq!(drafts.count(), 0);
        }
    }

    #[test]
    fn a_target_in_the_place_of_a_directory_is_written_first_as_it_comes_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = Utf8Path::from_path(folder.path()).expect("UTF-8");
        let (above, below) = (root.join("a"), root.join("a/b.yaml"));
        let order = |path| vec![Order { path, root, bytes: b"a: 1\n", force: false }];
        let outcomes = write_groups(&[order(&above), order(&below)]);
        assert!(matches!(outcomes[0][..], [Ok(true)]) && matches!(outcomes[1][..], [Err(_)]), "{outcomes:?}");
    }
}
