//! Template expressions and actions: every function, nested, piped and in control structures.

use crate::functions::{self as table, Function, Kind};
use crate::support::chance::Chance;

/// What an expression can refer to.
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope {
    /// Whether the usual state values are there, so that they can be named without a guard.
    pub(crate) values: bool,
    /// Whether `.Release` is there.
    pub(crate) release: bool,
    /// Whether it is inside of a control structure, where nothing can be defined.
    pub(crate) nested: bool,
    /// Whether the helpers of `_helpers.tpl` are there.
    pub(crate) helpers: bool,
    /// Variables, with the kind of their values.
    pub(crate) variables: Vec<(String, Kind)>,
    /// Files, relative to the directory of the template.
    pub(crate) files: Vec<String>,
    /// Folders, in the same way.
    pub(crate) folders: Vec<String>,
}

/// State values that every environment gives, mostly.
const TEXTS: &[&str] = &["name", "title"];
const WHOLES: &[&str] = &["count", "port"];
const DICTS: &[&str] = &["config", "tags"];
const ANYTHING: &[&str] = &["mixed", "nothing", "day", "name", "items", "config", "ratio"];

const URL_PARTS: &str = "(dict \"scheme\" \"https\" \"host\" \"h:1\" \"path\" \"/p\" \"query\" \"\" \"opaque\" \"\" \"userinfo\" \"\" \"fragment\" \"f\")";

const WORDS: &[&str] = &[
    "web",
    "Blue Green",
    "a,b,c",
    "",
    "x-1.2",
    " padded ",
    "ünï",
    "12",
    "http_server",
    "a\\nb",
    "<b>&",
    "name",
    "true",
    "0.5",
    "a/b.c",
];

impl Scope {
    /// An expression of this kind that can be an argument.
    pub(crate) fn operand(&self, chance: &mut Chance, kind: Kind, depth: usize) -> String {
        let kind = if chance.slip(3) { Kind::Any } else { kind };
        if depth == 0 || chance.percent(35) {
            return self.leaf(chance, kind);
        }
        format!("({})", self.pipeline(chance, kind, depth))
    }

    /// An expression of this kind that can be a whole action.
    pub(crate) fn pipeline(&self, chance: &mut Chance, kind: Kind, depth: usize) -> String {
        let fits = |function: &&Function| function.2 == kind || kind == Kind::Any;
        let risky = if chance.slip(15) { table::RISKY } else { &[] };
        let fitting: Vec<&Function> = table::FUNCTIONS.iter().chain(risky).filter(fits).collect();
        if fitting.is_empty() || depth == 0 {
            return self.leaf(chance, kind);
        }
        let (name, takes, _) = **chance.pick(&fitting);
        let mut arguments = self.arguments(chance, takes, depth - 1);
        if chance.percent(30)
            && let Some(last) = arguments.pop()
        {
            let call = [vec![name.to_owned()], arguments].concat().join(" ");
            return format!("{last} | {call}");
        }
        [vec![name.to_owned()], arguments].concat().join(" ")
    }

    fn arguments(&self, chance: &mut Chance, takes: &str, depth: usize) -> Vec<String> {
        let mut arguments = Vec::new();
        let mut previous = 'a';
        for letter in takes.chars() {
            if letter == '*' {
                for _ in 0..chance.below(3) {
                    let more = self.argument(chance, previous, depth);
                    arguments.push(more);
                }
            } else {
                arguments.push(self.argument(chance, letter, depth));
                previous = letter;
            }
        }
        arguments
    }

