//! From the words of a directive to a source.

use std::ops::Range;

use super::auto::{AUTO, ObjectPattern};
use super::fault::{At, Cure, Fault, Meant};
use super::words::{Word, split};
use super::{On, Options, ProducerName, What};
use crate::diagnostic::Diagnostic;
use crate::rendered::{ObjectKind, is_object_name};
use crate::source::exclusion::Patterns;
use crate::source::name::{self, NameError};
use crate::source::pattern::Glob;
use crate::text::nearest;

/// What a directive says, but for where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Parsed {
    Source(ParsedSource),
    /// `auto`, with what it leaves out.
    Auto(Vec<ObjectPattern>),
}

/// A source, but for where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ParsedSource {
    pub(super) what: What,
    pub(super) text: String,
    pub(super) name: Option<String>,
    pub(super) options: Options,
}

/// How words with `{{ … }}` become text.
pub enum Render<'a> {
    /// The text was rendered already: a `{{` that is left is an error.
    Done,
    /// There is no release whose data they could use.
    Never,
    /// Each word with `{{ … }}` is rendered by itself, with the release's own data. The function is given the word and the byte
    /// that it starts at, of the file for a directive, else of the text of the source.
    Words(&'a mut dyn FnMut(&str, usize) -> Result<String, Diagnostic>),
}

impl std::fmt::Debug for Render<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Done => "Done",
            Self::Never => "Never",
            Self::Words(_) => "Words",
        })
    }
}

/// Every option, in the order of the manual, with the kinds of sources it can be used with.
const OPTIONS: [(&str, &[&str]); 8] = [
    ("exclude", &[PATH]),
    ("eol", &[PATH]),
    ("parse", &[PATH]),
    ("optional", &[PATH]),
    ("from", &[PATH, CONFIG_MAP, SECRET, OBJECT]),
    ("decrypt", &[PATH]),
    ("secret", &[PATH]),
    ("on", &[PATH, RELEASE, CONFIG_MAP, SECRET, DIGEST]),
];

/// The options that may be given more than once.
const REPEATABLE: [&str; 2] = ["exclude", "on"];

const PATH: &str = "path";
const RELEASE: &str = "release";
const CONFIG_MAP: &str = ObjectKind::ConfigMap.word();
const SECRET: &str = ObjectKind::Secret.word();
const OBJECT: &str = ObjectKind::Other.word();
const DIGEST: &str = "sha256";

/// The options of an `auto`.
const OPTIONS_OF_AUTO: [&str; 1] = ["exclude"];

/// What may stand before the colon of a SOURCE.
const KINDS: [&str; 5] = [RELEASE, CONFIG_MAP, SECRET, OBJECT, DIGEST];

/// Whether a SOURCE is none that stands for files.
pub(crate) fn needs_state(text: &str) -> bool {
    text == AUTO || text.split_once(':').is_some_and(|(kind, _)| KINDS.contains(&kind))
}

/// The options as a message lists them.
pub(super) fn option_names() -> String {
    OPTIONS.map(|(name, _)| format!("`{name}=`")).join(", ")
}

/// Reads what stands after `helmsum:`.
pub(super) fn parse(rest: &str, render: &mut Render<'_>) -> Result<Parsed, At> {
    check_templates(rest, render)?;
    let mut words = split(rest)?;
    for word in &mut words {
        finish(word, render).map_err(|fault| fault.at(word.span.clone()))?;
    }
    let mut words = words.into_iter().peekable();
    let source = words.next().ok_or_else(|| Fault::NoSource.at(0..rest.len()))?;
    if source.text.starts_with('\'') && rest[source.span.clone()].starts_with('\'') {
        return Err(single_quote(&rest[source.span.start..]).at(source.span));
    }
    if source.text == AUTO {
        return auto(rest, &source.span, words).map(Parsed::Auto);
    }
    let what = what(&source.text).map_err(|fault| fault.at(source.span.clone()))?;
    let mut parsed = ParsedSource { what, text: source.text, name: None, options: Options::default() };
    if let Some(keyword) = words.next_if(|word| word.text == "as") {
        let word = words.next().ok_or_else(|| Fault::NoName.at(keyword.span.clone()))?;
        if !is_name(&word.text) {
            return Err(Fault::BadName(word.text).at(word.span));
        }
        parsed.name = Some(word.text);
    }
    let mut seen = Vec::new();
    for word in words {
        option(&word.text, &mut parsed, &mut seen)
            .map_err(|fault| with_meaning(fault, rest, &source.span, &word.span).at(word.span))?;
    }
    Ok(Parsed::Source(parsed))
}

