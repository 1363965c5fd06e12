//! Questions about producers that render their values: what doing so does beside answering, and what is left to chance.

use std::sync::Arc;

use camino::Utf8Path;

use super::{Answer, Rendering, Shaken};
use crate::diagnostic::Diagnostic;
use crate::plan::contents::chance::{Shaky, is_left_to_chance, left_to_chance, lineage};
use crate::plan::facts::environment::Environment;
use crate::plan::facts::producers::{ReleaseAt, release};
use crate::plan::rules::template_effects::doubts;
use crate::plan::rules::unstable_template::reads_target;
use crate::rendered::{Producer, Templates};
use crate::state::{self, Request, Resolved, Visit};
use crate::template::function::{Chance, Registry};
use crate::tree::Tree;

impl Rendering<'_> {
    /// Asks something about a producer that renders its values, and watches what that does.
    pub(in crate::plan::contents) fn ask<T>(
        &mut self,
        at: ReleaseAt,
        tree: &Arc<dyn Tree>,
        question: impl Fn(&Producer<'_>, &mut Templates<'_>) -> Answer<T>,
    ) -> Answer<(T, Shaken<T>)>
    where
        T: PartialEq,
    {
        let environments = self.environments;
        let Environment { request, resolved, changing, .. } = &environments[at.environment];
        let visit = &resolved.visits[at.visit];
        let producer = release(resolved, at);
        if self.unknown.contains(&at) {
            let problem =
                Diagnostic::error(format!("the checksum of release `{}` itself is not known", producer.id()));
            return Err(problem.hint("correct what is wrong with that one first"));
        }
        let request = Request { tree: Arc::clone(tree), ..request.clone() };
        let before = visit.values.deep_copy();
        let mut templates = Templates::new(&self.registry);
        let answer = question(&Producer { request: &request, visit, release: producer }, &mut templates);
        let mut effects = templates.effects;
        self.files_read.entry(at).or_default().extend(effects.files.keys().cloned());
        if !effects.programs.is_empty() {
            self.programs.entry(at).or_default().extend(effects.programs.clone());
        }
        let mut shaky = Vec::new();
        left_to_chance(&mut shaky, &effects);
        effects.unstable.clear();
        effects.unordered.clear();
        let of_values = !shaky.is_empty();
        // What the state has left to chance may reach the release through its values.
        let of_state: Vec<&Visit> = lineage(resolved, at).collect();
        for visit in &of_state {
            left_to_chance(&mut shaky, &visit.effects);
        }
        let is_of_state = of_state.iter().any(|visit| is_left_to_chance(&visit.effects));
        shaky.extend(doubts(&effects, visit, self.told).into_iter().map(Shaky::Doubt));
        let is_old = |file: &Utf8Path| {
            tree.is_on_disk(file) && tree.stat(file).is_ok_and(|stat| self.known.has(&**tree, file, &stat))
        };
        let old = effects.files.iter().filter(|(file, _)| is_old(file));
        shaky.extend(old.map(|(file, place)| Shaky::Doubt(reads_target(file, place))));
        let changed = changing.get(&at.visit).and_then(|files| files.first());
        if changed.is_some() || !before.deep_equal(&visit.values) {
            shaky.push(Shaky::Values(changed.cloned()));
        }
        let known = self.shaky.entry(at).or_default();
        for one in shaky {
            if !known.contains(&one) {
                known.push(one);
            }
        }
        let answer = answer?;
        if !of_values && !is_of_state {
            return Ok((answer, None));
        }
        let shaken = self.ask_of_chance(at, &request.tree, is_of_state, &question);
        Ok((answer, shaken.transpose()))
    }

    /// Asks once more with one chance and with another; nothing where the answers are the same.
    fn ask_of_chance<T: PartialEq>(
        &mut self,
        at: ReleaseAt,
        tree: &Arc<dyn Tree>,
        of_state: bool,
        question: &impl Fn(&Producer<'_>, &mut Templates<'_>) -> Answer<T>,
    ) -> Answer<Option<[T; 2]>> {
        let environments = self.environments;
        let environment = &environments[at.environment];
        let registry = &self.registry;
        let ask = |request: &Request, resolved: &Resolved, chance: Chance| {
            let request = Request { tree: Arc::clone(tree), chance, ..request.clone() };
            Reread { request: &request, resolved }.ask(registry, (environment, at), question).unwrap_or_else(
                |id| Err(Diagnostic::error(format!("whether there is a release `{id}` is left to chance"))),
            )
        };
        let chances = [Chance::Least, Chance::Greatest];
        let answers = if of_state {
            let read = self.shaken.entry(at.environment).or_insert_with(|| {
                chances.map(|chance| {
                    let request = Request { chance, ..environment.request.clone() };
                    let resolved = state::read(&request)?;
                    Ok((request, resolved))
                })
            });
            let [one, other] = read;
            [(one, chances[0]), (other, chances[1])].map(|(read, chance)| match read {
                Ok((request, resolved)) => ask(request, resolved, chance),
                Err(problem) => Err(problem.clone()),
            })
        } else {
            chances.map(|chance| ask(&environment.request, &environment.resolved, chance))
        };
        let [one, other] = answers;
        let (one, other) = (one?, other?);
        Ok((one != other).then_some([one, other]))
    }

    /// Asks about a producer as the state has it that is read from another tree.
    pub(in crate::plan::contents) fn ask_of_tree<T>(
        &self,
        at: ReleaseAt,
        tree: Arc<dyn Tree>,
        question: impl Fn(&Producer<'_>, &mut Templates<'_>) -> Answer<T>,
    ) -> Answer<T> {
        let environment = &self.environments[at.environment];
        let request = Request { tree, ..environment.request.clone() };
        let resolved = state::read(&request)?;
        Reread { request: &request, resolved: &resolved }
            .ask(&self.registry, (environment, at), question)
            .unwrap_or_else(|id| Err(Diagnostic::error(format!("there is no release `{id}` then"))))
    }
}

/// The state of an environment as it is read another time.
struct Reread<'r> {
    request: &'r Request,
    resolved: &'r Resolved,
}

impl Reread<'_> {
    /// Asks about a producer where it stands in this reading too; else its id.
    fn ask<T>(
        &self,
        registry: &Registry,
        (environment, at): (&Environment, ReleaseAt),
        question: impl Fn(&Producer<'_>, &mut Templates<'_>) -> Answer<T>,
    ) -> Result<Answer<T>, String> {
        let id = release(&environment.resolved, at).id();
        let visit = self.resolved.visits.get(at.visit);
        let found = visit.and_then(|visit| Some((visit, visit.releases.get(at.release)?)));
        let Some((visit, release)) = found.filter(|(_, release)| release.id() == id) else { return Err(id) };
        let producer = Producer { request: self.request, visit, release };
        Ok(question(&producer, &mut Templates::new(registry)))
    }
}
