//! The commits in which checksums moved, as committed targets tell them: past restarts, without a checkout.
//!
//! Only what the branch itself went through counts: a merge is one step of it, and what was tried on other branches is none.

mod commits;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

pub(crate) use step::{Effect, Step, StepSource};

use crate::cli::Since;
use crate::diagnostic::{Diagnostic, Secrets};
use crate::plan::Consumer;
use crate::program::GitError;
use crate::revision::{self, Repository};
use crate::targets::{Format, Recorded};
use commits::{Blobs, Touched};

/// How many commits are read at once, where only the newest are asked for.
const AT_ONCE: usize = 256;

/// What is asked of the past.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    /// The most commits that are told.
    pub(crate) most: Option<usize>,
    /// Commits older than this do not count.
    pub(crate) since: Option<Since>,
    /// Whether only the newest commit of each target is told.
    pub(crate) newest: bool,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    /// Its full hash, and a short one that is not that of another commit.
    pub(crate) hash: String,
    pub(crate) short: String,
    /// The day on which it was committed, `2026-12-24`, where its committer was.
    pub(crate) date: String,
    pub(crate) author: String,
    /// The first line of its message.
    pub(crate) subject: String,
}

/// What one commit did.
#[derive(Clone, Debug)]
pub(crate) struct Past {
    pub(crate) commit: Commit,
    /// By target, in the order of the releases.
    pub(crate) steps: Vec<Step>,
}

/// What the past of some releases is.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// Newest first.
    pub(crate) commits: Vec<Past>,
    /// Targets that no commit has, by release.
    pub(crate) uncommitted: Vec<(String, Utf8PathBuf)>,
    /// The hash of the commit at which this clone ends, where there are older ones that it does not have.
    pub(crate) ends_at: Option<String>,
}

impl History {
    /// The same without secrets.
    pub(crate) fn masked(mut self, secrets: &Secrets) -> Self {
        let mask = |text: &mut String| *text = secrets.mask(text).into_owned();
        for past in &mut self.commits {
            mask(&mut past.commit.author);
            mask(&mut past.commit.subject);
            past.steps.iter_mut().for_each(|step| step.each_name(mask));
        }
        self.uncommitted.iter_mut().for_each(|(release, _)| mask(release));
        self
    }
}

/// A target of one or more releases: environments may share one.
struct Watched<'c> {
    releases: Vec<String>,
    path: &'c Utf8Path,
    /// Its name in git, relative to the root.
    name: String,
    format: &'c Format,
}

/// Reads the past of the targets of these releases.
///
/// # Errors
///
/// Where git is missing or refuses, there is no repository, or a clone lacks what a commit has.
pub(crate) fn history<'c>(
    consumers: impl IntoIterator<Item = &'c Consumer>,
    question: &Question,
) -> Result<History, Diagnostic> {
    let mut by_root: BTreeMap<&Utf8Path, Vec<Watched<'_>>> = BTreeMap::new();
    for consumer in consumers.into_iter().filter(|consumer| consumer.selected) {
        let Some(path) = consumer.target_path() else { continue };
        let Ok(name) = path.strip_prefix(&consumer.root) else { continue };
        let watched = by_root.entry(&consumer.root).or_default();
        match watched.iter_mut().find(|known| known.path == path) {
            Some(known) if known.releases.contains(&consumer.id()) => {}
            Some(known) => known.releases.push(consumer.id()),
            None => watched.push(Watched {
                releases: vec![consumer.id()],
                path,
                name: name.to_string(),
                format: &consumer.format,
            }),
        }
    }
    let mut found = History::default();
    for (root, watched) in by_root {
        let first = found.commits.len();
        of_repository(root, &watched, question, &mut found)
            .and_then(|()| commits::shorten(root, &mut found.commits[first..]))
            .map_err(|error| problem(root, &error))?;
    }
    Ok(found)
}

fn problem(root: &Utf8Path, error: &GitError) -> Diagnostic {
    let hint = match error {
        GitError::Missing(_) => "install git: past checksums are those of commits",
        GitError::Broken(_) => "narrow it with a release, or `--since`",
        GitError::Refused(_) => {
            let last = Repository::around(root).and_then(|repository| revision::commit(&repository, "HEAD"));
            match last {
                Err(problem) => return problem,
                Ok(_) => "run it in a clone of the repository whose commits have the targets",
            }
        }
    };
    Diagnostic::error(format!("git in `{root}`: {error}")).hint(hint)
}

fn of_repository(
    root: &Utf8Path,
    watched: &[Watched<'_>],
    question: &Question,
    found: &mut History,
) -> Result<(), GitError> {
    let names: Vec<&str> = watched.iter().map(|one| one.name.as_str()).collect();
    let mut known = commits::committed(root, &names)?;
    let touching = commits::touching(root, &names, question.since.as_ref())?;
    known.extend(touching.iter().flat_map(|touched| &touched.changes).map(|change| change.name.clone()));
    for one in watched.iter().filter(|one| !known.contains(&one.name)) {
        let releases = one.releases.iter().cloned();
        found.uncommitted.extend(releases.map(|release| (release, one.path.to_owned())));
    }
    let most = question.most.unwrap_or(usize::MAX);
    let at_once = if question.most.is_some() || question.newest { AT_ONCE } else { usize::MAX };
    let positions: BTreeMap<&str, usize> =
        watched.iter().enumerate().map(|(index, one)| (one.name.as_str(), index)).collect();
    let mut told = 0;
    let mut done: BTreeSet<usize> = BTreeSet::new();
    for some in touching.chunks(at_once.min(touching.len().max(1))) {
        let wanted: BTreeSet<&str> = some.iter().flat_map(Touched::blobs).collect();
        let blobs = Blobs::read(root, &wanted)?;
        for touched in some {
            if told == most || done.len() == watched.len() {
                return Ok(());
            }
            if touched.is_boundary {
                found.ends_at = Some(touched.commit.hash.clone());
            }
            let mut steps = Vec::new();
            for change in &touched.changes {
                let index = positions.get(change.name.as_str()).filter(|index| !done.contains(index));
                let Some(index) = index else { continue };
                let one = &watched[*index];
                let recorded = |blob: &Option<String>| {
                    let recorded = Recorded::read(blobs.get(blob.as_deref()?)?);
                    recorded.ours.then_some(recorded)
                };
                let (before, after) = (recorded(&change.before), recorded(&change.after));
                // What was there before the first commit that this clone has is not known.
                if touched.is_boundary {
                    continue;
                }
                let step = step::between(before.as_ref(), after.as_ref(), one.format);
                steps.extend(step.map(|(effect, sources)| {
                    let releases = one.releases.clone();
                    let checksum = after.as_ref().and_then(|after| step::checksum(after, one.format));
                    (*index, Step { releases, target: one.path.to_owned(), effect, checksum, sources })
                }));
            }
            steps.sort_by_key(|(index, _)| *index);
            if question.newest {
                done.extend(steps.iter().map(|(index, _)| *index));
            }
            if !steps.is_empty() {
                let steps = steps.into_iter().map(|(_, step)| step).collect();
                found.commits.push(Past { commit: touched.commit.clone(), steps });
                told += 1;
            }
        }
    }
    Ok(())
}
