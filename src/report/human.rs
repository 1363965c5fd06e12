//! Reports for people: one line for each release, aligned, in eighty columns as far as names allow, and what needs a second
//! look below.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::drawing::{Layout, draw, wrapped};
use super::effect::{Effect, effect};
use super::model::{ReleaseRow, Report, SourceRow};
use crate::audit::{Reached, Restarts};
use crate::diagnostic::{Code, Diagnostic, Kind, Level};
use crate::plan::Status;
use crate::text::{Bytes, Shown, counted, relative};

/// How wide a report is.
pub(crate) const WIDTH: usize = 80;

/// How wide a report is in a hook: helmfile starts each line with `hook[prepare] logs | `.
pub(crate) const WIDTH_IN_HOOK: usize = WIDTH - 21;

/// How many changed files of a source are named.
const MOST_CHANGES: usize = 20;

/// What a report is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    Generate,
    /// What would be written.
    DryRun,
    /// What is out of date, and why.
    Check,
    List,
}

/// The report, with escape sequences: what goes to standard output. Errors are not in it. `quiet` leaves only findings.
#[must_use]
pub(crate) fn human(report: &Report, view: View, quiet: bool, layout: Layout<'_>) -> String {
    let mut text = String::new();
    if !quiet {
        text.push_str(&Table { report, view, layout }.draw());
    }
    let in_table = |diagnostic: &Diagnostic| !quiet && is_in_table(diagnostic);
    let shown = |diagnostic: &Diagnostic| match diagnostic.kind {
        Kind::Finding(_) => !in_table(diagnostic),
        Kind::Note => !quiet,
        Kind::Refusal(_) | Kind::Mistake(_) | Kind::Error => false,
    };
    let mut gap = "";
    for diagnostic in report.said().iter().filter(|diagnostic| shown(diagnostic)) {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&draw(diagnostic, layout));
        gap = "\n";
    }
    if !quiet && !report.releases.is_empty() {
        let width = layout.width.unwrap_or(WIDTH);
        let _ = writeln!(text, "{gap}{}", wrapped(&summary(report, view), width, width));
    }
    text
}

/// Whether the table of releases says it already: a target that is out of date.
fn is_in_table(diagnostic: &Diagnostic) -> bool {
    matches!(diagnostic.code(), Some(Code::StaleChecksum | Code::MissingChecksum))
}

/// One line that counts.
#[must_use]
pub(crate) fn summary(report: &Report, view: View) -> String {
    let count = |wanted: &dyn Fn(&ReleaseRow) -> bool| {
        report.releases.iter().filter(|release| wanted(release)).count()
    };
    let with = |status: Status| count(&|release| !release.target.written && release.target.status == status);
    let states = [
        (count(&|release| release.target.written), "written"),
        (with(Status::Current), "current"),
        (with(Status::Stale), "stale"),
        (with(Status::Missing), "missing"),
        (with(Status::Unwired), "without a target"),
        (with(Status::Foreign), "foreign"),
        (with(Status::Denied), "denied"),
    ];
    let states: Vec<String> = states
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let mut text = counted(report.releases.len(), "release");
    if !states.is_empty() {
        let _ = write!(text, ": {}", states.join(", "));
    }
    // A target that is out of date is counted above.
    let said = report.said();
    let grave = said.iter().filter(|diagnostic| diagnostic.is_denied() && !is_in_table(diagnostic)).count();
    let warnings = said.iter().filter(|diagnostic| diagnostic.level == Level::Warn).count();
    let shown = [(warnings, "warning"), (grave, "error")];
    for (number, noun) in shown.into_iter().filter(|(number, _)| *number > 0) {
        let _ = write!(text, "; {}", counted(number, noun));
    }
    if view != View::Generate && with(Status::Stale) + with(Status::Missing) > 0 {
        let _ = write!(text, "; run {}", report.again);
    }
    text
}

struct Table<'r> {
    report: &'r Report,
    view: View,
    layout: Layout<'r>,
}

