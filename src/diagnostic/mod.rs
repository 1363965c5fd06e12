//! What a run has to say: findings, errors and notes, as one kind of value, and the one way they take to the report.
//!
//! A module that finds something wrong makes a [`Diagnostic`] at the level that is its own. The [`Sink`] is where it becomes what
//! people see: it settles the level by what the user chose, names the environment, masks secrets, adds the line of the source
//! and drops what was said before.

mod code;
mod credentials;
mod index;
mod mistake;
mod readings;
mod refusal;
mod secrets;
mod sink;

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

pub use code::Code;
pub(crate) use code::{Level, Levels};
pub use mistake::Mistake;
pub use refusal::Refusal;
pub(crate) use secrets::{MASK, Noted, Secrets};
pub(crate) use sink::{Scope, Sink};

use crate::text::{Excerpt, Place};

/// What a diagnostic is, with the code that people and programs know it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A finding about the project.
    Finding(Code),
    /// Something that helmsum refuses although helmfile may take it.
    Refusal(Refusal),
    /// A mistake in what was written for helmsum: a directive or `helmsum.yaml`.
    Mistake(Mistake),
    /// Any other error, such as one that helmfile has too.
    Error,
    /// What is neither wrong nor worth a finding, and would puzzle a reader who does not know it.
    Note,
}

impl Kind {
    /// The name in reports; nothing for errors without one and for notes.
    #[must_use]
    pub const fn code(self) -> Option<&'static str> {
        match self {
            Self::Finding(code) => Some(code.name()),
            Self::Refusal(refusal) => Some(refusal.name()),
            Self::Mistake(mistake) => Some(mistake.name()),
            Self::Error | Self::Note => None,
        }
    }
}

/// Something that a reader should know: what, where, and what to do about it. Cheap to move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic(Box<Content>);

/// The parts of a [`Diagnostic`], for reading.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Content {
    /// What it is.
    pub kind: Kind,
    /// How bad it is.
    pub level: Level,
    /// What was found: one lower-case sentence without a full stop.
    pub message: String,
    /// The line that a template made there, which follows the message where nothing in it can be secret.
    made: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// The release it concerns, as `namespace/name` or `name`.
    pub release: Option<String>,
    /// The environment it was found in.
    pub environment: Option<String>,
    /// Where, if a file is to blame.
    pub place: Option<Place>,
    /// Where the file of the place is listed, and the file that lists it, the outermost first. Empty for a file that the user
    /// named.
    pub through: Vec<Place>,
    /// The source to show, if it helps.
    pub excerpt: Option<Excerpt>,
}

impl Deref for Diagnostic {
    type Target = Content;

    fn deref(&self) -> &Content {
        &self.0
    }
}

impl Diagnostic {
    fn new(kind: Kind, level: Level, message: impl Into<String>) -> Self {
        Self(Box::new(Content {
            kind,
            level,
            message: message.into(),
            made: None,
            hint: None,
            release: None,
            environment: None,
            place: None,
            through: Vec::new(),
            excerpt: None,
        }))
    }

    /// A finding, at the default level of its code.
    #[must_use]
    pub fn finding(code: Code, message: impl Into<String>) -> Self {
        Self::new(Kind::Finding(code), code.default_level(), message)
    }

