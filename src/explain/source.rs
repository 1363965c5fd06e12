//! What there is to know about a source: what does not count in it and why, how its digest is computed by hand, and whether the release
//! that it belongs to is deployed first.

use camino::Utf8Path;

use crate::checksum::{Reproduction, Transform, reproduction};
use crate::plan::rules::missing_need::{Standing, producers_of_files, standing};
use crate::plan::rules::project::ReleaseCase;
use crate::plan::{Consumer, Made, SourceContents};
use crate::rendered::ObjectKind;
use crate::source::{Because, Fate, Fates, Left, LeftOut, ListRequest, Listing, ProducerName, Source, What};
use crate::text::{Place, relative};

/// What there is to know about a source, beside what every report has of it.
#[derive(Clone, Debug)]
pub(crate) struct OfSource {
    /// The names that do not count.
    pub(crate) left_out: Vec<Out>,
    pub(crate) by_hand: ByHand,
    /// The releases that it belongs to, as far as they are known.
    pub(crate) first: Vec<First>,
}

/// A name that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Out {
    /// Relative to the source; of a directory, nothing below it counts.
    pub(crate) name: String,
    pub(crate) why: OutWhy,
}

/// Why a name does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OutWhy {
    /// It is on the list of names that never count.
    Junk,
    /// This pattern of `exclude=`.
    Option(String),
    /// This line of a `.helmsumignore`.
    Line(String, Place),
    /// It is a target.
    Target,
    /// The glob does not find it.
    Unmatched,
}

/// How a digest is computed without helmsum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ByHand {
    /// With this line, in the working directory.
    Command(String),
    /// Not with one, for this reason.
    None(String),
}

/// Whether a release that a source belongs to is deployed before its consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct First {
    /// `namespace/name`, or `name`.
    pub(crate) producer: String,
    pub(crate) by: Order,
}

/// What puts a release before another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Order {
    /// It is the release itself.
    Itself,
    /// `needs:`.
    Needs,
    /// The order in which helmfile reads state files.
    Files,
    /// Nothing.
    Nothing,
}

/// What there is to know about a source of a consumer, which is `case` where it is a release.
pub(super) fn of_source(
    made: &Made<'_>,
    consumer: &Consumer,
    case: Option<&ReleaseCase<'_>>,
    contents: &SourceContents,
) -> OfSource {
    let source = &contents.source;
    let job = consumer.job(source);
    let is_keyed = job.as_ref().is_some_and(|job| job.key.is_some());
    let outcome = job.and_then(|job| made.hashed.get(&job).copied());
    let hashed = outcome.and_then(|outcome| outcome.as_ref().ok());
    let left_out = hashed.map(|hashed| left_out(made, source, &hashed.listing)).unwrap_or_default();
    let by_hand = match (hashed, &contents.read) {
        (_, None) => ByHand::None("it was not read".to_owned()),
        (Some(hashed), Some(_)) => {
            let directory = relative(&hashed.listing.base, &made.project.context.directory);
            // Without a key, the digest of a secret is that of any other file.
            let transform = Transform::of(&source.options);
            let transform = Transform { secret: transform.secret && is_keyed, ..transform };
            match reproduction(hashed, directory.as_str(), transform) {
                Reproduction::Command(command) => ByHand::Command(command),
                Reproduction::None(why) => ByHand::None(why),
            }
        }
        (None, Some(read)) => ByHand::None(without_files(source, read.producer.as_deref())),
    };
    let first = case.map(|case| first(case, contents)).unwrap_or_default();
    OfSource { left_out, by_hand, first }
}

