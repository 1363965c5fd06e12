//! The table of a report: a line for each release, with its sources and what restarts below where they need lines of their own.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::{View, WIDTH};
use crate::audit::{Reached, Restarts};
use crate::plan::{Change, How, Status};
use crate::report::drawing::{Layout, wrapped};
use crate::report::effect::{Effect, effect};
use crate::report::model::{ReleaseRow, Report, SourceRow};
use crate::text::{Bytes, Shown, counted, relative};

/// How many changed files of a source are named.
const MOST_CHANGES: usize = 20;

/// The table of a report.
pub(super) struct Table<'r> {
    pub(super) report: &'r Report,
    pub(super) view: View,
    pub(super) layout: Layout<'r>,
}

impl Table<'_> {
    pub(super) fn draw(&self) -> String {
        let shown = self.report.releases.iter().filter(|release| self.shows(release));
        let rows: Vec<Row<'_>> = grouped(shown).iter().map(|group| self.row(group)).collect();
        let width = |cell: fn(&Row<'_>) -> usize| rows.iter().map(cell).max().unwrap_or(0);
        let widths =
            [width(|row| row.word.width()), width(|row| row.id.width()), width(|row| row.target.width())];
        let mut text = String::new();
        for row in &rows {
            self.draw_row(&mut text, row, widths);
        }
        text
    }

    /// Whether a release has a line, and is not only counted.
    fn shows(&self, release: &ReleaseRow) -> bool {
        let is_fine = matches!(release.target.status, Status::Current | Status::Annotated);
        !matches!(self.view, View::Check | View::Hook) || release.target.written || !is_fine
    }

    fn row<'t>(&self, group: &Group<'t>) -> Row<'t> {
        let release = group.release;
        let mut id = Shown(&release.id()).to_string();
        if self.report.environments.len() > 1 && !release.environment.is_empty() {
            id = format!("{id} ({})", Shown(&group.environments.join(", ")));
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
        if self.view == View::List || !matches!(release.target.status, Status::Stale | Status::Held) {
            return Vec::new();
        }
        changes(&source.changed)
    }
}

/// A release with the environments in which there is the same to say of it.
struct Group<'r> {
    release: &'r ReleaseRow,
    environments: Vec<&'r str>,
}

/// The releases, those of several environments together of which there is the same to say.
fn grouped<'r>(releases: impl Iterator<Item = &'r ReleaseRow>) -> Vec<Group<'r>> {
    let mut groups: Vec<Group<'r>> = Vec::new();
    let mut known: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for release in releases {
        let alike = known.entry((&release.namespace, &release.name)).or_default();
        let is_alike = |index: &&usize| {
            let Group { release: other, environments } = &groups[**index];
            other.is_same_as(release) && !environments.contains(&release.environment.as_str())
        };
        if let Some(index) = alike.iter().find(is_alike) {
            groups[*index].environments.push(&release.environment);
        } else {
            alike.push(groups.len());
            groups.push(Group { release, environments: vec![&release.environment] });
        }
    }
    groups
}

/// What happened to files, a line for each as far as that is readable.
pub(crate) fn changes(changed: &[Change]) -> Vec<String> {
    let line = |change: &Change| {
        let style = match change.how {
            How::Added => AnsiColor::Green,
            How::Removed => AnsiColor::Red,
            How::Edited => AnsiColor::Yellow,
        };
        let style = style.on_default();
        format!("{style}{:<7}{style:#}  {}", change.how.word(), Shown(&change.name))
    };
    let mut lines: Vec<String> = changed.iter().take(MOST_CHANGES).map(line).collect();
    if changed.len() > MOST_CHANGES {
        lines.push(format!("and {} more", changed.len() - MOST_CHANGES));
    }
    lines
}

struct Row<'r> {
    release: &'r ReleaseRow,
    word: &'static str,
    style: Style,
    id: String,
    target: String,
}

/// The state of a release in one word.
pub(crate) fn word(release: &ReleaseRow) -> (&'static str, Style) {
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
        (Status::Held, false) => ("held", yellow),
        (Status::Stale, false) => ("stale", yellow),
        (Status::Missing, false) => ("missing", yellow),
        (Status::Unwired, false) => ("unwired", red),
        (Status::Annotated, false) => ("annotated", Style::new()),
        (Status::Foreign, false) => ("foreign", red),
        (Status::Denied, false) => ("denied", red),
    }
}

/// How much a source contains.
pub(crate) fn size(source: &SourceRow) -> Vec<String> {
    let Some(digest) = source.digest else { return vec!["not read".to_owned()] };
    let noun = match source.kind {
        // It is all there is to it.
        "sha256" => return vec![format!("digest {digest:.12}")],
        "configmap" | "secret" => "key",
        "object" => "spec",
        "release" => "part",
        _ => "file",
    };
    let mut cells = vec![counted(source.count, noun)];
    cells.extend(source.bytes.map(|bytes| Bytes(bytes).to_string()));
    cells
}

/// The label, with the release that stands behind it.
pub(crate) fn title(source: &SourceRow) -> String {
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
pub(crate) fn restarting(restarts: &Restarts) -> Vec<String> {
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
