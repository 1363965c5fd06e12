//! From YAML to the structs of a state, as strict as helmfile: an unknown key is an error.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::environment_specs::EnvironmentSpecs;
use super::layer::{Item, Pointer};
use super::unrendered::Mistake;
use crate::diagnostic::{Diagnostic, Secrets};
use crate::text::{Place, nearest};
use crate::value::{Map, Value};
use crate::yaml::{self, ErrorKind, Kind, Limits, Node};

/// A text that is decoded, and what is wrong with it so far.
#[derive(Debug)]
pub(super) struct Decoding<'t> {
    source: &'t Rc<Source>,
    errors: Vec<yaml::Error>,
    /// The environment that the state is read for.
    pub(super) environment: &'t str,
    /// The entries of `environments:` of this document, once they are known to fit.
    pub(super) environments: &'t RefCell<Option<EnvironmentSpecs>>,
    /// Whether unknown keys are errors.
    strict: bool,
}

/// A YAML text and where it comes from.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// The file.
    pub(super) file: Utf8PathBuf,
    /// The text.
    pub(super) text: Arc<str>,
    /// Where its lines are in the file.
    pub(super) lines: Lines,
}

/// How the lines of a text follow from those of its file. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// The text is a piece of the file that starts on this line.
    From(usize),
    /// The text was rendered; for each of its lines, the one of the file that wrote its start.
    Rendered(Vec<usize>),
}

impl Lines {
    /// The line of the file.
    pub(super) fn of(&self, line: usize) -> usize {
        match self {
            Self::From(first) => line + first - 1,
            Self::Rendered(lines) => lines.get(line - 1).or(lines.last()).copied().unwrap_or(1),
        }
    }
}

/// A value that YAML is decoded into.
pub(super) trait Decode {
    /// Takes over what `node`, which is not null, says. Returns whether it fits; if not, an error was noted.
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool;

    /// Takes over a null in a list, which `node` is. Returns whether it stays as an item: go-yaml drops it where the type has
    /// no nil.
    fn decode_null(&mut self, _node: &Node, _decoding: &mut Decoding<'_>) -> bool {
        false
    }
}

/// A struct with named fields.
pub(super) trait Record {
    /// How messages name it.
    const LABEL: &'static str;
    /// The YAML keys.
    const KEYS: &'static [&'static str];

    /// The field of a key.
    fn field(&mut self, key: &str) -> Option<&mut dyn Decode>;

    /// Takes note of where the struct is written.
    fn locate(&mut self, _place: Place) {}
}

/// The parts of state files that have been parsed, so that they need not be parsed again for another environment: with as many
/// environments as there are, a state file that lists them would take the square of their number. Nodes never change; what
/// is decoded from them is made anew each time, since templates can change it.
#[derive(Clone, Debug, Default)]
pub struct Parsed(Rc<RefCell<Parts>>);

/// By the file, as text since paths compare part by part, and the line that a part starts at.
type Parts = BTreeMap<(String, usize), Part>;

/// The last text that a part of a file had, and its documents.
#[derive(Clone, Debug)]
struct Part {
    text: Arc<str>,
    documents: Rc<[Document]>,
}

/// A document that was parsed.
#[derive(Debug)]
struct Document {
    node: Node,
    environments: RefCell<Option<EnvironmentSpecs>>,
}

impl Parsed {
    fn documents(&self, source: &Source) -> Option<Rc<[Document]>> {
        let parts = self.0.borrow();
        let part = parts.get(&(source.file.to_string(), source.lines.of(1)))?;
        (part.text == source.text).then(|| Rc::clone(&part.documents))
    }

    fn keep(&self, source: &Source, documents: Rc<[Document]>) {
        let part = Part { text: Arc::clone(&source.text), documents };
        self.0.borrow_mut().insert((source.file.to_string(), source.lines.of(1)), part);
    }
}

/// Decodes all documents of `source` for a reading of the environment `environment`, each into a struct of its own. Credentials in
/// them are noted in `secrets`.
///
/// # Errors
///
/// Where the text is not YAML or does not fit the struct.
pub(super) fn documents<T: Record + Default>(
    source: &Rc<Source>,
    environment: &str,
    parsed: &Parsed,
    secrets: &Secrets,
) -> Result<Vec<T>, Diagnostic> {
    let known = parsed.documents(source);
    let is_new = known.is_none();
    let parts = if let Some(parts) = known {
        parts
    } else {
        let nodes = yaml::parse(source.text.as_bytes(), &Limits::default());
        let nodes = nodes.map_err(|error| source.error(error))?;
        note_credentials(&nodes, &source.text, secrets);
        nodes.into_iter().map(|node| Document { node, environments: RefCell::default() }).collect()
    };
    let mut documents = Vec::with_capacity(parts.len());
    for Document { node, environments } in &*parts {
        let mut document = T::default();
        if !node.is_null() {
            if is_new {
                // helmfile decodes every document into a map first, so duplicate keys anywhere are noticed.
                node.decode_map().map_err(|error| source.error(error))?;
            }
            let decoding = Decoding { source, errors: Vec::new(), environment, environments, strict: true };
            decode_into(&mut document, node, decoding)?;
        }
        documents.push(document);
    }
    if is_new {
        parsed.keep(source, parts);
    }
    Ok(documents)
}

