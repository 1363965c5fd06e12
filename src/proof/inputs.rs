//! What the objects are made of that pods read, with the changes of it that are tried.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::leaves::{Leaf, leaves, lines};
use super::outcome::Input;
use crate::audit::{Inputs, changed, lines_changed};
use crate::diff::Side;
use crate::plan::Made;
use crate::plan::contents::rendering::Rendering;
use crate::rendered::ObjectKind;

/// How many lines of a file are changed one by one that is no plain YAML.
const MOST_LINES: usize = 400;

/// How many lines are changed one by one of a file that only templates read, where its last character moves nothing.
const FEW_LINES: usize = 24;

/// A change of a file.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) input: Input,
    pub(super) content: Vec<u8>,
    /// Whether nothing else of the file moves anything where this does not, and helm takes it.
    pub(super) settles: bool,
}

/// A part of a file that is changed.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    pub(super) change: Change,
    /// Other changes that are tried where this one moves nothing, or helm does not take it.
    pub(super) instead: Vec<Change>,
    /// The releases that it is an input of, by their positions.
    pub(super) makers: BTreeSet<usize>,
    /// Whether the state has to be read again for it.
    pub(super) is_of_state: bool,
    /// The releases whose path sources contain the file, by their positions.
    pub(super) declared_by: BTreeSet<usize>,
}

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// By helm, as values.
    Values,
    /// By templates, as it is.
    Content,
    /// By templates of the state.
    ContentOfState,
    /// As a state file, of which inline values count.
    State,
}

/// The trials for the objects of some releases, by their positions, in the order of the files. Each file of a source of `consumers` is one, too.
pub(super) fn trials(
    side: &Side,
    makers: &BTreeSet<usize>,
    consumers: &BTreeMap<usize, BTreeSet<Utf8PathBuf>>,
    (made, rendering): (&Made<'_>, &mut Rendering<'_>),
) -> Vec<Trial> {
    let mut files: BTreeMap<Utf8PathBuf, BTreeMap<Way, BTreeSet<usize>>> = BTreeMap::new();
    for index in makers {
        let release = &side.releases[*index];
        rendering.note_files(release.at);
        let inputs = Inputs::of(made.project.locations, rendering, release.at);
        let state = made.project.locations.real(&release.file);
        let mut add = |file: &Utf8PathBuf, way: Way| {
            files.entry(file.clone()).or_default().entry(way).or_default().insert(*index);
        };
        inputs.values.iter().for_each(|file| add(file, Way::Values));
        inputs.read.iter().chain(&inputs.data).for_each(|file| add(file, Way::Content));
        inputs.state.iter().for_each(|file| add(file, Way::ContentOfState));
        let is_values = |file: &&Utf8PathBuf| file.file_name() == Some("values.yaml");
        inputs.helm.iter().filter(is_values).for_each(|file| add(file, Way::Values));
        add(&state, Way::State);
    }
    for file in consumers.values().flatten() {
        files.entry(file.clone()).or_default();
    }
    let mut found = Vec::new();
    for (file, ways) in files {
        // What helmsum writes is nobody's input.
        if rendering.known.has_path(&file) {
            continue;
        }
        let Ok(source) = made.project.reading.tree.read(&file) else { continue };
        let declared_by: BTreeSet<usize> =
            consumers.iter().filter(|(_, files)| files.contains(&file)).map(|(index, _)| *index).collect();
        let of = |way: Way| ways.get(&way).cloned().unwrap_or_default();
        let is_content =
            ways.is_empty() || [Way::Content, Way::ContentOfState].iter().any(|way| ways.contains_key(way));
        if is_content {
            found.push(Trial {
                makers: &of(Way::Content) | &of(Way::ContentOfState),
                is_of_state: ways.contains_key(&Way::ContentOfState),
                declared_by: declared_by.clone(),
                ..of_content(&file, &source)
            });
        }
        for (way, is_of_state) in [(Way::Values, false), (Way::State, true)] {
            if let Some(makers) = ways.get(&way) {
                for leaf in scalars(&source, way) {
                    found.push(Trial {
                        change: of_leaf(&file, leaf),
                        instead: Vec::new(),
                        makers: makers.clone(),
                        is_of_state,
                        declared_by: declared_by.clone(),
                    });
                }
            }
        }
    }
    found
}

