//! Copies of templates that get another answer: each question is replaced where it stands.

use super::parts::parse;
use super::walk::{Seen, fields, function, walk};
use crate::template::syntax::{Command, Operand, OperandKind};

/// The answers that a copy gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum World<'a> {
    /// Another time, other random results, and maps walked in the order of their keys; or in the reverse order.
    Chance {
        /// Whether the order is the reverse one.
        reverse: bool,
    },
    /// A cluster that offers all that is asked for, and other addresses; or one that offers nothing but these versions.
    Cluster {
        /// What is offered; nothing where all is.
        offered: Option<&'a [String]>,
        /// Whether addresses are asked for at all.
        hosts: bool,
    },
}

/// The name of the template file with what copies call.
pub(super) const HELPERS_FILE: &str = "_helmsum.tpl";

/// A point in time that no test is run at.
const THEN: &str = r#"(toDate "2006-01-02 15:04:05" "2039-11-24 21:47:53")"#;

/// What copies call. A time, or a number of seconds, is not a question to the functions of sprig; anything else is *now* to them.
pub(super) const HELPERS: &str = r#"
{{- define "helmsum.time" }}{{ has (typeOf .) (list "time.Time" "*time.Time" "int" "int32" "int64") }}{{ end }}
{{- define "helmsum.then" }}2039-11-24 21:47:53{{ end }}
{{- define "helmsum.date" }}{{ date (index . 0) (ternary (index . 1) (toDate "2006-01-02 15:04:05" (include "helmsum.then" .)) (eq (include "helmsum.time" (index . 1)) "true")) }}{{ end }}
{{- define "helmsum.dateInZone" }}{{ dateInZone (index . 0) (ternary (index . 1) (toDate "2006-01-02 15:04:05" (include "helmsum.then" .)) (eq (include "helmsum.time" (index . 1)) "true")) (index . 2) }}{{ end }}
{{- define "helmsum.htmlDate" }}{{ htmlDate (ternary (index . 0) (toDate "2006-01-02 15:04:05" (include "helmsum.then" .)) (eq (include "helmsum.time" (index . 0)) "true")) }}{{ end }}
{{- define "helmsum.htmlDateInZone" }}{{ htmlDateInZone (ternary (index . 0) (toDate "2006-01-02 15:04:05" (include "helmsum.then" .)) (eq (include "helmsum.time" (index . 0)) "true")) (index . 1) }}{{ end }}
{{- define "helmsum.ago" }}{{ ternary "87654h3m21s" (ago (index . 0)) (eq (include "helmsum.time" (index . 0)) "true") }}{{ end }}
{{- define "helmsum.durationRound" }}{{ ternary "97y" (durationRound (index . 0)) (has (typeOf (index . 0)) (list "time.Time" "*time.Time")) }}{{ end }}
{{- define "helmsum.text" }}helmsum{{ end }}
{{- define "helmsum.bytes" }}aGVsbXN1bQ=={{ end }}
{{- define "helmsum.shuffled" }}{{ index . 0 }}~{{ end }}
{{- define "helmsum.values" }}{{ $all := list }}{{ range . }}{{ range $value := . }}{{ $all = append $all $value }}{{ end }}{{ end }}{{ toJson $all }}{{ end }}
{{- define "helmsum.host" }}192.0.2.7{{ end }}
"#;

/// A template in which every question gets the answer of a world. Nothing where it asks none, or is not a template.
pub(super) fn rewritten(text: &str, world: World<'_>) -> Option<String> {
    let mut edits = Edits { text, list: Vec::new() };
    for tree in parse(text)? {
        walk(&tree.root, &mut |seen| match (seen, world) {
            (Seen::Command(command, _), World::Chance { reverse }) => edits.chance(command, reverse),
            (Seen::Operand(operand), World::Chance { .. }) => edits.clock(operand),
            (Seen::Command(command, _), World::Cluster { offered, hosts }) => {
                edits.cluster(command, offered, hosts);
            }
            _ => {}
        });
    }
    edits.applied()
}

/// What a call becomes: what stands in the place of its name, and what comes after its arguments.
type Call = (&'static str, String);

struct Edits<'a> {
    text: &'a str,
    /// Start, end, and what takes the place; those that only insert come last at one place.
    list: Vec<(usize, usize, String)>,
}

