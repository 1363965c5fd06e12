//! From a release with its declared sources to what its target should hold.

use std::collections::BTreeMap;
use std::rc::Rc;

use camino::Utf8PathBuf;

use super::Purpose;
use super::compute::Finishing;
use super::locations::Same;
use super::producers::ReleaseAt;
use super::rendering::{Rendering, Wanted};
use super::secrecy::Secrecy;
use super::sources::{Surroundings, place_findings};
use super::unmatched::Excludes;
use crate::checksum::{Digest, Hashed, HashedFile, Transform};
use crate::command::Context;
use crate::command::content::content_findings;
use crate::command::hashing::{Job, Outcome};
use crate::diagnostic::{Code, Diagnostic, Level, Levels};
use crate::rendered::ObjectKind;
use crate::report::{self, Change, How, Status};
use crate::source::{Source, What};
use crate::target::{
    Content, Format, Object, Recorded, Section, Subject, TargetError, check_place, read, same_values,
};
use crate::tree::Tree;

/// A consumer before its sources are hashed.
#[derive(Debug)]
pub(super) struct Draft {
    /// The row of the report, as far as it is known.
    pub(super) row: report::Release,
    /// Whether it is reported and written; if not, it is only compared with others that have its target.
    pub(super) selected: bool,
    /// How messages name it.
    pub(super) owner: String,
    /// Which release it is, for those of a state.
    pub(super) at: Option<ReleaseAt>,
    /// The releases that the sources of these labels are rendered by.
    pub(super) producers: BTreeMap<String, Vec<ReleaseAt>>,
    /// What makes its target the same one as another.
    pub(super) same: Option<Same>,
    /// The sources, each label once.
    pub(super) sources: Vec<Source>,
    /// How the checksum is put into the target.
    pub(super) format: Format,
    /// What templates of targets are told.
    pub(super) subject: Subject,
    /// The root of the repository.
    pub(super) root: Utf8PathBuf,
    /// The directory of the state file.
    pub(super) state: Utf8PathBuf,
    /// The levels of its findings.
    pub(super) levels: Levels,
    /// How digests of its secrets are made.
    pub(super) secrecy: Rc<Secrecy>,
    /// Whether a denied finding about the whole state keeps its target as it is.
    pub(super) held: bool,
    /// Findings so far, at their own levels.
    pub(super) findings: Vec<Diagnostic>,
    /// Problems so far.
    pub(super) problems: Vec<Diagnostic>,
}

/// A consumer with what its target should hold.
#[derive(Debug)]
pub(in crate::command) struct Consumer {
    /// The row of the report.
    pub(in crate::command) row: report::Release,
    /// What makes its target the same one as another.
    same: Option<Same>,
    /// Whether it is reported and written.
    pub(in crate::command) selected: bool,
    /// What the target should hold; nothing where that is not known.
    pub(in crate::command) content: Option<Content>,
    /// How messages name it.
    pub(in crate::command) owner: String,
    /// The root of the repository.
    pub(in crate::command) root: Utf8PathBuf,
    /// The levels of its findings.
    pub(in crate::command) levels: Levels,
    /// Whether a denied finding about the whole state keeps its target as it is.
    held: bool,
    /// Its findings, at settled levels.
    pub(in crate::command) findings: Vec<Diagnostic>,
    /// What went wrong with it.
    pub(in crate::command) problems: Vec<Diagnostic>,
    /// What would puzzle a reader who is not told.
    pub(in crate::command) notes: Vec<Diagnostic>,
}

impl Consumer {
    /// What makes its target the same one as another; nothing where there is none.
    pub(in crate::command) const fn target(&self) -> Option<&Same> {
        self.same.as_ref()
    }

    /// Whether something keeps its target as it was.
    pub(in crate::command) fn denied(&self) -> bool {
        self.held
            || !self.problems.is_empty()
            || self.findings.iter().any(|finding| finding.level == Level::Deny)
    }
}

