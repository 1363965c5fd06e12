//! Whether the sources of a release contain an object that its pods read.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8PathBuf;

use super::mutation::changed;
use super::rules::Case;
use super::subject::Subject;
use crate::go::filepath::join_clean;
use crate::plan::contents::manifests::Look;
use crate::plan::{Contents, SourceContents};
use crate::reference::Manifests;
use crate::rendered::{Content, ObjectKind, Origin, Piece, Producer, chart_inputs};
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
    let object = (kind, name);
    let data: BTreeSet<&Utf8PathBuf> = inputs.read.iter().chain(&inputs.data).collect();
    let (inside, left_out) = paths.split(data);
    if let Some(first) = mattering(case, maker, object, (&inside, changed)) {
        let changes = changes_of(maker, &left_out, changed);
        return rest(case, maker, object, (paths.source_of(&first), left_out, changes));
    }
    // What is written into values alone: those files that matter have to be among the sources. One matters where the object is
    // another one without what it says.
    let (inside, values) = paths.split(inputs.values.iter());
    let emptied = |_: &[u8]| b"{}\n".to_vec();
    let Some(first) = mattering(case, maker, object, (&inside, emptied)) else { return Coverage::Nothing };
    let changes = changes_of(maker, &left_out, changed).and_then(|mut changes| {
        changes.extend(changes_of(maker, &values, emptied)?);
        Some(changes)
    });
    let left_out = left_out.into_iter().chain(values).collect();
    rest(case, maker, object, (paths.source_of(&first), left_out, changes))
}

/// The first of some files with which an object is another one where they change. Where that cannot be told, it is taken to be.
fn mattering(
    case: &mut Case<'_, '_>,
    maker: &Subject<'_>,
    object: (ObjectKind, &str),
    (files, change): (&[Utf8PathBuf], impl Fn(&[u8]) -> Vec<u8>),
) -> Option<Utf8PathBuf> {
    let first = files.first()?;
    match changes_of(maker, files, change).and_then(|changes| moving(case, maker, object, changes)) {
        Some(moving) => moving.into_iter().next(),
        None => Some(first.clone()),
    }
}

/// How far a source contains an object, by what it leaves out.
fn rest(
    case: &mut Case<'_, '_>,
    maker: &Subject<'_>,
    object: (ObjectKind, &str),
    (source, left_out, changes): (String, Vec<Utf8PathBuf>, Option<Vec<Change>>),
) -> Coverage {
    if left_out.is_empty() {
        return Coverage::Full(source);
    }
    match changes.and_then(|changes| moving(case, maker, object, changes)) {
        Some(moving) if moving.is_empty() => Coverage::Full(source),
        Some(moving) => Coverage::Partial(Partial { source, left_out: moving, is_seen: true }),
        None => Coverage::Partial(Partial { source, left_out, is_seen: false }),
    }
}

/// Files with other contents; nothing where one cannot be read.
fn changes_of(
    maker: &Subject<'_>,
    files: &[Utf8PathBuf],
    change: impl Fn(&[u8]) -> Vec<u8>,
) -> Option<Vec<Change>> {
    let tree = &*maker.environment.request.tree;
    files.iter().map(|file| Some((file.clone(), change(&tree.read(file).ok()?)))).collect()
}

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

    /// Those of some files that are in a source, and those that are in none.
    fn split<'f>(
        &self,
        files: impl IntoIterator<Item = &'f Utf8PathBuf>,
    ) -> (Vec<Utf8PathBuf>, Vec<Utf8PathBuf>) {
        files.into_iter().cloned().partition(|file| self.files.contains(file))
    }

    /// The source that a file is in.
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
        for (origin, _) in case.rendering.values(maker.at).iter() {
            if let Origin::File(file) = origin {
                inputs.values.insert(locations.real(file));
            }
        }
        let chart = chart_inputs(&maker.producer(&maker.environment.request));
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
            let file = locations.real(&file);
            let is_known = inputs.values.contains(&file)
                || inputs.data.contains(&file)
                || inputs.helm.contains(&file)
                || file == locations.real(&maker.visit.file);
            if !is_known {
                inputs.read.insert(file);
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
    let data_of = |manifests: &Manifests| -> Data {
        let own = manifests.objects.iter().filter(|object| object.kind == kind && object.name == name);
        own.flat_map(|object| object.data.iter().map(shown)).collect()
    };
    let before = data_of(maker.manifests.as_ref().ok()?);
    let files: Vec<Utf8PathBuf> = changes.iter().map(|(file, _)| file.clone()).collect();
    let progress = case.made.progress;
    let mut data_with = |looks: &[Look]| -> Option<Vec<Data>> {
        let answers = case.rendering.manifests(looks, progress);
        answers.iter().map(|answer| answer.as_ref().ok().map(data_of)).collect()
    };
    let look = |files: Vec<Change>| Look::plain(maker.at).with_files(files);
    let together = data_with(&[look(changes.clone())])?.pop()?;
    if together == before {
        return Some(Vec::new());
    }
    // What a chart makes up is another one each time.
    let again = data_with(&[look(Vec::new())])?.pop()?;
    let is_steady = |name: &String| before.get(name) == again.get(name);
    let differs = |data: &Data| {
        let names = before.keys().chain(data.keys()).filter(|name| is_steady(name));
        names.into_iter().any(|name| before.get(name) != data.get(name))
    };
    if !differs(&together) {
        return Some(Vec::new());
    }
    if files.len() > MOST_MUTATIONS {
        return None;
    }
    let looks: Vec<Look> = changes.into_iter().map(|change| look(vec![change])).collect();
    let each = data_with(&looks)?;
    let moving: Vec<Utf8PathBuf> =
        files.iter().zip(&each).filter(|(_, data)| differs(data)).map(|(file, _)| file.clone()).collect();
    // Only together they change it.
    Some(if moving.is_empty() { files } else { moving })
}

/// The pieces of an object by their names.
type Data = BTreeMap<String, Vec<u8>>;

fn shown(piece: &Piece) -> (String, Vec<u8>) {
    let bytes = match &piece.content {
        Content::Bytes(bytes) => bytes.clone(),
        Content::File(path) => path.as_str().as_bytes().to_vec(),
    };
    (piece.name.clone(), bytes)
}

impl Subject<'_> {
    /// The release as something that helm is given things for.
    pub(super) fn producer<'r>(&'r self, request: &'r Request) -> Producer<'r> {
        Producer { request, visit: self.visit, release: self.release }
    }
}