    /// An error without a code, such as one that helmfile has too.
    #[must_use]
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Kind::Error, Level::Deny, message)
    }

    /// An error that only helmsum has: helmfile may take what it is about.
    #[must_use]
    pub fn refused(refusal: Refusal, message: impl Into<String>) -> Self {
        Self::new(Kind::Refusal(refusal), Level::Deny, message)
    }

    /// A mistake in a directive or in `helmsum.yaml`.
    #[must_use]
    pub fn mistake(mistake: Mistake, message: impl Into<String>) -> Self {
        Self::new(Kind::Mistake(mistake), Level::Deny, message)
    }

    /// A note.
    #[must_use]
    pub fn note(message: impl Into<String>) -> Self {
        Self::new(Kind::Note, Level::Note, message)
    }

    /// The same error as one that only helmsum has.
    #[must_use]
    pub fn as_refusal(mut self, refusal: Refusal) -> Self {
        self.0.kind = Kind::Refusal(refusal);
        self
    }

    /// The same error as a mistake in what was written for helmsum, unless it has a code already.
    #[must_use]
    pub fn or_mistake(mut self, mistake: Mistake) -> Self {
        if self.0.kind == Kind::Error {
            self.0.kind = Kind::Mistake(mistake);
        }
        self
    }

    /// The same at another level, for a code that is graver in one case than in another.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.0.level = level;
        self
    }

    /// The same with other words.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.0.message = message.into();
        self
    }

    /// The same with the line that a template made where it went wrong: no file has it to show.
    #[must_use]
    pub fn made(mut self, line: impl Into<String>) -> Self {
        self.0.made = Some(line.into());
        self
    }

    /// The same with words before its message: whose it is, or where it came up.
    #[must_use]
    pub fn context(mut self, owner: impl fmt::Display) -> Self {
        self.0.message = format!("{owner}: {}", self.0.message);
        self
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The same with a hint, unless it has one already.
    #[must_use]
    pub fn or_hint(self, hint: impl Into<String>) -> Self {
        if self.hint.is_some() { self } else { self.hint(hint) }
    }

    /// The same without a hint.
    #[must_use]
    pub fn without_hint(mut self) -> Self {
        self.0.hint = None;
        self
    }

    /// The same about a release, `namespace/name` or `name`.
    #[must_use]
    pub fn release(mut self, release: impl Into<String>) -> Self {
        self.0.release = Some(release.into());
        self
    }

    /// The same in an environment.
    #[must_use]
    pub fn environment(mut self, environment: impl Into<String>) -> Self {
        self.0.environment = Some(environment.into());
        self
    }

    /// The same without naming an environment.
    #[must_use]
    pub fn without_environment(mut self) -> Self {
        self.0.environment = None;
        self
    }

    /// The same at a place. The source that it showed was that of another one, and goes.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.0.place = Some(place);
        self.0.excerpt = None;
        self
    }

    /// The same at a place, unless it has one already: the first one is the nearest to what is wrong.
    #[must_use]
    pub fn or_at(self, place: Place) -> Self {
        if self.place.is_some() { self } else { self.at(place) }
    }

    /// The same at the place of what is to blame, if that is written in a file, unless it has one already.
    #[must_use]
    pub fn or_at_known(self, place: Option<&Place>) -> Self {
        match place {
            Some(place) => self.or_at(place.clone()),
            None => self,
        }
    }

    /// The same, in a file that was reached through the entry of a list at this place. What has no place, or one in the file of
    /// the entry, was not.
    #[must_use]
    pub fn through(mut self, entry: Option<&Place>) -> Self {
        let nearest = self.through.first().or(self.place.as_ref());
        if let Some(entry) = entry
            && nearest.is_some_and(|nearest| nearest.file != entry.file)
        {
            self.0.through.insert(0, entry.clone());
        }
        self
    }

    /// The same with the source it points at, which also gives the place.
    #[must_use]
    pub fn excerpt(mut self, excerpt: Excerpt) -> Self {
        self.0.place = Some(excerpt.place());
        self.0.excerpt = Some(excerpt);
        self
    }

    /// The same with the source at its place, which stays as it is.
    fn showing(mut self, excerpt: Excerpt) -> Self {
        self.0.excerpt = Some(excerpt);
        self
    }

    /// The same without a place, and without the source there.
    #[must_use]
    pub fn without_place(mut self) -> Self {
        self.0.place = None;
        self.0.excerpt = None;
        self
    }

    /// The same without the source it points at; the place stays.
    #[must_use]
    pub fn without_excerpt(mut self) -> Self {
        self.0.excerpt = None;
        self
    }

    /// The same without secrets. A source in which there is one is not shown, and a line that a template made is not where
    /// anything was decrypted: it may have got a part of that in any form.
    #[must_use]
    pub fn masked(mut self, secrets: &Secrets) -> Self {
        let shown = |text: &str| matches!(secrets.mask(text), Cow::Borrowed(_));
        let content = &mut self.0;
        let made = content.made.take().filter(|_| !secrets.has_decrypted());
        content.message = secrets.mask(&content.message).into_owned();
        if let Some(made) = made.filter(|made| !made.is_empty()) {
            let (said, asked) = match content.message.rsplit_once("; ") {
                Some((said, asked)) if asked.ends_with('?') => (said, format!("; {asked}")),
                _ => (content.message.as_str(), String::new()),
            };
            content.message = format!("{said}, where the template gives `{}`{asked}", secrets.mask(&made));
        }
        content.hint = content.hint.take().map(|hint| secrets.mask(&hint).into_owned());
        content.release = content.release.take().map(|release| secrets.mask(&release).into_owned());
        content.excerpt =
            content.excerpt.take().filter(|excerpt| shown(excerpt.lines()) && shown(&excerpt.label));
        self
    }

    /// The code of a finding.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        match self.kind {
            Kind::Finding(code) => Some(code),
            Kind::Refusal(_) | Kind::Mistake(_) | Kind::Error | Kind::Note => None,
        }
    }

    /// Why only helmsum refuses what it is about; nothing where helmfile fails too, and where no state is concerned.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        match self.kind {
            Kind::Refusal(refusal) => Some(refusal),
            Kind::Finding(_) | Kind::Mistake(_) | Kind::Error | Kind::Note => None,
        }
    }

    /// Whether it is an error, which no level changes, and neither a finding nor a note.
    #[must_use]
    pub fn is_error(&self) -> bool {
        !matches!(self.kind, Kind::Finding(_) | Kind::Note)
    }

    /// Whether it makes a run fail.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        self.level == Level::Deny
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(out, "{place}: ")?;
        }
        out.write_str(&Secrets::without_credentials(&self.message))
    }
}

