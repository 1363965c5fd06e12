//! Explanations as people read them.

use std::fmt::Write as _;

use anstyle::Style;

use super::words::{first, is_told, place, reading, why_out};
use super::{ExplainView, page, paths};
use crate::explain::{Answer, ByHand, LastMoved, Moved, OfRelease, OfSource, Pods, Undeclared, Why};
use crate::history::Effect;
use crate::plan::Status;
use crate::report::drawing::{Layout, draw};
use crate::report::human::{changes, restarting, size, title, word};
use crate::report::log;
use crate::report::model::{ReleaseRow, SourceRow};
use crate::text::{Shown, relative};

/// What stands before a value is as wide as this.
const NAME: usize = 11;

/// The report for people: what goes to standard output. Errors are not in it.
#[must_use]
pub(crate) fn human(view: ExplainView<'_>, layout: Layout<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    let several = view.report.environments.len() > 1;
    for answer in view.explanation.answers.iter().filter(|_| !view.quiet) {
        parts.push(match answer {
            Answer::Release(of) => {
                let row = &view.report.releases[of.index];
                Drawing::new(layout).release(row, of, several)
            }
            Answer::Undeclared(one) => Drawing::new(layout).undeclared(one, several),
            Answer::Path(path) => paths::draw(path, view.report, several, layout),
            Answer::Page(page) => page::draw(*page, layout),
        });
    }
    parts.extend(view.report.findings_and_notes(view.quiet).iter().map(|one| draw(one, layout)));
    parts.join("\n")
}

/// A release with its environment, where there are several.
pub(super) fn id(id: &str, environment: &str, several: bool) -> String {
    let environment =
        if several && !environment.is_empty() { format!(" ({})", Shown(environment)) } else { String::new() };
    format!("{}{environment}", Shown(id))
}

/// A text that grows by lines.
pub(super) struct Drawing<'l> {
    pub(super) text: String,
    pub(super) layout: Layout<'l>,
}

impl<'l> Drawing<'l> {
    pub(super) const fn new(layout: Layout<'l>) -> Self {
        Self { text: String::new(), layout }
    }

    /// A name and what it has, which is broken into lines unless somebody may copy it.
    pub(super) fn field(&mut self, indent: usize, name: &str, value: &str) {
        let column = indent + NAME;
        let value =
            self.layout.message(value, column, column).replace('\n', &format!("\n{}", " ".repeat(column)));
        self.exact(indent, name, &value);
    }

    /// A name and what it has, as it is.
    fn exact(&mut self, indent: usize, name: &str, value: &str) {
        let _ = writeln!(self.text, "{}{name:<NAME$}{value}", " ".repeat(indent));
    }

    fn head(&mut self, id: &str, word: &str, style: Style) {
        let bold = Style::new().bold();
        let _ = writeln!(self.text, "{bold}{id}{bold:#}  {style}{word}{style:#}");
    }

    fn release(mut self, row: &ReleaseRow, of: &OfRelease, several: bool) -> String {
        let (word, style) = word(row);
        self.head(&id(&row.id(), &row.environment, several), word, style);
        let declared = place(&of.declared, self.layout);
        let entry = if of.is_entry { ", among `checksums`" } else { "" };
        self.field(2, "declared", &format!("{declared}{entry}"));
        self.target(row, of);
        if let Some(auto) = &of.auto {
            let auto = place(auto, self.layout);
            self.field(2, "auto", &format!("{auto}: what pods read of other releases is a source, too"));
        }
        self.checksums(row, of);
        self.moved(&of.moved);
        for (source, of_source) in row.sources.iter().zip(&of.sources) {
            self.source(source, of_source, row.sources.len() > 1);
        }
        if let Some(combination) = &of.combination {
            self.text.push_str("\n  together\n");
            for source in &row.sources {
                let digest = source.digest.map(|digest| digest.to_string()).unwrap_or_default();
                let _ = writeln!(self.text, "    {digest}  {}", Shown(&source.label));
            }
            self.exact(4, "by hand", &Shown(combination).to_string());
        }
        if let Some(pods) = &of.pods {
            self.pods(pods);
        }
        self.text
    }

    /// Where the checksum goes.
    fn target(&mut self, row: &ReleaseRow, of: &OfRelease) {
        let keys: Vec<String> = of.keys.iter().map(|key| format!("`{}`", Shown(key))).collect();
        let at = if keys.is_empty() { String::new() } else { format!(" at {}", keys.join(", ")) };
        let text = match &row.target.path {
            Some(path) => format!("{}{at}", Shown(relative(path, self.layout.directory).as_str())),
            None if row.target.status == Status::Unwired => {
                "none among its values, so its checksum gets nowhere".to_owned()
            }
            None if keys.is_empty() => "none".to_owned(),
            None => format!("none: `helmsum annotate` puts {} on the pods that read these", keys.join(", ")),
        };
        self.field(2, "target", &text);
    }

