//! The proof itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::inputs::{Change, Trial, trials};
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
use crate::rendered::{Mark, ObjectKind};
use crate::text::{counted, listed};
use crate::tree::{Overlay, Tree};

/// How many inputs a message names.
const NAMED: usize = 3;

/// How everything is looked at here.
const LOOKED: Looked<'static> =
    Looked { question: Question { renders: true, trusts_programs: true }, stand: Stand::Trial, tree: None };

/// Which workload, by the position of its release.
type Who = (usize, Identity);

/// Proves what the pods of the releases that are asked for read.
pub(crate) fn prove(made: Made<'_>, rendering: &mut Rendering<'_>) -> (Findings, Proof) {
    let side = Side::of(&made, rendering, LOOKED);
    let mut course = Course::of(&side, &made, rendering);
    let trials = course.trials(&made, rendering);
    let moving = course.moving(trials, &made, rendering);
    for (trial, change) in moving {
        course.try_out(&trial, &change, &made);
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

    /// The trials that move an object which somebody reads, or that are in a source, each with the change that does it.
    fn moving(
        &mut self,
        trials: Vec<Trial>,
        made: &Made<'_>,
        rendering: &mut Rendering<'_>,
    ) -> Vec<(Trial, Change)> {
        let stable = self.stable(made, rendering);
        let mut open: Vec<(Trial, Vec<Change>)> = Vec::new();
        for trial in trials {
            self.files.insert(trial.change.input.file.clone());
            self.changes += 1;
            let changes = std::iter::once(&trial.change).chain(&trial.instead).cloned().rev().collect();
            open.push((trial, changes));
        }
        let mut found: BTreeMap<usize, Change> = BTreeMap::new();
        let mut is_taken = BTreeSet::new();
        loop {
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
            if asked.is_empty() {
                break;
            }
            let answers = rendering.manifests(&looks, made.progress);
            for ((index, maker, change), answer) in asked.into_iter().zip(answers) {
                let Ok(other) = answer else { continue };
                is_taken.insert(index);
                let other = data_of(&other);
                let is_other = |(object, data): (&Object, &Data)| other.get(object) != Some(data);
                if stable.get(&maker).is_some_and(|before| before.iter().any(is_other)) {
                    found.entry(index).or_insert(change);
                }
            }
        }
        self.refused = open
            .iter()
            .enumerate()
            .filter(|(index, (trial, _))| !trial.makers.is_empty() && !is_taken.contains(index))
            .count();
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

    /// The objects that somebody reads, as far as they are the same each time they are rendered, by the position of the release that makes them.
    fn stable(
        &self,
        made: &Made<'_>,
        rendering: &mut Rendering<'_>,
    ) -> BTreeMap<usize, BTreeMap<Object, Data>> {
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

    /// Plans and renders everything with a change, and looks who is another one.
    fn try_out(&mut self, trial: &Trial, change: &Change, made: &Made<'_>) {
        let mut overlay = Overlay::new(Arc::clone(&made.project.reading.tree));
        overlay.insert(&change.input.file, change.content.clone());
        let tree: Arc<dyn Tree> = Arc::new(overlay);
        let reading = made.project.reading.over(tree);
        let (plan, other) =
            plan::make_and(made.project.context, &reading, made.progress, |made, rendering| {
                (Findings::default(), Side::of(&made, rendering, LOOKED))
            });
        if plan.sink.said().iter().any(Diagnostic::is_error) {
            self.refused += 1;
            return;
        }
        let mut moved_objects: BTreeMap<usize, BTreeSet<Identity>> = BTreeMap::new();
        let mut movers: BTreeSet<Who> = BTreeSet::new();
        for pair in pairs(self.side, &other) {
            let (Some(before), Some(after)) = (pair.base, pair.head) else { continue };
            let Some(index) = self.position(before.at).filter(|_| before.is_selected) else { continue };
            if let Moved::Pods(workloads) = moved(before, after) {
                movers.extend(workloads.into_iter().map(|one| (index, one.identity)));
            }
            let now: BTreeMap<_, &SideRead> = after.reads.iter().map(|read| (read.key(), read)).collect();
            for (number, read) in before.reads.iter().enumerate() {
                let is_other = now.get(&read.key()).is_some_and(|now| now.data != read.data);
                if !is_other || read.makers.is_empty() || self.is_accepted((index, number)) {
                    continue;
                }
                moved_objects.entry(index).or_default().insert(read.workload.clone());
                let reading = (index, number);
                if movers.contains(&(index, read.workload.clone())) {
                    *self.restarted.entry(reading).or_default() += 1;
                } else {
                    self.missed.entry(reading).or_default().push(change.input.clone());
                }
                if trial.declared_by.contains(&index) {
                    self.made_of.insert(index);
                }
            }
        }
        let is_any = !moved_objects.is_empty();
        for (index, workload) in movers {
            let reads_it = moved_objects.get(&index).is_some_and(|readers| readers.contains(&workload));
            let is_own = self.own.get(&index).is_none_or(|own| own.contains(&change.input.file));
            let is_declared = trial.declared_by.contains(&index);
            if !reads_it && !is_own && (is_any || is_declared) {
                let one = (change.input.clone(), is_declared && !is_any);
                self.surplus.entry((index, workload)).or_default().push(one);
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

type Object = (ObjectKind, String);
type Data = BTreeMap<String, Mark>;

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
