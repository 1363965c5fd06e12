//! What one release depends on of another one: declared, seen in what it renders, or both.

use crate::audit::{Reading, Verdict};
use crate::plan::facts::environment::Environment;
use crate::plan::facts::producers::{ReleaseAt, named, release};
use crate::plan::{Consumer, Contents};
use crate::reference::Identity;
use crate::source::{Source, What};

/// Something of a release that another one depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) producer: ReleaseAt,
    pub(crate) consumer: ReleaseAt,
    /// As a source names it: `secret:redis-auth`.
    pub(crate) object: String,
    /// Whether the consumer declares it.
    pub(crate) is_declared: bool,
    /// The workloads that read it, as far as they were seen.
    pub(crate) readers: Vec<Reader>,
}

/// A workload that reads an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reader {
    pub(crate) workload: Identity,
    /// `env TOKEN of container app`.
    pub(crate) how: String,
    pub(crate) effect: Effect,
    /// What there is to say about that.
    pub(crate) verdict: Verdict,
}

/// What a change does to those who depend on it; the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Effect {
    /// Pods have to restart, and nothing restarts them.
    Stays,
    /// A checksum restarts the pods.
    Restarts,
    /// Pods would have to restart, and somebody accepted that they do not.
    Accepted,
    /// No pod has to restart: it is read live, or something else sees to that.
    Live,
    /// It is only named, in an argument or a variable.
    Named,
    /// It is declared, and no pod was seen to read it.
    Declared,
}

impl Link {
    /// What a change of it does: the gravest of what it does to its readers.
    pub(crate) fn effect(&self) -> Effect {
        self.readers.iter().map(|reader| reader.effect).min().unwrap_or(Effect::Declared)
    }
}

/// What is declared.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    pub(crate) links: Vec<Link>,
    /// Sources that name no release, of consumers that need several.
    pub(crate) unnamed: Vec<String>,
    /// Sources that name a release which is not there, or is not deployed.
    pub(crate) unknown: Vec<String>,
}

/// What consumers declare.
pub(crate) fn declared(environments: &[Environment], consumers: &[Consumer]) -> Declared {
    let selected = consumers.iter().filter(|consumer| consumer.selected);
    let sources =
        selected.flat_map(|consumer| consumer.sources.iter().map(move |source| (consumer, source, None)));
    collected(environments, sources)
}

/// The same of consumers whose sources were read, so that it is known who makes what.
pub(crate) fn of_contents(environments: &[Environment], contents: &[Contents]) -> Declared {
    let selected = contents.iter().filter(|contents| contents.consumer.selected);
    let sources = selected.flat_map(|contents| {
        contents.sources.iter().map(move |source| {
            let producer = source.read.as_ref().and_then(|read| read.producer.as_deref());
            (&contents.consumer, &source.source, producer)
        })
    });
    collected(environments, sources)
}

/// The links that sources stand for, each with the release that was found to make it.
fn collected<'s>(
    environments: &[Environment],
    sources: impl Iterator<Item = (&'s Consumer, &'s Source, Option<&'s str>)>,
) -> Declared {
    let mut declared = Declared::default();
    for (consumer, source, found) in sources {
        let Some(at) = consumer.at else { continue };
        match producer(environments, (at, consumer), source, found) {
            Producer::Release(producer) if producer != at => declared.links.push(Link {
                producer,
                consumer: at,
                object: source.text.clone(),
                is_declared: true,
                readers: Vec::new(),
            }),
            Producer::Release(_) | Producer::Nobody => {}
            Producer::Unnamed => declared.unnamed.push(format!("`{}` of `{}`", source.text, consumer.id())),
            Producer::Unknown(name) => {
                declared.unknown.push(format!(
                    "`{}` of `{}`, which says `from={name}`",
                    source.text,
                    consumer.id()
                ));
            }
        }
    }
    declared
}

/// Whose a source is.
enum Producer {
    Release(ReleaseAt),
    /// It is no release's.
    Nobody,
    /// That of a release by this name, which is not deployed.
    Unknown(String),
    /// That of one of several.
    Unnamed,
}

fn producer(
    environments: &[Environment],
    (at, consumer): (ReleaseAt, &Consumer),
    source: &Source,
    found: Option<&str>,
) -> Producer {
    let resolved = &environments[at.environment].resolved;
    match (&source.what, source.producer(), consumer.producers_of(source)) {
        (What::Path(_) | What::Digest(_), Some(name), _) => {
            named(resolved, at, name).map_or_else(|_| Producer::Unknown(name.to_string()), Producer::Release)
        }
        (What::Release(_) | What::Object(..), _, [one]) => Producer::Release(*one),
        (What::Release(_) | What::Object(..), _, several @ [_, ..]) => {
            let own = several.iter().find(|one| Some(release(resolved, **one).id().as_str()) == found);
            own.map_or(Producer::Unnamed, |own| Producer::Release(*own))
        }
        _ => Producer::Nobody,
    }
}

/// What pods read of other releases.
pub(crate) fn read(readings: &[Reading]) -> Vec<Link> {
    let mut links = Vec::new();
    for reading in readings {
        let Some(effect) = effect(&reading.verdict) else { continue };
        for producer in &reading.made_by {
            links.push(Link {
                producer: *producer,
                consumer: reading.at,
                object: reading.object(),
                is_declared: false,
                readers: vec![Reader {
                    workload: reading.workload.clone(),
                    how: reading.how.clone(),
                    effect,
                    verdict: reading.verdict.clone(),
                }],
            });
        }
    }
    links
}

/// What a change does to a workload; nothing for what no other release makes.
const fn effect(verdict: &Verdict) -> Option<Effect> {
    match verdict {
        Verdict::Own | Verdict::Unmade => None,
        Verdict::Needless(_) => Some(Effect::Live),
        Verdict::Covered(_) => Some(Effect::Restarts),
        Verdict::Accepted(_) => Some(Effect::Accepted),
        Verdict::Named => Some(Effect::Named),
        Verdict::Controlled(_) | Verdict::Unbridged | Verdict::Partial | Verdict::Missed => {
            Some(Effect::Stays)
        }
    }
}
