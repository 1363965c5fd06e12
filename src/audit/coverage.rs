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
        return of_values(case, maker, (kind, name), &paths, &inputs);
    };
    let source = paths.source_of(first);
    let left_out: Vec<Utf8PathBuf> = left_out.into_iter().cloned().collect();
    if left_out.is_empty() {
        return Coverage::Full(source);
    }
    let changes = changes_of(maker, &left_out, changed);
    match changes.and_then(|changes| moving(case, maker, (kind, name), changes)) {
        Some(moving) if moving.is_empty() => Coverage::Full(source),
        Some(moving) => Coverage::Partial(Partial { source, left_out: moving, is_seen: true }),
        None => Coverage::Partial(Partial { source, left_out, is_seen: false }),
    }
}

/// How far path sources contain an object that is written into values alone: those of its values files that matter have to be among
/// them. One matters where the object is another one without what it says.
fn of_values(
    case: &mut Case<'_, '_>,
    maker: &Subject<'_>,
    object: (ObjectKind, &str),
    paths: &PathSources,
    inputs: &Inputs,
) -> Coverage {
    let (inside, left_out): (Vec<Utf8PathBuf>, Vec<Utf8PathBuf>) =
        inputs.values.iter().cloned().partition(|file| paths.files.contains(file));
    let Some(first) = inside.first() else { return Coverage::Nothing };
    let emptied = |_: &[u8]| Some(b"{}\n".to_vec());
    let matters =
        changes_of(maker, &inside, emptied).and_then(|changes| moving(case, maker, object, changes));
    let source = match &matters {
        Some(matters) => match matters.first() {
            Some(first) => paths.source_of(first),
            None => return Coverage::Nothing,
        },
        None => paths.source_of(first),
    };
    if left_out.is_empty() {
        return Coverage::Full(source);
    }
    match changes_of(maker, &left_out, emptied).and_then(|changes| moving(case, maker, object, changes)) {
        Some(moving) if moving.is_empty() => Coverage::Full(source),
        Some(moving) => Coverage::Partial(Partial { source, left_out: moving, is_seen: true }),
        None => Coverage::Partial(Partial { source, left_out, is_seen: false }),
    }
}

/// Files with other contents; nothing where one cannot be read or has no other content.
fn changes_of(
    maker: &Subject<'_>,
    files: &[Utf8PathBuf],
    change: impl Fn(&[u8]) -> Option<Vec<u8>>,
) -> Option<Vec<Change>> {
    let tree = &*maker.environment.request.tree;
    files.iter().map(|file| Some((file.clone(), change(&tree.read(file).ok()?)?))).collect()
}

/// The data of an object, by key.
type Data = Vec<(String, Vec<u8>)>;

/// A file with another content.
type Change = (Utf8PathBuf, Vec<u8>);

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
        let of_templates = case.rendering.files_read.get(&maker.at).into_iter().flatten().cloned();
        for file in of_templates.chain(of_set) {
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

/// Which of some changes of files change an object of a release. Nothing where that cannot be told.
fn moving(
    case: &mut Case<'_, '_>,
    maker: &Subject<'_>,
    (kind, name): (ObjectKind, &str),
    changes: Vec<Change>,
) -> Option<Vec<Utf8PathBuf>> {
    let data_of = |manifests: &crate::reference::Manifests| {
        let own = manifests.objects.iter().filter(|object| object.kind == kind && object.name == name);
        own.flat_map(|object| object.data.iter().map(shown)).collect::<Vec<_>>()
    };
    let before = data_of(maker.manifests.as_ref().ok()?);
    let files: Vec<Utf8PathBuf> = changes.iter().map(|(file, _)| file.clone()).collect();
    let progress = case.made.progress;
    let mut data_with = |looks: &[Look]| -> Option<Vec<Data>> {
        let answers = case.rendering.manifests(looks, progress);
        answers.iter().map(|answer| answer.as_ref().ok().map(data_of)).collect()
    };
    let all = Look::plain(maker.at).with_files(changes.clone());
    if data_with(&[all])?.first()? == &before {
        return Some(Vec::new());
    }
    if files.len() > MOST_MUTATIONS {
        return None;
    }
    let looks: Vec<Look> =
        changes.into_iter().map(|change| Look::plain(maker.at).with_files(vec![change])).collect();
    let each = data_with(&looks)?;
    let moving: Vec<Utf8PathBuf> =
        files.iter().zip(each).filter(|(_, data)| *data != before).map(|(file, _)| file.clone()).collect();
    // Only together they change it.
    Some(if moving.is_empty() { files } else { moving })
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
