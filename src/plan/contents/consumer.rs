//! From a declared consumer to what its target should contain.

use super::Finishing;
use super::change::changes;
use super::rendering::{Rendering, Wanted};
use super::source::{Read, SourceContents, Unread};
use crate::checksum::{Digest, HashedFile};
use crate::diagnostic::{Code, Diagnostic, Mistake};
use crate::plan::Context;
use crate::plan::contents::hashing::SourceOutcome;
use crate::plan::facts::consumer::{Consumer, object_of};
use crate::plan::history::committed;
use crate::plan::rules;
use crate::rendered::ObjectKind;
use crate::source::config::way_to_enlarge;
use crate::source::{KeyPath, ProducerName, Source, What};
use crate::targets::{Content, Object, Recorded, Section, TargetError, check_place, read};

/// A consumer with what its target should contain, and what it contains.
#[derive(Debug)]
pub(crate) struct Contents {
    /// The consumer as it is declared.
    pub consumer: Consumer,
    /// Its sources as they were read, in the order of their labels.
    pub sources: Vec<SourceContents>,
    /// What the target should contain; nothing where that is not known.
    pub content: Option<Content>,
    /// The checksum found in the target.
    pub recorded: Option<String>,
    /// How the target was found, before anything was written.
    pub status: Status,
    /// Whether another consumer wants other contents in the same target.
    pub(crate) conflicting: bool,
    /// Whether the target was written.
    pub written: bool,
    /// Whether there was no target, not even an empty one, before anything was written.
    pub(crate) is_absent: bool,
    found: Option<Recorded>,
    /// What it keeps although its sources have moved, where it waits.
    held: Option<Recorded>,
}

/// How a target was found, before anything was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// It contains what it should.
    Current,
    /// It keeps what it records, as `hold:` says, although its sources have moved.
    Held,
    /// Its values differ from what was computed.
    Stale,
    /// It does not exist, or is empty.
    Missing,
    /// The release lists no target.
    Unwired,
    /// The release needs none: `helmsum annotate` puts its checksums on pod templates.
    Annotated,
    /// helmsum did not write it, and does not overwrite it.
    Foreign,
    /// An error or a denied finding keeps it as it was.
    Denied,
}

