//! What a template does with the values at some keys: whether it only prints them.
//!
//! Two renderings whose values differ at these keys alone, in texts of the same form, then differ nowhere but where these are printed. So this
//! follows values through a template: fields that are called like one of the keys, variables and the dot that got them, texts of other
//! templates that print them. A value may be printed, put in quotes, written as YAML or hashed, and it may be asked whether there is one. Whatever
//! else is done with it judges it, since nobody knows here what that makes of another value.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::parts::{Callee, callee};
use super::walk::{function, literal};
use crate::template::syntax::{Branch, Command, List, Node, Operand, OperandKind, Pipeline};

/// What a template does with the values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Uses {
    /// Whether it has them by itself.
    pub(super) has: bool,
    /// What it does more with than print it.
    pub(super) judged: Flow,
}

/// What may be in a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Flow {
    /// The values themselves.
    pub(super) value: bool,
    /// What texts print that are rendered as templates.
    pub(super) text: bool,
    /// What other templates print.
    pub(super) calls: BTreeSet<Callee>,
    /// The whole context of a template, with all values. Only whoever prints or takes all of it has them.
    whole: bool,
}

impl Flow {
    fn join(&mut self, other: &Self) {
        self.value |= other.value;
        self.text |= other.text;
        self.whole |= other.whole;
        self.calls.extend(other.calls.iter().cloned());
    }

    const fn of_context() -> Self {
        Self { value: false, text: false, calls: BTreeSet::new(), whole: true }
    }
}

/// Functions that print what they are given, whatever it is, so that another value of the same form gives a text of the same form.
const PRINTING: [&str; 16] = [
    "toYaml",
    "toJson",
    "toString",
    "quote",
    "squote",
    "print",
    "printf",
    "println",
    "indent",
    "nindent",
    "trim",
    "cat",
    "sha256sum",
    "tpl",
    "default",
    "required",
];

/// Functions that only ask whether there is something, or of which kind it is.
const ASKING: [&str; 8] = ["and", "or", "not", "empty", "coalesce", "hasKey", "kindIs", "typeIs"];

/// Functions that make a text of all that they are given.
const WRITING: [&str; 13] = [
    "toYaml",
    "toJson",
    "toRawJson",
    "toPrettyJson",
    "toToml",
    "toString",
    "toStrings",
    "quote",
    "squote",
    "print",
    "printf",
    "println",
    "cat",
];

/// Whether a pipeline is the dot or a variable, and no field of it.
fn is_bare(pipeline: &Pipeline) -> bool {
    let [command] = pipeline.commands.as_slice() else { return false };
    let [operand] = command.operands.as_slice() else { return false };
    match &operand.kind {
        OperandKind::Dot => true,
        OperandKind::Variable(_, names) => names.is_empty(),
        _ => false,
    }
}

/// Whether a format of `printf` prints what it is given from its beginning to its end.
fn prints_whole(format: &Operand) -> bool {
    let format = literal(format).unwrap_or_else(|| "%.1s".to_owned());
    let mut verbs = format.split('%').skip(1);
    // Of a `%%`, nothing comes after the first.
    verbs.all(|rest| rest.is_empty() || rest.starts_with(['s', 'v', 'q']))
}

/// What a template does with the values at `keys`; nothing where there are none.
pub(super) fn uses(list: &List, keys: &BTreeSet<String>) -> Uses {
    if keys.is_empty() {
        return Uses::default();
    }
    let mut reader = Reader { keys, variables: BTreeMap::new(), uses: Uses::default() };
    loop {
        // What a loop assigns, it has the next time.
        let before = reader.variables.clone();
        reader.list(list, &Flow::of_context());
        if reader.variables == before {
            return reader.uses;
        }
    }
}

struct Reader<'k> {
    keys: &'k BTreeSet<String>,
    variables: BTreeMap<Rc<str>, Flow>,
    uses: Uses,
}