    /// What the checksum is, was and would be.
    fn checksums(&mut self, row: &ReleaseRow, of: &OfRelease) {
        let computed = of.computed.map(|digest| digest.to_string());
        match (&computed, row.sources.is_empty() && !row.unread) {
            (Some(computed), _) => self.exact(2, "checksum", computed),
            (None, true) => self.field(2, "checksum", "none: it declares no sources"),
            (None, false) => self.field(2, "checksum", "not known, since not every source could be read"),
        }
        let recorded = row.target.recorded.as_ref();
        if let Some(recorded) = recorded.filter(|recorded| Some(*recorded) != computed.as_ref()) {
            self.exact(2, "recorded", &Shown(recorded).to_string());
        }
        if let Some(hold) = &of.hold {
            let until = hold.until.map(|until| format!(" until {until}")).unwrap_or_default();
            let at = place(&hold.place, self.layout);
            self.field(2, "held", &format!("\"{}\"{until} ({at}): what is recorded stays", hold.reason));
        }
    }

    /// Which commit moved it last.
    fn moved(&mut self, moved: &LastMoved) {
        let text = match moved {
            LastMoved::At(moved) => return self.commit("moved by", moved),
            LastMoved::Before(moved) => {
                let committed = match &moved.checksum {
                    Some(checksum) => format!("what is committed is {checksum:.12}, moved by"),
                    None => "it is committed no longer, since".to_owned(),
                };
                self.field(2, "moved by", &format!("no commit yet: {committed}"));
                return self.commit("", moved);
            }
            LastMoved::NoTarget => return,
            LastMoved::Uncommitted => "no commit has the target".to_owned(),
            LastMoved::Never => "no commit".to_owned(),
            LastMoved::Unknown(why) => format!("not known: {why}"),
        };
        self.field(2, "moved by", &text);
    }

    fn commit(&mut self, name: &str, moved: &Moved) {
        let effect = match moved.effect {
            Effect::First => "  (the first one)",
            Effect::Restarts => "",
            Effect::Gone => "  (removed)",
        };
        self.exact(2, name, &format!("{}{effect}", log::commit(&moved.commit)));
        for line in log::sources(&moved.sources) {
            self.exact(2, "", &line);
        }
    }

    fn source(&mut self, source: &SourceRow, of: &OfSource, several: bool) {
        let mut cells = vec![title(source)];
        cells.extend(size(source));
        cells.extend(source.options.iter().flat_map(|(key, values)| {
            values.iter().map(move |value| Shown(&format!("{key}={value}")).to_string())
        }));
        cells.extend(source.declared.as_ref().map(|declared| place(declared, self.layout)));
        let _ = writeln!(self.text, "\n  {}", cells.join("  "));
        if source.digest.is_some() && source.bytes.is_none() {
            self.text.push_str("    what it is made of is secret, and not shown\n");
        }
        for file in &source.files {
            let _ = writeln!(self.text, "    {}  {}", file.digest, Shown(&file.name));
        }
        for out in &of.left_out {
            let why = why_out(&out.name, &out.why, source.declared.as_ref(), self.layout);
            self.field(4, "left out", &format!("{}: {why}", Shown(&out.name)));
        }
        for change in changes(&source.changed) {
            self.exact(4, "moved", &change);
        }
        if let Some(digest) = source.digest.filter(|_| several) {
            self.exact(4, "digest", &digest.to_string());
        }
        match &of.by_hand {
            ByHand::Command(command) => self.exact(4, "by hand", &Shown(command).to_string()),
            ByHand::None(why) => self.field(4, "by hand", &format!("no command: {why}")),
        }
        for line in of.first.iter().filter_map(first) {
            self.field(4, "order", &line);
        }
    }

    fn undeclared(mut self, one: &Undeclared, several: bool) -> String {
        let id = id(&one.id, &one.environment, several);
        let (word, why) = match &one.why {
            Why::NoSources => ("no sources", "it declares no sources, and lists no target".to_owned()),
            Why::NotDeployed(why) => ("not deployed", why.clone()),
        };
        self.head(&id, word, Style::new());
        let declared = place(&one.declared, self.layout);
        self.field(2, "declared", &declared);
        self.field(2, "checksum", &format!("none: {why}"));
        if let Some(pods) = &one.pods {
            self.pods(pods);
        }
        self.text
    }

    /// What helm shows.
    fn pods(&mut self, pods: &Pods) {
        let mut lines: Vec<String> = pods.restarts.as_ref().map(restarting).unwrap_or_default();
        let unseen = pods.why_not.as_ref().filter(|_| pods.restarts.is_none());
        lines.extend(unseen.map(|why| Shown(&format!("not rendered: {why}")).to_string()));
        lines.extend(pods.readings.iter().filter(|one| is_told(one)).map(reading));
        if lines.is_empty() {
            lines.push("they read nothing that another release makes".to_owned());
        }
        self.text.push_str("\n  pods\n");
        for line in lines {
            let line = self.layout.message(&line, 4, 6).replace('\n', "\n      ");
            let _ = writeln!(self.text, "    {line}");
        }
    }
}