impl Table<'_> {
    fn draw(&self) -> String {
        let rows: Vec<Row<'_>> = self.report.releases.iter().map(|release| self.row(release)).collect();
        let width = |cell: fn(&Row<'_>) -> usize| rows.iter().map(cell).max().unwrap_or(0);
        let widths =
            [width(|row| row.word.width()), width(|row| row.id.width()), width(|row| row.target.width())];
        let mut text = String::new();
        for row in &rows {
            self.draw_row(&mut text, row, widths);
        }
        text
    }

    fn row<'t>(&self, release: &'t ReleaseRow) -> Row<'t> {
        let mut id = Shown(&release.id()).to_string();
        if self.report.environments.len() > 1 && !release.environment.is_empty() {
            id = format!("{id} ({})", Shown(&release.environment));
        }
        let path = release.target.path.as_ref();
        let (word, style) = word(release);
        Row {
            release,
            word,
            style,
            id,
            target: path.map_or_else(
                || "-".to_owned(),
                |path| Shown(relative(path, self.layout.directory).as_str()).to_string(),
            ),
        }
    }

    fn draw_row(&self, text: &mut String, row: &Row<'_>, [first, second, third]: [usize; 3]) {
        let Row { release, word, style, id, target } = row;
        let _ = write!(text, "{style}{word}{style:#}{}", blanks(first - word.width() + 2));
        let _ = write!(text, "{id}{}{target}", blanks(second - id.width() + 2));
        let gap = blanks(third - target.width() + 2);
        if self.view == View::List {
            if let Some(checksum) = release.target.checksum {
                let _ = write!(text, "{gap}{checksum:.12}");
            }
        } else {
            let tail = match &release.sources[..] {
                [] if release.unread => Some("sources not read".to_owned()),
                [] => Some("no sources".to_owned()),
                [source] if self.changes(release, source).is_empty() => Some(inline(source)),
                _ => None,
            };
            let room = self.layout.width.unwrap_or(WIDTH).saturating_sub(first + second + third + 6);
            if let Some(tail) = tail.filter(|tail| tail.width() <= room || release.sources.is_empty()) {
                let _ = writeln!(text, "{gap}{tail}");
                return;
            }
        }
        text.push('\n');
        self.draw_sources(text, release, first + 2);
        if let Some(restarts) = &release.restarts {
            self.draw_restarts(text, restarts, first + 2);
        }
    }

    /// What restarts when the checksum of a release moves, a workload on a line.
    fn draw_restarts(&self, text: &mut String, restarts: &Restarts, indent: usize) {
        let room = self.layout.width.unwrap_or(WIDTH).saturating_sub(indent);
        for line in restarting(restarts) {
            let line = wrapped(&line, room, room.saturating_sub(2));
            let _ = writeln!(
                text,
                "{}{}",
                blanks(indent),
                line.replace('\n', &format!("\n{}", blanks(indent + 2)))
            );
        }
    }

    fn draw_sources(&self, text: &mut String, release: &ReleaseRow, indent: usize) {
        let rows: Vec<Vec<String>> = release
            .sources
            .iter()
            .map(|source| {
                let mut cells = vec![title(source)];
                cells.extend(size(source));
                if self.view == View::List {
                    let place = source.declared.as_ref().map(|place| {
                        let file = relative(&place.file, self.layout.directory);
                        let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
                        format!("{}{line}", Shown(file.as_str()))
                    });
                    cells.extend(place);
                }
                cells
            })
            .collect();
        // Once for each column: a release may have thousands of sources.
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width =
            |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
        let widths: Vec<usize> = (0..columns).filter_map(width).collect();
        for (source, cells) in release.sources.iter().zip(&rows) {
            let mut line = blanks(indent);
            for (cell, width) in cells.iter().zip(&widths) {
                line.push_str(cell);
                line.push_str(&blanks(width - cell.width() + 2));
            }
            let _ = writeln!(text, "{}", line.trim_end());
            for change in self.changes(release, source) {
                let _ = writeln!(text, "{}{change}", blanks(indent + 2));
            }
        }
    }

    /// What moved a checksum that is out of date, as lines.
    fn changes(&self, release: &ReleaseRow, source: &SourceRow) -> Vec<String> {
        if self.view == View::List || release.target.status != Status::Stale {
            return Vec::new();
        }
        let mut lines: Vec<String> = source
            .changed
            .iter()
            .take(MOST_CHANGES)
            .map(|change| format!("{:<7}  {}", change.how.word(), Shown(&change.name)))
            .collect();
        if source.changed.len() > MOST_CHANGES {
            lines.push(format!("and {} more", source.changed.len() - MOST_CHANGES));
        }
        lines
    }
}

struct Row<'r> {
    release: &'r ReleaseRow,
    word: &'static str,
    style: Style,
    id: String,
    target: String,
}

