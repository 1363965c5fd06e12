//! What one template of a chart does, by itself: what it asks that is not a function of the state, and which others it calls.

use std::collections::BTreeSet;
use std::rc::Rc;

use camino::Utf8Path;

use super::uses::{Uses, uses};
use super::variables::{CHANGING, is_looked_up, is_new_operand, looked_up, maps_of_its_own};
use super::walk::{Seen, fields, function, literal, walk};
use crate::template::syntax::{self, Command, Known, List, Operand, OperandKind, TemplateText, Tree};
use crate::text::position;

/// A question whose answer is not a function of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    /// What is in the cluster: `lookup`.
    Lookup,
    /// The address of a host: `getHostByName`, which answers only with `--enable-dns`.
    Host,
    /// Whether the release is there, and its number.
    Release,
    /// The version of the cluster.
    KubeVersion,
    /// What the cluster offers.
    ApiVersions,
    /// What time it is.
    Clock,
    Random,
    /// The order in which Go walks a map.
    Order,
    /// A program beside helm: a post renderer.
    Program,
}

impl Question {
    /// The question that a function of helm asks (sprig 3.3, helm's `pkg/engine/funcs.go`).
    pub(super) fn of_function(name: &str) -> Option<Self> {
        Some(match name {
            "lookup" => Self::Lookup,
            "getHostByName" => Self::Host,
            "now" | "ago" | "date" | "dateInZone" | "date_in_zone" | "htmlDate" | "htmlDateInZone"
            | "durationRound" => Self::Clock,
            "keys" | "values" => Self::Order,
            "shuffle" | "uuidv4" | "htpasswd" | "bcrypt" | "encryptAES" | "buildCustomCert" => Self::Random,
            _ if name.starts_with("rand") => Self::Random,
            _ if name.strip_prefix("gen").is_some_and(|rest| rest.starts_with(char::is_uppercase)) => {
                Self::Random
            }
            _ => return None,
        })
    }

    /// Whether the cluster answers it.
    pub(super) const fn is_of_cluster(self) -> bool {
        matches!(self, Self::Lookup | Self::Host | Self::Release | Self::KubeVersion | Self::ApiVersions)
    }
}

/// A question with the place where it is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asked {
    pub(super) question: Question,
    /// As the template spells it.
    pub(super) spelled: String,
    /// The argument, where it is a literal that decides the answer: an API version.
    pub(super) literal: Option<String>,
    /// The file and the line.
    pub(super) place: Option<String>,
}

/// What one template does.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing that a template does or does not")]
pub(super) struct Part {
    pub(super) asked: BTreeSet<Asked>,
    /// The templates that it calls.
    pub(super) calls: BTreeSet<Callee>,
    /// Whether it takes text for a template: `tpl`.
    pub(super) renders_text: bool,
    /// Whether it may change what other templates see.
    pub(super) changes: bool,
    /// Whether it looks at values.
    pub(super) reads_values: bool,
    /// Whether it compares what it has looked up with something, so that only some content would show what follows from it.
    pub(super) compares: bool,
    /// What it does with the values that the question is about.
    pub(super) uses: Uses,
}

/// A template that another one calls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Callee {
    /// The one of this name.
    Named(Rc<str>),
    /// The file of this name below the chart that is rendered, as in `include (print $.Template.BasePath "/configmap.yaml") .`.
    File(String),
    /// One whose name is made when the template runs.
    Any,
}

/// The template that `include` calls.
pub(super) fn callee(include: &Command) -> Callee {
    let Some(name) = include.operands.get(1) else { return Callee::Any };
    match literal(name) {
        Some(name) => Callee::Named(name.into()),
        None => file_of_chart(name).map_or(Callee::Any, Callee::File),
    }
}

/// The file that a name means that is made of `.Template.BasePath`, the templates of the chart that is rendered, and a literal.
fn file_of_chart(name: &Operand) -> Option<String> {
    let OperandKind::Pipeline(pipeline) = &name.kind else { return None };
    let [command] = pipeline.commands.as_slice() else { return None };
    let ([_, base, below], Some("print")) = (command.operands.as_slice(), function(command)) else {
        return None;
    };
    let is_base =
        matches!(fields(base), [.., template, path] if &**template == "Template" && &**path == "BasePath");
    let below = literal(below).filter(|below| is_base && below.starts_with('/'))?;
    Some(format!("templates{below}"))
}