impl Edits<'_> {
    fn chance(&mut self, command: &Command, reverse: bool) {
        let Some(name) = function(command) else { return };
        let to = |helper: &str| -> Call { ("list", format!(" | include \"helmsum.{helper}\"")) };
        let reversed = if reverse { " | reverse" } else { "" };
        let call = match name {
            "date" | "htmlDate" | "htmlDateInZone" | "dateInZone" | "ago" | "durationRound" => to(name),
            "date_in_zone" => to("dateInZone"),
            // What it returns is a number that is counted with.
            "randInt" => ("add 8191", " | int".to_owned()),
            "randBytes" => to("bytes"),
            "shuffle" => to("shuffled"),
            "keys" => ("keys", format!(" | sortAlpha{reversed}")),
            "values" => ("list", format!(" | include \"helmsum.values\" | fromJsonArray{reversed}")),
            name if name.starts_with("rand") => to("text"),
            // A new key or salt is never the same.
            _ => return,
        };
        let offset = command.operands[0].offset;
        self.list.push((offset, offset + name.len(), call.0.to_owned()));
        self.list.push((command.end, command.end, call.1));
    }

    fn clock(&mut self, operand: &Operand) {
        if matches!(&operand.kind, OperandKind::Function(name) if &**name == "now") {
            self.list.push((operand.offset, operand.offset + "now".len(), THEN.to_owned()));
        }
    }

    fn cluster(&mut self, command: &Command, offered: Option<&[String]>, hosts: bool) {
        let Some(first) = command.operands.first() else { return };
        if hosts && function(command) == Some("getHostByName") {
            self.list.push((first.offset, first.offset + "getHostByName".len(), "list".to_owned()));
            self.list.push((command.end, command.end, " | include \"helmsum.host\"".to_owned()));
        }
        let asks = fields(first).last().is_some_and(|last| &**last == "Has");
        if let Some((start, end)) = self.span(first).filter(|_| asks) {
            let answer = match offered {
                None => r#"ne "helmsum""#.to_owned(),
                Some(offered) => {
                    let pairs: Vec<String> =
                        offered.iter().map(|version| format!("{version:?} true")).collect();
                    format!("hasKey (dict {})", pairs.join(" "))
                }
            };
            self.list.push((start, end, answer));
        }
    }

    /// Where fields stand: `.a.b`, `$x.a.b`.
    fn span(&self, operand: &Operand) -> Option<(usize, usize)> {
        let (head, names) = match &operand.kind {
            OperandKind::Field(names) => (String::new(), names),
            OperandKind::Variable(name, names) => (name.to_string(), names),
            _ => return None,
        };
        let written = format!("{head}.{}", names.join("."));
        // The offset is that of the dot at which Go reports errors.
        let dots = written.match_indices('.').map(|(at, _)| at);
        let start = dots
            .filter_map(|at| operand.offset.checked_sub(at))
            .find(|start| self.text.get(*start..start + written.len()) == Some(written.as_str()))?;
        Some((start, start + written.len()))
    }

    fn applied(mut self) -> Option<String> {
        if self.list.is_empty() {
            return None;
        }
        self.list.sort_by_key(|(start, end, _)| (*start, start == end));
        // What is replaced at a place comes before what is inserted there.
        let mut result = String::with_capacity(self.text.len() + 64);
        let mut at = 0;
        for (start, end, with) in self.list {
            result.push_str(self.text.get(at..start)?);
            result.push_str(&with);
            at = end;
        }
        result.push_str(self.text.get(at..)?);
        Some(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chance(text: &str) -> String {
        rewritten(text, World::Chance { reverse: true }).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn each_call_is_replaced_where_it_stands() {
        for (text, expected) in [
            ("a{{ now }}b", format!("a{{{{ {THEN} }}}}b")),
            ("{{ now.Year }}", format!("{{{{ {THEN}.Year }}}}")),
            ("{{ now | date \"2006\" }}", format!("{{{{ {THEN} | list \"2006\" | include \"helmsum.date\" }}}}")),
            ("{{- $x := randAlphaNum 5 -}}", "{{- $x := list 5 | include \"helmsum.text\" -}}".into()),
            ("{{ if (eq (randInt 0 2) 1) }}{{ end }}", "{{ if (eq (add 8191 0 2 | int) 1) }}{{ end }}".into()),
            ("{{ range keys .a .b}}{{ end }}", "{{ range keys .a .b | sortAlpha | reverse}}{{ end }}".into()),
            ("{{ .a | keys | first }}", "{{ .a | keys | sortAlpha | reverse | first }}".into()),
            (
                "{{ date \"2006\" (now) | quote }}",
                format!("{{{{ list \"2006\" ({THEN}) | include \"helmsum.date\" | quote }}}}"),
            ),
            (
                "{{ define \"x\" }}{{ shuffle (randAlpha 3) }}{{ end }}",
                "{{ define \"x\" }}{{ list (list 3 | include \"helmsum.text\") | include \"helmsum.shuffled\" }}{{ end }}".into(),
            ),
            ("{{ .now }}{{ \"now\" }}", "{{ .now }}{{ \"now\" }}".into()),
        ] {
            assert_eq!(chance(text), expected, "{text}");
        }
        assert_eq!(rewritten("{{ .now }}", World::Chance { reverse: false }), None);
        assert_eq!(rewritten("{{ if }", World::Chance { reverse: false }), None);
    }

    #[test]
    fn a_cluster_offers_all_or_what_was_said() {
        let text =
            "{{ if and (.Capabilities.APIVersions.Has \"a/v1\") ($v.Has \"b\") (.a.b.c.d.Has .x) }}{{ end }}";
        let text = format!("{{{{ $v := .Capabilities.APIVersions }}}}{text}");
        let all = rewritten(&text, World::Cluster { offered: None, hosts: false }).expect("a change");
        assert!(
            all.ends_with(
                "{{ if and (ne \"helmsum\" \"a/v1\") (ne \"helmsum\" \"b\") (ne \"helmsum\" .x) }}{{ end }}"
            ),
            "{all}"
        );
        let offered = ["a/v1".to_owned()];
        let some =
            rewritten(&text, World::Cluster { offered: Some(&offered), hosts: false }).expect("a change");
        assert!(
            some.contains("(hasKey (dict \"a/v1\" true) \"a/v1\") (hasKey (dict \"a/v1\" true) \"b\")"),
            "{some}"
        );
        let host = rewritten("{{ getHostByName .x }}", World::Cluster { offered: None, hosts: true });
        assert_eq!(host.as_deref(), Some("{{ list .x | include \"helmsum.host\" }}"));
        assert_eq!(rewritten("{{ getHostByName .x }}", World::Cluster { offered: None, hosts: false }), None);
    }
}
