//! The values of a release as helm gets them (`pkg/state/state.go: generateValuesFiles`).

use std::fmt;

use camino::{Utf8Path, Utf8PathBuf};

use super::piece::data_line;
use super::producer::{Producer, Templates};
use crate::diagnostic::{Diagnostic, Refusal};
use crate::go::filepath::join_clean;
use crate::state::{EntryKind, EntrySource, ValuesEntry};
use crate::text::Place;
use crate::value::{Map, Value};
use crate::yaml::{self, ErrorKind, Limits, Node};

/// Where values come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file, absolute.
    File(Utf8PathBuf),
    /// A map in the state file.
    Inline,
}

/// Values that helm gets, in one of the files that helmfile writes for it.
#[derive(Clone, PartialEq, Eq)]
pub struct GivenValues {
    /// Which list they are from. What comes from `secrets:` is decrypted.
    pub kind: EntryKind,
    /// Which entry of that list, from 0. Entries whose file is missing, but may be, give nothing.
    pub index: usize,
    /// Where they come from.
    pub origin: Origin,
    /// The text that helm reads.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for GivenValues {
    /// Values may be secret, so only their number of bytes is told.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("GivenValues")
            .field("kind", &self.kind)
            .field("index", &self.index)
            .field("origin", &self.origin)
            .field("bytes", &self.bytes.len())
            .finish()
    }
}

impl GivenValues {
    /// What helm reads from the first document of the text, with YAML 1.1 words as booleans. Nothing gives no values.
    ///
    /// # Errors
    ///
    /// Where helm cannot read it, or garbles it. The message contains no value where they come from secrets.
    pub fn data(&self) -> Result<Map, Diagnostic> {
        let read = || {
            let node = yaml::parse_first(&self.bytes, &Limits::default())?;
            node.as_ref().map_or(Ok(Value::Nil), Node::decode_as_helm).map(|value| match value {
                Value::Map(map) => Some(map),
                Value::Nil => Some(Map::new()),
                _ => None,
            })
        };
        match read() {
            Ok(Some(map)) => Ok(map),
            Ok(None) => Err(self.problem("no map")),
            Err(error) => Err(self.unreadable(&error)),
        }
    }

    /// The text as lines of data, empty where it says nothing: one for the first document, as [`data`](Self::data) reads it, and
    /// one for each further document with something in it. Helm 4 merges all of them (`pkg/chart/v2/loader/load.go: LoadValues`),
    /// Helm 3 passes over all but the first; which of them deploys the release is not asked. Where what follows the first document is
    /// not YAML, as in a map that ends with a key further left, the text counts as it is.
    ///
    /// # Errors
    ///
    /// As [`data`](Self::data).
    pub(super) fn lines(&self) -> Result<Vec<u8>, Diagnostic> {
        let first = self.data()?;
        let mut further = Vec::new();
        let nodes = yaml::parse(&self.bytes, &Limits::default()).unwrap_or_else(|_| {
            further.extend(&self.bytes);
            Vec::new()
        });
        for node in nodes.iter().skip(1) {
            match node.decode_as_helm() {
                Ok(Value::Nil) => {}
                Ok(Value::Map(map)) if map.is_empty() => {}
                Ok(value) => further.extend(data_line(&value)),
                // Helm 3 does not notice it.
                Err(_) => further.extend(&self.bytes),
            }
        }
        if first.is_empty() && further.is_empty() {
            return Ok(Vec::new());
        }
        let mut lines = data_line(&first.into());
        lines.append(&mut further);
        Ok(lines)
    }

    fn problem(&self, what: &str) -> Diagnostic {
        let hint =
            "write it so that every YAML parser reads it alike; helm may not be able to read it either";
        match &self.origin {
            Origin::File(file) => Diagnostic::error(format!("the values file `{file}` is {what}"))
                .at(Place::file(file))
                .hint(hint),
            Origin::Inline => Diagnostic::error(format!("a map among the values is {what}")).hint(hint),
        }
    }

    fn unreadable(&self, error: &yaml::Error) -> Diagnostic {
        let problem = self.unread(error);
        match error.kind() {
            ErrorKind::Unsupported => problem.as_refusal(Refusal::UnsupportedYaml),
            ErrorKind::Limit => problem.as_refusal(Refusal::Limit),
            _ => problem,
        }
    }

