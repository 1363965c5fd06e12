//! What GitHub Actions gets: annotations at the lines of a pull request, and a summary of the step.

use std::fmt::Write as _;

use camino::Utf8Path;

use super::human::{View, summary};
use super::markdown::Markdown;
use super::model::Report;
use crate::diagnostic::{Diagnostic, Kind, Level};
use crate::text::{Place, Shown, relative};

/// Workflow commands for diagnostics, one on each line. GitHub takes paths relative to the checkout, which is `workspace`.
#[must_use]
pub(crate) fn annotations(report: &Report, workspace: &Utf8Path) -> String {
    let mut text = String::new();
    for diagnostic in &report.said() {
        let command = match diagnostic.level {
            Level::Deny => "error",
            Level::Warn => "warning",
            _ if fails(report, diagnostic) => "error",
            Level::Note | Level::Allow => "notice",
        };
        let properties = properties(diagnostic.place.as_ref(), diagnostic.kind.code(), workspace);
        let message = message(&diagnostic.message, diagnostic.hint.as_deref());
        let _ = writeln!(text, "::{command}{properties}::{message}");
    }
    text
}

/// A piece of Markdown for the summary of a step; empty where there is nothing that a reader of the summary must know.
#[must_use]
pub(crate) fn step_summary(report: &Report, view: View, directory: &Utf8Path) -> String {
    if report.diagnostics.is_empty() {
        return String::new();
    }
    let mut text = Markdown::new("### helmsum\n\n").text(&summary(report, view)).markup("\n\n");
    for diagnostic in &report.said() {
        text = text.markup(match diagnostic.level {
            Level::Deny => "- error",
            Level::Warn => "- warning",
            _ if fails(report, diagnostic) => "- error",
            Level::Note | Level::Allow => "- note",
        });
        if let Some(code) = diagnostic.kind.code() {
            text = text.markup(" ").code(code);
        }
        text = text.markup(": ").text(&diagnostic.message);
        if let Some(place) = &diagnostic.place {
            let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
            let file = relative(&place.file, directory);
            text = text.markup(" (").code(&format!("{file}{line}")).markup(")");
        }
        text = text.markup("\n");
    }
    text.markup("\n").into_string()
}

/// Whether a note is the reason why a run fails.
fn fails(report: &Report, diagnostic: &Diagnostic) -> bool {
    report.nothing_matched && diagnostic.kind == Kind::Note
}

fn properties(place: Option<&Place>, title: Option<&str>, workspace: &Utf8Path) -> String {
    let mut properties = Vec::new();
    if let Some(place) = place {
        properties.push(("file", Shown(relative(&place.file, workspace).as_str()).to_string()));
        properties.extend(place.line.map(|line| ("line", line.to_string())));
        properties.extend(place.column.map(|column| ("col", column.to_string())));
    }
    properties.extend(title.map(|title| ("title", title.to_owned())));
    let properties: Vec<String> =
        properties.iter().map(|(key, value)| format!("{key}={}", property(value))).collect();
    if properties.is_empty() { String::new() } else { format!(" {}", properties.join(",")) }
}

/// The runner decodes these in the data of a command (`actions/runner`, `ActionCommand.cs`).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The runner decodes these in its properties.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

fn message(message: &str, hint: Option<&str>) -> String {
    let hint = hint.map(|hint| format!("\n{hint}")).unwrap_or_default();
    data(&format!("{:#}", Shown(&format!("{message}{hint}"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::report::markdown::tests::{HOSTILE, page};

    fn report() -> Report {
        Report {
            diagnostics: vec![
                Diagnostic::finding(Code::EmptySource, "`./a` is 100% empty")
                    .at(Place::line("/r/sub/a,b:c.yaml", 3))
                    .hint("fill it"),
                Diagnostic::finding(Code::MissingSource, "no place"),
                Diagnostic::error("a\nb").at(Place {
                    file: "/r/x.yaml".into(),
                    line: Some(2),
                    column: Some(4),
                    length: None,
                }),
            ],
            ..Report::default()
        }
    }

    #[test]
    fn annotations_are_escaped_as_the_runner_reads_them() {
        let expected = "\
::warning file=sub/a%2Cb%3Ac.yaml,line=3,title=empty-source::`./a` is 100%25 empty%0Afill it
::error title=missing-source::no place
::error file=x.yaml,line=2,col=4::a%0Ab
";
        assert_eq!(annotations(&report(), "/r".into()), expected);
    }

    #[test]
    fn a_message_cannot_start_another_command() {
        let problem = Diagnostic::error("x\r\n::set-output name=a::b");
        let report = Report { diagnostics: vec![problem], ..Report::default() };
        assert_eq!(annotations(&report, "/r".into()), "::error::x\\u{d}%0A::set-output name=a::b\n");
    }

    #[test]
    fn the_summary_lists_what_was_found() {
        insta::assert_snapshot!(step_summary(&report(), View::Generate, "/r".into()), @r"
        ### helmsum

        0 releases; 1 warning; 2 errors

        - warning `empty-source`: `./a` is 100% empty (`sub/a,b:c.yaml:3`)
        - error `missing-source`: no place
        - error: a b (`x.yaml:2`)
        ");
        assert_eq!(step_summary(&Report::default(), View::Generate, "/r".into()), "");
    }

    #[test]
    fn names_are_not_taken_for_markdown() {
        for name in HOSTILE {
            let named = |name: &str| {
                let diagnostics =
                    vec![Diagnostic::error(name).at(Place::line(format!("/r/{}", name.replace('/', "")), 2))];
                let report = Report { diagnostics, ..Report::default() };
                page(&step_summary(&report, View::Check, "/r".into()))
            };
            let page = named(name);
            assert_eq!(page.elements, named("plain").elements, "{name:?}");
            assert!(!page.text.contains('@'), "{name:?}: {page:?}");
        }
    }
}