/// Notes the credentials in URLs of a state, and the passwords of its repositories.
fn note_credentials(documents: &[Node], text: &str, secrets: &Secrets) {
    let of_key = |node: &Node, wanted: &str| {
        let pairs = node.pairs().into_iter();
        pairs.filter(|(key, _)| key.text() == Some(wanted)).map(|(_, value)| value).collect::<Vec<_>>()
    };
    if text.contains("repositories") && text.contains("password") {
        let lists = documents.iter().flat_map(|document| of_key(document, "repositories"));
        for password in lists.flat_map(|list| list.children()).flat_map(|entry| of_key(&entry, "password")) {
            password.text().into_iter().for_each(|password| secrets.hide_credential(password));
        }
    }
    let mut open = if text.contains("://") { documents.to_vec() } else { Vec::new() };
    // Anchors can make more of them than there are bytes.
    let mut left = text.len();
    while let Some(node) = open.pop().filter(|_| left > 0) {
        left -= 1;
        node.text().into_iter().for_each(|text| secrets.hide_credentials(text));
        let pairs = node.pairs();
        if pairs.is_empty() {
            open.extend(node.children());
        } else {
            open.extend(pairs.into_iter().flat_map(|(key, value)| [key, value]));
        }
    }
}

/// Decodes the first document of `source`, passing over unknown keys.
///
/// # Errors
///
/// Where the text is not YAML or a known key has a value of another type.
pub(super) fn first_lenient<T: Record + Default>(source: &Rc<Source>) -> Result<T, Diagnostic> {
    let node = yaml::parse_first(source.text.as_bytes(), &Limits::default());
    let mut document = T::default();
    if let Some(node) = node.map_err(|error| source.error(error))?.filter(|node| !node.is_null()) {
        let environments = &RefCell::default();
        let decoding = Decoding { source, errors: Vec::new(), environment: "", environments, strict: false };
        decode_into(&mut document, &node, decoding)?;
    }
    Ok(document)
}

fn decode_into<T: Record>(
    document: &mut T,
    node: &Node,
    mut decoding: Decoding<'_>,
) -> Result<(), Diagnostic> {
    document.decode(node, &mut decoding);
    match yaml::Error::join(decoding.errors) {
        Some(error) => Err(decoding.source.error(error)),
        None => Ok(()),
    }
}

/// What a node of `source` says that was decoded before without a mistake.
pub(super) fn decoded<T: Decode + Default>(node: &Node, source: &Rc<Source>) -> T {
    let environments = &RefCell::default();
    let mut decoding = Decoding { source, errors: Vec::new(), environment: "", environments, strict: true };
    let mut value = T::default();
    if !node.is_null() {
        value.decode(node, &mut decoding);
    }
    value
}

impl Source {
    /// A YAML error of this text, as an error of the file it comes from.
    pub(super) fn error(&self, error: yaml::Error) -> Diagnostic {
        let is_plain = matches!(self.lines, Lines::From(_)) && !self.file.as_str().ends_with(".gotmpl");
        let mistake = error.line().filter(|_| is_plain && error.refusal().is_none());
        let mistake = mistake.map(|line| Mistake { line, syntax: error.kind() == ErrorKind::Syntax });
        let failed = self.yaml_error(error);
        match mistake {
            Some(mistake) => mistake.explain(failed, self),
            None => failed,
        }
    }

    fn yaml_error(&self, error: yaml::Error) -> Diagnostic {
        if self.lines == Lines::From(1) {
            return error.into_diagnostic(&self.file, Some(&self.text));
        }
        let written =
            error.line().and_then(|line| self.text.lines().nth(line - 1)).unwrap_or_default().trim();
        let written = written.to_owned();
        let failed = error.into_diagnostic(&self.file, None);
        let Some(place) = failed.place.clone() else { return failed };
        let line = place.line.map(|line| self.lines.of(line));
        match self.lines {
            Lines::From(_) => failed.at(Place { line, ..place }),
            Lines::Rendered(_) => {
                let failed = failed.at(Place { line, column: None, length: None, ..place });
                failed.made(written)
            }
        }
    }

    /// Where a node of this text is.
    pub(super) fn place(&self, node: &Node) -> Place {
        let line = self.lines.of(node.line());
        match self.lines {
            Lines::From(_) => Place { line: Some(line), ..node.place_in(&self.file) },
            Lines::Rendered(_) => Place::line(&self.file, line),
        }
    }
}