    fn unread(&self, error: &yaml::Error) -> Diagnostic {
        // Of a template the lines are others, and of a secret not even a word must be told.
        let Origin::File(file) = &self.origin else { return self.problem("not readable to helm") };
        if self.kind == EntryKind::Secrets {
            return self.problem("not readable to helm when decrypted").at(error.place(file));
        }
        if is_template(file) {
            // What was rendered may contain secrets of the environment.
            let line = error.line().map(|line| format!(", in line {line} of the result")).unwrap_or_default();
            return self
                .problem(&format!("not readable to helm once it is rendered{line}"))
                .at(Place::file(file));
        }
        self.problem(&format!("not readable to helm: {error}")).at(error.place(file))
    }
}

/// The values and secrets of a release in the order in which helm gets them.
///
/// # Errors
///
/// Where helmfile cannot write one of them: a missing file, a template that fails, a secret that cannot be decrypted. And for
/// what helmsum does not read: what is downloaded, and `ref+…` references that need an account.
pub fn values(
    producer: &Producer<'_>,
    templates: &mut Templates<'_>,
) -> Result<Vec<GivenValues>, Diagnostic> {
    let release = producer.release;
    let lists = [(EntryKind::Values, &release.values), (EntryKind::Secrets, &release.secrets)];
    let mut given = Vec::new();
    for (kind, list) in lists {
        for (index, entry) in list.iter().enumerate() {
            if let Some((origin, bytes)) = given_by(producer, kind, entry, templates)? {
                given.push(GivenValues { kind, index, origin, bytes });
            }
        }
    }
    Ok(given)
}

/// The files that helmfile's command line adds to those of every release, as helm reads them: unrendered.
///
/// # Errors
///
/// Where one of them cannot be read.
pub(super) fn added(producer: &Producer<'_>) -> Result<Vec<GivenValues>, Diagnostic> {
    let paths = producer.request.options.values.iter().enumerate();
    paths.map(|(index, path)| values_at(producer, path, index)).collect()
}

/// The values in a file that an option of helm or helmfile names, unrendered.
///
/// # Errors
///
/// Where it cannot be read.
pub(super) fn values_at(
    producer: &Producer<'_>,
    path: &str,
    index: usize,
) -> Result<GivenValues, Diagnostic> {
    let file = join_clean(&producer.visit.working_directory, path);
    let bytes = producer.read(&file).map_err(|problem| {
        let hint = "an option `--values` names it: relative to the state file or, of several that are read in one run, to where \
                    helmfile was started; what is not a file on disk, such as `<(…)`, has to be put into one";
        problem.at(producer.place()).hint(hint)
    })?;
    Ok(GivenValues { kind: EntryKind::Values, index, origin: Origin::File(file), bytes })
}

/// What one entry gives, if anything.
pub(super) fn given_by(
    producer: &Producer<'_>,
    kind: EntryKind,
    entry: &ValuesEntry,
    templates: &mut Templates<'_>,
) -> Result<Option<(Origin, Vec<u8>)>, Diagnostic> {
    let source = producer
        .visit
        .resolve_entry(&*producer.request.tree, producer.release, kind, entry)
        .map_err(|error| producer.state_problem(error))?;
    Ok(Some(match source {
        EntrySource::Hidden(_) => return Ok(None),
        EntrySource::Remote(path) => {
            let problem = producer
                .refused(
                    Refusal::RemoteValues,
                    &format!("its values file `{path}` is downloaded, and helmsum does not do that"),
                )
                .hint("fetch it into the repository");
            return Err(problem);
        }
        EntrySource::Reference(path) => {
            let message = format!("an entry `{path}` names its values by a reference");
            let problem = producer.refused(Refusal::SecretReference, &message);
            return Err(problem.hint("name the file itself; references inside of it are resolved"));
        }
        EntrySource::File(file) => {
            let text = match kind {
                EntryKind::Values => producer.read(&file)?,
                EntryKind::Secrets => producer
                    .visit
                    .decrypt(producer.request, &file)
                    .map_err(|error| producer.state_problem(error))?
                    .into_bytes(),
            };
            let data = || producer.visit.release_data(producer.release, &producer.request.watch);
            let bytes = rendered(producer, &file, text, kind, &data, templates)?;
            (Origin::File(file), bytes)
        }
        EntrySource::Inline(map) => {
            let text = yaml::encode(&map).map_err(|error| {
                producer.problem(&format!("a map among its values cannot be written: {error}"))
            })?;
            let text = match kind {
                EntryKind::Values => text,
                EntryKind::Secrets => producer
                    .visit
                    .decrypt_text(producer.request, &text)
                    .map_err(|error| producer.state_problem(error))?,
            };
            let what = ("a map among its values", None);
            (Origin::Inline, through_vals(producer, text.into_bytes(), what, templates)?)
        }
    }))
}

