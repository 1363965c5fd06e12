//! Whether the sources of a release contain an object that its pods read.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use super::mutation::changed;
use super::rules::Case;
use super::subject::Subject;
use crate::go::filepath::join_clean;
use crate::plan::contents::manifests::Look;
use crate::plan::{Contents, SourceContents};
use crate::rendered::{Content, ObjectKind, Origin, Piece};
use crate::source::What;
use crate::state::Request;
use crate::value::Value;

/// How far the sources of a release contain an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Coverage {
    /// Every change of it moves the checksum, by the source of this text.
    Full(String),
    /// Only some of the files that it is made of.
    Partial(Partial),
    /// Not at all.
    Nothing,
}

/// What path sources leave out of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Partial {
    /// The first source that has some of the files.
    pub(super) source: String,
    /// The files that are in none, absolute.
    pub(super) left_out: Vec<Utf8PathBuf>,
    /// Whether each of them was seen to change the object.
    pub(super) is_seen: bool,
}

/// How many files are changed one by one to see what depends on them.
const MOST_MUTATIONS: usize = 16;

/// How far the sources of the subject contain an object of `maker`.
pub(super) fn of(case: &mut Case<'_, '_>, maker: &Subject<'_>, (kind, name): (ObjectKind, &str)) -> Coverage {
    let Some((_, contents)) = case.subject.consumer else { return Coverage::Nothing };
    let owns = |source: &&SourceContents| {
        contents.consumer.producers_of(&source.source).contains(&maker.at)
            && match &source.source.what {
                What::Release(_) => true,
                What::Object(of, named) => *of == kind && named == name,
                What::Path(_) | What::Digest(_) => false,
            }
    };
    if let Some(source) = contents.sources.iter().find(owns) {
        return Coverage::Full(source.source.text.clone());
    }
    let paths = PathSources::of(case, contents);
    if paths.files.is_empty() {
        return Coverage::Nothing;
    }
    let inputs = Inputs::of(case, maker);
    let data: BTreeSet<&Utf8PathBuf> = inputs.read.iter().chain(&inputs.data).collect();
    let (inside, left_out): (Vec<&Utf8PathBuf>, Vec<&Utf8PathBuf>) =
        data.into_iter().partition(|file| paths.files.contains(*file));
    let Some(first) = inside.first() else {
        // What is written into values and templates alone.
        let all = || inputs.helm.iter().chain(&inputs.values);
        let whole = all().next().is_some() && all().all(|file| paths.files.contains(file));
        return if whole { Coverage::Full(paths.first.clone()) } else { Coverage::Nothing };
    };
    let source = paths.source_of(first);
    let left_out: Vec<Utf8PathBuf> = left_out.into_iter().cloned().collect();
    if left_out.is_empty() {
        return Coverage::Full(source);
    }
    match moving(case, maker, (kind, name), &left_out) {
        Some(moving) if moving.is_empty() => Coverage::Full(source),
        Some(moving) => Coverage::Partial(Partial { source, left_out: moving, is_seen: true }),
        None => Coverage::Partial(Partial { source, left_out, is_seen: false }),
    }
}

/// The files of path sources.
struct PathSources {
    files: BTreeSet<Utf8PathBuf>,
    by_source: Vec<(String, BTreeSet<Utf8PathBuf>)>,
    first: String,
}

impl PathSources {
    fn of(case: &Case<'_, '_>, contents: &Contents) -> Self {
        let mut by_source = Vec::new();
        for source in &contents.sources {
            let Some(job) = contents.consumer.job(&source.source) else { continue };
            let Some(Ok(hashed)) = case.made.hashed.get(&job) else { continue };
            let real = |name: &str| case.made.project.locations.real(&hashed.listing.path_of(name));
            let files = hashed.files.iter().map(|file| real(&file.name)).collect();
            by_source.push((source.source.text.clone(), files));
        }
        let files = by_source.iter().flat_map(|(_, files): &(_, BTreeSet<_>)| files).cloned().collect();
        let first = by_source.first().map(|(text, _)| text.clone()).unwrap_or_default();
        Self { files, by_source, first }
    }

    fn source_of(&self, file: &Utf8PathBuf) -> String {
        let own = self.by_source.iter().find(|(_, files)| files.contains(file));
        own.map_or_else(|| self.first.clone(), |(text, _)| text.clone())
    }
}

