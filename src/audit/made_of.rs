//! The objects that are made of files.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::inputs::Inputs;
use super::mutation::{Change, Changing, EMPTIED, Reader, VALUES};
use crate::plan::Made;
use crate::plan::contents::kept::Rendered;
use crate::plan::contents::manifests::Look;
use crate::plan::contents::rendering::Rendering;
use crate::plan::facts::producers::ReleaseAt;
use crate::rendered::{Mark, ObjectKind};

/// What an object is called: its kind, its namespace, or that of its release, and its name.
pub(crate) type Called = (ObjectKind, String, String);

/// The objects in the cluster of a consumer that are others where these files are, whichever release makes them. `inputs` has what
/// releases are made of, as far as it was looked up before.
pub(crate) fn made_of(
    made: &Made<'_>,
    rendering: &mut Rendering<'_>,
    inputs: &mut BTreeMap<ReleaseAt, Inputs>,
    (consumer, files): (ReleaseAt, &BTreeSet<Utf8PathBuf>),
) -> Vec<Called> {
    let mut open: Vec<Maker> = Vec::new();
    for at in near(rendering, consumer) {
        let inputs = inputs.entry(at).or_insert_with(|| {
            rendering.note_files(at);
            Inputs::of(made.project.locations, rendering, at)
        });
        let read: BTreeSet<Utf8PathBuf> = inputs.read.union(&inputs.data).cloned().collect();
        for (of, changing) in [
            (&read, Changing { changes: &VALUES, reader: Reader::Release }),
            (&inputs.state, Changing { changes: &VALUES, reader: Reader::State }),
            (&inputs.values, Changing { changes: &EMPTIED, reader: Reader::Release }),
        ] {
            let files: Vec<Utf8PathBuf> = of.intersection(files).cloned().collect();
            if !files.is_empty() {
                open.push(Maker { at, files, changing });
            }
        }
    }
    let mut found = BTreeSet::new();
    let mut differing = Vec::new();
    let plain: Vec<Look> = open.iter().map(|maker| Look::plain(maker.at)).collect();
    let before = rendering.manifests(&plain, made.progress);
    let others = changed(made, rendering, &open);
    for ((maker, before), other) in open.iter().zip(before).zip(others) {
        // What cannot be rendered makes nothing that could be deployed.
        let Ok(before) = before else { continue };
        let before = by_name(&before);
        match other {
            Some(other) => {
                let other = by_name(&other);
                if before != other {
                    differing.push((Look::plain(maker.at), before, other));
                }
            }
            // Nobody knows what a file changes that is read for the release: it is taken to be all.
            None if maker.changing.reader == Reader::Release => found.extend(before.into_keys()),
            None => {}
        }
    }
    // What a chart makes up is another one each time.
    let looks: Vec<Look> = differing.iter().map(|(look, ..)| look.clone()).collect();
    let again = rendering.manifests(&looks, made.progress);
    for ((_, before, other), again) in differing.into_iter().zip(again) {
        let Ok(again) = again else { continue };
        let again = by_name(&again);
        let names: BTreeSet<&Called> = before.keys().chain(other.keys()).collect();
        let moved = names.into_iter().filter(|name| {
            let data = before.get(*name);
            data == again.get(*name) && data != other.get(*name)
        });
        found.extend(moved.cloned());
    }
    found.into_iter().collect()
}

/// A release that takes some of the files.
struct Maker {
    at: ReleaseAt,
    files: Vec<Utf8PathBuf>,
    changing: Changing,
}

/// The releases that are deployed to the cluster of a consumer, with that itself.
fn near(rendering: &Rendering<'_>, consumer: ReleaseAt) -> Vec<ReleaseAt> {
    let environment = rendering.environment(consumer);
    let context = &rendering.release(consumer).kube_context;
    let visits = environment.visited.iter().chain(&environment.aside);
    let all = visits.flat_map(|visited| {
        let at = move |release| ReleaseAt { release, visit: visited.index, ..consumer };
        visited.candidates.iter().map(move |candidate| at(candidate.index))
    });
    all.filter(|at| rendering.release(*at).kube_context == *context).collect()
}

/// What releases render where their files are others; nothing where no change of these can be rendered.
fn changed(made: &Made<'_>, rendering: &mut Rendering<'_>, makers: &[Maker]) -> Vec<Option<Rendered>> {
    let mut found: Vec<Option<Rendered>> = makers.iter().map(|_| None).collect();
    for number in 0..VALUES.len() {
        let mut asked = Vec::new();
        let mut looks = Vec::new();
        for (index, maker) in makers.iter().enumerate().filter(|(index, _)| found[*index].is_none()) {
            let Some(change) = maker.changing.changes.get(number) else { continue };
            let Some(contents) = maker.changed(*change, rendering) else { continue };
            let look = Look::plain(maker.at).with_files(contents);
            asked.push(index);
            looks.push(if maker.changing.reader == Reader::State { look.of_state() } else { look });
        }
        for (index, answer) in asked.into_iter().zip(rendering.manifests(&looks, made.progress)) {
            found[index] = answer.ok();
        }
    }
    found
}

impl Maker {
    /// Its files with other contents; nothing where one cannot be read.
    fn changed(&self, change: Change, rendering: &Rendering<'_>) -> Option<Vec<(Utf8PathBuf, Vec<u8>)>> {
        let tree = &*rendering.environment(self.at).request.tree;
        self.files.iter().map(|file| Some((file.clone(), change.of(&tree.read(file).ok()?)))).collect()
    }
}

/// The data of the objects of a release.
fn by_name(manifests: &Rendered) -> BTreeMap<Called, BTreeMap<String, Mark>> {
    let mut found: BTreeMap<Called, BTreeMap<String, Mark>> = BTreeMap::new();
    for object in &manifests.objects {
        let called = (object.kind, object.namespace.clone(), object.name.clone());
        let data = object.data.iter().map(|datum| (datum.name.clone(), datum.mark));
        found.entry(called).or_default().extend(data);
    }
    found
}
