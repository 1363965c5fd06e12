//! Copies of values, on one line.

use std::fmt::Write as _;

use super::change::{Change, is_key, is_merge, merged};
use crate::reference::Step;
use crate::yaml::{Kind, Node, Style};

/// A value as `{…}`, `[…]` or a scalar, without anchors and aliases, and with what is to be added to it.
pub(super) fn copy(node: &Node, change: Option<&Change>) -> String {
    let mut out = String::new();
    value(node, change, &mut out);
    out
}

/// What is to be added, where nothing is yet.
pub(super) fn fresh(change: &Change) -> String {
    let mut out = String::new();
    fields(&mut out, |fields| fields.added(change, None));
    out
}

/// A text in double quotes, which JSON reads too.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote(text, &mut out);
    out
}

fn value(node: &Node, change: Option<&Change>, out: &mut String) {
    if let Some(change) = change
        && node.is_null()
    {
        return fields(out, |fields| fields.added(change, None));
    }
    match node.kind() {
        Kind::Scalar => scalar(node, out),
        Kind::Sequence => {
            tag(node, out);
            out.push('[');
            for (index, item) in node.children().iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                value(item, change.and_then(|change| change.below.get(&Step::Index(index))), out);
            }
            out.push(']');
        }
        Kind::Mapping => {
            tag(node, out);
            fields(out, |fields| fields.all(node, change));
        }
    }
}

/// The fields of a mapping in the making.
struct Fields<'o> {
    out: &'o mut String,
    is_first: bool,
}

fn fields(out: &mut String, fill: impl FnOnce(&mut Fields<'_>)) {
    out.push('{');
    fill(&mut Fields { out, is_first: true });
    out.push('}');
}

impl Fields<'_> {
    fn begin(&mut self) -> &mut String {
        if !std::mem::take(&mut self.is_first) {
            self.out.push_str(", ");
        }
        self.out
    }

    fn all(&mut self, mapping: &Node, change: Option<&Change>) {
        let pairs = mapping.pairs();
        for (name, node) in &pairs {
            let below = |change: &Change| {
                let text = name.text()?;
                change.below.get(&Step::Key(text.into())).cloned()
            };
            let out = self.begin();
            if is_merge(name) {
                out.push_str("<<: ");
                value(node, None, out);
                continue;
            }
            value(name, None, out);
            out.push_str(": ");
            value(node, change.and_then(below).as_ref(), out);
        }
        if let Some(change) = change {
            self.added(change, Some(&pairs));
        }
    }

    /// What is in no pair yet; the last one counts, so that it stands after what a `<<` brings in.
    fn added(&mut self, change: &Change, pairs: Option<&[(Node, Node)]>) {
        let pairs = pairs.unwrap_or_default();
        for (key, text) in &change.annotations {
            let out = self.begin();
            let _ = write!(out, "{}: {}", quoted(key), quoted(text));
        }
        for (step, change) in &change.below {
            // A list that is not there has no items.
            let Step::Key(key) = step else { continue };
            if pairs.iter().any(|(name, _)| !is_merge(name) && is_key(name, key)) {
                continue;
            }
            let of_merge = |(name, value): &(Node, Node)| is_merge(name).then(|| merged(value, key, 0))?;
            let brought = pairs.iter().rev().find_map(of_merge);
            let out = self.begin();
            let _ = write!(out, "{}: ", quoted(key));
            match brought {
                Some(node) => value(&node, Some(change), out),
                None => fields(out, |fields| fields.added(change, None)),
            }
        }
    }
}

fn tag(node: &Node, out: &mut String) {
    match node.written_tag().as_deref() {
        None => {}
        Some("!") => out.push_str("! "),
        Some(tag) => {
            let _ = write!(out, "!<{tag}> ");
        }
    }
}

fn scalar(node: &Node, out: &mut String) {
    let text = node.text().unwrap_or_default();
    let is_text = node.style() != Some(Style::Plain) || node.tag() == "!!str";
    let is_plain = node.style() == Some(Style::Plain)
        && !text.is_empty()
        && (text.chars().all(is_plain_character) || !is_text);
    tag(node, out);
    if is_plain {
        out.push_str(text);
    } else if text.is_empty() && !is_text {
        out.push_str("null");
    } else {
        quote(text, out);
    }
}

/// Whether a character means nothing to YAML, wherever it stands between others.
const fn is_plain_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '/' | '+' | '-')
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            ' '..='~' | '\u{a1}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' => {
                out.push(character);
            }
            '\u{ff00}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}' => out.push(character),
            other => {
                let _ = write!(out, "\\u{:04x}", u32::from(other));
            }
        }
    }
    out.push('"');
}