impl Contents {
    /// Puts the hashed and rendered sources together. Those that have to be rendered have no digest without `rendering`.
    pub(crate) fn of(
        mut consumer: Consumer,
        finishing: Finishing<'_>,
        rendering: Option<(&Rendering<'_>, &[String; 2])>,
    ) -> Self {
        let found = found_target(&mut consumer, finishing);
        let mut contents = Self {
            is_absent: found.is_none(),
            held: None,
            found,
            sources: Vec::new(),
            content: None,
            recorded: None,
            status: Status::Denied,
            conflicting: false,
            written: false,
            consumer,
        };
        for source in std::mem::take(&mut contents.consumer.sources) {
            let outcome = contents.consumer.job(&source).and_then(|job| finishing.hashed.get(&job).copied());
            let read = match (&source.what, rendering) {
                (What::Path(_) | What::Digest(_), _) => contents.read_files(&source, outcome, finishing),
                (_, Some(rendering)) => match contents.read_rendered(&source, rendering, finishing) {
                    Ok(read) => Some(read),
                    Err(Unread::LeftOut) => continue,
                    Err(Unread::Failed) => None,
                },
                (_, None) => None,
            };
            contents.sources.push(SourceContents {
                label: source.label(),
                source,
                read,
                changed: Vec::new(),
            });
        }
        contents.sources.sort_by(|one, other| one.label.cmp(&other.label));
        if contents.sources.iter().all(|source| source.read.is_some()) {
            contents.content = contents.target_content();
        }
        contents.recorded = match (&contents.found, &contents.content) {
            // What is as it should be need not be read to know what it says.
            (Some(found), Some(content)) if found.is(content) => {
                content.checksum.map(|checksum| checksum.to_string())
            }
            (Some(found), _) => found.checksum(&contents.consumer.format),
            (None, _) => None,
        };
        if let Some(hold) = &contents.consumer.hold {
            let place = hold.place.clone();
            match contents.kept(finishing.context) {
                Ok(None) => {}
                Ok(Some((recorded, content))) => {
                    contents.held = Some(recorded);
                    contents.content = Some(content);
                }
                Err(problem) => {
                    contents.consumer.say(problem.or_at(place));
                    contents.content = None;
                }
            }
        }
        contents
    }

    /// What the target records, that on disk or else that of the last commit, where it stays in the place of what was computed. Nothing
    /// where that is the same, or is not known.
    fn kept(&self, surroundings: &Context) -> Result<Option<(Recorded, Content)>, Diagnostic> {
        let owner = &self.consumer.owner;
        if self.consumer.wiring.is_annotated {
            let message = format!(
                "{owner}: `hold` keeps what a target records, and `helmsum annotate` puts its checksums on pods without one"
            );
            return Err(Diagnostic::mistake(Mistake::ConfigValue, message)
                .hint("remove `hold`, or list a target among its values in the place of the post-renderer"));
        }
        let (Some(computed), Some(target)) = (&self.content, &self.consumer.target) else { return Ok(None) };
        if self.sources.is_empty() {
            return Ok(None);
        }
        let recorded = if let Some(found) = self.found.as_ref().filter(|found| !found.empty) {
            Some(found.clone()).filter(|found| !found.is_foreign())
        } else {
            let bytes = committed(&self.consumer.root, surroundings.revision.as_deref(), target).map_err(|error| {
                Diagnostic::error(format!("{owner}: git: {error}"))
                    .hint("the checksum that is held is looked for in the last commit, since the target does not exist")
            })?;
            bytes.map(|bytes| Recorded::read(&bytes)).filter(|found| found.ours)
        };
        if recorded.as_ref().is_some_and(|recorded| recorded.has_values_of(computed)) {
            return Ok(None);
        }
        let kept = recorded.and_then(|recorded| {
            let content = recorded.content(&self.consumer.format)?;
            Some((recorded, content))
        });
        kept.map(Some).ok_or_else(|| {
            let message = format!(
                "{owner}: `hold` has nothing to hold: neither its target nor the last commit records a checksum"
            );
            Diagnostic::mistake(Mistake::ConfigValue, message).hint(format!(
                "remove `hold`, run {} and commit the target; then a later change can be held",
                surroundings.again
            ))
        })
    }

    /// Whether the target keeps what it records although its sources have moved.
    pub(crate) const fn waits(&self) -> bool {
        self.held.is_some()
    }

    /// The digest of a source that is made of files, with them.
    fn read_files(
        &mut self,
        source: &Source,
        outcome: Option<&SourceOutcome>,
        finishing: Finishing<'_>,
    ) -> Option<Read> {
        let consumer = &mut self.consumer;
        match (outcome, &source.what) {
            (Some(Ok(hashed)), _) => {
                let around = rules::Surroundings {
                    tree: finishing.tree,
                    owner: &consumer.owner,
                    root: &consumer.root,
                    state: &consumer.state,
                    directory: &finishing.context.directory,
                };
                let mut findings = rules::about_files(source, hashed, around);
                findings.extend(finishing.excludes.unused_patterns(&consumer.owner, source, hashed));
                // What is denied was not read, and the digest of nothing would only look like one.
                let unread = findings.iter().any(|finding| {
                    matches!(finding.code(), Some(Code::MissingSource | Code::OutsideSource))
                        && consumer.levels.denies(finding)
                });
                for finding in findings {
                    consumer.say(finding);
                }
                (!unread).then(|| Read::of(hashed, source.is_secret()))
            }
            (Some(Err(error)), _) => {
                let failed = error.diagnostic().context(&consumer.owner);
                consumer.say(failed.or_at(source.place.clone()));
                None
            }
            (None, What::Digest(digest)) => {
                digest.parse().ok().map(|digest| Read { digest, ..Read::default() })
            }
            (None, What::Path(_) | What::Release(_) | What::Object(..)) => {
                if let Some(forbidden) = consumer.secret_key.forbids(source) {
                    let forbidden = forbidden.context(&consumer.owner);
                    consumer.say(forbidden);
                }
                None
            }
        }
    }

    /// The digest of a source that releases render, or that one is. Why there is no producer was said when it was looked for.
    fn read_rendered(
        &mut self,
        source: &Source,
        (rendering, stand_ins): (&Rendering<'_>, &[String; 2]),
        finishing: Finishing<'_>,
    ) -> Result<Read, Unread> {
        let producers = self.consumer.producers_of(source).to_vec();
        let target = self.consumer.target.clone();
        let wanted = Wanted {
            consumer: self.consumer.at.filter(|_| !producers.is_empty()).ok_or(Unread::Failed)?,
            target: target.as_deref().map(|path| (path, [stand_ins[0].as_str(), &stand_ins[1]])),
            source,
            producers: &producers,
        };
        self.consumer.read_rendered(&wanted, rendering, finishing.context)
    }

    fn target_content(&mut self) -> Option<Content> {
        let sections: Vec<Section<'_>> = self
            .sources
            .iter()
            .filter_map(|contents| {
                let read = contents.read.as_ref()?;
                Some(section(&contents.label, &contents.source, read.digest, &read.files))
            })
            .collect();
        let error = match Content::new(&sections, &self.consumer.format, &self.consumer.subject) {
            Ok(content) => {
                match self.consumer.secret_names.iter().find(|name| content.text.contains(*name)) {
                    None => return Some(content),
                    Some(name) => {
                        let message =
                            format!("its target would contain `{name}`, which is made from a secret");
                        let failed = Diagnostic::mistake(Mistake::TargetTemplate, message)
                        .hint("let the template of the target leave that name out, or make it from something that is not secret");
                        self.consumer.say(failed.context(&self.consumer.owner));
                        return None;
                    }
                }
            }
            Err(error) => error,
        };
        let blamed = error.source().and_then(|name| {
            let named = |one: &&SourceContents| one.label == name || one.source.name.as_deref() == Some(name);
            self.sources.iter().find(named)
        });
        let failed = error.diagnostic().context(&self.consumer.owner);
        let failed = match blamed {
            Some(blamed) => failed.or_at(blamed.source.place.clone()),
            None => failed,
        };
        self.consumer.say(failed);
        None
    }

    /// A content like that of its target in which every digest differs; nothing where it has none, or no sources.
    pub(crate) fn stand_in(&self) -> Option<String> {
        self.content.as_ref().filter(|_| !self.sources.is_empty())?;
        let sources = self.sources.iter().map(|contents| &contents.source);
        content_with(&self.consumer, sources, |label| format!("stand-in {label}"))
    }

    /// The keys that its target sets, and those that it has for names of sources.
    pub(crate) fn keys(&self) -> Vec<KeyPath> {
        self.consumer.format.keys(&self.bare_sections(), &self.consumer.subject)
    }

    /// The keys that its target sets.
    pub(crate) fn written_keys(&self) -> Vec<KeyPath> {
        self.consumer.format.written_keys(&self.bare_sections(), &self.consumer.subject)
    }

    /// Its sources without their files; one that is not read stands for nothing.
    fn bare_sections(&self) -> Vec<Section<'_>> {
        let sources = self.sources.iter();
        let bare = |contents: &SourceContents| {
            contents.read.as_ref().map_or_else(Digest::of_nothing, |read| read.digest)
        };
        sources.map(|one| section(&one.label, &one.source, bare(one), &[])).collect()
    }

    /// Compares what the target should contain with what it contains, once everything is known that keeps it as it is.
    pub(crate) fn settle(&mut self, force: bool) {
        let same = match (&self.found, &self.content) {
            (Some(found), Some(content)) => found.has_values_of(content),
            _ => false,
        };
        self.status = match &self.found {
            _ if self.conflicting => Status::Denied,
            // Its `auto` finds nothing, so there is nothing to write.
            _ if self.consumer.target.is_none() && self.needs_no_target() => Status::Current,
            _ if self.consumer.target.is_none() && !self.consumer.wiring.is_annotated => Status::Unwired,
            _ if self.consumer.target.is_none() && !self.consumer.is_denied() => Status::Annotated,
            _ if self.consumer.target.is_none() => Status::Denied,
            Some(recorded) if recorded.is_foreign() && !force => Status::Foreign,
            _ if self.consumer.is_denied() => Status::Denied,
            Some(recorded) if recorded.is_foreign() => Status::Foreign,
            Some(recorded) if !recorded.empty && same && self.waits() => Status::Held,
            Some(recorded) if !recorded.empty && same => Status::Current,
            Some(recorded) if !recorded.empty => Status::Stale,
            _ => Status::Missing,
        };
        let found = self.found.take().filter(|_| self.status == Status::Stale);
        if let Some(found) = self.held.clone().or(found) {
            self.explain(&found);
        }
    }

    fn needs_no_target(&self) -> bool {
        self.consumer.auto.is_some() && self.sources.is_empty() && !self.consumer.is_denied()
    }

    /// Takes into account what was found after it was settled, about a release that needs no target.
    pub(crate) fn reconsider(&mut self) {
        if self.status == Status::Annotated && self.consumer.is_denied() {
            self.status = Status::Denied;
        }
    }

    /// Notes which files moved the checksum, as far as the target records them.
    fn explain(&mut self, recorded: &Recorded) {
        if recorded.sources.is_empty() {
            return;
        }
        for source in &mut self.sources {
            source.changed = changes(source, recorded);
        }
        let id = self.consumer.id();
        let labels: Vec<&str> = self.sources.iter().map(|source| source.label.as_str()).collect();
        let gone = recorded.sources.iter().filter(|source| !labels.contains(&source.label.as_str()));
        let gone: Vec<String> = gone.map(|source| format!("`{}`", source.label)).collect();
        if !gone.is_empty() {
            let message = format!("release `{id}` no longer declares {}", gone.join(", "));
            self.consumer.say(Diagnostic::note(message));
        } else if self.sources.iter().all(|source| source.changed.is_empty()) {
            let digest = |source: &SourceContents| source.read.as_ref().map(|read| read.digest);
            let same = recorded.sources.iter().all(|old| {
                self.sources.iter().any(|new| new.label == old.label && digest(new) == Some(old.digest))
            });
            if same {
                self.consumer.say(Diagnostic::note(format!(
                    "release `{id}`: the files are as recorded, but the key, the format or the values differ"
                )));
            }
        }
    }
}

/// Reads the target of a consumer, and says what stands in the way.
fn found_target(consumer: &mut Consumer, finishing: Finishing<'_>) -> Option<Recorded> {
    let path = consumer.target.clone()?;
    if let Err(error) = check_place(&path, &consumer.root) {
        let way = matches!(error, TargetError::Outside { .. })
            .then(|| way_to_enlarge(finishing.tree, &consumer.root, &path))
            .flatten();
        let problem = error.diagnostic();
        consumer.say(match way {
            Some(way) => problem.hint(way),
            None => problem,
        });
        return None;
    }
    let bytes = match read(finishing.tree, &path) {
        Ok(bytes) => bytes?,
        Err(error) => {
            consumer.say(error.diagnostic());
            return None;
        }
    };
    let recorded = Recorded::read(&bytes);
    if recorded.is_foreign() && !finishing.force {
        let forced = finishing.context.again.with("force");
        consumer.say(
            TargetError::Foreign(path).diagnostic().hint(format!(
                "what is in it would be lost: move it to another values file, or run {forced}"
            )),
        );
    }
    Some(recorded)
}

/// A source as a section of a target.
fn section<'s>(label: &'s str, source: &'s Source, digest: Digest, files: &'s [HashedFile]) -> Section<'s> {
    let object: Option<Object<'s>> = object_of(source);
    Section { label, name: source.name.as_deref(), kind: source.kind(), object, digest, files }
}

