//! From a release to the consumer that it is: the sources that it declares, and its target.

use std::collections::BTreeMap;
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Diagnostic, Levels};
use crate::go::filepath::join_clean;
use crate::plan::Context;
use crate::plan::facts::consumer::{Consumer, Wiring};
use crate::plan::facts::environment::Candidate;
use crate::plan::facts::locations::Locations;
use crate::plan::facts::producers::ReleaseAt;
use crate::plan::facts::secret_names::InClear;
use crate::plan::facts::settings::Settings;
use crate::plan::facts::targets::{self, Wired};
use crate::plan::facts::values_files::{Programs, Raw, Unsearched, ValuesFiles, declares};
use crate::plan::rules::template_effects::{Told, doubts};
use crate::plan::rules::unsearched_values::unsearched_values;
use crate::plan::rules::unstable_template::order_matters;
use crate::rendered::{is_annotated, is_annotated_strictly};
use crate::source::{self, Accepted, Declared, Source, What};
use crate::state::{EntryContent, EntryKind, EntrySource, Release, Request, Resolved, ValuesEntry, Visit};
use crate::targets::Subject;
use crate::template::effects::Effects;
use crate::text::relative;

/// Why a release is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Looked {
    /// Its checksum is wanted.
    Wanted,
    /// Its templates are rendered before those of other releases, and could change what these see.
    ForItsTemplates,
}

/// What the consumers of one visit are found with.
#[derive(Clone)]
pub(crate) struct Material<'a> {
    pub(crate) context: &'a Context,
    pub(crate) request: &'a Request,
    pub(crate) resolved: &'a Resolved,
    /// Which of the environments that are read it is of.
    pub(crate) environment: usize,
    /// Which visit of the resolved state it is.
    pub(crate) index: usize,
    pub(crate) settings: Rc<Settings>,
    pub(crate) files: &'a ValuesFiles,
    pub(crate) locations: &'a Locations,
    /// What a hook knows of helmfile's command line, where one runs this.
    pub(crate) told: Option<Told>,
    /// Whether programs run for a file that is rendered only to be searched: where helmfile is about to run them, too.
    pub(crate) programs: Programs,
}

/// Finds the consumers of one visit, in the order of the state.
pub(crate) struct Finding<'a> {
    material: Material<'a>,
    visit: &'a Visit,
    /// Templates that changed `.Values`: the release and the file.
    changing: Vec<(String, Utf8PathBuf)>,
    /// Files whose directives were read with `.Values` at hand: the release and the file.
    declaring: Vec<(String, Utf8PathBuf)>,
    /// What would puzzle a reader who is not told.
    pub(crate) notes: Vec<Diagnostic>,
    /// Findings about releases that are not consumers as far as is known.
    pub(crate) findings: Vec<Diagnostic>,
    /// What releases accept, those that are no consumers too.
    pub(crate) accepted: Vec<(ReleaseAt, Accepted)>,
}

/// The values of a release as they were found.
#[derive(Default)]
struct Found {
    /// Files that exist, with their position among the entries.
    files: Vec<(usize, Utf8PathBuf)>,
    /// What stands in the way of reading the others.
    problems: Vec<Diagnostic>,
    /// What stands in the way of reading files with directives.
    hiding: Vec<Diagnostic>,
    /// Entries that are downloaded or resolved by vals.
    elsewhere: Vec<String>,
    /// Templates that may bring directives in and could not be rendered, and why.
    unsearched: Vec<(Utf8PathBuf, Diagnostic)>,
}

impl<'a> Finding<'a> {
    pub(crate) fn new(material: Material<'a>) -> Self {
        let visit = &material.resolved.visits[material.index];
        let (changing, declaring, notes, findings) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { material, visit, changing, declaring, notes, findings, accepted: Vec::new() }
    }

