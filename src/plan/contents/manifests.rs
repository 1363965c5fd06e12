//! What releases render as a whole, with the targets that are about to be written.

use std::rc::Rc;
use std::sync::Arc;

use camino::Utf8PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::kept::{Outcome, Pending, Rendered};
use super::rendering::{Answer, Given, OwnTarget, Rendering};
use crate::diagnostic::{Diagnostic, Refusal};
use crate::plan::facts::producers::{ReleaseAt, release};
use crate::plan::progress::Progress;
use crate::rendered::{self, Cluster, Origin, Producer, Templates, Templating};
use crate::state::Request;
use crate::threads;
use crate::tree::Overlay;
use crate::value::Map;

/// How many releases are prepared before they are rendered side by side: what helm is given for each of them is kept meanwhile.
pub(super) const AT_ONCE: usize = 32;

/// A rendering of a release.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    /// The release.
    pub(crate) at: ReleaseAt,
    /// What stands in the place of files, its target for one.
    pub(crate) files: Vec<(Utf8PathBuf, Vec<u8>)>,
    /// Values over all others.
    pub(crate) values: Option<Vec<u8>>,
    /// Whether the state is read again with these files.
    pub(crate) reads_state: bool,
    /// The cluster that answers what its templates look up; nothing where none does, as for `helm template`.
    pub(crate) cluster: Option<Cluster>,
}

impl Look {
    /// A release as it is about to be.
    pub(crate) const fn plain(at: ReleaseAt) -> Self {
        Self { at, files: Vec::new(), values: None, reads_state: false, cluster: None }
    }

    /// The same with other contents of files.
    #[must_use]
    pub(crate) fn with_files(self, files: Vec<(Utf8PathBuf, Vec<u8>)>) -> Self {
        Self { files, ..self }
    }

    /// The same with a state that is read with these files too.
    #[must_use]
    pub(crate) fn of_state(self) -> Self {
        Self { reads_state: true, ..self }
    }

    /// The same in a cluster where the release is installed.
    #[must_use]
    pub(crate) fn in_cluster(self, cluster: Cluster) -> Self {
        Self { cluster: Some(cluster), ..self }
    }
}

/// A rendering that is asked for.
struct Asked {
    templating: Templating,
    cluster: Option<Cluster>,
    /// What it gives, where that is known.
    known: Option<Rendered>,
}

