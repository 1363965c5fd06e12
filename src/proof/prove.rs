//! The proof itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::inputs::{Change, Object, Trial, of_templates, trials};
use super::outcome::{Input, Proof, Proved, Standing, Surplus};
use crate::audit::Inputs;
use crate::diagnostic::{Code, Diagnostic};
use crate::diff::{Looked, Moved, Question, Side, SideRead, SideRelease, Stand, fix, moved, pairs};
use crate::plan::contents::kept::Rendered;
use crate::plan::contents::manifests::Look;
use crate::plan::contents::rendering::{Answer, Rendering};
use crate::plan::facts::producers::ReleaseAt;
use crate::plan::rules::project::Findings;
use crate::plan::{self, Made};
use crate::reference::Identity;
use crate::rendered::Mark;
use crate::text::{counted, listed};
use crate::tree::{Overlay, Tree};

/// How many inputs a message names.
const NAMED: usize = 3;

/// How everything is looked at here.
const LOOKED: Looked<'static> =
    Looked { question: Question { renders: true, trusts_programs: true }, stand: Stand::Trial, read: None };

/// Which workload, by the position of its release.
type Who = (usize, Identity);

/// What is another one with a change.
#[derive(Debug, Default)]
struct Seen {
    /// Readings of which that is read.
    moved: Vec<(usize, usize)>,
    /// Who reads an object of which anything is.
    touched: BTreeSet<Who>,
    /// Pods that are.
    others: BTreeSet<Who>,
}

/// Proves what the pods of the releases that are asked for read.
pub(crate) fn prove(made: Made<'_>, rendering: &mut Rendering<'_>) -> (Findings, Proof) {
    let side = Side::of(&made, rendering, LOOKED);
    let mut course = Course::of(&side, &made, rendering);
    let trials = course.trials(&made, rendering);
    let moving = course.moving(trials, &made, rendering);
    made.progress.begin_moving(moving.len());
    for (trial, change) in moving {
        match course.seen(&change, &made) {
            Some(seen) => course.take(&trial, &change, &seen),
            None => course.refused += 1,
        }
        made.progress.tried_one();
    }
    course.finish(&made)
}

/// A proof that is under way.
struct Course<'s> {
    side: &'s Side,
    /// The readings that are to be proved, by the position of the release and of the reading.
    asked: Vec<(usize, usize)>,
    /// Files of path sources, by the position of the release that declares them.
    declared: BTreeMap<usize, BTreeSet<Utf8PathBuf>>,
    /// What each release that is asked for is made of.
    own: BTreeMap<usize, BTreeSet<Utf8PathBuf>>,
    restarted: BTreeMap<(usize, usize), usize>,
    missed: BTreeMap<(usize, usize), Vec<Input>>,
    surplus: BTreeMap<Who, Vec<(Input, bool)>>,
    /// Releases whose path sources contain what an object is made of that they read.
    made_of: BTreeSet<usize>,
    files: BTreeSet<Utf8PathBuf>,
    changes: usize,
    refused: usize,
}

impl<'s> Course<'s> {
    fn of(side: &'s Side, made: &Made<'_>, rendering: &mut Rendering<'_>) -> Self {
        let mut asked = Vec::new();
        let mut declared = BTreeMap::new();
        let mut own = BTreeMap::new();
        for (index, release) in side.releases.iter().enumerate().filter(|(_, release)| release.is_selected) {
            let read = release.reads.iter().enumerate().filter(|(_, read)| !read.makers.is_empty());
            asked.extend(read.map(|(number, _)| (index, number)));
            if release.rendered().is_some() {
                own.insert(index, Inputs::of(made.project.locations, rendering, release.at).all());
            }
            if let Some((consumer, _)) = &release.consumer {
                declared.insert(index, files_of(made, *consumer));
            }
        }
        Self {
            side,
            asked,
            declared,
            own,
            restarted: BTreeMap::new(),
            missed: BTreeMap::new(),
            surplus: BTreeMap::new(),
            made_of: BTreeSet::new(),
            files: BTreeSet::new(),
            changes: 0,
            refused: 0,
        }
    }

