//! The values files of a release, and the sources they declare.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use crate::diagnostic::{Diagnostic, Refusal};
use crate::source::{self, Declared, ProducerName, Render};
use crate::state::{Release, Request, Visit};
use crate::template::effects::Effects;
use crate::template::function::{ExecPolicy, Registry};
use crate::template::{self, Options, Rendered};
use crate::text::Place;
use crate::tree::glob;
use crate::value::Value;

/// Reads values files of one environment, each once, and renders those that are templates.
#[derive(Debug)]
pub(crate) struct ValuesFiles {
    request: Request,
    registry: Registry,
    raw: RefCell<BTreeMap<String, Rc<Raw>>>,
    /// Files of the project by the text of their paths, which compares faster than their parts, with the releases that have them among
    /// their values or whose values templates read them.
    readers: RefCell<BTreeMap<String, BTreeSet<ProducerName>>>,
}

/// A values file as it is on disk.
#[derive(Debug)]
pub(crate) struct Raw {
    /// Its bytes, or why there are none.
    pub(crate) bytes: Result<Vec<u8>, String>,
    /// Whether helmfile renders it.
    pub(crate) template: bool,
    /// Whether it can contain a directive.
    pub(crate) may_declare: bool,
    /// Whether it, or a helper beside it, calls a function that could change `.Values`.
    pub(crate) may_mutate: bool,
    misspelt: OnceCell<Vec<(usize, String)>>,
    may_bring_in: OnceCell<bool>,
}

impl Raw {
    /// Its text, where it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        self.bytes.as_ref().ok().and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// Whether a directive may come out of it that its own text does not have: one that a template, a file or a value brings in.
    pub(crate) fn may_bring_in(&self) -> bool {
        *self.may_bring_in.get_or_init(|| {
            self.template
                && !self.may_declare
                && self.bytes.is_ok()
                && self.text().is_none_or(template::may_print_comments)
        })
    }

    /// Comments in it that may have been meant as directives, with their lines.
    pub(crate) fn misspelt(&self) -> &[(usize, String)] {
        self.misspelt.get_or_init(|| self.text().map(source::misspelt).unwrap_or_default())
    }
}

impl ValuesFiles {
    /// The values files that a request reads.
    pub(crate) fn new(request: Request, registry: Registry) -> Self {
        Self { request, registry, raw: RefCell::default(), readers: RefCell::default() }
    }

    /// What they are read with.
    pub(crate) const fn request(&self) -> &Request {
        &self.request
    }

    /// Notes that a release has a file among its values, or that one of its values templates read it.
    pub(crate) fn note_reader(&self, release: &Release, file: &Utf8Path) {
        let reader =
            ProducerName { namespace: Some(release.namespace.clone()), release: release.name.clone() };
        let mut readers = self.readers.borrow_mut();
        match readers.get_mut(file.as_str()) {
            Some(known) => {
                known.insert(reader);
            }
            None => {
                readers.insert(file.to_string(), [reader].into());
            }
        }
    }

    /// The files at or below a path that releases are known to read, with these releases. Only values templates that were rendered
    /// count.
    pub(crate) fn readers_below(&self, path: &Utf8Path) -> Vec<(Utf8PathBuf, BTreeSet<ProducerName>)> {
        let readers = self.readers.borrow();
        let alike = readers.range(path.to_string()..).take_while(|(file, _)| file.starts_with(path.as_str()));
        let below = alike.map(|(file, readers)| (Utf8PathBuf::from(file), readers));
        let below = below.filter(|(file, _)| file.starts_with(path));
        below.map(|(file, readers)| (file, readers.clone())).collect()
    }

    /// Comments in values files that may have been meant as directives.
    pub(crate) fn misspelt(&self, files: &[(usize, Utf8PathBuf)]) -> Vec<(Place, String)> {
        let mut comments = Vec::new();
        for (_, file) in files {
            let raw = self.raw(file);
            let places = raw.misspelt().iter();
            comments.extend(places.map(|(line, comment)| (Place::line(file, *line), comment.clone())));
        }
        comments
    }

    /// A file as it is on disk.
    pub(crate) fn raw(&self, file: &Utf8Path) -> Rc<Raw> {
        if let Some(raw) = self.raw.borrow().get(file.as_str()) {
            return Rc::clone(raw);
        }
        let bytes = self.request.tree.read(file).map_err(|error| error.to_string());
        let template = is_template(file);
        let text = bytes.as_deref().unwrap_or_default();
        let raw = Rc::new(Raw {
            template,
            may_declare: source::may_declare(text),
            may_mutate: template && (mutates(text) || self.helpers_mutate(file)),
            bytes,
            misspelt: OnceCell::new(),
            may_bring_in: OnceCell::new(),
        });
        self.raw.borrow_mut().insert(file.to_string(), Rc::clone(&raw));
        raw
    }

    fn helpers_mutate(&self, file: &Utf8Path) -> bool {
        let pattern = file.with_file_name("_*.tpl");
        let helpers = glob(&*self.request.tree, &pattern).unwrap_or_default();
        // What cannot be read could change anything.
        helpers.iter().any(|helper| self.request.tree.read(helper).map_or(true, |text| mutates(&text)))
    }

    /// Renders a values template of a release as helmfile does. `programs` may be left out where it is enough to try.
    ///
    /// # Errors
    ///
    /// Where it is not text, or its template fails.
    pub(crate) fn render(
        &self,
        visit: &Visit,
        release: &Release,
        file: &Utf8Path,
        raw: &Raw,
        programs: Programs,
    ) -> Result<Rendered, Diagnostic> {
        let text = Self::text(file, raw)?;
        let mut context = self.request.context(file.parent().unwrap_or(file), Some(&visit.working_directory));
        if programs == Programs::Withheld && context.exec == ExecPolicy::Run {
            context.exec = ExecPolicy::Refused;
        }
        let data = visit.release_data(release, &self.request.watch);
        let rendered =
            template::render_traced(file, text, &data, &context, &self.registry, &Options::default())?;
        for read in rendered.effects.files.keys() {
            self.note_reader(release, read);
        }
        Ok(rendered)
    }

