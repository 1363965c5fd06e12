//! From a release to a consumer of its consumer.

use std::collections::BTreeMap;
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Code, Diagnostic, Level};
use crate::go::filepath::join_clean;
use crate::plan::Context;
use crate::plan::contents::consumer::keys_of;
use crate::plan::facts::consumer::Consumer;
use crate::plan::facts::locations::Locations;
use crate::plan::facts::other_environments::Elsewhere;
use crate::plan::facts::producers::ReleaseAt;
use crate::plan::facts::settings::Settings;
use crate::plan::facts::survey::Candidate;
use crate::plan::facts::targets::{self, Wired};
use crate::plan::facts::values_files::{Programs, Raw, Unsearched, ValuesFiles, declares};
use crate::plan::rules::hidden_missing_file::hidden_missing_file;
use crate::plan::rules::missing_need::missing_need;
use crate::plan::rules::orphan_target::orphan_target;
use crate::plan::rules::shadowed_checksum::{Layer, shadowed_checksum};
use crate::plan::rules::target_place::Misplaced;
use crate::plan::rules::template_effects::{Told, doubts};
use crate::plan::rules::unwired_release::unwired_release;
use crate::source::{self, KeyPath, Source, What};
use crate::state::{EntryContent, EntryKind, EntrySource, Release, Request, Resolved, Visit};
use crate::target::Subject;
use crate::text::{Place, relative};

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
    pub(crate) files: &'a ValuesFiles<'a>,
    pub(crate) elsewhere: &'a Elsewhere<'a>,
    pub(crate) misplaced: &'a Misplaced<'a>,
    pub(crate) locations: &'a Locations,
    /// What a hook knows of helmfile's command line, where one runs this.
    pub(crate) told: Option<Told>,
    /// Whether programs run for a file that is rendered only to be searched: where helmfile is about to run them, too.
    pub(crate) programs: Programs,
}

/// Finds the consumers of one visit, in the order of the state.
pub(crate) struct Drafting<'a> {
    material: Material<'a>,
    visit: &'a Visit,
    /// Templates that changed `.Values`: the release and the file.
    changing: Vec<(String, Utf8PathBuf)>,
    /// Files whose directives were read with `.Values` at hand: the release and the file.
    declaring: Vec<(String, Utf8PathBuf)>,
    /// What would puzzle a reader who is not told.
    pub(crate) notes: Vec<Diagnostic>,
    /// Findings about releases that are no consumers as far as is known.
    pub(crate) findings: Vec<Diagnostic>,
}

/// The values of a release as they were found.
#[derive(Default)]
struct Found {
    /// Files that exist, with their position among the entries.
    files: Vec<(usize, Utf8PathBuf)>,
    /// What stands in the way of reading the others.
    problems: Vec<Diagnostic>,
    /// Entries that are downloaded or resolved by vals.
    elsewhere: Vec<String>,
    /// Templates that may bring directives in and could not be rendered, and why.
    unsearched: Vec<(Utf8PathBuf, Diagnostic)>,
}

impl<'a> Drafting<'a> {
    pub(crate) fn new(material: Material<'a>) -> Self {
        let visit = &material.resolved.visits[material.index];
        let (changing, declaring, notes, findings) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { material, visit, changing, declaring, notes, findings }
    }