/// The files that a release is made of, links resolved.
#[derive(Debug, Default)]
struct Inputs {
    /// What its templates and `set` read, outside of its chart and its values.
    read: BTreeSet<Utf8PathBuf>,
    /// What only templates of its chart can read.
    data: BTreeSet<Utf8PathBuf>,
    /// What helm reads of its chart by itself.
    helm: BTreeSet<Utf8PathBuf>,
    /// Its values files.
    values: BTreeSet<Utf8PathBuf>,
}

impl Inputs {
    fn of(case: &Case<'_, '_>, maker: &Subject<'_>) -> Self {
        let locations = case.made.project.locations;
        let mut inputs = Self::default();
        for (origin, _) in case.rendering.values(maker.at).unwrap_or_default() {
            if let Origin::File(file) = origin {
                inputs.values.insert(locations.real(&file));
            }
        }
        let chart = crate::rendered::chart_inputs(&maker.producer(&maker.environment.request));
        let chart = chart.ok().flatten().unwrap_or_default();
        inputs.data.extend(chart.data.iter().map(|file| locations.real(file)));
        inputs.helm.extend(chart.helm.iter().map(|file| locations.real(file)));
        let of_set = maker.release.set.iter().filter_map(|entry| match &entry.item {
            Value::Map(item) => Some(item.get("file")?.as_str()?.to_owned()),
            _ => None,
        });
        let of_set = of_set.map(|file| join_clean(&maker.visit.directory, &file));
        let read = case.rendering.files_read.get(&maker.at).into_iter().flatten().cloned();
        for file in read.chain(of_set) {
            let real = locations.real(&file);
            let is_known = inputs.values.contains(&real)
                || inputs.data.contains(&real)
                || inputs.helm.contains(&real)
                || real == locations.real(&maker.visit.file);
            if !is_known {
                inputs.read.insert(real);
            }
        }
        inputs
    }
}

/// Which of some files change an object of a release. Nothing where that cannot be told.
fn moving(
    case: &mut Case<'_, '_>,
    maker: &Subject<'_>,
    (kind, name): (ObjectKind, &str),
    files: &[Utf8PathBuf],
) -> Option<Vec<Utf8PathBuf>> {
    let tree = &*maker.environment.request.tree;
    let data_of = |manifests: &crate::reference::Manifests| {
        let own = manifests.objects.iter().filter(|object| object.kind == kind && object.name == name);
        own.flat_map(|object| object.data.iter().map(shown)).collect::<Vec<_>>()
    };
    let before = data_of(maker.manifests.as_ref().ok()?);
    let mut changes = Vec::with_capacity(files.len());
    for file in files {
        let mutated = changed(&tree.read(file).ok()?)?;
        changes.push((file.clone(), mutated));
    }
    let progress = case.made.progress;
    let mut data_with = |looks: &[Look]| -> Option<Vec<Vec<(String, Vec<u8>)>>> {
        let answers = case.rendering.manifests(looks, progress);
        answers.iter().map(|answer| answer.as_ref().ok().map(data_of)).collect()
    };
    let all = Look { at: maker.at, files: changes.clone() };
    if data_with(&[all])?.first()? == &before {
        return Some(Vec::new());
    }
    if files.len() > MOST_MUTATIONS {
        return None;
    }
    let looks: Vec<Look> =
        changes.into_iter().map(|change| Look { at: maker.at, files: vec![change] }).collect();
    let each = data_with(&looks)?;
    let moving: Vec<Utf8PathBuf> =
        files.iter().zip(each).filter(|(_, data)| *data != before).map(|(file, _)| file.clone()).collect();
    // Only together they change it.
    Some(if moving.is_empty() { files.to_vec() } else { moving })
}

fn shown(piece: &Piece) -> (String, Vec<u8>) {
    let bytes = match &piece.content {
        Content::Bytes(bytes) => bytes.clone(),
        Content::File(path) => path.as_str().as_bytes().to_vec(),
    };
    (piece.name.clone(), bytes)
}

impl Subject<'_> {
    /// The release as something that helm is given things for.
    pub(super) fn producer<'r>(&'r self, request: &'r Request) -> crate::rendered::Producer<'r> {
        crate::rendered::Producer { request, visit: self.visit, release: self.release }
    }
}
