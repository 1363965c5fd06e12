//! Whether the sources of a release contain an object that its pods read.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use super::inputs::Inputs;
use super::mutation::{Changing, EMPTIED, Moved, Object, Reader, VALUES};
use super::rules::Case;
use super::subject::Subject;
use crate::plan::{Contents, SourceContents};
use crate::rendered::ObjectKind;
use crate::source::What;

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

/// How far the sources of the subject contain an object of `maker`.
pub(super) fn of(case: &mut Case<'_, '_>, maker: &Subject<'_>, (kind, name): (ObjectKind, &str)) -> Coverage {
    if let Some(source) = owner(case, maker, (kind, name)) {
        return Coverage::Full(source);
    }
    let Some((_, contents)) = case.subject.consumer else { return Coverage::Nothing };
    let sources = PathSources::of(case, contents);
    if sources.is_empty() {
        return Coverage::Nothing;
    }
    let inputs = Inputs::of(case.made.project.locations, case.rendering, maker.at);
    sources.contain(&inputs, &mut Object::of(case, maker, (kind, name)))
}

/// The text of a source of the subject that is an object of `maker`, or all of that release.
pub(super) fn owner(
    case: &Case<'_, '_>,
    maker: &Subject<'_>,
    (kind, name): (ObjectKind, &str),
) -> Option<String> {
    let (_, contents) = case.subject.consumer?;
    let owns = |source: &&SourceContents| {
        contents.consumer.producers_of(&source.source).contains(&maker.at)
            && match &source.source.what {
                What::Release(_) => true,
                What::Object(of, named) => *of == kind && named == name,
                What::Path(_) | What::Digest(_) => false,
            }
    };
    contents.sources.iter().find(owns).map(|source| source.source.text.clone())
}

/// The files of path sources, by the texts of those.
struct PathSources(Vec<(String, BTreeSet<Utf8PathBuf>)>);

impl PathSources {
    fn of(case: &Case<'_, '_>, contents: &Contents) -> Self {
        let mut found = Vec::new();
        for source in &contents.sources {
            let Some(job) = contents.consumer.job(&source.source) else { continue };
            let Some(Ok(hashed)) = case.made.hashed.get(&job) else { continue };
            let real = |name: &str| case.made.project.locations.real(&hashed.listing.path_of(name));
            let files = hashed.files.iter().map(|file| real(&file.name)).collect();
            found.push((source.source.text.clone(), files));
        }
        Self(found)
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, files)| files.is_empty())
    }

    /// How far they contain an object that is made of some inputs.
    fn contain(&self, inputs: &Inputs, object: &mut Object<'_, '_, '_, '_>) -> Coverage {
        let read: BTreeSet<Utf8PathBuf> = inputs.read.union(&inputs.data).cloned().collect();
        let of_release = Changing { changes: &VALUES, reader: Reader::Release };
        let of_state = Changing { changes: &VALUES, reader: Reader::State };
        let written = Changing { changes: &EMPTIED, reader: Reader::Release };
        let first =
            self.first(object, &read, of_release).or_else(|| self.first(object, &inputs.state, of_state));
        let in_values = || {
            // What is written into values alone: those files that matter have to be among the sources. One matters where the object
            // is another one without what it says.
            Some((self.first(object, &inputs.values, written)?, self.left_out(&inputs.values)))
        };
        let Some((source, values)) = first.map(|source| (source, Vec::new())).or_else(in_values) else {
            return Coverage::Nothing;
        };
        let mut moved = object.moved_by(&self.left_out(&read), of_release);
        moved.add(object.moved_by(&values, written));
        // Nobody knows of what the state reads whether it is for this release: it counts where it is seen to.
        let by_state = object.moved_by(&self.left_out(&inputs.state), of_state);
        moved.add(Moved { untold: Vec::new(), ..by_state });
        let Moved { seen, untold } = moved;
        match (seen.is_empty(), untold.is_empty()) {
            (true, true) => Coverage::Full(source),
            (true, false) => Coverage::Partial(Partial { source, left_out: untold, is_seen: false }),
            (false, _) => Coverage::Partial(Partial { source, left_out: seen, is_seen: true }),
        }
    }

    /// The first source with files that change an object. Where that cannot be told of files that are read for its release, they are
    /// taken to.
    fn first(
        &self,
        object: &mut Object<'_, '_, '_, '_>,
        files: &BTreeSet<Utf8PathBuf>,
        changing: Changing,
    ) -> Option<String> {
        let taken = changing.reader == Reader::Release;
        let own = |(_, own): &&(String, BTreeSet<Utf8PathBuf>)| {
            let some: Vec<Utf8PathBuf> = own.intersection(files).cloned().collect();
            !some.is_empty() && object.is_moved_by(&some, changing).unwrap_or(taken)
        };
        self.0.iter().find(own).map(|(text, _)| text.clone())
    }

    /// Those of some files that are in no source.
    fn left_out(&self, files: &BTreeSet<Utf8PathBuf>) -> Vec<Utf8PathBuf> {
        let is_out = |file: &&Utf8PathBuf| !self.0.iter().any(|(_, own)| own.contains(*file));
        files.iter().filter(is_out).cloned().collect()
    }
}