    fn argument(&self, chance: &mut Chance, letter: char, depth: usize) -> String {
        match letter {
            's' => self.operand(chance, Kind::Text, depth),
            'i' => self.operand(chance, Kind::Whole, depth),
            'f' if chance.percent(30) => self.operand(chance, Kind::Whole, depth),
            'f' => self.operand(chance, Kind::Real, depth),
            'b' => self.operand(chance, Kind::Truth, depth),
            'S' => self.operand(chance, Kind::Texts, depth),
            'N' => self.operand(chance, Kind::Numbers, depth),
            'd' => self.operand(chance, Kind::Dict, depth),
            'n' => chance.word_or_slip(&["0", "1", "2", "3", "5"], &["-1", "1000", "nil"]),
            '0' => "0".into(),
            '1' => chance.word(&["1", "2", "3", "7", "10"]),
            'w' => chance.word(&["4", "5", "7", "10", "1"]),
            't' if chance.percent(30) => chance.word(&["1700000000", "0"]),
            't' | 'z' => self.time(chance),
            'L' => quoted(chance, table::LAYOUTS),
            'D' => slipping(chance, table::DURATIONS),
            'q' => quoted(chance, &["2024-03-01", "text", "12"]),
            'x' => "\"x\"".into(),
            'M' => chance.word(&[
                "(dict \"deep\" (dict \"x\" 1))",
                "(dict)",
                "(dict \"a\" (dict) \"b\" (dict \"x\" nil))",
            ]),
            'H' => chance.word(&[URL_PARTS, "(urlParse \"https://user:pw@example.org:8443/a/b?q=1#f\")"]),
            'v' => slipping(chance, table::VERSIONS),
            'k' => slipping(chance, table::CONSTRAINTS),
            'r' => slipping(chance, table::REGEXES),
            'j' => slipping(chance, table::JSON),
            'y' => slipping(chance, table::YAML),
            'u' => slipping(chance, table::URLS),
            'e' => slipping(chance, table::VARIABLES),
            'F' => quoted(chance, table::FORMATS),
            'T' => quoted(chance, table::KINDS),
            'K' => quoted(chance, &["a", "b", "port", "name", "enabled", "deep", "x", "_0", "host"]),
            'g' => quoted(chance, &["a", "deep.x", "port", "", "enabled", "deep", "a.b.c"]),
            'p' if !self.files.is_empty() => format!("\"{}\"", chance.pick(&self.files)),
            'P' if !self.folders.is_empty() => format!("\"{}\"", chance.pick(&self.folders)),
            'p' | 'P' => quoted(chance, &["missing", ".", ".."]),
            _ => self.operand(chance, Kind::Any, depth),
        }
    }

    fn time(&self, chance: &mut Chance) -> String {
        if self.values && chance.percent(30) && !chance.is_careless() {
            return ".Values.day".into();
        }
        chance.word(&[
            "(toDate \"2006-01-02\" \"2024-03-01\")",
            "(toDate \"2006-01-02T15:04:05Z07:00\" \"2023-12-31T23:59:59+02:00\")",
            "(dateModify \"36h\" (toDate \"2006-01-02\" \"2024-02-28\"))",
        ])
    }

    fn leaf(&self, chance: &mut Chance, kind: Kind) -> String {
        let variables: Vec<&String> = self
            .variables
            .iter()
            .filter(|(_, own)| *own == kind || kind == Kind::Any)
            .map(|(name, _)| name)
            .collect();
        if !variables.is_empty() && chance.percent(30) {
            return (*chance.pick(&variables)).clone();
        }
        if chance.percent(45) {
            return self.value(chance, kind);
        }
        literal(chance, kind)
    }