/// The templates of a text: the text itself, and what it defines by name; and its literals that could be templates.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) body: Part,
    pub(super) defined: Vec<(Rc<str>, Part)>,
    /// Literals with `{{`.
    pub(super) literals: Vec<String>,
}

/// Parses a text. Nothing for one that is not a template.
pub(super) fn parse(text: &str) -> Option<Vec<Tree>> {
    let source = Rc::new(TemplateText { name: Utf8Path::new("").to_owned(), text: text.into() });
    // helm has parsed it already, so that every function exists.
    syntax::parse(&source, &|_| Known::Yes).ok()
}

/// The parts of a text; `file` is how messages name it, and `keys` are those of the values that the question is about. Nothing for one
/// that is not a template.
pub(super) fn parts(text: &str, file: Option<&str>, keys: &BTreeSet<String>) -> Option<Parts> {
    let mut parts = Parts::default();
    for tree in parse(text)? {
        let mut reader = Reader {
            text,
            file,
            part: Part { uses: uses(&tree.root, keys), ..Part::default() },
            literals: Vec::new(),
            own: maps_of_its_own(&tree.root),
            looked_up: looked_up(&tree.root),
        };
        reader.list(&tree.root);
        parts.literals.append(&mut reader.literals);
        if &*tree.name == syntax::PARSE_NAME {
            parts.body = reader.part;
        } else {
            parts.defined.push((Rc::clone(&tree.name), reader.part));
        }
    }
    Some(parts)
}

/// Functions that tell one content from another.
const COMPARING: [&str; 20] = [
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "has",
    "mustHas",
    "contains",
    "hasPrefix",
    "hasSuffix",
    "regexMatch",
    "mustRegexMatch",
    "semverCompare",
    "regexFind",
    "regexFindAll",
    "regexReplaceAll",
    "trimPrefix",
    "trimSuffix",
    "splitList",
];

struct Reader<'a> {
    text: &'a str,
    file: Option<&'a str>,
    part: Part,
    literals: Vec<String>,
    own: BTreeSet<Rc<str>>,
    looked_up: BTreeSet<Rc<str>>,
}