impl Draft {
    fn job(&self, source: &Source) -> Option<Job> {
        if self.secrecy.forbids(source).is_some() {
            return None;
        }
        match &source.what {
            What::Path(path) => Some(Job {
                root: self.root.clone(),
                stay_inside: self.levels.level_of(Code::OutsideSource, Level::Deny) == Level::Deny,
                directory: source.directory.clone(),
                path: path.clone(),
                exclude: source.options.exclude.clone(),
                transform: Transform::of(&source.options),
                key: self.secrecy.key().filter(|_| source.is_secret()).cloned(),
            }),
            What::Release(_) | What::Object(..) | What::Digest(_) => None,
        }
    }

    /// What has to be hashed.
    pub(super) fn jobs(&self) -> Vec<Job> {
        self.sources.iter().filter_map(|source| self.job(source)).collect()
    }

    /// Notes which patterns of `exclude=` leave something out.
    pub(super) fn note_excludes(&self, hashed: &BTreeMap<&Job, &Outcome>, excludes: &mut Excludes) {
        for source in self.sources.iter().filter(|source| !source.options.exclude.is_empty()) {
            let Some(Ok(hashed)) = self.job(source).and_then(|job| hashed.get(&job).copied()) else {
                continue;
            };
            let unused = hashed.unused(&source.options.exclude);
            for pattern in source.options.exclude.iter().filter(|pattern| !unused.contains(&pattern.as_str()))
            {
                excludes.note(source, pattern);
            }
        }
    }

    /// The releases that a source may be rendered by.
    pub(super) fn producers_of(&self, source: &Source) -> &[ReleaseAt] {
        self.producers.get(&source.label()).map(Vec::as_slice).unwrap_or_default()
    }

    /// Two targets that parse like the one to come and differ in every digest, for rendering the consumer itself before its
    /// checksum is known. Empty where it is not rendered for itself.
    pub(super) fn stand_ins(&self) -> [String; 2] {
        let own = |source: &&Source| self.at.is_some_and(|at| self.producers_of(source).contains(&at));
        if !self.sources.iter().any(|source| own(&source)) {
            return Default::default();
        }
        let labels: Vec<String> = self.sources.iter().map(Source::label).collect();
        [0, 1].map(|number| {
            let sections: Vec<Section<'_>> = self
                .sources
                .iter()
                .zip(&labels)
                .map(|(source, label)| Section {
                    label,
                    name: source.name.as_deref(),
                    kind: source.kind(),
                    object: object_of(source),
                    digest: Digest::of(format!("{number} {label}").as_bytes()),
                    files: &[],
                })
                .collect();
            // What the format cannot express is told when the target is made.
            Content::new(&sections, &self.format, &self.subject)
                .map(|content| content.text)
                .unwrap_or_default()
        })
    }

    /// The sources that have to be rendered.
    pub(super) fn wanted<'d>(&'d self, stand_ins: &'d [String; 2]) -> Vec<Wanted<'d>> {
        self.sources.iter().filter_map(|source| self.want(source, stand_ins)).collect()
    }