/// A fault with what may have been meant by a word that fits nowhere.
fn with_meaning(fault: Fault, rest: &str, source: &Range<usize>, word: &Range<usize>) -> Fault {
    match fault {
        Fault::Unexpected(text, Meant::Comment) => Fault::Unexpected(text, meant(rest, source, word)),
        fault => fault,
    }
}

/// Reads what stands after `auto`.
fn auto(
    rest: &str,
    source: &Range<usize>,
    words: impl Iterator<Item = Word>,
) -> Result<Vec<ObjectPattern>, At> {
    let mut exclude = Vec::new();
    for word in words {
        let one = match split_option(&word.text) {
            _ if word.text == "as" => Err(Fault::NamedAuto),
            Ok((key, value)) if OPTIONS_OF_AUTO.contains(&key) => ObjectPattern::parse(value),
            Ok((key, _)) => Err(Fault::OptionOfAuto(key)),
            Err(fault) => Err(with_meaning(fault, rest, source, &word.span)),
        };
        exclude.push(one.map_err(|fault| fault.at(word.span))?);
    }
    Ok(exclude)
}

/// The name of an option that there is, and its value.
fn split_option(word: &str) -> Result<(&'static str, &str), Fault> {
    let Some((key, value)) = word.split_once('=') else {
        return Err(if word == "as" {
            Fault::MisplacedName
        } else {
            Fault::Unexpected(word.to_owned(), Meant::Comment)
        });
    };
    if key == "as" {
        return Err(Fault::Unexpected(word.to_owned(), Meant::Name(format!("as {value}"))));
    }
    match OPTIONS.into_iter().find(|(known, _)| *known == key) {
        Some((known, _)) => Ok((known, value)),
        None => Err(Fault::UnknownOption(key.to_owned(), nearest(key, OPTIONS.map(|(known, _)| known)))),
    }
}

/// Refuses `{{` where nothing is rendered.
pub(super) fn check_templates(text: &str, render: &Render<'_>) -> Result<(), At> {
    match (text.find("{{"), render) {
        (None, _) | (_, Render::Words(_)) => Ok(()),
        (Some(at), Render::Done) => Err(Fault::LeftTemplate.at(at..text.len())),
        (Some(at), Render::Never) => Err(Fault::NoTemplate.at(at..text.len())),
    }
}

/// What a word after the source may have been meant as, where it is neither `as NAME` nor an option.
fn meant(rest: &str, source: &Range<usize>, word: &Range<usize>) -> Meant {
    let text = &rest[word.clone()];
    let behind = rest[word.end..].trim_start_matches([' ', '\t']);
    let next = behind.split([' ', '\t']).next().unwrap_or_default();
    if text.starts_with('#') {
        return Meant::Comment;
    }
    if let Some((key, _)) = OPTIONS.into_iter().find(|(known, _)| *known == text) {
        return Meant::Option(match (key, next) {
            ("eol", _) => "eol=lf".into(),
            ("parse", _) => "parse=yaml".into(),
            ("optional", _) => "optional=true".into(),
            ("decrypt", _) => "decrypt=sops".into(),
            ("secret", _) => "secret=true".into(),
            ("from", "") => "from=RELEASE".into(),
            ("on", "") => "on=KIND/NAME".into(),
            (key, "") => format!("{key}=PATTERN"),
            (key, value) => format!("{key}={value}"),
        });
    }
    let is_source = text == AUTO
        || text.starts_with("./")
        || text.starts_with("../")
        || text.split_once(':').is_some_and(|(kind, _)| KINDS.contains(&kind));
    if is_source {
        return Meant::Source(format!("# helmsum: {}", &rest[word.start..]));
    }
    // All that is one path as far as it can be told: up to `as` or an option.
    let words = behind.split_inclusive([' ', '\t']).take_while(|word| {
        let word = word.trim_end();
        word != "as" && !word.contains('=')
    });
    let end = word.end + (rest[word.end..].len() - behind.len()) + words.map(str::len).sum::<usize>();
    let path = rest[source.start..end.min(rest.len())].trim_end().replace('"', "");
    Meant::Path(format!("# helmsum: \"{path}\""))
}