    /// Finds the consumer that a release is, if it has anything to do with checksums, and names its values files.
    pub(crate) fn find(
        &mut self,
        candidate: &Candidate<'_>,
        looked: Looked,
    ) -> (Option<Consumer>, Vec<Utf8PathBuf>) {
        let release = candidate.release;
        let mut found = self.values_of(candidate);
        let mut problems = Vec::new();
        let mut declared = Vec::new();
        drop(self.material.files.take_effects());
        for (_, file) in &found.files {
            let raw = self.material.files.raw(file);
            match self.read(candidate, file, &raw, looked) {
                Ok(sources) => declared.extend(sources),
                Err(Unsearched::BadDirective(problem)) => problems.push(problem),
                Err(Unsearched::Failed(problem)) => found.unsearched.push((file.clone(), problem)),
            }
        }
        let own = found.files.iter().map(|(_, file)| file.clone()).collect();
        if looked == Looked::ForItsTemplates {
            return (None, own);
        }
        match self
            .material
            .settings
            .sources_of(release, |word, place| self.material.files.word_of(self.visit, release, place, word))
        {
            Ok(sources) => declared.extend(sources),
            Err(problem) => problems.push(problem),
        }
        let effects = self.material.files.take_effects();
        if candidate.targets.is_empty() || !declared.is_empty() {
            self.note_misspelt(&found);
        }
        if candidate.targets.is_empty() && declared.is_empty() && problems.is_empty() {
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
        let sources = source::collect(declared).unwrap_or_else(|clash| {
            problems.push(clash.diagnostic());
            Vec::new()
        });
        let mut consumer = self.wire(candidate, &found, sources, problems);
        consumer.diagnostics.extend(self.unsearched_values(release, &found));
        let doubts = doubts(&effects, self.visit, self.material.told);
        consumer.diagnostics.extend(doubts.into_iter().map(|finding| finding.release(release.id())));
        (Some(consumer), own)
    }

    /// Finds the values files of a release. Targets are not among them: nobody declares anything there.
    fn values_of(&self, candidate: &Candidate<'_>) -> Found {
        let release = candidate.release;
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
                        found.problems.push(targets::at(problem, release));
                    }
                    found.files.push((index, file));
                }
                Ok(EntrySource::Remote(path) | EntrySource::Reference(path)) => found.elsewhere.push(path),
                Ok(EntrySource::Inline(_) | EntrySource::Hidden(_)) => {}
                Err(error) => found.problems.push(error),
            }
        }
        found
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
                "release `{}`: `{}` is its own target, and no source",
                release.id(),
                source.text
            )));
        }
    }

    /// Reads the directives of a values file, in its place among those that could change `.Values`.
    fn read(
        &mut self,
        candidate: &Candidate<'_>,
        file: &Utf8Path,
        raw: &Raw,
        looked: Looked,
    ) -> Result<Vec<Source>, Unsearched> {
        let release = candidate.release;
        let files = self.material.files;
        let wanted = looked == Looked::Wanted;
        let searched = wanted && (raw.may_declare || raw.may_bring_in());
        let before =
            (raw.may_mutate && (searched || release.selected)).then(|| self.visit.values.deep_copy());
        let sources = if wanted && raw.may_declare {
            self.declaring.push((release.id(), file.to_owned()));
            files.declared(self.visit, release, file, raw).map_err(Unsearched::BadDirective)
        } else if searched {
            let sources = files.brought_in(self.visit, release, file, raw, self.material.programs);
            if !matches!(&sources, Ok(sources) if sources.is_empty()) {
                self.declaring.push((release.id(), file.to_owned()));
            }
            sources
        } else {
            if before.is_some() {
                // helmfile fails over it by itself, if it ever renders it.
                let _ = files.render(self.visit, release, file, raw, Programs::AsTheStateSays);
            }
            Ok(Vec::new())
        };
        if before.is_some_and(|before| !before.deep_equal(&self.visit.values)) {
            self.changing.push((release.id(), file.to_owned()));
        }
        sources
    }

    /// The finding unsearched-values for each template that may bring directives in.
    fn unsearched_values(&self, release: &Release, found: &Found) -> Vec<Diagnostic> {
        let one = |(file, problem): &(Utf8PathBuf, Diagnostic)| {
            let message = format!(
                "release `{}`: `{}` may bring in directives, and is not searched for them: {}",
                release.id(),
                relative(file, &self.material.context.directory),
                problem.message
            );
            let place = problem.place.clone().unwrap_or_else(|| Place::file(file));
            Diagnostic::finding(Code::UnsearchedValues, message)
                .hint("declare sources in a plain values file, not in what this one includes or reads")
                .release(release.id())
                .at(place.clone())
        };
        found.unsearched.iter().map(one).collect()
    }

    /// The same for a release that is no consumer as far as is known. Of many such releases one is named for each file and
    /// reason.
    fn remark_unsearched(&mut self, release: &Release, found: &Found) {
        for finding in self.unsearched_values(release, found) {
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
        candidate: &Candidate<'_>,
        found: &Found,
        sources: Vec<Source>,
        mut problems: Vec<Diagnostic>,
    ) -> Consumer {
        let release = candidate.release;
        let id = release.id();
        problems.extend(self.material.settings.target_of(release).err());
        let format = self.material.settings.format_of(release).unwrap_or_else(|problem| {
            problems.push(problem);
            Settings::plain_format()
        });
        let subject = self.subject(release);
        let mut findings = self.needs(release, &sources);
        let Material { environment, index, .. } = self.material;
        let at = ReleaseAt { environment, visit: index, release: candidate.index };
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
            [] => {
                if let Some(source) = sources.first() {
                    let named = candidate.named.as_deref();
                    findings.push(unwired_release(self.visit, release, &source.place, named));
                }
                None
            }
            [target] => {
                findings.extend(self.around_target(candidate, target, found, &sources, &problems));
                let (root, directory) = (&self.material.settings.root, &self.material.context.directory);
                problems.extend(self.material.misplaced.problem(&target.path, root, directory));
                if !sources.is_empty() {
                    let keys = keys_of(&format, &sources, &subject);
                    let layers = self.layers(release, target, found, &keys);
                    let shadowed = shadowed_checksum(&id, &keys, &layers, &release.set);
                    findings.extend(
                        shadowed
                            .into_iter()
                            .map(|finding| finding.release(id.clone()).at(Place::file(target.path.clone()))),
                    );
                }
                Some(target.path.clone())
            }
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
            owner: format!("release `{id}`"),
            at: Some(at),
            producers,
            same,
            sources,
            format,
            subject,
            root: self.material.settings.root.clone(),
            state: self.visit.directory.clone(),
            levels: self.material.settings.levels.clone(),
            secret_key: Rc::clone(&self.material.settings.secret_key),
            held: false,
            diagnostics: problems.into_iter().chain(findings).collect(),
        }
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

    fn needs(&self, release: &Release, sources: &[Source]) -> Vec<Diagnostic> {
        let mut findings: Vec<Diagnostic> = Vec::new();
        for source in sources {
            if let Some(finding) = missing_need(self.material.resolved, self.material.index, release, source)
            {
                let finding = finding.at(source.place.clone());
                if !findings.iter().any(|other| other.message == finding.message) {
                    findings.push(finding);
                }
            }
        }
        findings
    }

    fn around_target(
        &self,
        candidate: &Candidate<'_>,
        target: &Wired,
        found: &Found,
        sources: &[Source],
        problems: &[Diagnostic],
    ) -> Vec<Diagnostic> {
        let release = candidate.release;
        let shown = relative(&target.path, &self.material.context.directory);
        let mut findings = Vec::new();
        let root = &self.material.settings.root;
        findings.extend(self.material.misplaced.state(&release.id(), &target.path, root, &shown));
        if sources.is_empty() {
            if problems.is_empty() && !self.declares_otherwise(release, found) {
                let near = self.misspelt(found).into_iter().next();
                findings.extend(orphan_target(release, target, &shown, near.as_ref()));
            }
        } else {
            findings.extend(hidden_missing_file(self.visit, release, &shown));
        }
        findings
    }

    /// Whether a release without sources has some in another case: its directive stands in an `{{ if }}` or may come out of a
    /// template that cannot be rendered here, or it declares some in another environment.
    fn declares_otherwise(&self, release: &Release, found: &Found) -> bool {
        let text = |file: &Utf8Path| self.material.files.raw(file).bytes.clone().unwrap_or_default();
        !found.unsearched.is_empty()
            || found.files.iter().any(|(_, file)| declares(&text(file)))
            || self.material.elsewhere.declares(self.visit, release)
    }

    /// Comments in the values files that may have been meant as directives.
    fn misspelt(&self, found: &Found) -> Vec<(Place, String)> {
        let mut comments = Vec::new();
        for (_, file) in &found.files {
            let raw = self.material.files.raw(file);
            let places = raw.misspelt().iter();
            comments.extend(places.map(|(line, comment)| (Place::line(file, *line), comment.clone())));
        }
        comments
    }

    /// Says which comments may have been meant as directives, where no finding does.
    fn note_misspelt(&mut self, found: &Found) {
        for (place, comment) in self.misspelt(found) {
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

    /// Everything else that sets values of a release.
    fn layers(&self, release: &Release, target: &Wired, found: &Found, keys: &[KeyPath]) -> Vec<Layer> {
        let mut layers = Vec::new();
        for (index, entry) in release.values.iter().enumerate() {
            let later = index > target.index;
            if let EntryContent::Inline(values) = &entry.content {
                layers.push(Layer { title: "an inline map".into(), values: vec![values.clone()], later });
            } else if let Some((_, file)) = found.files.iter().find(|(position, _)| *position == index) {
                let title = format!("`{}`", relative(file, &self.material.context.directory));
                layers.extend(self.file_layer(release, file, title, later, keys));
            }
        }
        for entry in &release.secrets {
            let secret =
                self.visit.resolve_entry(&*self.material.request.tree, release, EntryKind::Secrets, entry);
            if let Ok(EntrySource::File(file)) = secret
                && let Ok(bytes) = &self.material.files.raw(&file).bytes
            {
                // SOPS leaves the keys as they are.
                let title =
                    format!("the secrets file `{}`", relative(&file, &self.material.context.directory));
                layers.extend(Layer::of_file(title, bytes, true));
            }
        }
        layers
    }

    /// A values file as helm reads it. A template is rendered for this only if it mentions where a key starts: what it sets
    /// there, even to nothing, takes the place of the key.
    fn file_layer(
        &self,
        release: &Release,
        file: &Utf8Path,
        title: String,
        later: bool,
        keys: &[KeyPath],
    ) -> Option<Layer> {
        let raw = self.material.files.raw(file);
        if !raw.template {
            return Layer::of_file(title, raw.bytes.as_deref().ok()?, later);
        }
        let text = raw.text()?;
        let mentioned = keys.iter().any(|key| text.contains(key.first()));
        if !mentioned || raw.may_mutate {
            return None;
        }
        // Where it fails, helmfile says so.
        let programs = if raw.may_declare { Programs::AsTheStateSays } else { self.material.programs };
        let rendered = self.material.files.render(self.visit, release, file, &raw, programs).ok()?;
        Layer::of_file(title, &rendered.bytes, later)
    }

    /// The values templates that changed `.Values`: the release and the file.
    pub(crate) fn into_changing(self) -> Vec<(String, Utf8PathBuf)> {
        self.changing
    }

    /// The finding unstable-template, where a values template changed what another one was read with: in which order
    /// helmfile renders them is not fixed.
    pub(crate) fn deny_mutations(&self, consumers: &mut [Consumer]) {
        let own = |consumer: &&mut Consumer| consumer.at.is_some_and(|at| at.visit == self.material.index);
        for consumer in consumers.iter_mut().filter(own) {
            let id = consumer.id();
            let own = self.declaring.iter().filter(|(release, _)| *release == id);
            let clash = own
                .flat_map(|declaring| self.changing.iter().map(move |changing| (declaring, changing)))
                .find(|(declaring, changing)| declaring != changing);
            if let Some(((_, declaring), (other, changing))) = clash {
                let directory = &self.material.context.directory;
                let message = format!(
                    "release `{id}`: `{}` declares sources, and `{}` of release `{other}` changes `.Values`, which both share",
                    relative(declaring, directory),
                    relative(changing, directory)
                );
                let finding = Diagnostic::finding(Code::UnstableTemplate, message)
                    .level(Level::Deny)
                    .hint("in which order helmfile renders them is not fixed; work on a copy: `deepCopy .Values`")
                    .release(id)
                    .at(Place::file(changing.clone()));
                consumer.diagnostics.push(finding);
            }
        }
    }
}