fn word(release: &ReleaseRow) -> (&'static str, Style) {
    let green = AnsiColor::Green.on_default();
    let yellow = AnsiColor::Yellow.on_default();
    let red = AnsiColor::Red.on_default();
    match (release.target.status, release.target.written) {
        (Status::Missing, true) => ("created", green),
        (Status::Stale, true) => ("updated", green),
        (Status::Foreign, true) => ("replaced", green),
        // Only its comments were out of date.
        (_, true) => ("refreshed", green),
        (Status::Current, false) => ("current", Style::new()),
        (Status::Stale, false) => ("stale", yellow),
        (Status::Missing, false) => ("missing", yellow),
        (Status::Unwired, false) => ("unwired", red),
        (Status::Foreign, false) => ("foreign", red),
        (Status::Denied, false) => ("denied", red),
    }
}

fn size(source: &SourceRow) -> Vec<String> {
    let Some(digest) = source.digest else { return vec!["not read".to_owned()] };
    let noun = match source.kind {
        // It is all there is to it.
        "sha256" => return vec![format!("digest {digest:.12}")],
        "configmap" | "secret" => "key",
        "release" => "part",
        _ => "file",
    };
    let mut cells = vec![counted(source.count, noun)];
    cells.extend(source.bytes.map(|bytes| Bytes(bytes).to_string()));
    cells
}

/// The label, with the release that stands behind it.
fn title(source: &SourceRow) -> String {
    let label = Shown(&source.label);
    match &source.producer {
        Some(producer) if source.kind != "path" => format!("{label} (from {})", Shown(producer)),
        _ => label.to_string(),
    }
}

fn inline(source: &SourceRow) -> String {
    format!("{}: {}", title(source), size(source).join(", "))
}

/// What restarts, in words.
fn restarting(restarts: &Restarts) -> Vec<String> {
    let reached = match restarts {
        Restarts::Unknown(why, hint) => {
            let hint = hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
            return vec![Shown(&format!("not rendered: {why}{hint}")).to_string()];
        }
        Restarts::Reached(reached) if reached.is_empty() => {
            return vec!["restarts nothing: the checksum reaches no pod template".to_owned()];
        }
        Restarts::Reached(reached) => reached,
    };
    let one = |reached: &Reached| {
        let name = format!("{} {}", reached.identity.kind, reached.identity.name);
        let line = match effect(&reached.moves) {
            (Effect::Restarts, _) => format!("restarts {name}"),
            (_, because) => format!("reaches {name}: {}", because.unwrap_or_default()),
        };
        Shown(&line).to_string()
    };
    reached.iter().map(one).collect()
}