/// Why no command gives the digest of a source that is not read from files.
fn without_files(source: &Source, producer: Option<&str>) -> String {
    let producer = producer.map(|id| format!(" for release `{id}`")).unwrap_or_default();
    match &source.what {
        What::Path(_) => "it was not read".to_owned(),
        What::Digest(_) => "it is the digest that is declared".to_owned(),
        What::Release(_) => format!(
            "it is what helm is given{producer}: chart, values and `set`, which are in no directory as they are hashed"
        ),
        What::Object(ObjectKind::Secret, _) => {
            format!("it is data of a Secret that helm renders{producer}, in no file as they are hashed")
        }
        What::Object(ObjectKind::ConfigMap, _) => {
            format!("it is data that helm renders{producer}, in no file as they are hashed")
        }
        What::Object(ObjectKind::Other, _) => {
            format!("it is a `spec` that helm renders{producer}, in no file as it is hashed")
        }
    }
}

fn left_out(made: &Made<'_>, source: &Source, listing: &Listing) -> Vec<Out> {
    if listing.left_out.is_empty() {
        return Vec::new();
    }
    let mut fates = fates(made, source, listing);
    let why = |left: &LeftOut| match left.why {
        Left::Junk => OutWhy::Junk,
        Left::Target => OutWhy::Target,
        Left::Excluded => match fates.of(&left.name) {
            Fate::LeftOut(_, because) => because.into(),
            // It has changed since it was listed.
            Fate::Counts | Fate::Unmatched => OutWhy::Unmatched,
        },
    };
    let whys: Vec<OutWhy> = listing.left_out.iter().map(why).collect();
    listing.left_out.iter().zip(whys).map(|(left, why)| Out { name: left.name.clone(), why }).collect()
}

/// What becomes of names in a path source.
pub(super) fn fates<'s>(made: &Made<'s>, source: &'s Source, listing: &'s Listing) -> Fates<'s> {
    let request = ListRequest {
        tree: &*made.project.reading.tree,
        root: None,
        stay_inside: false,
        directory: &source.directory,
        path: &source.text,
        exclude: &source.options.exclude,
    };
    Fates::new(&request, &listing.base, listing.glob.as_ref())
}

impl From<Because> for OutWhy {
    fn from(because: Because) -> Self {
        match because {
            Because::Junk => Self::Junk,
            Because::Option(pattern) => Self::Option(pattern),
            Because::Line(pattern, place) => Self::Line(pattern, place),
        }
    }
}

/// The releases that a source belongs to, each with what puts it first.
fn first(case: &ReleaseCase<'_>, contents: &SourceContents) -> Vec<First> {
    let named = contents.source.producer().cloned();
    let named = named.or_else(|| {
        let id = contents.read.as_ref()?.producer.as_deref()?;
        let (namespace, release) = id.rsplit_once('/').unwrap_or(("", id));
        Some(ProducerName { namespace: Some(namespace.to_owned()), release: release.to_owned() })
    });
    let producers = match named {
        Some(named) => vec![named],
        None if matches!(contents.source.what, What::Path(_)) => producers_of_files(case, contents),
        None => Vec::new(),
    };
    let one = |producer: ProducerName| {
        let standing = standing(case, &producer);
        let by = match standing {
            Standing::Itself => Order::Itself,
            Standing::Needed(_) => Order::Needs,
            Standing::Before => Order::Files,
            Standing::Later(_) | Standing::Beside(_) | Standing::After(..) => Order::Nothing,
            Standing::Nowhere => return None,
        };
        let producer = match standing {
            Standing::Needed(release) | Standing::Later(release) | Standing::Beside(release) => release.id(),
            _ => shown(&producer),
        };
        Some(First { producer, by })
    };
    producers.into_iter().filter_map(one).collect()
}

/// `namespace/name`, or `name` without a namespace.
pub(super) fn shown(producer: &ProducerName) -> String {
    match producer.namespace.as_deref() {
        None | Some("") => producer.release.clone(),
        Some(_) => producer.to_string(),
    }
}

/// The name of a path in a listing, where it is at or below what the names of that are relative to.
pub(super) fn name_in(listing: &Listing, path: &Utf8Path) -> Option<String> {
    let name = path.strip_prefix(&listing.base).ok()?;
    (!name.as_str().is_empty()).then(|| format!("./{name}"))
}