impl Reader<'_> {
    fn list(&mut self, list: &List) {
        walk(list, &mut |seen| match seen {
            Seen::Command(command, piped) => self.command(command, piped),
            Seen::Operand(operand) => self.operand(operand),
            Seen::Call(invocation) => {
                self.part.calls.insert(Callee::Named(Rc::clone(&invocation.name)));
            }
        });
    }

    fn command(&mut self, command: &Command, piped: bool) {
        let Some(name) = function(command) else {
            self.version_set(command);
            return;
        };
        let first = command.operands.get(1);
        self.part.compares |= COMPARING.contains(&name) && is_looked_up(command, &self.looked_up);
        match name {
            "include" => {
                self.part.calls.insert(callee(command));
            }
            "tpl" => self.part.renders_text = true,
            // The whole context, of which a template may take the rest apart.
            "toYaml" | "toJson" | "toRawJson" | "toPrettyJson" | "toToml" | "print" | "printf"
            | "println" => {
                let whole = command.operands[1..].iter().any(is_context);
                if whole && !piped {
                    self.ask(Question::Release, ".Release", None, command.offset);
                    self.part.reads_values = true;
                }
            }
            name if CHANGING.contains(&name) => {
                let own = first.is_some_and(|first| is_new_operand(first, &self.own));
                self.part.changes |= !own;
            }
            _ => {}
        }
    }

    /// `.Capabilities.APIVersions.Has "v1"`.
    fn version_set(&mut self, command: &Command) {
        let Some(first) = command.operands.first() else { return };
        if fields(first).last().is_some_and(|last| &**last == "Has") {
            let version = command.operands.get(1).and_then(literal);
            self.ask(Question::ApiVersions, ".Capabilities.APIVersions.Has", version, first.offset);
        }
    }

    fn operand(&mut self, operand: &Operand) {
        match &operand.kind {
            OperandKind::Function(name) => {
                if let Some(question) = Question::of_function(name) {
                    self.ask(question, name, None, operand.offset);
                }
            }
            OperandKind::Text { .. } => {
                let text = literal(operand).unwrap_or_default();
                match text.as_str() {
                    // As in `index .Release "Revision"`.
                    "Release" | "Revision" | "IsInstall" | "IsUpgrade" => {
                        self.ask(Question::Release, &format!(".Release.{text}"), None, operand.offset);
                    }
                    "Capabilities" => self.capabilities(&[], operand.offset),
                    "Values" => self.part.reads_values = true,
                    _ if text.contains("{{") => self.literals.push(text),
                    _ => {}
                }
            }
            _ => self.fields(fields(operand), operand.offset),
        }
    }

    fn fields(&mut self, names: &[Rc<str>], offset: usize) {
        for (at, name) in names.iter().enumerate() {
            let rest = &names[at + 1..];
            match (&**name, rest.first().map(|next| &**next)) {
                ("Values", _) => self.part.reads_values = true,
                ("Release", None | Some("Revision" | "IsInstall" | "IsUpgrade")) => {
                    let spelled = format!(".{}", names[at..].join("."));
                    self.ask(Question::Release, &spelled, None, offset);
                }
                ("Revision" | "IsInstall" | "IsUpgrade", None) if at == 0 => {
                    self.ask(Question::Release, &format!(".{name}"), None, offset);
                }
                ("Capabilities", _) => self.capabilities(rest, offset),
                _ => {}
            }
        }
    }

    fn capabilities(&mut self, rest: &[Rc<str>], offset: usize) {
        let next = rest.first().map(|name| &**name);
        if next.is_none_or(|name| name == "KubeVersion") {
            self.ask(Question::KubeVersion, ".Capabilities.KubeVersion", None, offset);
        }
        // A call of its method is a question of its own.
        let is_asked = rest.get(1).is_some_and(|name| &**name == "Has");
        if next.is_none_or(|name| name == "APIVersions" && !is_asked) {
            self.ask(Question::ApiVersions, ".Capabilities.APIVersions", None, offset);
        }
    }

    fn ask(&mut self, question: Question, spelled: &str, literal: Option<String>, offset: usize) {
        let place = self.file.map(|file| format!("{file}:{}", position(self.text, offset).0));
        self.part.asked.insert(Asked { question, spelled: spelled.to_owned(), literal, place });
    }
}