fn blanks(number: usize) -> String {
    " ".repeat(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checksum::{Digest, HashedFile, Notes};
    use crate::plan::{Change, How};
    use crate::report::model::TargetRow;
    use crate::text::Place;

    fn source(label: &str, files: usize, bytes: u64) -> SourceRow {
        let file = HashedFile {
            name: "./a".into(),
            digest: Digest::of_nothing(),
            bytes: 1,
            notes: Notes::default(),
        };
        SourceRow {
            label: label.into(),
            kind: "path",
            name: None,
            path: label.into(),
            options: Vec::new(),
            declared: Some(Place::line("/r/values/web.yaml", 3)),
            digest: Some(Digest::of_nothing()),
            bytes: Some(bytes),
            excluded: 0,
            producer: None,
            count: files,
            files: vec![file; files],
            changed: Vec::new(),
        }
    }

    fn release(name: &str, sources: Vec<SourceRow>, status: Status, written: bool) -> ReleaseRow {
        ReleaseRow {
            name: name.into(),
            namespace: "edge".into(),
            environment: "default".into(),
            kube_context: String::new(),
            file: "/r/helmfile.yaml".into(),
            sources,
            unread: false,
            target: TargetRow {
                path: (status != Status::Unwired).then(|| format!("/r/{name}/checksum.yaml").into()),
                key: "configChecksum".into(),
                status,
                recorded: None,
                checksum: Some(Digest::of_nothing()),
                written,
            },
            restarts: None,
        }
    }

    fn report() -> Report {
        let mut moved = source("./apis", 2, 1300);
        moved.changed = vec![
            Change { name: "./orders.yaml".into(), how: How::Edited },
            Change { name: "./new\u{1b}.yaml".into(), how: How::Added },
        ];
        Report {
            again: "`helmsum generate`".into(),
            nothing_matched: false,
            environments: vec!["default".into()],
            releases: vec![
                release("gateway", vec![moved], Status::Stale, false),
                release("web", vec![source("./conf", 14, 82_000)], Status::Current, false),
                release(
                    "two",
                    vec![source("../certs", 1, 12), source("longer", 10, 5 << 20)],
                    Status::Missing,
                    true,
                ),
                release("bare", Vec::new(), Status::Unwired, false),
            ],
            diagnostics: vec![
                Diagnostic::finding(Code::StaleChecksum, "is told by the table"),
                Diagnostic::finding(Code::EmptySource, "`./x` contains no file that counts")
                    .at(Place::line("/r/v.yaml", 1)),
            ],
        }
    }

    fn drawn(report: &Report, view: View, quiet: bool) -> String {
        let layout = Layout { directory: "/r".into(), width: None };
        anstream::adapter::strip_str(&human(report, view, quiet, layout)).to_string()
    }

    #[test]
    fn a_check_names_the_files_that_moved_a_checksum() {
        insta::assert_snapshot!(drawn(&report(), View::Check, false), @r"
        stale    edge/gateway  gateway/checksum.yaml
                 ./apis  2 files  1.2 KiB
                   edited   ./orders.yaml
                   added    ./new\u{1b}.yaml
        current  edge/web      web/checksum.yaml      ./conf: 14 files, 80.0 KiB
        created  edge/two      two/checksum.yaml
                 ../certs  1 file    12 B
                 longer    10 files  5.0 MiB
        unwired  edge/bare     -                      no sources

        warning[empty-source]: `./x` contains no file that counts
          --> v.yaml:1

        4 releases: 1 written, 1 current, 1 stale, 1 without a target; 1 warning; run
        `helmsum generate`
        ");
    }

    #[test]
    fn a_table_is_as_wide_as_it_may_be() {
        let mut report = report();
        let long = "release `edge/gateway`: `./apis` contains text with CRLF line breaks: `./a-file-with-a-long-name.conf`, `./b.conf`";
        report.diagnostics.push(Diagnostic::finding(Code::Crlf, long).hint(
            "add `eol=lf` to the source where the program that reads it takes either, or convert the files",
        ));
        for width in [80, 120] {
            let layout = Layout { directory: "/r".into(), width: Some(width) };
            for (name, view) in [("generate", View::Generate), ("check", View::Check), ("list", View::List)] {
                let text = anstream::adapter::strip_str(&human(&report, view, false, layout)).to_string();
                let snapshots = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots");
                insta::with_settings!({ snapshot_path => snapshots, prepend_module_to_snapshot => false, omit_expression => true }, {
                    insta::assert_snapshot!(format!("table-{name}-{width}"), text);
                });
            }
        }
    }

    #[test]
    fn a_list_says_where_sources_are_declared() {
        let report = Report { releases: report().releases.split_off(1), ..Report::default() };
        insta::assert_snapshot!(drawn(&report, View::List, false), @r"
        current  edge/web   web/checksum.yaml  e3b0c44298fc
                 ./conf  14 files  80.0 KiB  values/web.yaml:3
        created  edge/two   two/checksum.yaml  e3b0c44298fc
                 ../certs  1 file    12 B     values/web.yaml:3
                 longer    10 files  5.0 MiB  values/web.yaml:3
        unwired  edge/bare  -                  e3b0c44298fc
        3 releases: 1 written, 1 current, 1 without a target
        ");
    }

    #[test]
    fn quiet_leaves_findings_and_then_those_of_the_table_too() {
        let text = drawn(&report(), View::Check, true);
        assert!(text.starts_with("error[stale-checksum]: is told by the table\n"), "{text}");
        assert!(!text.contains("current"), "{text}");
    }

    #[test]
    fn several_environments_are_told_apart() {
        let report = Report { environments: vec!["default".into(), "prod".into()], ..report() };
        assert!(drawn(&report, View::Generate, false).contains("edge/web (default)"));
    }

    #[test]
    fn what_environments_share_is_said_once_and_names_them() {
        let found = |message: &str, environment: &str| {
            Diagnostic::finding(Code::EmptySource, message).environment(environment)
        };
        let diagnostics = vec![found("shared", "dev"), found("of one", "dev"), found("shared", "prod")];
        let report = Report { environments: vec!["dev".into(), "prod".into()], diagnostics, ..report() };
        let text = drawn(&report, View::Generate, false);
        assert_eq!(text.matches("shared (environments `dev`, `prod`)").count(), 1, "{text}");
        assert!(text.contains("of one (environment `dev`)"), "{text}");
        assert!(text.contains("; 2 warnings"), "{text}");
        let alone = Report { environments: vec!["dev".into()], ..report };
        assert!(!drawn(&alone, View::Generate, false).contains("environment"));
    }

    #[test]
    fn the_table_fits_eighty_columns_where_names_do() {
        let report = Report { diagnostics: Vec::new(), ..report() };
        for view in [View::Generate, View::List] {
            for line in drawn(&report, view, false).lines() {
                assert!(line.width() <= 80, "{line}");
            }
        }
    }
}
