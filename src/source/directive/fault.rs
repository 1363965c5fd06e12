//! What can be wrong with a directive.

use std::ops::Range;
use std::sync::Arc;

use camino::Utf8PathBuf;

use crate::diagnostic::{Diagnostic, Mistake};
use crate::rendered::ObjectKind;
use crate::source::exclusion::PatternError;
use crate::source::name::NameError;
use crate::source::pattern::GlobSourceError;
use crate::text::Excerpt;
use crate::yaml;

/// What is wrong with a directive.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// A comment that looks like a directive and is none.
    #[error("this looks like a directive, but a directive is written `# helmsum: SOURCE`")]
    LooksLike,
    /// The same, because of a character that looks like another one, or like nothing.
    #[error("this looks like a directive, but it contains the character U+{code:04X}{said}", code = u32::from(*.0), said = said(*.0))]
    OddCharacter(char),
    /// A directive after a value.
    #[error("a directive must stand on a separate line, not at the end of another one")]
    NotAlone,
    /// No space after the colon.
    #[error("a space is missing after `helmsum:`")]
    NoSpace,
    /// Template marks took the line break between two lines.
    #[error(
        "lines {0} and {1} of the template were joined to one: `{{{{-` or `-}}}}` has swallowed the line break"
    )]
    Swallowed(usize, usize),
    /// Nothing after the colon.
    #[error("the directive names no source")]
    NoSource,
    /// `accept` alone.
    #[error("`accept` names no object")]
    NothingAccepted,
    /// Something else than an object after `accept`.
    #[error("`{0}` is not an object that can be accepted")]
    NoObject(String),
    /// `accept` with an object, and no word why.
    #[error("`accept` needs a reason")]
    NoReason,
    /// `accept` in a configuration.
    #[error("`accept` is a directive, not a source")]
    AcceptedElsewhere,
    /// A quote without its partner.
    #[error("the quote is not closed")]
    UnclosedQuote,
    /// A single quote before a SOURCE: the character, and the SOURCE without it where it is closed.
    #[error("{}", if .0.is_some() { "a source is quoted with `\"`, not with `'`" } else { "the quote `'` is not closed, and only `\"` quotes" })]
    SingleQuote(Option<String>, String),
    /// `{{` without `}}`.
    #[error("`{{{{` is not closed")]
    UnclosedTemplate,
    /// `{{` in rendered text, or where nothing is rendered.
    #[error("`{{{{` is left in the directive")]
    LeftTemplate,
    /// `{{` where no release is at hand.
    #[error("`{{{{` cannot be rendered here: there is no release")]
    NoTemplate,
    /// A template that gave nothing.
    #[error("`{0}` renders to nothing")]
    EmptyResult(String),
    /// A character that could break out of the line.
    #[error("the word {0}")]
    Character(NameError, Cure),
    /// A word that fits nowhere, and what it may have been meant as.
    #[error("`{0}` is neither `as NAME` nor an option")]
    Unexpected(String, Meant),
    /// `as` at the end.
    #[error("`as` needs a name")]
    NoName,
    /// `as` twice, or after an option.
    #[error("`as NAME` comes once, between the source and the options")]
    MisplacedName,
    /// A name with other characters than allowed.
    #[error("`{0}` is not a name")]
    BadName(String),
    /// An option nobody knows.
    #[error("unknown option `{0}`")]
    UnknownOption(String, Option<&'static str>),
    /// An option that makes no sense for this kind of source.
    #[error("`{0}=` cannot be used with `{1}:`")]
    OptionOfOtherKind(&'static str, &'static str),
    /// A name for `auto`.
    #[error("`auto` takes no name")]
    NamedAuto,
    /// An option that makes no sense for `auto`.
    #[error("`{0}=` cannot be used with `auto`")]
    OptionOfAuto(&'static str),
    /// Something else than an object after `exclude=` of `auto`.
    #[error("`exclude=` of `auto` does not take `{0}`")]
    BadObjectPattern(String),
    /// What was meant as `auto`.
    #[error("`{0}` is not `auto`")]
    NotAuto(String),
    /// `auto` where there is no release.
    #[error("`auto` needs a release, whose pods read something")]
    AutoElsewhere,
    /// An option twice.
    #[error("`{0}=` is given twice")]
    RepeatedOption(&'static str),
    /// A value that the option does not take.
    #[error("`{0}=` does not take `{1}`")]
    BadValue(&'static str, String),
    /// A bad pattern in `exclude=`.
    #[error("`exclude=`: {0}")]
    BadPattern(PatternError),
    /// Something else than `[NS/]NAME` after `release:`.
    #[error("`{0}` is neither `NAME` nor `NAMESPACE/NAME`")]
    BadRelease(String),
    /// A name that no object can have.
    #[error("`{1}` is not a name that a {kind} can have", kind = .0.name())]
    BadObject(ObjectKind, String),
    /// Something else than `KIND/NAME` after `object:`.
    #[error("`{0}` is not `KIND/NAME`")]
    BadKindAndName(String),
    /// A word before a colon that is not a kind.
    #[error("unknown kind of source `{0}:`")]
    UnknownKind(String, Option<&'static str>),
    /// A path from the root of the file system.
    #[error("`{0}` is absolute")]
    Absolute(String),
    /// A bad glob.
    #[error(transparent)]
    BadGlob(GlobSourceError),
    /// Something else than 64 hex digits.
    #[error("`{0}` is not a SHA-256 digest of 64 hexadecimal digits")]
    BadDigest(String),
    /// The file around it is not YAML, so comments and text cannot be told apart.
    #[error("the file contains `helmsum:`, but is not YAML: {0}")]
    NotYaml(yaml::Error),
    /// A template in a word failed.
    #[error("{}", .0.message)]
    Template(Failed),
}

/// What a word may have been meant as that is neither `as NAME` nor an option. Texts are what is to be written instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// A comment.
    Comment,
    /// An option without `=`.
    Option(String),
    /// `as NAME`, with `=`.
    Name(String),
    /// Another source.
    Source(String),
    /// The rest of a path with spaces.
    Path(String),
}

/// What helps where a word has a character that it must not have. Texts are what is to be written instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cure {
    /// It separates folders as Windows does.
    Slashes(String),
    /// A template ends with a line break.
    Trim(String),
    /// A template gives several lines.
    OneLine,
    /// It stands in the word as written.
    Remove,
}

/// What a character is that cannot be seen, or not be told from another one.
const fn said(character: char) -> &'static str {
    match character {
        '\u{a0}' => " (no-break space), which is not a space",
        '\u{200b}' => " (zero-width space)",
        '\u{feff}' => " (byte order mark)",
        '：' => " (full-width colon), which is not a colon",
        character if character.is_whitespace() => ", which is not a plain space",
        _ => "",
    }
}

/// A problem that was already put into words.
#[derive(Clone, Debug)]
pub struct Failed(Diagnostic);

impl Failed {
    pub(super) fn new(problem: Diagnostic) -> Self {
        Self(problem)
    }
}

impl std::ops::Deref for Failed {
    type Target = Diagnostic;

    fn deref(&self) -> &Diagnostic {
        &self.0
    }
}

impl PartialEq for Failed {
    fn eq(&self, other: &Self) -> bool {
        self.message == other.message && self.place == other.place && self.hint == other.hint
    }
}

impl Fault {
    /// The fault at a part of what was read.
    pub(super) const fn at(self, span: Range<usize>) -> At {
        At { fault: self, span }
    }

    /// The fault as the report shows it, without its place.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let hint = match self {
            Self::Template(failed) => failed.hint.clone(),
            fault => fault.hint(),
        };
        let diagnostic = Diagnostic::mistake(self.mistake(), self.to_string());
        match hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }

    /// The code of the mistake.
    const fn mistake(&self) -> Mistake {
        match self {
            Self::LooksLike
            | Self::OddCharacter(_)
            | Self::NotAlone
            | Self::NoSpace
            | Self::Swallowed(..)
            | Self::NotYaml(_) => Mistake::DirectiveForm,
            Self::NoSource
            | Self::NothingAccepted
            | Self::NoReason
            | Self::AcceptedElsewhere
            | Self::UnclosedQuote
            | Self::SingleQuote(..)
            | Self::Character(..)
            | Self::Unexpected(..)
            | Self::NoName
            | Self::NamedAuto
            | Self::NotAuto(_)
            | Self::AutoElsewhere
            | Self::MisplacedName
            | Self::BadName(_) => Mistake::SourceSyntax,
            Self::UnclosedTemplate
            | Self::LeftTemplate
            | Self::NoTemplate
            | Self::EmptyResult(_)
            | Self::Template(_) => Mistake::SourceTemplate,
            Self::UnknownOption(..)
            | Self::OptionOfOtherKind(..)
            | Self::OptionOfAuto(_)
            | Self::BadObjectPattern(_)
            | Self::RepeatedOption(_)
            | Self::BadValue(..)
            | Self::BadPattern(_) => Mistake::SourceOption,
            Self::BadRelease(_)
            | Self::BadObject(..)
            | Self::BadKindAndName(_)
            | Self::NoObject(_)
            | Self::UnknownKind(..)
            | Self::Absolute(_)
            | Self::BadGlob(_)
            | Self::BadDigest(_) => Mistake::SourceKind,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::LooksLike => {
                "write it so, on a separate line, or use other words if it is not meant as a directive"
            }
            Self::OddCharacter(_) => {
                "type the beginning of the line again, with plain spaces: `# helmsum: SOURCE`"
            }
            Self::NotAlone => "move it to a separate line, above the value",
            Self::NoSpace => "write `# helmsum: SOURCE`",
            Self::Swallowed(..) => "write `{{` or `}}` without the dash there",
            Self::NoSource => "name a path relative to this file, as in `# helmsum: ./apis`",
            Self::NothingAccepted => {
                "as in `# helmsum: accept configmap:NAME reloads itself`; a path of that name is written `./accept`"
            }
            Self::NoObject(_) => "name it as `configmap:NAME` or `secret:NAME`",
            Self::NoReason => {
                "say why its pods need no restart, as in `# helmsum: accept configmap:NAME reloads itself`"
            }
            Self::AcceptedElsewhere => {
                "write it into a values file of the release: `# helmsum: accept …`; a path of that name is written `./accept`"
            }
            Self::UnclosedQuote => "close it with `\"`; within quotes, a quote is written `\\\"`",
            Self::SingleQuote(Some(meant), _) => return Some(format!("write `{meant}`")),
            Self::SingleQuote(None, bare) => {
                return Some(format!("write `{bare}`; a path with spaces is written `\"../my certs\"`"));
            }
            Self::UnclosedTemplate => "close it with `}}` on the same line",
            Self::LeftTemplate => "the text is not rendered once more; render it where it comes from",
            Self::NoTemplate => "write the path out; only sources of releases are rendered",
            Self::EmptyResult(_) => "use `required` to say what is missing",
            Self::Character(_, cure) => return Some(cure.hint()),
            Self::Unexpected(_, meant) => return Some(meant.hint()),
            Self::NoName | Self::MisplacedName => "as in `# helmsum: ./apis as apis exclude=*.md`",
            Self::BadName(_) => {
                "at most 63 of A-Z, a-z, 0-9, `-`, `_` and `.`, with a letter or digit at both ends"
            }
            Self::UnknownOption(_, Some(known)) => return Some(format!("did you mean `{known}=`?")),
            Self::UnknownOption(_, None) => {
                return Some(format!("options are {}", super::parse::option_names()));
            }
            Self::OptionOfOtherKind("from", "release") => "drop it: the source names the release already",
            Self::OptionOfOtherKind("decrypt", "secret") => "drop it: what helm renders is not encrypted",
            Self::OptionOfOtherKind("secret", "secret") => "drop it: a Secret is secret already",
            Self::OptionOfOtherKind("secret", "release") => {
                "drop it: a release with `secrets:` is secret already"
            }
            Self::OptionOfOtherKind("secret", "configmap") => {
                "declare a Secret with `secret:NAME`; a ConfigMap is for everybody to read"
            }
            Self::OptionOfOtherKind(..) => "drop it",
            Self::NamedAuto
            | Self::OptionOfAuto(_)
            | Self::BadObjectPattern(_)
            | Self::NotAuto(_)
            | Self::AutoElsewhere => return self.hint_of_auto(),
            Self::RepeatedOption(_) => "only `exclude=` and `on=` may be repeated",
            Self::BadValue("exclude", _) => "name what to leave out, as in `exclude=*.md`",
            Self::BadValue("on", _) => "write `on=KIND/NAME`, as in `on=Deployment/web`, or `on=*` for all",
            Self::BadValue("eol", _) => {
                "the only value is `eol=lf`; leave it out to hash the bytes as they are"
            }
            Self::BadValue("parse", _) => {
                "the only value is `parse=yaml`; leave it out to hash the bytes as they are"
            }
            Self::BadValue("optional", _) => {
                "the only value is `optional=true`; leave it out where the path must exist"
            }
            Self::BadValue("decrypt", _) => {
                "the only value is `decrypt=sops`; leave it out to hash the bytes as they are"
            }
            Self::BadValue("secret", _) => {
                "the only value is `secret=true`; leave it out where everybody may know what the files say"
            }
            Self::BadValue(..) => "write `from=RELEASE` or `from=NAMESPACE/RELEASE`",
            Self::BadPattern(_) => "patterns are read as in `.gitignore`",
            Self::BadRelease(_) => "as in `# helmsum: release:edge/gateway-apis`",
            Self::BadObject(_, name) if name.contains('/') => {
                "the name alone; `from=[NAMESPACE/]RELEASE` says which release renders it"
            }
            Self::BadObject(..) => {
                "names are lower-case letters, digits, `-` and `.`, with a letter or digit at both ends"
            }
            Self::BadKindAndName(_) => {
                "as in `# helmsum: object:ExternalSecret/db`: the kind and the name, as the manifest has them"
            }
            Self::UnknownKind(_, Some(known)) => return Some(format!("did you mean `{known}:`?")),
            Self::UnknownKind(word, None) => {
                return Some(format!("for a path that starts so, write `./{word}:…`"));
            }
            Self::Absolute(_) => "paths are relative to the directory of this file",
            Self::BadGlob(_) | Self::Template(_) => return None,
            Self::BadDigest(_) => "for the digest of a file: `sha256sum FILE`",
            Self::NotYaml(_) => "correct the YAML: only then can comments be distinguished from text",
        };
        Some(hint.to_owned())
    }

    /// The hint where `auto` is wrong, or was meant.
    fn hint_of_auto(&self) -> Option<String> {
        let hint = match self {
            Self::NamedAuto => {
                "drop it: each object that it finds is a source with its own label; to name one, declare it, as in `# helmsum: secret:db as database`"
            }
            Self::OptionOfAuto("from") => {
                "drop it: the release of each object is found; one object is declared as `configmap:NAME from=RELEASE`"
            }
            Self::OptionOfAuto("on") => "drop it: each checksum is for the workloads that read the object",
            Self::OptionOfAuto("optional") => {
                "drop it: where nothing of another release is read, that is no error"
            }
            Self::OptionOfAuto(_) => "drop it: what helm renders is hashed as data",
            Self::BadObjectPattern(_) => {
                "name what to leave out, as in `exclude=secret:tls-*` or `exclude=configmap:*`"
            }
            Self::NotAuto(text) => {
                return Some(format!("write `# helmsum: auto`; a path of that name is written `./{text}`"));
            }
            Self::AutoElsewhere => {
                "declare it for the release that consumes it, under `releases:` or in a values file; a path of that name is written `./auto`"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

impl Meant {
    fn hint(&self) -> String {
        match self {
            Self::Comment => "a directive takes no comment; put it on a separate line above".to_owned(),
            Self::Option(option) => format!("write `{option}`"),
            Self::Name(name) => format!("write `{name}`, directly after the source"),
            Self::Source(directive) => {
                format!("a directive has one source; write a second one: `{directive}`")
            }
            Self::Path(directive) => format!("quote a path with spaces: `{directive}`"),
        }
    }
}

impl Cure {
    fn hint(&self) -> String {
        match self {
            Self::Slashes(path) => {
                format!("write `{path}`; a file with a backslash in its name has to be renamed")
            }
            Self::Trim(word) => format!("what it prints ends with a line break; write `{word}`"),
            Self::OneLine => {
                "what it prints has several lines; `trim` takes line breaks from its ends".to_owned()
            }
            Self::Remove => {
                "remove it; a file with it in its name has to be renamed, or the directory above named"
                    .to_owned()
            }
        }
    }
}

/// A fault and the part of the text it is in.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct At {
    pub(super) fault: Fault,
    pub(super) span: Range<usize>,
}

impl At {
    /// The same fault, where what was read starts at `offset` of the text.
    pub(super) fn moved(self, offset: usize) -> Self {
        Self { span: self.span.start + offset..self.span.end + offset, ..self }
    }
}

/// A directive that cannot be read, with the line it stands on.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {fault}", excerpt.place())]
pub struct DirectiveError {
    /// What is wrong.
    pub fault: Fault,
    /// Where.
    pub excerpt: Box<Excerpt>,
}

impl DirectiveError {
    pub(super) fn new(at: At, file: Utf8PathBuf, source: Arc<str>) -> Self {
        let excerpt = Excerpt { file, source, span: at.span, label: String::new() };
        Self { fault: at.fault, excerpt: Box::new(excerpt) }
    }

    /// The error as the report shows it.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        self.fault.diagnostic().excerpt(Excerpt::clone(&self.excerpt))
    }
}