impl Reader<'_> {
    fn list(&mut self, list: &List, dot: &Flow) {
        for node in &list.nodes {
            match node {
                Node::Text { .. } | Node::Break | Node::Continue => {}
                Node::Action(pipeline) => {
                    self.pipeline(pipeline, dot);
                }
                Node::If(branch) => {
                    self.pipeline(&branch.pipeline, dot);
                    self.branch(branch, dot, dot);
                }
                Node::With(branch) => {
                    let inner = self.pipeline(&branch.pipeline, dot);
                    self.branch(branch, &inner, dot);
                }
                Node::Range(branch) => {
                    let mut inner = self.pipeline(&branch.pipeline, dot);
                    if inner.whole && is_bare(&branch.pipeline) {
                        inner = self.values(inner);
                        for name in &branch.pipeline.variables {
                            self.variables.entry(Rc::clone(name)).or_default().join(&inner);
                        }
                    }
                    self.branch(branch, &inner, dot);
                }
                Node::Template(invocation) => {
                    if let Some(pipeline) = &invocation.pipeline {
                        let given = self.pipeline(pipeline, dot);
                        self.judge(&given);
                    }
                }
            }
        }
    }

    fn branch(&mut self, branch: &Branch, inner: &Flow, dot: &Flow) {
        self.list(&branch.body, inner);
        if let Some(otherwise) = &branch.otherwise {
            self.list(otherwise, dot);
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, dot: &Flow) -> Flow {
        let mut piped = None;
        for command in &pipeline.commands {
            piped = Some(self.command(command, dot, piped.as_ref()));
        }
        let flow = piped.unwrap_or_default();
        for name in &pipeline.variables {
            self.variables.entry(Rc::clone(name)).or_default().join(&flow);
        }
        flow
    }

    fn command(&mut self, command: &Command, dot: &Flow, piped: Option<&Flow>) -> Flow {
        let Some((first, others)) = command.operands.split_first() else { return Flow::default() };
        let mut given: Vec<Flow> = others.iter().map(|operand| self.operand(operand, dot)).collect();
        given.extend(piped.cloned());
        let mut all = Flow::default();
        for flow in &given {
            all.join(flow);
        }
        let Some(name) = function(command) else {
            // A value, or a method with its arguments.
            self.judge(&all);
            return self.operand(first, dot);
        };
        match name {
            "include" => {
                self.judge(&all);
                return Flow { calls: BTreeSet::from([callee(command)]), ..Flow::default() };
            }
            "tpl" => {
                given.iter().skip(1).for_each(|context| self.judge(context));
                all = given.into_iter().next().unwrap_or_default();
                all.text = true;
            }
            _ => {}
        }
        if WRITING.contains(&name) && all.whole {
            (all.value, all.whole) = (true, false);
            self.uses.has = true;
        }
        let prints =
            PRINTING.contains(&name) && (name != "printf" || others.first().is_some_and(prints_whole));
        if !prints && !ASKING.contains(&name) {
            self.judge(&all);
        }
        all
    }

    fn operand(&mut self, operand: &Operand, dot: &Flow) -> Flow {
        match &operand.kind {
            OperandKind::Dot => dot.clone(),
            OperandKind::Field(names) => self.fields(dot.clone(), names),
            OperandKind::Variable(name, names) => {
                let flow = if &**name == "$" {
                    Flow::of_context()
                } else {
                    self.variables.get(name).cloned().unwrap_or_default()
                };
                self.fields(flow, names)
            }
            OperandKind::Chain(start, names) => {
                let flow = self.operand(start, dot);
                self.fields(flow, names)
            }
            OperandKind::Pipeline(pipeline) => self.pipeline(pipeline, dot),
            // As in `index $ "Values"`.
            OperandKind::Text { .. } if literal(operand).as_deref() == Some("Values") => {
                self.values(Flow::default())
            }
            _ => Flow::default(),
        }
    }

    /// What fields of something have.
    fn fields(&mut self, flow: Flow, names: &[Rc<str>]) -> Flow {
        let is_all = names.last().is_some_and(|last| &**last == "Values");
        if is_all || names.iter().any(|name| self.keys.contains(&**name)) {
            return self.values(flow);
        }
        let is_part = |name: &Rc<str>| {
            ["Values", "Release", "Chart", "Capabilities", "Template", "Files", "Subcharts"]
                .contains(&&**name)
        };
        if names.iter().any(is_part) { Flow { whole: false, ..flow } } else { flow }
    }

    fn values(&mut self, flow: Flow) -> Flow {
        self.uses.has = true;
        Flow { value: true, ..flow }
    }

    fn judge(&mut self, flow: &Flow) {
        self.uses.judged.join(flow);
        self.uses.judged.whole = false;
    }
}

#[cfg(test)]
mod tests {
    use super::super::parts::parse;
    use super::*;

    fn of(text: &str) -> Uses {
        let keys = ["server", "sum"].map(str::to_owned).into();
        uses(&parse(text).expect("a template").into_iter().next().expect("a text").root, &keys)
    }