/// What is wrong with a source that starts with a single quote.
fn single_quote(text: &str) -> Fault {
    let bare = text.trim_start_matches('\'');
    match bare.split_once('\'') {
        Some((quoted, _)) if quoted.contains([' ', '\t']) => {
            Fault::SingleQuote(Some(format!("# helmsum: \"{quoted}\"")), String::new())
        }
        Some((quoted, _)) => Fault::SingleQuote(Some(format!("# helmsum: {quoted}")), String::new()),
        None => {
            let word = bare.split([' ', '\t']).next().unwrap_or_default();
            Fault::SingleQuote(None, format!("# helmsum: {word}"))
        }
    }
}

/// Renders a word where it asks for it, and checks what it says.
pub(super) fn finish(word: &mut Word, render: &mut Render<'_>) -> Result<(), Fault> {
    if word.text.contains("{{") {
        let Render::Words(render) = render else { return Err(Fault::LeftTemplate) };
        let result = render(&word.text, word.span.start)
            .map_err(|problem| Fault::Template(super::fault::Failed::new(problem)))?;
        if result.is_empty() {
            return Err(Fault::EmptyResult(std::mem::take(&mut word.text)));
        }
        if result.contains("{{") {
            return Err(Fault::LeftTemplate);
        }
        if let Err(error @ (NameError::Control(_) | NameError::Break(_))) = name::check(&result) {
            let trimmed = result.trim_end_matches(['\n', '\r']);
            let ends_with_it = word.text.ends_with("}}") && name::check(trimmed) != Err(error);
            let cure = if ends_with_it { Cure::Trim(with_trim(&word.text)) } else { Cure::OneLine };
            return Err(Fault::Character(error, cure));
        }
        word.text = result;
    }
    match name::check(&word.text) {
        // A backslash has its place in `exclude=`.
        Ok(()) | Err(NameError::Backslash) => Ok(()),
        Err(error) => Err(Fault::Character(error, Cure::Remove)),
    }
}

/// A word whose last action has `trim` at its end.
fn with_trim(word: &str) -> String {
    let body = word.strip_suffix("}}").unwrap_or(word);
    let (body, end) = match body.strip_suffix(" -") {
        Some(body) => (body, "-}}"),
        None => (body, "}}"),
    };
    format!("{} | trim {end}", body.trim_end())
}

/// What a SOURCE stands for.
pub(super) fn what(text: &str) -> Result<What, Fault> {
    if let Some((kind, rest)) = text.split_once(':')
        && !kind.is_empty()
        && !kind.contains(['/', '.', '*', '?', '['])
    {
        return match kind {
            RELEASE => producer(rest).map(What::Release).ok_or_else(|| Fault::BadRelease(rest.to_owned())),
            CONFIG_MAP => object(ObjectKind::ConfigMap, rest),
            SECRET => object(ObjectKind::Secret, rest),
            OBJECT if is_kind_and_name(rest) => Ok(What::Object(ObjectKind::Other, rest.to_owned())),
            OBJECT => Err(Fault::BadKindAndName(rest.to_owned())),
            DIGEST => digest(rest),
            _ if kind.eq_ignore_ascii_case(AUTO) => Err(Fault::NotAuto(text.to_owned())),
            _ => Err(Fault::UnknownKind(kind.to_owned(), nearest(kind, KINDS))),
        };
    }
    if text.is_empty() {
        return Err(Fault::NoSource);
    }
    if text.starts_with('/') {
        return Err(Fault::Absolute(text.to_owned()));
    }
    if text.eq_ignore_ascii_case(AUTO) {
        return Err(Fault::NotAuto(text.to_owned()));
    }
    name::check(text).map_err(|error| {
        let cure = match error {
            NameError::Backslash => Cure::Slashes(text.replace('\\', "/")),
            _ => Cure::Remove,
        };
        Fault::Character(error, cure)
    })?;
    Glob::split(text).map_err(Fault::BadGlob)?;
    Ok(What::Path(text.to_owned()))
}