impl std::error::Error for Diagnostic {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_and_hint_stay_where_others_are_only_offered() {
        let one = Diagnostic::error("no").or_at(Place::line("a", 1)).or_hint("first");
        let both = one.or_at(Place::line("b", 2)).or_hint("second");
        assert_eq!(both.to_string(), "a:1: no");
        assert_eq!(both.hint.as_deref(), Some("first"));
        assert_eq!(both.at(Place::file("c")).hint("third").to_string(), "c: no");
    }

    #[test]
    fn a_file_knows_what_led_to_it() {
        let one = Diagnostic::error("no").or_at(Place::line("c", 3)).through(Some(&Place::line("c", 1)));
        assert_eq!(one.through, []);
        let through = one.through(Some(&Place::line("b", 2))).through(Some(&Place::line("a", 1)));
        assert_eq!(through.through, [Place::line("a", 1), Place::line("b", 2)]);
        assert_eq!(Diagnostic::error("no").through(Some(&Place::line("a", 1))).through, []);
    }

    #[test]
    fn an_owner_stands_before_the_message() {
        let owned = Diagnostic::error("no data").context("`x`").context("release `web`");
        assert_eq!(owned.message, "release `web`: `x`: no data");
    }

    #[test]
    fn another_place_takes_the_source_of_the_first_away() {
        let excerpt = Excerpt { file: "a".into(), source: "x: 1".into(), span: 0..1, label: String::new() };
        let one = Diagnostic::error("no").excerpt(excerpt);
        assert_eq!(one.place, Some(Place::offset("a", "x", 0)));
        assert!(one.clone().or_at(Place::file("b")).excerpt.is_some());
        assert!(one.at(Place::file("b")).excerpt.is_none());
    }

    #[test]
    fn only_findings_and_notes_are_no_errors() {
        assert!(Diagnostic::refused(Refusal::Limit, "x").is_error());
        assert!(!Diagnostic::finding(Code::Crlf, "x").is_error() && !Diagnostic::note("x").is_error());
        assert_eq!(Diagnostic::finding(Code::Crlf, "x").kind.code(), Some("crlf"));
        assert_eq!(Diagnostic::note("x").kind.code(), None);
        let refused = Diagnostic::refused(Refusal::Limit, "x").or_mistake(Mistake::SourceSyntax);
        assert_eq!(refused.refusal(), Some(Refusal::Limit));
        let mistaken = Diagnostic::error("x").or_mistake(Mistake::SourceSyntax);
        assert_eq!(mistaken.kind, Kind::Mistake(Mistake::SourceSyntax));
    }
}
