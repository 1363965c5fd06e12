//! The fix of what a comparison found, as a patch.

use super::Context;
use crate::audit;
use crate::cli::ReleaseFilter;
use crate::diagnostic::Diagnostic;
use crate::diff::{Diff, WhoseObject};
use crate::init::{self, Asked, Verdict};
use crate::plan::{self, Progress, Reading};
use crate::report::Fix;

/// How many releases are wired. Each is rendered several times for it.
const MOST: usize = 5;

/// What `helmsum init` proposes for the releases that do not notice what others change; nothing where it has no edits for them, or these
/// would show a secret.
pub(super) fn of(diff: &Diff, context: &Context, reading: &Reading, progress: &Progress) -> Option<Fix> {
    let mut releases: Vec<&str> = Vec::new();
    for one in diff.unnoticed.iter().filter(|one| matches!(one.whose, WhoseObject::Others(_))) {
        if !releases.contains(&one.named.release.as_str()) {
            releases.push(&one.named.release);
        }
    }
    if releases.is_empty() {
        return None;
    }
    let mut own = reading.clone();
    own.options.release =
        releases.iter().take(MOST).map(|release| ReleaseFilter::from((*release).to_owned())).collect();
    let (plan, gaps) =
        plan::make_and(&context.plan, &own, progress, |made, rendering| audit::gaps(made, rendering, false));
    if plan.sink.said().iter().any(Diagnostic::is_error) {
        return None;
    }
    let asked = Asked {
        context: &context.plan,
        reading: &own,
        progress,
        via: None,
        paths: Vec::new(),
        hook_in: None,
    };
    let proposal = init::propose(&asked, &gaps);
    let wired = proposal.outcomes.iter().filter(|one| matches!(one.verdict, Verdict::Wired { .. }));
    let releases: Vec<String> = wired.map(|one| one.id.clone()).collect();
    let patch = init::patch(&proposal.draft, &proposal.root);
    let is_secret = reading.secrets.mask(&patch) != patch;
    (!releases.is_empty() && !patch.is_empty() && !is_secret).then_some(Fix { releases, patch })
}