fn digest(text: &str) -> Result<What, Fault> {
    let good = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if good { Ok(What::Digest(text.to_ascii_lowercase())) } else { Err(Fault::BadDigest(text.to_owned())) }
}

fn object(kind: ObjectKind, name: &str) -> Result<What, Fault> {
    if is_object_name(name) {
        Ok(What::Object(kind, name.to_owned()))
    } else {
        Err(Fault::BadObject(kind, name.to_owned()))
    }
}

/// `KIND/NAME`: a kind has letters and digits, a name what may be a part of a path
/// (`k8s.io/apimachinery/pkg/api/validation/path: IsValidPathSegmentName`).
fn is_kind_and_name(text: &str) -> bool {
    text.split_once('/').is_some_and(|(kind, name)| {
        kind.starts_with(|first: char| first.is_ascii_alphabetic())
            && kind.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && !matches!(name, "" | "." | "..")
            && !name.contains(['/', '%', ' ', '\\'])
    })
}

/// `[A-Za-z0-9]([-._A-Za-z0-9]*[A-Za-z0-9])?`, at most 63 characters.
pub(in crate::source) fn is_name(text: &str) -> bool {
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(byte))
}

/// Takes one `key=value`.
fn option(word: &str, parsed: &mut ParsedSource, seen: &mut Vec<&'static str>) -> Result<(), Fault> {
    let (key, value) = split_option(word)?;
    let kinds = OPTIONS.into_iter().find(|(known, _)| *known == key).map_or(&[][..], |(_, kinds)| kinds);
    let kind = match parsed.what {
        What::Path(_) => PATH,
        What::Release(_) => RELEASE,
        What::Object(kind, _) => kind.word(),
        What::Digest(_) => DIGEST,
    };
    if !kinds.contains(&kind) {
        return Err(Fault::OptionOfOtherKind(key, kind));
    }
    if !REPEATABLE.contains(&key) && seen.contains(&key) {
        return Err(Fault::RepeatedOption(key));
    }
    seen.push(key);
    let options = &mut parsed.options;
    match (key, value) {
        ("exclude", "") => return Err(Fault::BadValue(key, String::new())),
        ("exclude", pattern) => {
            Patterns::from_options(&[pattern.to_owned()]).map_err(Fault::BadPattern)?;
            options.exclude.push(pattern.to_owned());
        }
        ("eol", "lf") => options.line_feeds = true,
        ("parse", "yaml") => options.yaml = true,
        ("optional", "true") => options.optional = true,
        ("from", release) => {
            options.from =
                Some(producer(release).ok_or_else(|| Fault::BadValue("from", release.to_owned()))?);
        }
        ("on", workload) => {
            options.on.push(On::parse(workload).ok_or_else(|| Fault::BadValue("on", workload.to_owned()))?);
        }
        ("decrypt", "sops") => options.decrypt = true,
        ("secret", "true") => options.secret = true,
        (key, value) => return Err(Fault::BadValue(key, value.to_owned())),
    }
    Ok(())
}

/// `[NS/]RELEASE`.
fn producer(text: &str) -> Option<ProducerName> {
    let (namespace, release) = match text.split_once('/') {
        Some((namespace, release)) => (Some(namespace), release),
        None => (None, text),
    };
    let good = |part: &str| !part.is_empty() && !part.contains(['/', ' ', '\\']);
    (good(release) && namespace.is_none_or(good))
        .then(|| ProducerName { namespace: namespace.map(str::to_owned), release: release.to_owned() })
}