    fn read(&self, (release, number): (usize, usize)) -> &'s SideRead {
        &self.side.releases[release].reads[number]
    }

    fn is_accepted(&self, (release, number): (usize, usize)) -> bool {
        let (release, read) = (&self.side.releases[release], self.read((release, number)));
        let is_held = release.consumer().is_some_and(|consumer| consumer.hold.is_some());
        is_held || release.accepted.contains(&(read.kind, read.name.clone()))
    }

    fn trials(&self, made: &Made<'_>, rendering: &mut Rendering<'_>) -> Vec<Trial> {
        let makers: BTreeSet<usize> =
            self.asked.iter().flat_map(|reading| self.read(*reading).makers.iter().copied()).collect();
        trials(self.side, &makers, &self.declared, (made, rendering))
    }

    /// The trials that move an object which somebody reads, or that are in a source, each with the change that does it. An object that
    /// nothing moves is tried with the template that makes it.
    fn moving(
        &mut self,
        trials: Vec<Trial>,
        made: &Made<'_>,
        rendering: &mut Rendering<'_>,
    ) -> Vec<(Trial, Change)> {
        let mut still = self.stable(made, rendering);
        let all = still.clone();
        let mut moving = self.moved_by(trials, &all, &mut still, made, rendering);
        let templates = of_templates(self.side, &still, (made, rendering));
        let all = still.clone();
        moving.extend(self.moved_by(templates, &all, &mut still, made, rendering));
        moving
    }

    /// The trials that move one of these objects, or that are in a source. What moves is no longer `still`.
    fn moved_by(
        &mut self,
        trials: Vec<Trial>,
        objects: &Objects,
        still: &mut Objects,
        made: &Made<'_>,
        rendering: &mut Rendering<'_>,
    ) -> Vec<(Trial, Change)> {
        self.changes += trials.len();
        self.files.extend(trials.iter().map(|trial| trial.change.input.file.clone()));
        let with_changes = |trial: Trial| {
            let changes = std::iter::once(&trial.change).chain(&trial.instead).cloned().rev().collect();
            (trial, changes)
        };
        let mut open: Vec<(Trial, Vec<Change>)> = trials.into_iter().map(with_changes).collect();
        let mut found: BTreeMap<usize, Change> = BTreeMap::new();
        let mut is_taken = BTreeSet::new();
        loop {
            let (asked, looks) = self.next(&mut open, &found);
            if asked.is_empty() {
                break;
            }
            let changes: BTreeSet<usize> = asked.iter().map(|(index, ..)| *index).collect();
            made.progress.begin_changes(changes.len());
            let answers = rendering.manifests(&looks, made.progress);
            for ((index, maker, change), answer) in asked.into_iter().zip(answers) {
                let Ok(other) = answer else { continue };
                is_taken.insert(index);
                if change.settles {
                    open[index].1.clear();
                }
                let other = data_of(&other);
                // One that is gone is another matter: whoever reads it does not start.
                let is_other =
                    |object: &Object, data: &Data| other.get(object).is_some_and(|other| other != data);
                let Some(before) = objects.get(&maker) else { continue };
                if before.iter().any(|(object, data)| is_other(object, data)) {
                    found.entry(index).or_insert(change);
                    if let Some(still) = still.get_mut(&maker) {
                        still.retain(|object, data| !is_other(object, data));
                    }
                }
            }
        }
        let is_refused = |(index, (trial, _)): &(usize, &(Trial, Vec<Change>))| {
            !trial.makers.is_empty() && !is_taken.contains(index)
        };
        self.refused += open.iter().enumerate().filter(is_refused).count();
        let with_change = open.into_iter().enumerate().filter_map(|(index, (trial, _))| {
            let change = match found.remove(&index) {
                Some(change) => change,
                None if !trial.declared_by.is_empty() => trial.change.clone(),
                None => return None,
            };
            Some((trial, change))
        });
        with_change.collect()
    }

    /// The next change of each trial that is open: its position, a release that it is tried with, and how that is looked at.
    fn next(
        &self,
        open: &mut [(Trial, Vec<Change>)],
        found: &BTreeMap<usize, Change>,
    ) -> (Vec<(usize, usize, Change)>, Vec<Look>) {
        let mut asked = Vec::new();
        let mut looks = Vec::new();
        for (index, (trial, changes)) in open.iter_mut().enumerate() {
            if found.contains_key(&index) {
                continue;
            }
            let Some(change) = changes.pop() else { continue };
            for maker in &trial.makers {
                let file = (change.input.file.clone(), change.content.clone());
                let look = Look::plain(self.side.releases[*maker].at).with_files(vec![file]);
                looks.push(if trial.is_of_state { look.of_state() } else { look });
                asked.push((index, *maker, change.clone()));
            }
        }
        (asked, looks)
    }

    /// The objects that somebody reads, as far as they are the same each time they are rendered, by the position of the release that makes them.
    fn stable(&self, made: &Made<'_>, rendering: &mut Rendering<'_>) -> Objects {
        let mut read: BTreeMap<usize, BTreeSet<Object>> = BTreeMap::new();
        for reading in &self.asked {
            let one = self.read(*reading);
            for maker in &one.makers {
                read.entry(*maker).or_default().insert((one.kind, one.name.clone()));
            }
        }
        let looks: Vec<Look> = read.keys().map(|index| Look::plain(self.side.releases[*index].at)).collect();
        let again: Vec<Answer<Rendered>> = rendering.manifests(&looks, made.progress);
        let mut found = BTreeMap::new();
        for ((index, objects), again) in read.into_iter().zip(again) {
            let (Some(first), Ok(again)) = (self.side.releases[index].rendered(), again) else { continue };
            let (first, again) = (data_of(first), data_of(&again));
            let same = objects.into_iter().filter_map(|object| {
                let data = first.get(&object)?;
                (again.get(&object) == Some(data)).then(|| (object, data.clone()))
            });
            found.insert(index, same.collect());
        }
        found
    }

    /// Plans and renders everything with a change, and looks who is another one. Nothing where that cannot be done.
    fn seen(&self, change: &Change, made: &Made<'_>) -> Option<Seen> {
        let mut overlay = Overlay::new(Arc::clone(&made.project.reading.tree));
        overlay.insert(&change.input.file, change.content.clone());
        let tree: Arc<dyn Tree> = Arc::new(overlay);
        let reading = made.project.reading.over(tree);
        let (plan, other) =
            plan::make_and(made.project.context, &reading, made.progress, |made, rendering| {
                (Findings::default(), Side::of(&made, rendering, LOOKED))
            });
        if plan.sink.said().iter().any(Diagnostic::is_error) {
            return None;
        }
        let mut seen = Seen::default();
        for pair in pairs(self.side, &other) {
            let (Some(before), Some(after)) = (pair.base, pair.head) else { continue };
            let Some(index) = self.position(before.at).filter(|_| before.is_selected) else { continue };
            if let Moved::Pods(workloads) = moved(before, after) {
                seen.others.extend(workloads.into_iter().map(|one| (index, one.identity)));
            }
            let now: BTreeMap<_, &SideRead> = after.reads.iter().map(|read| (read.key(), read)).collect();
            for (number, read) in before.reads.iter().enumerate().filter(|(_, read)| !read.makers.is_empty())
            {
                let Some(now) = now.get(&read.key()).filter(|now| !now.data.is_empty()) else { continue };
                if now.data != read.data {
                    seen.touched.insert((index, read.workload.clone()));
                }
                if now.differs(read) {
                    seen.moved.push((index, number));
                }
            }
        }
        Some(seen)
    }

    /// Counts what was seen with a change.
    fn take(&mut self, trial: &Trial, change: &Change, seen: &Seen) {
        for reading in &seen.moved {
            if self.is_accepted(*reading) {
                continue;
            }
            let reader = (reading.0, self.read(*reading).workload.clone());
            if seen.others.contains(&reader) {
                *self.restarted.entry(*reading).or_default() += 1;
            } else {
                self.missed.entry(*reading).or_default().push(change.input.clone());
            }
            if trial.declared_by.contains(&reading.0) {
                self.made_of.insert(reading.0);
            }
        }
        for who in &seen.others {
            let is_own = self.own.get(&who.0).is_none_or(|own| own.contains(&change.input.file));
            let is_declared = trial.declared_by.contains(&who.0);
            // A source has all keys of an object.
            let is_any = !seen.touched.is_empty();
            if !seen.touched.contains(who) && !is_own && (is_any || is_declared) {
                let one = (change.input.clone(), is_declared && !is_any);
                self.surplus.entry(who.clone()).or_default().push(one);
            }
        }
    }

    fn position(&self, at: ReleaseAt) -> Option<usize> {
        self.side.releases.iter().position(|release| release.at == at)
    }

    /// What came of it, with what there is to say.
    fn finish(mut self, made: &Made<'_>) -> (Findings, Proof) {
        let mut proof = Proof {
            changes: self.changes,
            files: self.files.len(),
            refused: self.refused,
            ..Proof::default()
        };
        let mut findings = Findings::default();
        for reading in std::mem::take(&mut self.asked) {
            let proved = self.proved(reading);
            if let Standing::Missed(inputs, _) = &proved.standing {
                self.side.say(&proved.named, missed(&proved, inputs, made), made, &mut findings);
            }
            proof.readings.push(proved);
        }
        for ((index, workload), inputs) in std::mem::take(&mut self.surplus) {
            // Where nothing tells what a source is for, its files are what it is for.
            let is_known = self.made_of.contains(&index);
            let inputs: Vec<Input> =
                inputs.into_iter().filter(|(_, alone)| !alone || is_known).map(|(input, _)| input).collect();
            if inputs.is_empty() {
                continue;
            }
            let release = &self.side.releases[index];
            let surplus =
                Surplus { named: release.named.clone(), workload, inputs, place: release.place.clone() };
            self.side.say(&surplus.named, too_much(&surplus, made), made, &mut findings);
            proof.surplus.push(surplus);
        }
        (findings, proof)
    }

    fn proved(&self, reading: (usize, usize)) -> Proved {
        let release: &SideRelease = &self.side.releases[reading.0];
        let read = self.read(reading);
        let restarted = self.restarted.get(&reading).copied().unwrap_or_default();
        let standing = match self.missed.get(&reading) {
            _ if self.is_accepted(reading) => Standing::Accepted,
            Some(inputs) => Standing::Missed(inputs.clone(), restarted),
            None if restarted > 0 => Standing::Restarts(restarted),
            None => Standing::Still,
        };
        let makers: Vec<String> =
            read.makers.iter().map(|index| self.side.releases[*index].named.release.clone()).collect();
        let is_own = read.makers.contains(&reading.0);
        Proved {
            named: release.named.clone(),
            workload: read.workload.clone(),
            kind: read.shown_kind.name(),
            namespace: read.namespace.clone(),
            name: read.name.clone(),
            how: read.how.clone(),
            makers,
            is_own,
            level: read.need.level(),
            standing,
            place: release.place.clone(),
            fix: fix(release, read, is_own),
        }
    }
}