    /// What a values file declares for a release.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read or rendered, or contains a directive that cannot be read.
    pub(crate) fn declared(
        &self,
        visit: &Visit,
        release: &Release,
        file: &Utf8Path,
        raw: &Raw,
        effects: &mut Effects,
    ) -> Result<Declared, Diagnostic> {
        if !raw.may_declare {
            return Ok(Declared::default());
        }
        let result = if raw.template {
            let rendered = self.render(visit, release, file, raw, Programs::AsTheStateSays)?;
            effects.extend(rendered.effects.clone());
            source::in_rendered(file, Self::text(file, raw)?, &rendered)
        } else {
            let data = visit.release_data(release, &self.request.watch);
            let bytes = raw.bytes.as_deref().unwrap_or_default();
            let text = String::from_utf8_lossy(bytes);
            let mut render =
                |word: &str, at: usize| self.word(&Place::offset(file, &text, at), word, &data, effects);
            source::in_plain(file, bytes, &mut Render::Words(&mut render))
        };
        result.map_err(|error| error.diagnostic())
    }

    /// What other files and values declare in a values template for a release.
    ///
    /// What the template did counts only if it declares something: nobody has to render such a file for its own sake.
    ///
    /// # Errors
    ///
    /// Why it cannot be searched, or else what is wrong with a directive that came out of it.
    pub(crate) fn brought_in(
        &self,
        visit: &Visit,
        release: &Release,
        file: &Utf8Path,
        raw: &Raw,
        (programs, effects): (Programs, &mut Effects),
    ) -> Result<Declared, Unsearched> {
        let rendered = match self.render(visit, release, file, raw, programs) {
            Ok(rendered) => rendered,
            Err(problem) => {
                let withheld = problem.refusal() == Some(Refusal::NoExec) && !self.request.options.no_exec;
                return Err(Unsearched::Failed(if withheld {
                    let reason = "it runs a program, which helmsum does for a file without directives only in a hook of a command that renders or deploys";
                    problem.message(reason).without_hint().without_excerpt()
                } else {
                    problem
                }));
            }
        };
        let declared = Self::text(file, raw)
            .and_then(|text| source::in_rendered(file, text, &rendered).map_err(|error| error.diagnostic()));
        if !matches!(&declared, Ok(declared) if declared.is_empty()) {
            effects.extend(rendered.effects);
        }
        declared.map_err(Unsearched::BadDirective)
    }

    /// Renders a word of a directive that stands at a place, with the data of a release.
    pub(crate) fn word_of(
        &self,
        visit: &Visit,
        release: &Release,
        (place, effects): (&Place, &mut Effects),
        word: &str,
    ) -> Result<String, Diagnostic> {
        self.word(place, word, &visit.release_data(release, &self.request.watch), effects)
    }

    fn word(
        &self,
        place: &Place,
        word: &str,
        data: &Value,
        effects: &mut Effects,
    ) -> Result<String, Diagnostic> {
        let file = &place.file;
        let context = self.request.context(file.parent().unwrap_or(file), None);
        // Lines and columns are those of the word.
        let context = template::function::Context { place: Some(place.clone()), ..context };
        let rendered = template::render(file, word, data, &context, &self.registry, &Options::default())?;
        effects.extend(rendered.effects);
        String::from_utf8(rendered.bytes)
            .map_err(|_| Diagnostic::error(format!("`{word}` renders to something that is not UTF-8")))
    }

    fn text<'t>(file: &Utf8Path, raw: &'t Raw) -> Result<&'t str, Diagnostic> {
        let at = |message: String| Diagnostic::error(message).at(Place::file(file));
        match &raw.bytes {
            Err(error) => Err(at(format!("`{file}` cannot be read: {error}"))),
            Ok(bytes) => std::str::from_utf8(bytes).map_err(|_| at(format!("`{file}` is not UTF-8"))),
        }
    }
}

/// Whether programs run that a template starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Programs {
    /// Unless the user refuses it.
    AsTheStateSays,
    /// None: only to see whether there is anything in a file, nothing is run.
    Withheld,
}

/// Why the directives that are brought into a values template are not known.
#[derive(Debug)]
pub(crate) enum Unsearched {
    /// It cannot be rendered, or not here.
    Failed(Diagnostic),
    /// One of them cannot be read.
    BadDirective(Diagnostic),
}

/// Whether a values file has a directive, whatever a template around it makes of it.
pub(crate) fn declares(text: &[u8]) -> bool {
    let hidden = std::str::from_utf8(text).map(source::in_template_comments).unwrap_or_default();
    source::unread(text).iter().any(|line| !hidden.contains(line))
}

/// Whether helmfile renders a values file: its name ends in `.gotmpl` (`pkg/tmpl/file_renderer.go: RenderToBytes`).
pub(crate) fn is_template(file: &Utf8Path) -> bool {
    file.as_str().ends_with(".gotmpl")
}

/// Whether a template calls a function that may change a map which exists already. One that cannot be parsed does nothing.
fn mutates(text: &[u8]) -> bool {
    let names = template::functions::MUTATING;
    let Ok(text) = std::str::from_utf8(text) else { return false };
    names.iter().any(|name| text.contains(name))
        && template::calls(text).is_ok_and(|calls| names.iter().any(|name| calls.contains(*name)))
}