    /// Finds the consumer that a release is, if it has anything to do with checksums, and names its values files.
    pub(crate) fn find(
        &mut self,
        candidate: &Candidate,
        looked: Looked,
    ) -> (Option<Consumer>, Vec<Utf8PathBuf>) {
        let release = &self.visit.releases[candidate.index];
        let mut found = self.values_of(candidate);
        let mut problems = std::mem::take(&mut found.hiding);
        let (mut declared, mut automatic) = (Vec::new(), Vec::new());
        let mut effects = Effects::default();
        for (_, file) in &found.files {
            let raw = self.material.files.raw(file);
            match self.read(candidate, file, &raw, looked, &mut effects) {
                Ok(Declared { sources, accepted, automatic: autos }) => {
                    declared.extend(sources);
                    automatic.extend(autos);
                    let at = self.at(candidate);
                    self.accepted.extend(accepted.into_iter().map(|one| (at, one)));
                }
                Err(Unsearched::BadDirective(problem)) => problems.push(problem),
                Err(Unsearched::Failed(problem)) => found.unsearched.push((file.clone(), problem)),
            }
        }
        let own: Vec<Utf8PathBuf> = found.files.iter().map(|(_, file)| file.clone()).collect();
        for file in &own {
            self.material.files.note_reader(release, file);
        }
        if looked == Looked::ForItsTemplates {
            return (None, own);
        }
        match self.material.settings.declared_of(release, |word, place| {
            self.material.files.word_of(self.visit, release, (place, &mut effects), word)
        }) {
            Ok(of_settings) => {
                declared.extend(of_settings.sources);
                automatic.extend(of_settings.automatic);
            }
            Err(problem) => problems.push(problem),
        }
        let has_any = !declared.is_empty() || !automatic.is_empty();
        if candidate.targets.is_empty() || has_any {
            self.note_misspelt(&found);
        }
        if candidate.targets.is_empty() && !has_any && problems.is_empty() {
            self.remark_unsearched(release, &found);
            return (None, own);
        }
        problems.extend(found.problems.iter().cloned());
        for entry in &found.elsewhere {
            self.notes.push(Diagnostic::note(format!(
                "release `{}`: `{entry}` is not in the repository, so it is not searched for directives",
                release.id()
            )));
        }
        for target in &candidate.targets {
            self.drop_own_target(release, target, &mut declared);
        }
        self.in_clear(&found).check_sources(release, &mut declared, &mut problems);
        let sources = source::collect(declared).unwrap_or_else(|clash| {
            problems.push(clash.diagnostic());
            Vec::new()
        });
        let auto = source::settle_auto(automatic).unwrap_or_else(|clash| {
            problems.push(clash);
            None
        });
        let mut consumer = Consumer { auto, ..self.wire(candidate, &found, sources, problems) };
        let doubts = doubts(&effects, self.visit, self.material.told);
        consumer.diagnostics.extend(doubts.into_iter().map(|finding| finding.release(release.id())));
        (Some(consumer), own)
    }

    /// Which release of the state a candidate is.
    const fn at(&self, candidate: &Candidate) -> ReleaseAt {
        let Material { environment, index, .. } = self.material;
        ReleaseAt { environment, visit: index, release: candidate.index }
    }

    /// Finds the values files of a release. Targets are not among them: nobody declares anything there.
    fn values_of(&self, candidate: &Candidate) -> Found {
        let release = &self.visit.releases[candidate.index];
        let mut found = Found::default();
        for (index, entry) in release.values.iter().enumerate() {
            let target = match &entry.content {
                EntryContent::Path(path) => self
                    .visit
                    .entry_path(&release.values_path_prefix, path)
                    .is_some_and(|path| candidate.targets.iter().any(|target| self.is_same(target, &path))),
                _ => false,
            };
            if target {
                continue;
            }
            match self.visit.resolve_entry(&*self.material.request.tree, release, EntryKind::Values, entry) {
                Ok(EntrySource::File(file)) => {
                    // What cannot be read could declare anything.
                    if let Err(error) = &self.material.files.raw(&file).bytes {
                        let message = format!("release `{}`: `{file}` cannot be read: {error}", release.id());
                        let problem = Diagnostic::error(message).hint("helmfile could not read it either");
                        found.problems.push(targets::at_release(problem, release));
                    }
                    found.files.push((index, file));
                }
                Ok(EntrySource::Remote(path) | EntrySource::Reference(path)) => found.elsewhere.push(path),
                Ok(EntrySource::Inline(_) | EntrySource::Hidden(_)) => {}
                Err(error) if self.declares_anything(release, entry) => found.hiding.push(error),
                Err(error) => found.problems.push(error),
            }
        }
        found
    }