/// Two targets of a consumer that parse like the one to come and differ in every digest, for rendering the consumer itself
/// before its checksum is known. Empty where it is not rendered for itself.
pub(crate) fn stand_ins(consumer: &Consumer) -> [String; 2] {
    let own = |source: &Source| consumer.at.is_some_and(|at| consumer.producers_of(source).contains(&at));
    if !consumer.sources.iter().any(own) {
        return Default::default();
    }
    [0, 1].map(|number| {
        content_with(consumer, &consumer.sources, |label| format!("{number} {label}")).unwrap_or_default()
    })
}

/// A content like that of a target, with digests of what `text` makes of the labels. Nothing where the format cannot express it,
/// which is said when the target is made.
fn content_with<'s>(
    consumer: &Consumer,
    sources: impl IntoIterator<Item = &'s Source>,
    text: impl Fn(&str) -> String,
) -> Option<String> {
    let labelled: Vec<(String, &Source)> =
        sources.into_iter().map(|source| (source.label(), source)).collect();
    let sections: Vec<Section<'_>> = labelled
        .iter()
        .map(|(label, source)| section(label, source, Digest::of(text(label).as_bytes()), &[]))
        .collect();
    Content::new(&sections, &consumer.format, &consumer.subject).ok().map(|content| content.text)
}