impl Rendering<'_> {
    /// What releases render, in their order.
    pub(crate) fn manifests(&mut self, looks: &[Look], progress: &Progress) -> Vec<Answer<Rendered>> {
        self.kept.wait();
        progress.begin_rendering(looks.len());
        let mut answers = Vec::with_capacity(looks.len());
        for some in looks.chunks(AT_ONCE) {
            let calls: Vec<Answer<Asked>> = some.iter().map(|look| self.asked(look)).collect();
            let kept = &self.kept;
            let outcomes = threads::map(calls, |call| {
                let outcome = call.map(|Asked { templating, cluster, known }| match known {
                    Some(known) => Outcome::of_run(known),
                    None => kept.manifests(&kept.call(templating), cluster.as_ref()),
                });
                progress.rendered_one();
                outcome
            });
            for (look, outcome) in some.iter().zip(outcomes) {
                answers.push(outcome.and_then(|outcome| self.took(look.at, outcome)));
            }
        }
        answers
    }

    /// Something that is made of what helm prints for releases, in their order. What decides it beside that is in the text after each.
    pub(crate) fn of_each<T: Serialize + DeserializeOwned + Send>(
        &mut self,
        looks: &[(Look, String)],
        make: impl Fn(usize, &[u8]) -> T + Sync,
        progress: &Progress,
    ) -> Vec<Answer<T>> {
        self.kept.wait();
        progress.begin_rendering(looks.len());
        let mut answers = Vec::with_capacity(looks.len());
        let all: Vec<(usize, &(Look, String))> = looks.iter().enumerate().collect();
        for some in all.chunks(AT_ONCE) {
            let call = |(index, (look, title)): &(usize, &(Look, String))| {
                self.prepared(look).map(|templating| (*index, templating, title.clone()))
            };
            let calls: Vec<Answer<(usize, Templating, String)>> = some.iter().map(call).collect();
            let kept = &self.kept;
            let outcomes = threads::map(calls, |call| {
                let outcome = call.map(|(index, templating, title)| {
                    kept.of_one(&kept.call(templating), &title, |manifests| make(index, manifests))
                });
                progress.rendered_one();
                outcome
            });
            for ((_, (look, _)), outcome) in some.iter().zip(outcomes) {
                answers.push(outcome.and_then(|outcome| self.took(look.at, outcome)));
            }
        }
        answers
    }

    /// Reads what a release is given, so that it is known which files that takes.
    pub(crate) fn note_files(&mut self, at: ReleaseAt) {
        // Why it cannot be rendered is said where it has to be.
        let _ = self.prepared(&Look::plain(at));
    }

    /// Something that is made of what helm prints for a release with one thing and with another; `title` says what.
    pub(crate) fn of_both<T: Serialize + DeserializeOwned>(
        &mut self,
        looks: [&Look; 2],
        title: &str,
        make: impl FnOnce(&Templating, [&[u8]; 2]) -> T,
    ) -> Answer<T> {
        let [one, other] =
            [self.prepared(looks[0])?, self.prepared(looks[1])?].map(|one| self.kept.call(one));
        let outcome = self.kept.of_both([&one, &other], title, make);
        self.took(looks[0].at, outcome)
    }

    /// What helm prints for a release.
    ///
    /// # Errors
    ///
    /// Why that is not known.
    pub(crate) fn output(&mut self, look: &Look) -> Answer<Vec<u8>> {
        let templating = self.prepared(look)?;
        self.asked.insert(look.at);
        self.calls += 1;
        rendered::manifests(&templating)
    }

    /// The keys at which the chart of a release may take annotations.
    ///
    /// # Errors
    ///
    /// Why what helm is given for it is not known.
    pub(crate) fn annotation_keys(&mut self, at: ReleaseAt) -> Answer<Vec<Vec<String>>> {
        Ok(rendered::annotation_keys(&self.prepared(&Look::plain(at))?))
    }

    /// Takes note of what an answer took.
    pub(super) fn took<T>(&mut self, at: ReleaseAt, outcome: Outcome<T>) -> Answer<T> {
        self.asked.insert(at);
        self.calls += outcome.calls;
        self.known_before += usize::from(outcome.was_kept);
        self.keep(at, outcome.pending);
        outcome.answer
    }

    /// Keeps what is to be kept of a release.
    pub(super) fn keep(&self, at: ReleaseAt, pending: Vec<Pending>) {
        let secrets = &self.environment(at).request.secrets;
        self.kept.keep(pending, |text| secrets.is_in(text));
    }

    fn asked(&mut self, look: &Look) -> Answer<Asked> {
        let templating = self.prepared(look)?;
        let known = if look.cluster.is_none() { self.known(look.at, &templating) } else { None };
        Ok(Asked { templating, cluster: look.cluster.clone(), known })
    }

    /// What a release has rendered already for somebody's source, where helm would be called for it as it was then.
    pub(super) fn known(&self, at: ReleaseAt, templating: &Templating) -> Option<Rendered> {
        match self.rendered.get(&(at, OwnTarget::Computed)) {
            Some(Ok(source)) if source.call == templating.in_run() => Some(source.manifests.clone()),
            _ => None,
        }
    }

    pub(super) fn prepared(&mut self, look: &Look) -> Answer<Templating> {
        let mut tree = self.with_targets(look.at.environment);
        if !look.files.is_empty() {
            let mut others = Overlay::new(tree);
            look.files.iter().for_each(|(path, bytes)| others.insert(path, bytes.clone()));
            tree = Arc::new(others);
        }
        let templating = if look.reads_state {
            self.ask_of_tree(look.at, tree, rendered::templating)?
        } else {
            self.ask(look.at, &tree, rendered::templating)?.0
        };
        Ok(match &look.values {
            Some(values) => templating.with_values(values.clone()),
            None => templating,
        })
    }

    /// The values of a release that helm would get, each list with the file that it comes from, rendered once. Those that helm could
    /// not read are left out; there are none where they cannot be had.
    pub(crate) fn values(&self, at: ReleaseAt) -> Given {
        let known = self.values.borrow().get(&at).cloned();
        known.unwrap_or_else(|| {
            let values: Given = self.given(at).unwrap_or_default().into();
            self.values.borrow_mut().insert(at, Rc::clone(&values));
            values
        })
    }

    fn given(&self, at: ReleaseAt) -> Answer<Vec<(Origin, Map)>> {
        let environment = &self.environments[at.environment];
        let request = Request { tree: self.with_targets(at.environment), ..environment.request.clone() };
        let producer = Producer {
            request: &request,
            visit: &environment.resolved.visits[at.visit],
            release: release(&environment.resolved, at),
        };
        let given = rendered::values(&producer, &mut Templates::new(self.registry()))?;
        Ok(given.into_iter().filter_map(|given| Some((given.origin.clone(), given.data().ok()?))).collect())
    }
}

/// Whether a release is not rendered for want of something that can be brought here.
pub(crate) fn is_not_at_hand(problem: &Diagnostic) -> bool {
    problem.refusal() == Some(Refusal::RemoteChart)
}