    /// A state value, or what else the data has.
    fn value(&self, chance: &mut Chance, kind: Kind) -> String {
        let (key, other) = match kind {
            Kind::Text => (*chance.pick(TEXTS), "\"other\""),
            Kind::Whole => (*chance.pick(WHOLES), "8"),
            Kind::Real => ("ratio", "0.25"),
            Kind::Truth => (*chance.pick(&["on", "off"]), "false"),
            Kind::Texts => ("items", "(list \"o\")"),
            Kind::Numbers => ("numbers", "(list 9)"),
            Kind::Dict => (*chance.pick(DICTS), "(dict)"),
            Kind::Any => (*chance.pick(ANYTHING), "nil"),
        };
        if kind == Kind::Text && chance.percent(30) {
            let mut all = vec![".Environment.Name", ".Namespace", ".Environment.KubeContext"];
            if self.release {
                all.extend([
                    ".Release.Name",
                    ".Release.Namespace",
                    ".Release.Chart",
                    ".Release.ChartVersion",
                ]);
                all.extend([".Chart", ".KubeContext"]);
            }
            return chance.word(&all);
        }
        if self.values && chance.percent(75) {
            return match chance.below(8) {
                0 => format!("(index .Values \"{key}\")"),
                1 => format!(".StateValues.{key}"),
                2 => format!("(get \"{key}\" .Values)"),
                3 => format!("$.Values.{key}"),
                4 if kind == Kind::Whole => "(.Values.config.port | int)".into(),
                4 if kind == Kind::Text => "(index .Values.items 0)".into(),
                _ => format!(".Values.{key}"),
            };
        }
        match chance.below(4) {
            0 => format!("(dig \"{key}\" {} .Values)", if other == "nil" { "\"\"" } else { other }),
            1 if other != "nil" => format!("(.Values | getOrNil \"{key}\" | default {other})"),
            2 if other != "nil" => format!("(index .Values \"{key}\" | default {other})"),
            _ if other == "nil" => format!("(.Values | getOrNil \"{key}\")"),
            _ => format!("(get \"{key}\" {other} .Values)"),
        }
    }

    /// A scalar of YAML that a template writes: quoted so that it is one, mostly.
    pub(crate) fn scalar(&self, chance: &mut Chance) -> String {
        let depth = chance.between(1, 3);
        let open = chance.word(&["{{ ", "{{- ", "{{"]);
        let close = chance.word(&[" }}", "}}"]);
        let open = if open == "{{- " { "{{ ".to_owned() } else { open };
        match chance.below(12) {
            0 => format!("{open}{}{close}", self.pipeline(chance, Kind::Whole, depth)),
            1 => format!("{open}{}{close}", self.pipeline(chance, Kind::Truth, depth)),
            2 => format!("{open}{}{close}", self.pipeline(chance, Kind::Real, depth)),
            3 => format!("{open}{} | toJson{close}", self.pipeline(chance, Kind::Any, depth)),
            4 => format!("{open}printf \"%q\" {}{close}", self.operand(chance, Kind::Text, depth)),
            5 => format!("{open}{} | toString | quote{close}", self.pipeline(chance, Kind::Any, depth)),
            6 => format!(
                "{open}{} | replace \"'\" \"\" | squote{close}",
                self.pipeline(chance, Kind::Text, depth)
            ),
            7 => format!("'{open}{} | b64enc{close}'", self.pipeline(chance, Kind::Text, depth)),
            8 if self.helpers => format!("{open}include \"helper.name\" .{close}"),
            9 if self.helpers => {
                format!("{open}include \"helper.quoted\" {}{close}", self.operand(chance, Kind::Any, depth))
            }
            10 => format!("{open}{} | toRawJson{close}", self.pipeline(chance, Kind::Any, depth)),
            _ => format!("{open}{} | quote{close}", self.pipeline(chance, Kind::Text, depth)),
        }
    }

    /// A word for a name: letters, digits and dashes whatever the expression gives.
    pub(crate) fn word(&self, chance: &mut Chance) -> String {
        let text = self.pipeline(chance, Kind::Text, 2);
        format!("{{{{ {text} | toString | lower | regexFindAll \"[a-z0-9]+\" | join \"-\" | trunc 20 | default \"w\" }}}}")
            .replace("regexFindAll \"[a-z0-9]+\" |", "regexReplaceAll \"[^a-z0-9]+\" \"-\" | splitList \"-\" |")
    }

    /// Lines of a map that a template writes, with keys that start with `prefix`.
    pub(crate) fn entries(&self, chance: &mut Chance, prefix: &str, depth: usize) -> Vec<String> {
        let mut inner = self.clone();
        let mut lines = Vec::new();
        for number in 0..chance.between(1, 3) {
            lines.extend(inner.entry(chance, &format!("{prefix}{number}"), depth));
        }
        lines
    }

