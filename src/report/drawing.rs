//! Diagnostics as a person reads them: what, where with the source, and what to do.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use anstyle::{AnsiColor, Style};
use camino::Utf8Path;

use unicode_width::UnicodeWidthStr;

use crate::diagnostic::{self, Diagnostic};
use crate::text::{Excerpt, Place, Shown, floor_boundary, position, relative, shown_lines};

/// A line longer than this is not drawn: its place says enough.
const LONGEST_LINE: usize = 2_000;

/// How many lines of an underlined part are drawn.
const MOST_LINES: usize = 8;

/// How a report is laid out.
#[derive(Clone, Copy, Debug)]
pub struct Layout<'d> {
    /// The directory that paths are named from.
    pub directory: &'d Utf8Path,
    /// How wide messages may be, where they are broken into lines. Not where a program or a log reads them: a phrase can be
    /// searched for then.
    pub width: Option<usize>,
}

impl Layout<'_> {
    /// A message that starts in column `first` and goes on in column `rest`, both from 0. The renderer puts what goes on below a title under its
    /// first word.
    pub(super) fn message(self, text: &str, first: usize, rest: usize) -> String {
        let shown = format!("{:#}", Shown(text));
        match self.width {
            Some(width) => wrapped(&shown, width.saturating_sub(first), width.saturating_sub(rest)),
            None => shown,
        }
    }
}

/// Draws a diagnostic with escape sequences, ending in a line break.
#[must_use]
pub fn draw(diagnostic: &Diagnostic, layout: Layout<'_>) -> String {
    match diagnostic.excerpt.as_ref().and_then(Window::around) {
        Some(window) => draw_window(diagnostic, &window, layout),
        None => draw_paragraph(diagnostic, layout),
    }
}

fn draw_window(diagnostic: &Diagnostic, window: &Window<'_>, layout: Layout<'_>) -> String {
    let path = relative(&window.excerpt.file, layout.directory);
    let (word, level) = match diagnostic.level {
        diagnostic::Level::Deny => ("error", Level::ERROR),
        diagnostic::Level::Warn => ("warning", Level::WARNING),
        diagnostic::Level::Note | diagnostic::Level::Allow => ("note", Level::NOTE),
    };
    let code = diagnostic.kind.code();
    let indent = word.len() + 2 + code.map_or(0, |code| code.len() + 2);
    let mut title = level.primary_title(layout.message(&diagnostic.message, indent, indent));
    if let Some(code) = code {
        title = title.id(code);
    }
    let shown = Shown(path.as_str()).to_string();
    let mut group = Group::with_title(title).element(
        Snippet::source(window.source.as_str())
            .path(shown.as_str())
            .line_start(window.line)
            .annotation(AnnotationKind::Primary.span(window.span.clone()).label(window.label.clone())),
    );
    if let Some(through) = through(diagnostic, layout) {
        group = group.element(Level::NOTE.message(through));
    }
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Level::HELP.message(layout.message(hint, 12, 12)));
    }
    let drawn = format!("{}\n", Renderer::styled().render(&[group]));
    // The renderer counts the characters that are shown.
    let [counted, meant] = window.columns.map(|column| format!("{shown}:{}:{column}", window.line));
    drawn.replacen(&counted, &meant, 1)
}

/// A diagnostic without a source to show.
fn draw_paragraph(diagnostic: &Diagnostic, layout: Layout<'_>) -> String {
    let (word, colour) = match diagnostic.level {
        diagnostic::Level::Deny => ("error", AnsiColor::BrightRed),
        diagnostic::Level::Warn => ("warning", AnsiColor::Yellow),
        diagnostic::Level::Note | diagnostic::Level::Allow => ("note", AnsiColor::BrightGreen),
    };
    let style = colour.on_default().bold();
    let code = diagnostic.kind.code().map(|code| format!("[{code}]")).unwrap_or_default();
    let message = layout.message(&diagnostic.message, word.len() + code.len() + 2, 4);
    let bold = Style::new().bold();
    let arrow = AnsiColor::BrightBlue.on_default().bold();
    let title = format!("{style}{word}{code}{style:#}{bold}: {}{bold:#}\n", hanging(&message, "    "));
    let origin = diagnostic.place.as_ref().map(|place| {
        let place = Place { file: relative(&place.file, layout.directory), ..place.clone() };
        format!("  {arrow}-->{arrow:#} {}\n", Shown(&place.to_string()))
    });
    let through = through(diagnostic, layout)
        .map(|through| format!("  {arrow}={arrow:#} {bold}note{bold:#}: {through}\n"));
    let help = diagnostic.hint.as_ref().map(|hint| {
        let hint = hanging(&layout.message(hint, 10, 10), "          ");
        format!("  {arrow}={arrow:#} {bold}help{bold:#}: {hint}\n")
    });
    [Some(title), origin, through, help].into_iter().flatten().collect()
}