/// A content like that of its target, for rendering a consumer before it is known what its `auto` finds, as if that had been `found`.
/// Nothing where the format cannot express it.
pub(crate) fn before_auto(consumer: &Consumer, found: &[Source]) -> Option<String> {
    let digest_of = |label: &str| format!("stand-in {label}");
    let sources = consumer.sources.iter().chain(found);
    match consumer.auto.as_ref().filter(|_| found.is_empty() && !consumer.format.names_all_sources()) {
        None => content_with(consumer, sources, digest_of),
        Some(auto) => {
            // What is found sets the same keys as any other source without a name.
            let release = ProducerName { namespace: None, release: String::new() };
            let any = Source::found((ObjectKind::ConfigMap, ""), release, &auto.place);
            content_with(consumer, sources.chain([&any]), digest_of)
        }
    }
}

/// The sources of a consumer that have to be rendered.
pub(crate) fn wanted<'c>(consumer: &'c Consumer, stand_ins: &'c [String; 2]) -> Vec<Wanted<'c>> {
    let one = |source: &'c Source| {
        let producers = consumer.producers_of(source);
        let target = consumer.target_path();
        (!producers.is_empty()).then_some(Wanted {
            consumer: consumer.at?,
            target: target.map(|path| (path, [stand_ins[0].as_str(), stand_ins[1].as_str()])),
            source,
            producers,
        })
    };
    consumer.sources.iter().filter_map(one).collect()
}