type Data = BTreeMap<String, Mark>;

/// Objects with their data, by the position of the release that makes them.
type Objects = BTreeMap<usize, BTreeMap<Object, Data>>;

fn data_of(manifests: &Rendered) -> BTreeMap<Object, Data> {
    let mut found: BTreeMap<Object, Data> = BTreeMap::new();
    for object in &manifests.objects {
        let data = object.data.iter().map(|datum| (datum.name.clone(), datum.mark));
        found.entry((object.kind, object.name.clone())).or_default().extend(data);
    }
    found
}

/// The files of the path sources of a consumer, links resolved.
fn files_of(made: &Made<'_>, consumer: usize) -> BTreeSet<Utf8PathBuf> {
    let contents = &made.project.consumers[consumer];
    let mut found = BTreeSet::new();
    for source in &contents.sources {
        let job = contents.consumer.job(&source.source);
        let hashed = job.and_then(|job| made.hashed.get(&job).and_then(|outcome| outcome.as_ref().ok()));
        if let Some(hashed) = hashed {
            let real = |name: &str| made.project.locations.real(&hashed.listing.path_of(name));
            found.extend(hashed.files.iter().map(|file| real(&file.name)));
        }
    }
    found
}

/// The inputs as a message names them.
fn named(inputs: &[Input], made: &Made<'_>) -> String {
    let one = |input: &Input| {
        let place = crate::text::Place { file: made.project.shown(&input.file), ..input.place() };
        if input.key.is_empty() { format!("`{place}`") } else { format!("`{}` ({place})", input.key) }
    };
    listed(&inputs.iter().map(one).collect::<Vec<_>>(), NAMED)
}

