//! What is known of a path, as people read it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::human::{Drawing, id};
use super::words::{place, reading, reads, through, why_out};
use crate::explain::{Existing, MadeOfIt, OfPath, Reader};
use crate::plan::Status;
use crate::report::drawing::Layout;
use crate::report::model::Report;
use crate::text::{Shown, listed, relative};

/// How many releases a line names.
const NAMED: usize = 5;

/// What is known of a path.
pub(super) fn draw(path: &OfPath, report: &Report, several: bool, layout: Layout<'_>) -> String {
    let Report { releases: rows, again, .. } = report;
    let mut drawing = Drawing::new(layout);
    head(&mut drawing, path, layout);
    let name = |index: usize| id(&rows[index].id(), &rows[index].environment, several);
    for index in &path.target_of {
        drawing.field(2, "target of", &format!("{}: {again} writes it", name(*index)));
    }
    for one in &path.restarting {
        let contains = through(&one.label, &one.through, path.existing != Existing::Nothing);
        let line = format!("{}: {contains} ({})", name(one.index), place(&one.declared, layout));
        drawing.field(2, "restarts", &format!("{line}{}", but(rows[one.index].target.status)));
    }
    for one in &path.uncounted {
        let why = why_out(&one.name, &one.why, None, layout);
        let line = format!(
            "{}: {} of {} ({}): {why}",
            name(one.index),
            Shown(&one.name),
            Shown(&one.label),
            place(&one.declared, layout)
        );
        drawing.field(2, "left out", &line);
    }
    for one in &path.unread {
        let (name, label) = (name(one.index), Shown(&one.label));
        let line = format!("not known of {name}: {label} cannot be read ({})", place(&one.declared, layout));
        drawing.field(2, "restarts", &line);
    }
    if path.restarting.is_empty() && path.target_of.is_empty() && path.unread.is_empty() {
        drawing.field(2, "restarts", "no release by its checksum: no source contains it");
    }
    for reader in &path.readers {
        drawing.field(2, "read by", &read_by(reader, several));
    }
    if path.readers.is_empty() && path.target_of.is_empty() && path.existing != Existing::Nothing {
        drawing.field(2, "read by", "no release that is known to");
    }
    for object in path.made_of_it.iter().flatten() {
        add_object(&mut drawing, object, several);
    }
    if path.made_of_it.as_ref().is_some_and(Vec::is_empty) && path.unseen.is_empty() {
        drawing.field(2, "makes", "no ConfigMap and no Secret is another one with another content of it");
    }
    if path.existing != Existing::Nothing && !path.unseen.is_empty() {
        let names: Vec<String> = path.unseen.iter().map(|id| Shown(id).to_string()).collect();
        let names = listed(&names, NAMED);
        drawing.field(2, "makes", &format!("not known of {names}: not rendered, `helmsum audit` says why"));
    }
    drawing.text
}

fn head(drawing: &mut Drawing<'_>, path: &OfPath, layout: Layout<'_>) {
    let bold = Style::new().bold();
    let yellow = AnsiColor::Yellow.on_default();
    let existing = match path.existing {
        Existing::Nothing if path.target_of.is_empty() => format!("  {yellow}does not exist{yellow:#}"),
        Existing::Nothing => format!("  {yellow}missing{yellow:#}"),
        Existing::Directory => "  directory".to_owned(),
        Existing::File => String::new(),
    };
    let name = relative(&path.path, layout.directory);
    let _ = writeln!(drawing.text, "{bold}{}{bold:#}{existing}", Shown(name.as_str()));
}

/// What keeps a checksum that moves from restarting pods.
const fn but(status: Status) -> &'static str {
    match status {
        Status::Unwired => "; but not as long as it is unwired",
        Status::Held => "; but not as long as it is held",
        Status::Foreign | Status::Denied => "; but not as long as its target is kept from being written",
        Status::Current | Status::Stale | Status::Missing | Status::Annotated => "",
    }
}

fn read_by(reader: &Reader, several: bool) -> String {
    format!("{} {}", id(&reader.name, &reader.environment, several), reads(reader.how))
}

fn add_object(drawing: &mut Drawing<'_>, object: &MadeOfIt, several: bool) {
    let namespace =
        if object.namespace.is_empty() { String::new() } else { format!(" in {}", object.namespace) };
    let named = format!("{} {}{namespace}", object.kind.name(), object.name);
    drawing.field(2, "makes", &id(&named, &object.environment, several));
    for one in &object.readers {
        drawing.field(4, "", &format!("{}: {}", Shown(&one.release), reading(one)));
    }
    if object.readers.is_empty() {
        drawing.field(4, "", "no pod reads it, as far as releases could be rendered");
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use unicode_width::UnicodeWidthStr as _;

    use super::*;
    use crate::explain::Reads;

    #[test]
    fn a_path_fits_the_width_and_is_one_line_a_field_without_one() {
        let reader =
            |name: &str| Reader { name: name.into(), environment: "production".into(), how: Reads::Template };
        let path = OfPath {
            path: "/r/apis/orders.yaml".into(),
            existing: Existing::File,
            target_of: Vec::new(),
            restarting: Vec::new(),
            uncounted: Vec::new(),
            readers: vec![reader("edge/gateway-apis"), reader("a-namespace-with-a-long-name/and-a-release")],
            made_of_it: Some(Vec::new()),
            unseen: BTreeSet::new(),
            unread: Vec::new(),
        };
        let shown = |width| {
            let text = draw(&path, &Report::default(), true, Layout { directory: "/r".into(), width });
            anstream::adapter::strip_str(&text).to_string()
        };
        insta::assert_snapshot!(shown(None), @r"
        apis/orders.yaml
          restarts   no release by its checksum: no source contains it
          read by    edge/gateway-apis (production) in a values template
          read by    a-namespace-with-a-long-name/and-a-release (production) in a values template
          makes      no ConfigMap and no Secret is another one with another content of it
        ");
        for width in [60, 80] {
            let text = shown(Some(width));
            assert!(text.lines().count() > 5, "{text}");
            assert!(text.lines().all(|line| line.width() <= width), "{text}");
        }
    }
}