    fn want<'d>(&'d self, source: &'d Source, stand_ins: &'d [String; 2]) -> Option<Wanted<'d>> {
        let producers = self.producers_of(source);
        let target = self.row.target.path.as_deref();
        (!producers.is_empty()).then_some(Wanted {
            consumer: self.at?,
            target: target.map(|path| (path, [stand_ins[0].as_str(), stand_ins[1].as_str()])),
            source,
            producers,
        })
    }

    /// Puts the hashed and rendered sources together. Those that have to be rendered have no digest without `rendering`.
    pub(super) fn finish(
        mut self,
        finishing: Finishing<'_>,
        rendering: Option<(&Rendering<'_>, &[String; 2])>,
    ) -> Consumer {
        let Finishing { tree, hashed, context, purpose, excludes } = finishing;
        let recorded = self.recorded(tree, purpose);
        let mut digests = Vec::new();
        let sources = std::mem::take(&mut self.sources);
        for source in &sources {
            let outcome = self.job(source).and_then(|job| hashed.get(&job).copied());
            let read = match (&source.what, rendering) {
                (What::Path(_) | What::Digest(_), _) => {
                    self.digest(tree, source, outcome, (context, excludes))
                }
                (_, Some((rendering, stand_ins))) => {
                    let producers = self.producers_of(source).to_vec();
                    let target = self.row.target.path.clone();
                    let target = target.as_deref().map(|path| (path, [stand_ins[0].as_str(), &stand_ins[1]]));
                    let wanted = self.at.filter(|_| !producers.is_empty()).map(|consumer| Wanted {
                        consumer,
                        target,
                        source,
                        producers: &producers,
                    });
                    // Why there is no producer was said when it was looked for.
                    wanted.and_then(|wanted| self.rendered(&wanted, rendering, context))
                }
                (_, None) => None,
            };
            digests.push(read.is_some());
            self.row.sources.push(row(source, read));
        }
        self.judge_secrets();
        self.row.sources.sort_by(|one, other| one.label.cmp(&other.label));
        let complete = digests.iter().all(|known| *known);
        let wanted = if complete { self.content(&sources) } else { None };
        self.judge(wanted, recorded, purpose)
    }

    /// What there is to say about the key of the secrets.
    fn judge_secrets(&mut self) {
        let secrets: Vec<&report::Source> =
            self.row.sources.iter().filter(|source| source.bytes.is_none()).collect();
        let is_keyed = |source: &report::Source| source.bytes.is_none() || source.kind == "release";
        if self.row.sources.iter().any(is_keyed) {
            self.problems.extend(self.secrecy.problem(&self.owner));
        }
        let Some(first) = secrets.first() else { return };
        let labels: Vec<&str> = secrets.iter().map(|source| source.label.as_str()).collect();
        let finding = self.secrecy.guessable(&self.owner, &labels, first.declared.as_ref());
        let id = self.row.id();
        self.findings.extend(finding.map(|finding| finding.release(id)));
    }

    /// The target as it is on disk.
    fn recorded(&mut self, tree: &dyn Tree, purpose: Purpose) -> Option<(Vec<u8>, Recorded)> {
        let path = self.row.target.path.clone()?;
        if let Err(error) = check_place(&path, &self.root) {
            self.problems.push(error.diagnostic());
            return None;
        }
        let bytes = match read(tree, &path) {
            Ok(bytes) => bytes?,
            Err(error) => {
                self.problems.push(error.diagnostic());
                return None;
            }
        };
        let recorded = Recorded::read(&bytes);
        if recorded.is_foreign() && !purpose.force {
            self.problems.push(TargetError::Foreign(path).diagnostic());
        }
        Some((bytes, recorded))
    }

    /// The digest of a source with its files, where it has one.
    fn digest(
        &mut self,
        tree: &dyn Tree,
        source: &Source,
        outcome: Option<&Outcome>,
        (context, excludes): (&Context, &Excludes),
    ) -> Option<Read> {
        match (outcome, &source.what) {
            (Some(Ok(hashed)), _) => {
                let surroundings = Surroundings {
                    owner: &self.owner,
                    root: &self.root,
                    state: &self.state,
                    directory: &context.directory,
                };
                let mut findings = place_findings(tree, source, hashed, surroundings);
                for finding in content_findings(&source.label(), hashed, source.options.line_feeds) {
                    findings.push(finding.context(&self.owner));
                }
                let unused = hashed.unused(&source.options.exclude);
                findings.extend(excludes.findings(&self.owner, source, &unused));
                let id = self.row.id();
                // What is denied was not read, and the digest of nothing would only look like one.
                let unread = findings.iter().any(|finding| {
                    matches!(finding.code(), Some(Code::MissingSource | Code::OutsideSource))
                        && self.levels.denies(finding)
                });
                self.findings.extend(findings.into_iter().map(|finding| finding.release(id.clone())));
                (!unread).then(|| Read::of(hashed, source.is_secret()))
            }
            (Some(Err(error)), _) => {
                let problem = error.diagnostic().context(&self.owner);
                self.problems.push(problem.or_at(source.place.clone()));
                None
            }
            (None, What::Digest(digest)) => {
                digest.parse().ok().map(|digest| Read { digest, ..Read::default() })
            }
            (None, What::Path(_) | What::Release(_) | What::Object(..)) => {
                let forbidden = self.secrecy.forbids(source);
                self.problems.extend(forbidden.map(|problem| problem.context(&self.owner)));
                None
            }
        }
    }

    fn content(&mut self, sources: &[Source]) -> Option<Content> {
        let objects: BTreeMap<String, Option<Object<'_>>> =
            sources.iter().map(|source| (source.label(), object_of(source))).collect();
        let sections: Vec<Section<'_>> = self
            .row
            .sources
            .iter()
            .filter_map(|source| {
                Some(Section {
                    label: &source.label,
                    name: source.name.as_deref(),
                    kind: source.kind,
                    object: objects.get(&source.label).copied().flatten(),
                    digest: source.digest?,
                    files: &source.files,
                })
            })
            .collect();
        let error = match Content::new(&sections, &self.format, &self.subject) {
            Ok(content) => return Some(content),
            Err(error) => error,
        };
        let problem = error.diagnostic();
        let blamed = error.source().and_then(|name| {
            sources.iter().find(|source| source.label() == name || source.name.as_deref() == Some(name))
        });
        let problem = problem.context(&self.owner);
        self.problems.push(match blamed {
            Some(source) => problem.or_at(source.place.clone()),
            None => problem,
        });
        None
    }

    fn judge(
        mut self,
        content: Option<Content>,
        recorded: Option<(Vec<u8>, Recorded)>,
        purpose: Purpose,
    ) -> Consumer {
        let environment = Some(self.row.environment.clone()).filter(|name| !name.is_empty());
        let findings: Vec<Diagnostic> = std::mem::take(&mut self.findings)
            .into_iter()
            .map(|finding| match &environment {
                Some(environment) => finding.environment(environment),
                None => finding,
            })
            .filter_map(|finding| self.levels.settle(finding))
            .collect();
        let mut row = self.row;
        row.target.key = self.format.key().map(|key| key.to_string()).unwrap_or_default();
        row.target.checksum = content.as_ref().and_then(|content| content.checksum);
        row.target.recorded = recorded.as_ref().and_then(|(_, recorded)| recorded.checksum(&self.format));
        let mut consumer = Consumer {
            row,
            same: self.same,
            selected: self.selected,
            content,
            owner: self.owner,
            root: self.root,
            levels: self.levels,
            held: self.held,
            findings,
            problems: self.problems,
            notes: Vec::new(),
        };
        let same = match (&recorded, &consumer.content) {
            (Some((bytes, _)), Some(content)) => same_values(bytes, content.text.as_bytes()),
            _ => false,
        };
        consumer.row.target.status = match &recorded {
            _ if consumer.row.target.path.is_none() => Status::Unwired,
            Some((_, recorded)) if recorded.is_foreign() && !purpose.force => Status::Foreign,
            _ if consumer.denied() => Status::Denied,
            Some((_, recorded)) if recorded.is_foreign() => Status::Foreign,
            Some((_, recorded)) if !recorded.empty && same => Status::Current,
            Some((_, recorded)) if !recorded.empty => Status::Stale,
            _ => Status::Missing,
        };
        if let Some((_, recorded)) = recorded.filter(|_| consumer.row.target.status == Status::Stale) {
            consumer.explain(&recorded);
        }
        consumer
    }
}

