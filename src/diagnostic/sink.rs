//! The one way of diagnostics to the report.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Diagnostic, Levels, Secrets};
use crate::text::Excerpt;

/// What is known of the part of a run that a diagnostic comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'s> {
    /// The levels that count there.
    pub levels: &'s Levels,
    /// The environment that was read; nothing where it is about none.
    pub environment: Option<&'s str>,
}

/// Gathers diagnostics: settles their levels, names the environment, drops what was said before, and masks secrets.
#[derive(Debug)]
pub(crate) struct Sink {
    secrets: Secrets,
    diagnostics: Vec<Diagnostic>,
    /// By message, which of them say it.
    by_message: BTreeMap<String, Vec<usize>>,
}

impl Sink {
    /// Nothing said yet. `secrets` is what nothing that is said may repeat.
    #[must_use]
    pub(crate) fn new(secrets: Secrets) -> Self {
        Self { secrets, diagnostics: Vec::new(), by_message: BTreeMap::new() }
    }

    /// Takes a diagnostic, unless it is allowed or was said before.
    pub(crate) fn take(&mut self, diagnostic: Diagnostic, scope: Scope<'_>) {
        let Some(settled) = scope.levels.settle(diagnostic) else { return };
        self.take_settled(match scope.environment {
            Some(name) if settled.environment.is_none() => settled.environment(name),
            _ => settled,
        });
    }

    /// Takes a diagnostic whose level and environment are settled, unless it was said before.
    pub(crate) fn take_settled(&mut self, diagnostic: Diagnostic) {
        let said = self.by_message.entry(diagnostic.message.clone()).or_default();
        if said.iter().all(|index| !says_the_same(&self.diagnostics[*index], &diagnostic)) {
            said.push(self.diagnostics.len());
            self.diagnostics.push(diagnostic);
        }
    }

    /// Whether an error was said.
    #[must_use]
    pub(crate) fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// Whether anything was said that makes the run fail.
    #[must_use]
    pub(crate) fn has_failed(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_denied)
    }

    /// What was said so far.
    pub(crate) fn said(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Everything that was said, the gravest first, each with the line that it is about where `source` has the text of the file.
    /// Nothing of it repeats a secret; a line in which there is one is left out.
    #[must_use]
    pub(crate) fn finish(self, source: impl Fn(&Utf8Path) -> Option<Arc<str>>) -> Vec<Diagnostic> {
        let Self { secrets, mut diagnostics, .. } = self;
        // What stops a release before what is only odd about it.
        diagnostics.sort_by_key(|diagnostic| Reverse(diagnostic.level));
        let mut texts: BTreeMap<Utf8PathBuf, Option<Arc<str>>> = BTreeMap::new();
        let mut shown = |diagnostic: Diagnostic| {
            let place = diagnostic.place.clone().filter(|place| place.line.is_some());
            let excerpt = place.filter(|_| diagnostic.excerpt.is_none()).and_then(|place| {
                let text = texts.entry(place.file.clone()).or_insert_with(|| source(&place.file));
                Excerpt::of(&place, text.as_ref()?)
            });
            let diagnostic = match excerpt {
                Some(excerpt) => diagnostic.showing(excerpt),
                None => diagnostic,
            };
            diagnostic.masked(&secrets)
        };
        diagnostics.into_iter().map(&mut shown).collect()
    }
}

/// Whether a reader would take two diagnostics for one.
fn says_the_same(one: &Diagnostic, other: &Diagnostic) -> bool {
    one.kind == other.kind
        && one.message == other.message
        && one.made == other.made
        && one.place == other.place
        && one.release == other.release
        && one.environment == other.environment
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Level};
    use crate::text::Place;

    fn finding(message: &str) -> Diagnostic {
        Diagnostic::finding(Code::EmptySource, message).at(Place::line("/r/v.yaml", 2))
    }

    fn said(sink: Sink) -> Vec<Diagnostic> {
        sink.finish(|file| (file == "/r/v.yaml").then(|| "one\n  two: 2  # helmsum\nthree\n".into()))
    }

    #[test]
    fn what_was_said_before_is_said_once_for_each_environment() {
        let levels = Levels::default();
        let mut sink = Sink::new(Secrets::default());
        for environment in [Some("dev"), Some("dev"), Some("prod")] {
            sink.take(finding("empty"), Scope { levels: &levels, environment });
        }
        let environments: Vec<Option<String>> =
            said(sink).into_iter().map(|diagnostic| diagnostic.environment.clone()).collect();
        assert_eq!(environments, [Some("dev".to_owned()), Some("prod".to_owned())]);
    }

    #[test]
    fn levels_are_settled_and_the_gravest_comes_first() {
        let levels = Levels { chosen: [(Code::Crlf, Level::Allow)].into(), ..Levels::default() };
        let scope = Scope { levels: &levels, environment: None };
        let mut sink = Sink::new(Secrets::default());
        sink.take(Diagnostic::note("last"), scope);
        sink.take(Diagnostic::finding(Code::Crlf, "allowed"), scope);
        sink.take(finding("second"), scope);
        sink.take(Diagnostic::error("first"), scope);
        let said = said(sink);
        let messages: Vec<&str> = said.iter().map(|diagnostic| diagnostic.message.as_str()).collect();
        assert_eq!(messages, ["first", "second", "last"]);
    }

    #[test]
    fn a_place_shows_its_line_without_what_surrounds_it() {
        let mut sink = Sink::new(Secrets::default());
        sink.take_settled(finding("empty"));
        let said = said(sink);
        let excerpt = said[0].excerpt.as_ref().expect("the line is there");
        assert_eq!(&excerpt.source[excerpt.span.clone()], "two: 2  # helmsum");
        assert_eq!(said[0].place, Some(Place::line("/r/v.yaml", 2)), "a line has no column of its own");
    }

    #[test]
    fn nothing_repeats_a_secret() {
        let secrets = Secrets::default();
        secrets.remember("two: 2");
        let mut sink = Sink::new(secrets);
        sink.take_settled(finding("with two: 2 in it").hint("or two: 2"));
        let said = said(sink);
        assert_eq!(said[0].message, "with *** in it");
        assert_eq!(said[0].hint.as_deref(), Some("or ***"));
        assert_eq!(said[0].excerpt, None);
    }
}