    /// Whether one of the files that an entry finds has something like a directive.
    fn declares_anything(&self, release: &Release, entry: &ValuesEntry) -> bool {
        let files = self.visit.files_of_entry(&*self.material.request.tree, release, entry);
        files
            .iter()
            .any(|file| self.material.files.raw(file).bytes.as_ref().is_ok_and(|bytes| declares(bytes)))
    }

    /// Whether a path leads to a target.
    fn is_same(&self, target: &Wired, path: &Utf8Path) -> bool {
        // Only what is called alike is looked for on the disk.
        target.path == path
            || (target.path.file_name() == path.file_name()
                && self.material.locations.same(path) == target.same)
    }

    /// Leaves out a source that is the target of its own release, such as one that a template found in a directory: the first
    /// run would not have found it.
    fn drop_own_target(&mut self, release: &Release, target: &Wired, declared: &mut Vec<Source>) {
        let is_target = |source: &Source| match &source.what {
            What::Path(path) => self.is_same(target, &join_clean(&source.directory, path)),
            What::Release(_) | What::Object(..) | What::Digest(_) => false,
        };
        let (own, rest): (Vec<Source>, Vec<Source>) = declared.drain(..).partition(is_target);
        *declared = rest;
        for source in own {
            self.notes.push(Diagnostic::note(format!(
                "release `{}`: `{}` is the target of this release, not a source",
                release.id(),
                source.text
            )));
        }
    }

    /// Reads the directives of a values file, in its place among those that could change `.Values`.
    fn read(
        &mut self,
        candidate: &Candidate,
        file: &Utf8Path,
        raw: &Raw,
        looked: Looked,
        effects: &mut Effects,
    ) -> Result<Declared, Unsearched> {
        let release = &self.visit.releases[candidate.index];
        let files = self.material.files;
        let wanted = looked == Looked::Wanted;
        let searched = wanted && (raw.may_declare || raw.may_bring_in());
        let before =
            (raw.may_mutate && (searched || release.selected)).then(|| self.visit.values.deep_copy());
        let declared = if wanted && raw.may_declare {
            self.declaring.push((release.id(), file.to_owned()));
            files.declared(self.visit, release, file, raw, effects).map_err(Unsearched::BadDirective)
        } else if searched {
            let declared =
                files.brought_in(self.visit, release, file, raw, (self.material.programs, effects));
            if !matches!(&declared, Ok(declared) if declared.is_empty()) {
                self.declaring.push((release.id(), file.to_owned()));
            }
            declared
        } else {
            if before.is_some() {
                // helmfile fails over it by itself, if it ever renders it.
                let rendered = files.render(self.visit, release, file, raw, Programs::AsTheStateSays);
                effects.extend(rendered.map(|rendered| rendered.effects).unwrap_or_default());
            }
            Ok(Declared::default())
        };
        if before.is_some_and(|before| !before.deep_equal(&self.visit.values)) {
            self.changing.push((release.id(), file.to_owned()));
        }
        declared
    }

    /// The same for a release that is not a consumer as far as is known. Of many such releases one is named for each file and
    /// reason.
    fn remark_unsearched(&mut self, release: &Release, found: &Found) {
        for finding in unsearched_values(release, &found.unsearched, &self.material.context.directory) {
            let reason =
                |finding: &Diagnostic| finding.message.split_once("`: ").map(|(_, reason)| reason.to_owned());
            if !self.findings.iter().any(|other| reason(other) == reason(&finding)) {
                self.findings.push(finding);
            }
        }
    }