impl Consumer {
    /// Notes which files moved the checksum, as far as the target records them.
    fn explain(&mut self, recorded: &Recorded) {
        if recorded.sources.is_empty() {
            return;
        }
        for source in &mut self.row.sources {
            if source.bytes.is_none() {
                let before = recorded.sources.iter().find(|old| old.label == source.label);
                let how = match before {
                    None => Some(How::Added),
                    Some(before) => (Some(before.digest) != source.digest).then_some(How::Edited),
                };
                let name = source.label.clone();
                source.changed = how.map(|how| Change { name, how }).into_iter().collect();
                continue;
            }
            source.changed = match recorded.moved(&source.label, &source.files) {
                Some(moved) => {
                    [(moved.edited, How::Edited), (moved.added, How::Added), (moved.removed, How::Removed)]
                        .into_iter()
                        .flat_map(|(names, how)| names.into_iter().map(move |name| Change { name, how }))
                        .collect()
                }
                None => source
                    .files
                    .iter()
                    .map(|file| Change { name: file.name.clone(), how: How::Added })
                    .collect(),
            };
            source.changed.sort_by(|one, other| one.name.cmp(&other.name));
        }
        let id = self.row.id();
        let labels: Vec<&str> = self.row.sources.iter().map(|source| source.label.as_str()).collect();
        let gone = recorded.sources.iter().filter(|source| !labels.contains(&source.label.as_str()));
        let gone: Vec<String> = gone.map(|source| format!("`{}`", source.label)).collect();
        if !gone.is_empty() {
            self.notes.push(Diagnostic::note(format!(
                "release `{id}` does not declare {} any more",
                gone.join(", ")
            )));
        } else if self.row.sources.iter().all(|source| source.changed.is_empty()) {
            let same = recorded.sources.iter().all(|old| {
                self.row.sources.iter().any(|new| new.label == old.label && new.digest == Some(old.digest))
            });
            if same {
                self.notes.push(Diagnostic::note(format!(
                    "release `{id}`: the files are as recorded, but the key, the format or the values differ"
                )));
            }
        }
    }
}