/// The entries that led to the file, in the order in which helmfile names them. Places are not broken into lines.
fn through(diagnostic: &Diagnostic, layout: Layout<'_>) -> Option<String> {
    let shown = |place: &Place| {
        let place = Place { file: relative(&place.file, layout.directory), ..place.clone() };
        Shown(&place.to_string()).to_string()
    };
    let entries: Vec<String> = diagnostic.through.iter().map(shown).collect();
    (!entries.is_empty()).then(|| format!("reached through {}", entries.join(" -> ")))
}

/// The text with `indent` in front of every line but the first.
fn hanging(text: &str, indent: &str) -> String {
    text.replace('\n', &format!("\n{indent}"))
}

/// The text with its words on lines no wider than `first` and then `rest`, as far as the words allow. Code in back-ticks is
/// not broken: somebody may copy it.
pub(super) fn wrapped(text: &str, first: usize, rest: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in words(paragraph) {
            let width = if lines.is_empty() { first } else { rest };
            if !line.is_empty() && line.width() + 1 + word.width() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// The words of a line, each piece of code with its spaces being one. A run of back-ticks ends code that as long a run began.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut code: Option<usize> = None;
    let (mut start, mut run) = (0, 0);
    for (at, character) in line.char_indices().chain([(line.len(), ' ')]) {
        if character == '`' {
            run += 1;
            continue;
        }
        if run > 0 {
            code = match code {
                Some(length) if length == run => None,
                None => Some(run),
                open => open,
            };
            run = 0;
        }
        if character == ' ' && (code.is_none() || at == line.len()) {
            words.push(&line[start..at]);
            start = at + 1;
        }
    }
    // A back-tick without its partner is not code.
    if code.is_some() { line.split(' ').collect() } else { words }
}

/// The lines of an excerpt that are drawn.
struct Window<'e> {
    excerpt: &'e Excerpt,
    /// As they are shown.
    source: String,
    line: usize,
    span: Range<usize>,
    /// Where the span starts, in characters from 1: of what is shown, and of the file.
    columns: [usize; 2],
    label: Cow<'e, str>,
}

impl<'e> Window<'e> {
    /// Cuts out the lines with the underlined part and moves it; the renderer panics on a span past the end of its text.
    fn around(excerpt: &'e Excerpt) -> Option<Self> {
        let text: &str = &excerpt.source;
        let start = floor_boundary(text, excerpt.span.start);
        let end = floor_boundary(text, excerpt.span.end).max(start);
        let first = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let mut last = first;
        for line in text[first..].split_inclusive('\n').take(MOST_LINES) {
            if line.len() > LONGEST_LINE {
                return None;
            }
            last += line.len();
            if last >= end && last > start {
                break;
            }
        }
        let written = text[first..last].trim_end_matches(['\n', '\r']);
        let limit = written.len();
        let meant = (start - first).min(limit)..(end.min(last) - first).min(limit);
        let (source, span) = shown_lines(written, meant.clone());
        let columns = [position(&source, span.start).1, position(written, meant.start).1];
        let label = Cow::Owned(Shown(&excerpt.label).to_string());
        Some(Self { excerpt, source, line: text[..first].matches('\n').count() + 1, span, columns, label })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Refusal};