fn missed(proved: &Proved, inputs: &[Input], made: &Made<'_>) -> Diagnostic {
    let whose = if proved.is_own { "its own".to_owned() } else { listed(&proved.makers, NAMED) };
    let message = format!(
        "{} `{}` of release `{}` reads {} `{}` of {whose}, and does not restart where {} changes it ({})",
        proved.workload.kind,
        proved.workload.name,
        proved.named.release,
        proved.kind,
        proved.name,
        named(inputs, made),
        proved.how,
    );
    Diagnostic::finding(Code::UnprovedReference, message)
        .level(proved.level)
        .hint(proved.fix.clone())
        .or_at_known(proved.place.as_ref())
        .release(proved.named.release.clone())
}

fn too_much(surplus: &Surplus, made: &Made<'_>) -> Diagnostic {
    let message = format!(
        "{} `{}` of release `{}` restarts with {} of {}, and reads nothing that this changes",
        surplus.workload.kind,
        surplus.workload.name,
        surplus.named.release,
        counted(surplus.inputs.len(), "change"),
        named(&surplus.inputs, made),
    );
    Diagnostic::finding(Code::SurplusRestart, message)
        .hint("narrow the source, with `exclude=` for one, or the checksum to the pods that read it")
        .or_at_known(surplus.place.as_ref())
        .release(surplus.named.release.clone())
}