/// An object that a release makes.
pub(super) type Object = (ObjectKind, String);

/// Trials for objects that nothing else moves, by the position of the release that makes them: lines of the templates that they come from.
pub(super) fn of_templates<T>(
    side: &Side,
    objects: &BTreeMap<usize, BTreeMap<Object, T>>,
    (made, rendering): (&Made<'_>, &mut Rendering<'_>),
) -> Vec<Trial> {
    let mut files: BTreeMap<Utf8PathBuf, BTreeSet<usize>> = BTreeMap::new();
    for (index, objects) in objects {
        let release = &side.releases[*index];
        let made_here = release.rendered().into_iter().flat_map(|rendered| &rendered.objects);
        let made_here = made_here.filter(|one| objects.contains_key(&(one.kind, one.name.clone())));
        let sources: BTreeSet<&str> = made_here.filter_map(|one| one.source.as_deref()).collect();
        if sources.is_empty() {
            continue;
        }
        let of_chart = Inputs::of(made.project.locations, rendering, release.at).helm;
        for source in sources {
            // After the name of the chart; one of a dependency ends in the same way and is deeper.
            let Some((_, path)) = source.split_once('/') else { continue };
            let same = of_chart.iter().filter(|file| file.ends_with(path));
            if let Some(file) = same.min_by_key(|file| file.components().count()) {
                files.entry(file.clone()).or_default().insert(*index);
            }
        }
    }
    let of_file = |(file, makers): (Utf8PathBuf, BTreeSet<usize>)| {
        let source = made.project.reading.tree.read(&file).ok()?;
        let mut changes: Vec<Change> =
            lines(&source, FEW_LINES).into_iter().map(|leaf| of_leaf(&file, leaf)).collect();
        // What comes last is data, more often than not.
        changes.reverse();
        let instead = changes.split_off(1.min(changes.len()));
        let change = changes.pop()?;
        Some(Trial { change, instead, makers, is_of_state: false, declared_by: BTreeSet::new() })
    };
    files.into_iter().filter_map(of_file).collect()
}

/// A file that is changed as a whole: its last letter or digit, or else every line that ends in a value, or where helm does not take that, one of them.
fn of_content(file: &Utf8Path, source: &[u8]) -> Trial {
    let whole = Input { file: file.to_owned(), line: None, key: String::new() };
    let every = Change { input: whole.clone(), content: lines_changed(source), settles: true };
    let lines = lines(source, FEW_LINES).into_iter().map(|leaf| of_leaf(file, leaf));
    Trial {
        change: Change { input: whole, content: changed(source), settles: false },
        instead: std::iter::once(every).chain(lines).collect(),
        makers: BTreeSet::new(),
        is_of_state: false,
        declared_by: BTreeSet::new(),
    }
}

fn of_leaf(file: &Utf8Path, leaf: Leaf) -> Change {
    Change {
        input: Input { file: file.to_owned(), line: Some(leaf.line), key: leaf.key },
        content: leaf.changed,
        settles: false,
    }
}

/// The scalars of values; of a state file, those of values that stand in it.
fn scalars(source: &[u8], way: Way) -> Vec<Leaf> {
    let is_inline = |key: &str| key.starts_with("releases[") && key.contains("].values[");
    let found = match way {
        // An entry that is a file is not changed: there would be none.
        Way::State => leaves(source, Some(&|key: &str| is_inline(key) && !key.ends_with(']'))),
        _ => leaves(source, None),
    };
    if found.is_empty() && way != Way::State { lines(source, MOST_LINES) } else { found }
}