    #[test]
    fn what_is_printed_or_asked_for_is_not_judged() {
        for text in [
            "a: {{ .Values.sum }}",
            "a: {{ .Values.sum | quote }}{{ quote $.Values.sum }}",
            "{{ with .Values.sum }}a: {{ . | quote }}{{ else }}{{ .Values.x | lower }}{{ end }}",
            "{{ if and .Values.server.sum (not .Values.x) }}a: {{ printf \"%s\" .Values.server.sum }}{{ end }}",
            "{{ range $key, $value := .Values.server }}{{ $key }}: {{ $value | quote }}{{ end }}",
            "{{ $sum := .Values.sum | default \"\" }}{{ if $sum }}{{ $sum }}{{ end }}",
            "{{ with .Values.server }}{{ .replicas }}{{ toYaml .annotations | nindent 4 }}{{ end }}",
            "{{ required \"a sum\" .Values.sum }}{{ tpl (toYaml .Values.server) . | nindent 2 }}",
            "{{ toYaml .Values | sha256sum }}{{ toYaml . }}",
        ] {
            assert_eq!(of(text), Uses { has: true, judged: Flow::default() }, "{text}");
        }
    }

    #[test]
    fn whatever_else_is_done_with_it_judges_it() {
        for text in [
            "{{ if eq .Values.sum \"a\" }}{{ end }}",
            "{{ if hasPrefix \"a\" (.Values.sum | quote) }}{{ end }}",
            "{{ .Values.sum | trunc 8 }}",
            "{{ printf \"%.8s\" .Values.sum }}",
            "{{ printf .Values.x .Values.sum }}",
            "{{ $sum := .Values.sum }}{{ if eq $sum \"a\" }}{{ end }}",
            "{{ with .Values.sum }}{{ regexMatch \"a\" . }}{{ end }}",
            "{{ with .Values.server }}{{ if eq .sum \"a\" }}{{ end }}{{ end }}",
            "{{ range $key, $value := .Values.server }}{{ if eq $value \"a\" }}{{ end }}{{ end }}",
            "{{ range .Values.server }}{{ lower .x }}{{ end }}",
            "{{ include \"x\" .Values.sum }}",
            "{{ include \"x\" (dict \"sum\" .Values.sum) }}",
            "{{ template \"x\" .Values.sum }}",
            "{{ with .Values.server }}{{ include \"x\" . }}{{ end }}",
            "{{ $_ := set .Values \"a\" \"b\" }}",
            "{{ get .Values \"sum\" }}",
            "{{ index . \"Values\" \"sum\" }}",
            "{{ range $key, $value := .Values }}{{ lower $value }}{{ end }}",
            "{{ if contains \"a\" (toYaml .) }}{{ end }}",
            "{{ $all := . }}{{ if contains \"a\" (toYaml $all) }}{{ end }}",
            "{{ .Files.Get .Values.sum }}",
            "{{ range $name, $map := $ }}{{ range $map }}{{ lower . }}{{ end }}{{ end }}",
            "{{ range $x := .Values.list }}{{ if eq $last \"a\" }}{{ end }}{{ $last = $.Values.sum }}{{ end }}",
        ] {
            let text = format!("{{{{ $last := \"\" }}}}{text}");
            assert!(of(&text).judged.value, "{text}");
        }
    }

    #[test]
    fn other_values_are_free() {
        for text in [
            "{{ if eq .Values.kind \"a\" }}{{ .Values.name | trunc 63 }}{{ end }}",
            "{{ include \"x\" (dict \"context\" $ \"name\" .Values.name) }}",
            "{{ range .Values.ports }}{{ if eq .protocol \"TCP\" }}{{ . | toYaml }}{{ end }}{{ end }}",
            "{{ $root := . }}{{ lower $root.Values.name }}{{ if eq .kind \"a\" }}{{ end }}",
        ] {
            assert_eq!(of(text), Uses::default(), "{text}");
        }
        assert_eq!(
            uses(&parse("{{ lower .Values.sum }}").expect("a template")[0].root, &BTreeSet::new()),
            Uses::default()
        );
    }

    #[test]
    fn texts_of_other_templates_are_followed_by_their_names() {
        let calls = |text: &str| of(text).judged.calls.into_iter().collect::<Vec<_>>();
        assert_eq!(calls("{{ include \"x\" . | nindent 4 }}{{ include \"x\" . | sha256sum }}"), []);
        assert_eq!(calls("{{ if eq (include \"x\" .) \"a\" }}{{ end }}"), [Callee::Named("x".into())]);
        assert_eq!(calls("{{ $x := include \"x\" . }}{{ lower $x }}"), [Callee::Named("x".into())]);
        assert_eq!(calls("{{ include (print .a .b) . | lower }}"), [Callee::Any]);
        assert_eq!(
            calls("{{ include (print $.Template.BasePath \"/a.yaml\") . | lower }}"),
            [Callee::File("templates/a.yaml".into())]
        );
        assert!(of("{{ if eq (tpl .Values.x .) \"a\" }}{{ end }}").judged.text);
        assert_eq!(of("{{ tpl .Values.x . }}"), Uses::default());
    }
}