/// The text of a file as helm gets it: rendered if its name says so, and with its references resolved.
pub(super) fn rendered(
    producer: &Producer<'_>,
    file: &Utf8Path,
    text: Vec<u8>,
    kind: EntryKind,
    data: &dyn Fn() -> Value,
    templates: &mut Templates<'_>,
) -> Result<Vec<u8>, Diagnostic> {
    let bytes = if is_template(file) {
        let text = String::from_utf8(text).map_err(|_| {
            let message = format!("`{file}` is not UTF-8");
            producer.refused(Refusal::NotUtf8, &message).at(Place::file(file)).hint("templates are text")
        })?;
        let base = file.parent().unwrap_or(file);
        producer.render(file, base, &text, &data(), templates).map_err(|problem| match kind {
            // The excerpt would show the decrypted text, and so may the message.
            EntryKind::Secrets => {
                problem.at(Place::file(file)).message(format!("the decrypted template `{file}` fails"))
            }
            EntryKind::Values => problem,
        })?
    } else {
        text
    };
    // Of a template the lines are others, and of a secret none is shown.
    let plain = Some(file).filter(|_| kind == EntryKind::Values && !is_template(file));
    through_vals(producer, bytes, (&format!("`{file}`"), plain), templates)
}

/// Values as helmfile leaves them (`pkg/state/state.go: renderValuesFileToBytes`): with `ref+` anywhere in the text, a comment
/// included, they are read, searched by vals and written anew. `plain` is the file that the text is of, as it is written there.
fn through_vals(
    producer: &Producer<'_>,
    text: Vec<u8>,
    (what, plain): (&str, Option<&Utf8Path>),
    templates: &mut Templates<'_>,
) -> Result<Vec<u8>, Diagnostic> {
    if !text.windows(4).any(|window| window == b"ref+") {
        return Ok(text);
    }
    let unreadable = |error| producer.problem(&format!("{what} cannot be read: {error}"));
    let node = yaml::parse(&text, &Limits::default()).map_err(unreadable)?.into_iter().next();
    let map = node.as_ref().map_or(Ok(None), Node::decode_map).map_err(unreadable)?.unwrap_or_default();
    let (resolved, files) = producer.resolve(templates.shows, |resolver| resolver.in_map(&map));
    for file in files {
        templates.effects.files.entry(file).or_insert_with(|| producer.place());
    }
    resolved.map_err(|unresolved| {
        let line = plain.and_then(|file| Some(Place::line(file, line_of(node?, &unresolved.url)?)));
        let problem = producer.unresolved(what, unresolved);
        match line.or_else(|| plain.map(Place::file)) {
            Some(place) => problem.at(place),
            None => problem,
        }
    })?;
    let text = yaml::encode(&map.into())
        .map_err(|error| producer.problem(&format!("{what} cannot be written: {error}")))?;
    Ok(text.into_bytes())
}

/// The line of the first text that has a reference.
fn line_of(node: Node, url: &[u8]) -> Option<usize> {
    let url = std::str::from_utf8(url).ok().filter(|url| !url.is_empty())?;
    let mut open = vec![node];
    let mut first: Option<usize> = None;
    while let Some(node) = open.pop() {
        for (key, value) in node.pairs() {
            open.extend([key, value]);
        }
        open.extend(node.children());
        if node.text().is_some_and(|text| text.contains(url)) {
            first = Some(first.map_or(node.line(), |line| line.min(node.line())));
        }
    }
    first
}

/// Whether helmfile renders a file (`pkg/tmpl/file_renderer.go: RenderToBytes`).
pub(super) fn is_template(file: &Utf8Path) -> bool {
    file.extension() == Some("gotmpl") || file.file_name() == Some(".gotmpl")
}