/// Whether a value is the whole context of a template.
fn is_context(operand: &Operand) -> bool {
    match &operand.kind {
        OperandKind::Variable(name, fields) => &**name == "$" && fields.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Part {
        parts(text, Some("a.yaml"), &BTreeSet::new()).expect("a template").body
    }

    fn asked(text: &str) -> Vec<String> {
        body(text).asked.into_iter().map(|asked| asked.spelled).collect()
    }

    #[test]
    fn what_is_asked_is_found_wherever_it_stands() {
        for (text, expected) in [
            ("a: {{ randAlphaNum 10 }}", &["randAlphaNum"][..]),
            ("{{- $p := (genPrivateKey \"rsa\") -}}", &["genPrivateKey"]),
            ("{{ .x | default (now | date \"2006\") }}", &["date", "now"]),
            ("{{\n  range keys .Values.a }}{{ end }}", &["keys"]),
            ("{{ now.Year }}", &["now"]),
            ("{{ (lookup \"v1\" \"Secret\" \"a\" \"b\").data.c }}", &["lookup"]),
            ("{{ if $.Release.IsUpgrade }}{{ end }}", &[".Release.IsUpgrade"]),
            ("{{ .root.Release.Revision }}", &[".Release.Revision"]),
            ("{{ with .Release }}{{ .Revision }}{{ end }}", &[".Release", ".Revision"]),
            ("{{ index .Release \"Revision\" }}", &[".Release", ".Release.Revision"]),
            ("{{ toYaml $ }}", &[".Release"]),
            ("{{ .Capabilities.KubeVersion.Minor }}", &[".Capabilities.KubeVersion"]),
            ("{{ if .Capabilities.APIVersions.Has \"v1\" }}{{ end }}", &[".Capabilities.APIVersions.Has"]),
            ("{{ range .Capabilities.APIVersions }}{{ end }}", &[".Capabilities.APIVersions"]),
        ] {
            assert_eq!(asked(text), expected, "{text}");
        }
        for text in [
            "a: randAlphaNum",
            "{{/* keys and values */}}",
            "{{ .Values.nowhere }}{{ .Values.keys }}{{ .Values.lookup }}",
            "{{ \"lookup\" }}",
            "{{ .Release.Name }}{{ .Release.Namespace }}",
            "{{ toYaml .Values.a }}{{ range .Values.b }}{{ toYaml . }}{{ end }}",
            "{{ .Capabilities.HelmVersion.Version }}",
            "{{ .Values.Revision }}",
        ] {
            assert_eq!(asked(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn calls_are_told_by_name_or_as_any() {
        let part = body("{{ include \"a\" . }}{{ template \"b\" }}{{ block \"c\" . }}{{ end }}");
        let named = |name: &str| Callee::Named(name.into());
        assert_eq!(part.calls, ["a", "b", "c"].map(named).into());
        assert!(!part.renders_text);
        for text in [
            "{{ include (print \"a\" .x) . }}",
            "{{ \"x\" | include }}",
            "{{ include (print $.Template.BasePath .x) . }}",
            "{{ include (print $.Template.BasePath \"a.yaml\") . }}",
            "{{ include (print $.Template.BasePath \"/a\" \".yaml\") . }}",
            "{{ include (print $.Template.Name \"/a.yaml\") . }}",
        ] {
            assert_eq!(body(text).calls, [Callee::Any].into(), "{text}");
        }
        let file = body("{{ include (print .Template.BasePath \"/a/b.yaml\") . }}").calls;
        assert_eq!(file, [Callee::File("templates/a/b.yaml".into())].into());
        assert!(body("{{ tpl .Values.x . }}").renders_text);
        let parts =
            parts("{{ define \"d\" }}{{ now }}{{ end }}{{ \"{{ x }}\" }}", Some("a.tpl"), &BTreeSet::new())
                .expect("one");
        let defined = parts.defined.iter().map(|(name, part)| (&**name, part.asked.len()));
        assert_eq!(defined.collect::<Vec<_>>(), [("d", 1)]);
        assert_eq!((parts.body.asked.len(), parts.literals.as_slice()), (0, &["{{ x }}".to_owned()][..]));
        let place = parts.defined[0].1.asked.first().and_then(|asked| asked.place.clone());
        assert_eq!(place.as_deref(), Some("a.tpl:1"));
    }

    #[test]
    fn comparing_what_was_looked_up_is_noticed() {
        for text in [
            "{{ if eq (lookup \"v1\" \"Pod\" \"\" \"\").a \"x\" }}{{ end }}",
            "{{ $a := lookup \"v1\" \"Pod\" \"\" \"\" }}{{ $b := $a.data }}{{ if and $b (gt (len $b.c) 3) }}{{ end }}",
            "{{ range $item := (lookup \"v1\" \"Pod\" \"\" \"\").items }}{{ if ne $item.x 1 }}{{ end }}{{ end }}",
        ] {
            assert!(body(text).compares, "{text}");
        }
        for text in [
            "{{ $a := lookup \"v1\" \"Pod\" \"\" \"\" }}{{ if and $a (hasKey $a.data \"x\") (eq .Values.x 1) }}{{ end }}",
            "{{ if eq .Values.lookup 1 }}{{ end }}",
        ] {
            assert!(!body(text).compares, "{text}");
        }
    }

    #[test]
    fn maps_of_its_own_may_be_changed() {
        for text in [
            "{{ $_ := set .Values \"a\" now }}",
            "{{ $a := dict }}{{ $a = .Values }}{{ $_ := set $a \"b\" 1 }}",
            "{{ merge $.Values .x }}",
            "{{ .x | merge }}",
            "{{ range $k, $v := .Values }}{{ $_ := set $v \"a\" 1 }}{{ end }}",
        ] {
            assert!(body(text).changes, "{text}");
        }
        for text in [
            "{{ $_ := set (dict) \"a\" now }}",
            "{{ $a := dict \"b\" 1 }}{{ $_ := set $a \"b\" 1 }}",
            "{{ $a := merge (dict) .Values }}{{ $_ := unset $a \"b\" }}",
            "{{ merge (deepCopy .Values) .x }}",
        ] {
            assert!(!body(text).changes, "{text}");
        }
    }
}