impl<'t> Decoding<'t> {
    /// The text.
    pub(super) const fn source(&self) -> &'t Rc<Source> {
        self.source
    }

    /// Notes a mistake at a node.
    pub(super) fn refuse(&mut self, node: &Node, message: impl AsRef<str>) {
        self.errors.push(node.error(message.as_ref()));
    }

    /// Where a node is.
    pub(super) fn place(&self, node: &Node) -> Place {
        self.source.place(node)
    }

    /// The value, or nothing where it is null or an error was noted.
    pub(super) fn settle<T>(&mut self, result: Result<Option<T>, yaml::Error>) -> Option<T> {
        match result {
            Ok(value) => value,
            Err(error) => {
                self.errors.push(error);
                None
            }
        }
    }
}

impl<T: Record> Decode for T {
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        let Some(entries) = decoding.settle(node.struct_entries(T::LABEL)) else { return false };
        self.locate(decoding.place(node));
        for entry in entries {
            match self.field(&entry.key) {
                Some(_) if entry.value.is_null() => {}
                Some(field) => {
                    field.decode(&entry.value, decoding);
                }
                None if !decoding.strict => {}
                None => {
                    let message = format!("unknown key `{}` in {}", entry.key, T::LABEL);
                    let near = nearest(&entry.key, T::KEYS.iter().copied());
                    let hint = near.map(|near| format!("; did you mean `{near}`?"));
                    decoding.errors.push(entry.error(&(message + hint.as_deref().unwrap_or_default())));
                }
            }
        }
        true
    }
}

macro_rules! scalar_decodes {
    ($($kind:ty: $method:ident;)+) => {
        $(impl Decode for $kind {
            fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
                decoding.settle(node.$method()).map(|value| *self = value).is_some()
            }
        })+
    };
}

scalar_decodes! {
    String: decode_string;
    bool: decode_bool;
    i64: decode_int;
}

impl Decode for f64 {
    #[expect(clippy::cast_precision_loss, reason = "Go converts integers to floats as they fit")]
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        *self = match node.decode() {
            Ok(Value::Int(value)) => value as Self,
            Ok(Value::Uint64(value)) => value as Self,
            Ok(Value::Float(value)) => value,
            Ok(_) => {
                decoding.errors.push(node.mismatch("float"));
                return false;
            }
            Err(error) => {
                decoding.errors.push(error);
                return false;
            }
        };
        true
    }
}

impl Decode for Value {
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        decoding.settle(node.decode().map(Some)).map(|value| *self = value).is_some()
    }

    fn decode_null(&mut self, _node: &Node, _decoding: &mut Decoding<'_>) -> bool {
        true
    }
}

impl Decode for Item {
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        self.place = Some(decoding.place(node));
        self.value.decode(node, decoding)
    }

    fn decode_null(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        self.place = Some(decoding.place(node));
        self.value.decode_null(node, decoding)
    }
}

impl Decode for Map {
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        decoding.settle(node.decode_map()).map(|value| *self = value).is_some()
    }
}

impl<T: Decode + Default> Decode for Pointer<T> {
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        let mut value = T::default();
        let good = value.decode(node, decoding);
        *self = Self::to(value);
        good
    }

    fn decode_null(&mut self, _node: &Node, _decoding: &mut Decoding<'_>) -> bool {
        true
    }
}

impl<T: Decode + Default> Decode for Vec<T> {
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        let Some(items) = decoding.settle(node.items("a list")) else { return false };
        self.clear();
        for item in items {
            let mut value = T::default();
            let kept = if item.is_null() {
                value.decode_null(&item, decoding)
            } else {
                value.decode(&item, decoding)
            };
            if kept {
                self.push(value);
            }
        }
        true
    }
}

impl<T: Decode + Default> Decode for BTreeMap<String, T> {
    fn decode(&mut self, node: &Node, decoding: &mut Decoding<'_>) -> bool {
        let Some(entries) = decoding.settle(node.map_entries("a map")) else { return false };
        self.clear();
        for entry in entries {
            let mut value = T::default();
            if entry.value.is_null() {
                self.entry(entry.key.to_string()).or_default();
            } else if value.decode(&entry.value, decoding) {
                self.insert(entry.key.to_string(), value);
            }
        }
        true
    }
}

/// Whether a scalar could be what go-yaml takes for a boolean where a bool is wanted, as `installedTemplate` is.
///
/// # Errors
///
/// Where the text is not YAML, or its first document is not a boolean.
pub(super) fn boolean(text: &str) -> Result<bool, String> {
    let node = yaml::parse_first(text.as_bytes(), &Limits::default()).map_err(|error| error.as_go())?;
    match node {
        None => Ok(false),
        Some(node) if node.kind() == Kind::Scalar => {
            node.decode_bool().map(Option::unwrap_or_default).map_err(|error| error.as_go())
        }
        Some(node) => Err(node.mismatch("bool").as_go()),
    }
}