    fn logged() -> Layout<'static> {
        Layout { directory: "/r".into(), width: None }
    }

    fn plain(diagnostic: &Diagnostic) -> String {
        anstream::adapter::strip_str(&draw(diagnostic, logged())).to_string()
    }

    fn pointing(diagnostic: Diagnostic, source: &str, span: Range<usize>) -> Diagnostic {
        let excerpt = Excerpt { file: "/r/a.yaml".into(), source: source.into(), span, label: "here".into() };
        diagnostic.hint("mend it").excerpt(excerpt)
    }

    fn excerpt(source: &str, span: Range<usize>) -> Diagnostic {
        pointing(Diagnostic::error("something is wrong"), source, span)
    }

    #[test]
    fn a_problem_shows_the_line_it_is_about() {
        insta::assert_snapshot!(plain(&excerpt("one\ntwo: 2\nthree\n", 4..7)), @r"
        error: something is wrong
         --> a.yaml:2:1
          |
        2 | two: 2
          | ^^^ here
          |
          = help: mend it
        ");
    }

    #[test]
    fn a_refusal_shows_its_code() {
        let refused = Diagnostic::refused(Refusal::Limit, "something is wrong");
        insta::assert_snapshot!(plain(&pointing(refused, "one\ntwo: 2\nthree\n", 4..7)), @r"
        error[limit]: something is wrong
         --> a.yaml:2:1
          |
        2 | two: 2
          | ^^^ here
          |
          = help: mend it
        ");
        let problem = Diagnostic::refused(Refusal::RemoteBase, "no").at(Place::line("/r/b", 3));
        insta::assert_snapshot!(plain(&problem), @r"
        error[remote-base]: no
          --> b:3
        ");
    }

    #[test]
    fn a_problem_without_a_source_names_the_place() {
        let problem = Diagnostic::error("no").at(Place {
            file: "/q/b".into(),
            line: Some(3),
            column: Some(2),
            length: None,
        });
        insta::assert_snapshot!(plain(&problem), @r"
        error: no
          --> ../q/b:3:2
        ");
        assert_eq!(plain(&Diagnostic::error("no")), "error: no\n");
    }

    #[test]
    fn a_file_that_others_list_shows_the_way_to_it() {
        let problem = Diagnostic::error("no")
            .at(Place::line("/r/env/prod.yaml", 3))
            .through(Some(&Place::line("/r/apps/helmfile.yaml", 4)))
            .through(Some(&Place::line("/r/helmfile.yaml", 2)))
            .hint("mend it");
        insta::assert_snapshot!(plain(&problem), @r"
        error: no
          --> env/prod.yaml:3
          = note: reached through helmfile.yaml:2 -> apps/helmfile.yaml:4
          = help: mend it
        ");
    }

    #[test]
    fn no_span_makes_it_panic() {
        for source in ["", "a", "é\n", "a\nb\r\nc", "\n\n"] {
            for start in 0..8 {
                for end in [0, start, start + 1, 99] {
                    assert!(plain(&excerpt(source, start..end)).contains("something is wrong"));
                }
            }
        }
    }

    #[test]
    fn a_line_without_end_is_named_and_not_drawn() {
        let drawn = plain(&excerpt(&"x".repeat(5_000), 4_000..4_001));
        assert!(drawn.contains("a.yaml:1:4001") && !drawn.contains("xxx"), "{drawn}");
    }

    #[test]
    fn a_message_cannot_drive_the_terminal() {
        let drawn = draw(&Diagnostic::error("bad \u{1b}]0;x\u{7} name"), logged());
        assert!(drawn.contains("bad \\u{1b}]0;x\\u{7} name"), "{drawn:?}");
    }

    #[test]
    fn a_line_cannot_drive_the_terminal_and_its_marks_stand_below_it() {
        let line = "a\u{85}\u{9b}31m\u{2028}: two\u{85}\r\n";
        let at = line.find("two").expect("it is there");
        insta::assert_snapshot!(plain(&excerpt(line, at..at + 3)), @r"
        error: something is wrong
         --> a.yaml:1:10
          |
        1 | a\u{85}\u{9b}31m\u{2028}: two\u{85}
          |                           ^^^ here
          |
          = help: mend it
        ");
    }

    #[test]
    fn a_finding_shows_its_code_and_level() {
        let finding = Diagnostic::finding(Code::EmptySource, "nothing in `./apis`")
            .at(Place::line("/r/values.yaml", 3))
            .hint("fill it");
        insta::assert_snapshot!(anstream::adapter::strip_str(&draw(&finding, logged())), @r"
        warning[empty-source]: nothing in `./apis`
          --> values.yaml:3
          = help: fill it
        ");
    }

    #[test]
    fn messages_are_broken_where_somebody_watches() {
        let problem = Diagnostic::error("word ".repeat(30).trim_end()).hint("word ".repeat(30).trim_end());
        let drawn = draw(&problem, Layout { width: Some(80), ..logged() });
        let drawn = anstream::adapter::strip_str(&drawn).to_string();
        assert!(drawn.lines().count() >= 4 && drawn.lines().all(|line| line.width() <= 80), "{drawn}");
        assert_eq!(wrapped("a b\nc", 80, 80), "a b\nc");
        assert_eq!(wrapped("a bcdef g", 3, 3), "a\nbcdef\ng");
        assert_eq!(wrapped("a b c d e", 1, 3), "a\nb c\nd e");
        assert_eq!(wrapped("a `b c` d ``{{`e f`}}`` g", 5, 5), "a\n`b c`\nd\n``{{`e f`}}``\ng");
        assert_eq!(wrapped("a `b c", 3, 3), "a\n`b\nc");
    }
}