    /// Puts together what is known before anything is hashed.
    fn wire(
        &self,
        candidate: &Candidate,
        found: &Found,
        sources: Vec<Source>,
        mut problems: Vec<Diagnostic>,
    ) -> Consumer {
        let release = &self.visit.releases[candidate.index];
        let id = release.id();
        problems.extend(self.material.settings.target_of(release).err());
        let format = self.material.settings.format_of(release).unwrap_or_else(|problem| {
            problems.push(problem);
            Settings::plain_format()
        });
        let hold = self.material.settings.hold_of(release).unwrap_or_else(|problem| {
            problems.push(problem);
            None
        });
        let in_clear = self.in_clear(found);
        let secret_names = in_clear.names(release);
        let subject = self.subject(release);
        let at = self.at(candidate);
        let mut producers = BTreeMap::new();
        for source in &sources {
            match crate::plan::facts::producers::producers(self.material.resolved, at, source) {
                Ok(found) if found.is_empty() => {}
                Ok(found) => {
                    producers.insert(source.label(), found);
                }
                Err(problem) => problems.push(problem),
            }
        }
        let target = match &candidate.targets[..] {
            [] => None,
            [target] => match in_clear.check_target(release, &target.path, &self.visit.directory) {
                None => Some(target.path.clone()),
                Some(problem) => {
                    problems.push(problem);
                    None
                }
            },
            several => {
                problems.push(targets::two_targets(release, several, &self.material.context.directory));
                None
            }
        };
        let same = target.as_deref().map(|path| self.material.locations.same(path));
        Consumer {
            name: release.name.clone(),
            namespace: release.namespace.clone(),
            environment: self.visit.environment.clone(),
            kube_context: release.kube_context.clone(),
            file: self.visit.file.clone(),
            target,
            selected: candidate.selected,
            is_asked: false,
            owner: format!("release `{id}`"),
            at: Some(at),
            producers,
            same,
            sources,
            auto: None,
            format,
            subject,
            secret_names,
            root: self.material.settings.root.clone(),
            state: self.visit.directory.clone(),
            levels: self.levels_of(release),
            secret_key: Rc::clone(&self.material.settings.secret_key),
            blocked: false,
            hold,
            diagnostics: problems,
            wiring: Wiring {
                targets: candidate.targets.clone(),
                named: candidate.named.clone(),
                files: found.files.clone(),
                is_annotated: is_annotated(&release.helm),
                unsearched: found.unsearched.clone(),
            },
        }
    }

    /// The levels of what is found about a release: helm stops where `helmsum annotate` does.
    fn levels_of(&self, release: &Release) -> Levels {
        let levels = &self.material.settings.levels;
        Levels { strict: levels.strict || is_annotated_strictly(&release.helm), ..levels.clone() }
    }

    /// What tells names that are made from secrets.
    fn in_clear<'f>(&'f self, found: &'f Found) -> InClear<'f> {
        InClear { files: self.material.files, resolved: self.material.resolved, values: &found.files }
    }

    /// What templates of targets are told about a release.
    fn subject(&self, release: &Release) -> Subject {
        Subject {
            name: release.name.clone(),
            namespace: release.namespace.clone(),
            kube_context: release.kube_context.clone(),
            environment: self.visit.environment.clone(),
            labels: release.labels.clone(),
        }
    }

    /// Says which comments may have been meant as directives, where no finding does.
    fn note_misspelt(&mut self, found: &Found) {
        for (place, comment) in self.material.files.misspelt(&found.files) {
            let shown = relative(&place.file, &self.material.context.directory);
            let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
            let note = Diagnostic::note(format!(
                "{shown}{line}: `{comment}` is a comment; if it is meant as a directive, it is written `# helmsum: …`"
            ));
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
    }

    /// The values templates that changed `.Values`: the release and the file.
    pub(crate) fn into_changing(self) -> Vec<(String, Utf8PathBuf)> {
        self.changing
    }

    /// Adds the finding unstable-template where a values template changed what another one was read with: in which order helmfile
    /// renders them is not fixed.
    pub(crate) fn deny_mutations<'c>(&self, consumers: impl Iterator<Item = &'c mut Consumer>) {
        if self.changing.is_empty() {
            return;
        }
        let mut declaring: BTreeMap<&str, Vec<&(String, Utf8PathBuf)>> = BTreeMap::new();
        for one in &self.declaring {
            declaring.entry(&one.0).or_default().push(one);
        }
        for consumer in consumers {
            let own = declaring.get(consumer.id().as_str()).into_iter().flatten();
            // Of two that change something, one is another than the declaring one.
            let clash = own
                .flat_map(|one| self.changing.iter().take(2).map(move |changing| (*one, changing)))
                .find(|(declaring, changing)| declaring != changing);
            if let Some((declaring, changing)) = clash {
                let finding = order_matters(declaring, changing, &self.material.context.directory);
                consumer.say(finding);
            }
        }
    }
}