    fn entry(&mut self, chance: &mut Chance, key: &str, depth: usize) -> Vec<String> {
        let plain = |scope: &Self, chance: &mut Chance| vec![format!("{key}: {}", scope.scalar(chance))];
        if depth == 0 {
            return plain(self, chance);
        }
        let end = || vec!["{{- end }}".to_owned()];
        match chance.below(16) {
            0 => {
                let test = self.pipeline(chance, Kind::Truth, 2);
                let mut lines = vec![format!("{{{{- if {test} }}}}")];
                let inner = Self { nested: true, ..self.clone() };
                lines.extend(inner.entries(chance, &format!("{key}t"), depth - 1));
                if chance.percent(60) {
                    let other = self.pipeline(chance, Kind::Any, 2);
                    lines.push(
                        chance
                            .pick(&["{{- else }}".to_owned(), format!("{{{{- else if {other} }}}}")])
                            .clone(),
                    );
                    lines.extend(inner.entries(chance, &format!("{key}e"), depth - 1));
                }
                [lines, end()].concat()
            }
            1 | 2 => self.range(chance, key),
            3 => {
                let value = self.pipeline(chance, Kind::Any, 2);
                let mut lines =
                    vec![format!("{{{{- with {value} }}}}"), format!("{key}w: {{{{ . | toJson }}}}")];
                if chance.percent(40) {
                    lines.extend(["{{- else }}".to_owned(), format!("{key}w: none")]);
                }
                [lines, end()].concat()
            }
            4 | 5 => {
                let kinds = [Kind::Text, Kind::Whole, Kind::Texts, Kind::Dict, Kind::Any, Kind::Real];
                let kind = *chance.pick(&kinds);
                let name = format!("$v{}", self.variables.len());
                let line = format!("{{{{- {name} := {} }}}}", self.pipeline(chance, kind, 2));
                self.variables.push((name, kind));
                [vec![line], plain(self, chance)].concat()
            }
            6 => {
                let value = self.pipeline(chance, Kind::Any, 3);
                let lead = chance.word(&["{{-", "{{"]);
                // Further in than any key that it can stand under.
                let columns = 24;
                vec![format!("{key}:"), format!("  {lead} {value} | toYaml | nindent {columns} }}}}")]
            }
            7 => {
                let map = chance.word(&[
                    ".Values",
                    "(index .Values \"config\" | default (dict))",
                    ".Environment.Values",
                ]);
                let mutation = match chance.below(4) {
                    0 => format!("set {map} \"added\" {}", self.operand(chance, Kind::Any, 1)),
                    1 => format!("merge {map} {}", self.operand(chance, Kind::Dict, 1)),
                    2 => format!("unset {map} \"port\""),
                    _ => format!("mergeOverwrite {map} {}", self.operand(chance, Kind::Dict, 1)),
                };
                [vec![format!("{{{{- $_ := {mutation} }}}}")], plain(self, chance)].concat()
            }
            8 => {
                let comment =
                    chance.word(&["{{/* comment */}}", "{{- /* comment */ -}}", "# {{ \"in a comment\" }}"]);
                let mut lines = vec![comment];
                if lines[0].ends_with("-}}") {
                    lines.push(String::new());
                    lines[1] = "{{ \"\" }}".into();
                }
                [lines, plain(self, chance)].concat()
            }
            9 if !self.nested => {
                let text = chance.word_or_slip(
                    &["{{ . | toJson }}", "{{ . | toYaml | indent 2 | trim | quote }}", "x"],
                    &["{{ .a | toJson }}", "{{ .Values.name }}"],
                );
                let data = self.operand(chance, Kind::Dict, 1);
                vec![
                    format!("{{{{- define \"own.{key}\" -}}}}{text}{{{{- end }}}}"),
                    format!(
                        "{key}: {{{{ {} \"own.{key}\" {data} }}}}",
                        chance.pick(&["template", "include"])
                    ),
                ]
            }
            _ => plain(self, chance),
        }
    }