/// The object that a source stands for by itself. Files and digests have none: a name or the configuration puts them among
/// Secrets or `ConfigMaps`, unless they are encrypted.
pub(super) fn object_of(source: &Source) -> Option<Object<'_>> {
    match &source.what {
        What::Object(kind, name) => Some(Object { secret: *kind == ObjectKind::Secret, name: Some(name) }),
        What::Path(_) | What::Release(_) | What::Digest(_) => {
            source.is_secret().then_some(Object { secret: true, name: None })
        }
    }
}

/// A source that was read.
pub(super) struct Read {
    pub(super) digest: Digest,
    /// How many files there are.
    pub(super) count: usize,
    /// Those that may be named.
    pub(super) files: Vec<HashedFile>,
    /// What a release renders or is given, with what was seen in it. Never shown as it is.
    pub(super) pieces: Vec<HashedFile>,
    /// Their size; nothing for secrets.
    pub(super) bytes: Option<u64>,
    pub(super) excluded: usize,
    /// The release that it comes from.
    pub(super) producer: Option<String>,
}

impl Default for Read {
    fn default() -> Self {
        Self {
            digest: Digest::of_nothing(),
            count: 0,
            files: Vec::new(),
            pieces: Vec::new(),
            bytes: Some(0),
            excluded: 0,
            producer: None,
        }
    }
}

impl Read {
    fn of(hashed: &Hashed, secret: bool) -> Self {
        Self {
            digest: hashed.digest,
            count: hashed.files.len(),
            files: if secret { Vec::new() } else { hashed.files.clone() },
            pieces: Vec::new(),
            bytes: (!secret).then_some(hashed.bytes),
            excluded: hashed.listing.left_out.len(),
            producer: None,
        }
    }
}

fn row(source: &Source, read: Option<Read>) -> report::Source {
    let mut options: Vec<(String, Vec<String>)> = Vec::new();
    for (key, value) in source.options.written() {
        match options.iter_mut().find(|(known, _)| known == key) {
            Some((_, values)) => values.push(value),
            None => options.push((key.to_owned(), vec![value])),
        }
    }
    let digest = read.as_ref().map(|read| read.digest);
    let unread = || Read { bytes: (!source.is_secret()).then_some(0), ..Read::default() };
    let read = read.unwrap_or_else(unread);
    report::Source {
        label: source.label(),
        kind: source.kind(),
        name: source.name.clone(),
        path: source.text.clone(),
        options,
        declared: Some(source.place.clone()),
        digest,
        bytes: read.bytes,
        excluded: read.excluded,
        producer: read.producer.or_else(|| source.producer().map(ToString::to_string)),
        count: read.count,
        files: read.files,
        changed: Vec::new(),
    }
}