    fn range(&self, chance: &mut Chance, key: &str) -> Vec<String> {
        let (head, body) = match chance.below(6) {
            0 => {
                let list = self.pipeline(chance, Kind::Texts, 2);
                (format!("range $i, $x := {list}"), format!("{key}r{{{{ $i }}}}: {{{{ $x | toJson }}}}"))
            }
            1 => {
                let map = self.pipeline(chance, Kind::Dict, 2);
                (format!("range $k, $x := {map}"), format!("\"{key}-{{{{ $k }}}}\": {{{{ $x | toJson }}}}"))
            }
            2 => {
                let number = chance.below(4);
                (format!("range {number}"), format!("{key}r{{{{ . }}}}: x"))
            }
            3 => {
                let list = self.pipeline(chance, Kind::Numbers, 2);
                (format!("range $i, $x := {list}"), format!("{key}r{{{{ $i }}}}: {{{{ add $x 1 }}}}"))
            }
            4 => {
                let list = self.pipeline(chance, Kind::Texts, 2);
                let stop = chance.word(&["break", "continue"]);
                let body = format!(
                    "{key}r{{{{ $i }}}}: {{{{ $x | quote }}}}\n{{{{- if eq $i 1 }}}}{{{{ {stop} }}}}{{{{ end }}}}\n{key}s{{{{ $i }}}}: s"
                );
                (format!("range $i, $x := {list}"), body)
            }
            _ => {
                let kind = if chance.slip(50) { Kind::Any } else { Kind::Texts };
                let any = self.pipeline(chance, kind, 2);
                (format!("range {any}"), "# {{ . | toJson }}".to_owned())
            }
        };
        let mut lines = vec![format!("{{{{- {head} }}}}")];
        lines.extend(body.lines().map(str::to_owned));
        if chance.percent(30) {
            lines.extend(["{{- else }}".to_owned(), format!("{key}none: []")]);
        }
        lines.push("{{- end }}".into());
        lines
    }
}

/// A literal, or a call without anything else in it.
fn literal(chance: &mut Chance, kind: Kind) -> String {
    match kind {
        Kind::Text if chance.percent(10) => format!("`{}`", chance.pick(&["raw \\n", "a b", "\"", ""])),
        Kind::Text => format!("\"{}\"", chance.pick(WORDS)),
        Kind::Whole => {
            chance.word(&["0", "1", "7", "42", "-5", "0x10", "1000000", "'a'", "9223372036854775807"])
        }
        Kind::Real => chance.word(&["1.5", "0.1", "-2.25", "1e3", "3.0", "1e21", "0.00001", "1e6"]),
        Kind::Truth => chance.word(&["true", "false"]),
        Kind::Texts => chance.word(&[
            "(list \"b\" \"a\")",
            "(list)",
            "(splitList \",\" \"x,y,z\")",
            "(list \"a10\" \"a2\" \"\")",
        ]),
        Kind::Numbers => chance.word(&["(until 3)", "(list 0)", "(tuple 2 1)", "(list 0 1)"]),
        Kind::Dict => chance.word(&[
            "(dict \"a\" 1 \"b\" \"x\")",
            "(dict)",
            "(dict \"deep\" (dict \"x\" 1) \"port\" 80)",
            URL_PARTS,
            "(fromYaml \"b: 1\\na: [x, 2]\")",
        ]),
        Kind::Any => {
            let kinds =
                [Kind::Text, Kind::Whole, Kind::Real, Kind::Truth, Kind::Texts, Kind::Dict, Kind::Numbers];
            if chance.slip(6) {
                return "nil".into();
            }
            let kind = *chance.pick(&kinds);
            literal(chance, kind)
        }
    }
}

/// One of these, as a text of the template language.
fn quoted(chance: &mut Chance, all: &[&str]) -> String {
    format!("\"{}\"", chance.pick(all))
}

/// A right one of these, or in a careless project a wrong one.
fn slipping(chance: &mut Chance, (right, wrong): table::Words) -> String {
    format!("\"{}\"", chance.word_or_slip(right, wrong))
}

/// The helpers that `_helpers.tpl` defines.
pub(crate) fn helpers(chance: &mut Chance) -> String {
    let mut text = String::from(
        "{{- define \"helper.name\" -}}{{ .Environment.Name }}-h{{- end }}\n{{- define \"helper.quoted\" }}{{ . | toString | quote }}{{ end }}\n",
    );
    if chance.percent(10) {
        text.push_str(&chance.word(&["stray text\n", "# a comment\n", "{{/* nothing */}}\n"]));
    }
    text
}
