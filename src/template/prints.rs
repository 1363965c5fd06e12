//! What a template may print, and which templates it names, found without running it.

use std::collections::BTreeSet;
use std::rc::Rc;

use camino::Utf8Path;

use super::syntax::{
    self, Command, Known, List, Node, Operand, OperandKind, PARSE_NAME, Pipeline, SyntaxError, TemplateText,
    Tree,
};

/// Functions whose result has no line that is a YAML comment: data as text, digests, numbers and truth. `fail` has no result.
const WITHOUT_COMMENTS: &[&str] = &[
    "add",
    "add1",
    "add1f",
    "addf",
    "adler32sum",
    "atoi",
    "b32enc",
    "b64enc",
    "biggest",
    "ceil",
    "contains",
    "div",
    "divf",
    "empty",
    "eq",
    "fail",
    "float64",
    "floor",
    "ge",
    "gt",
    "has",
    "hasKey",
    "hasPrefix",
    "hasSuffix",
    "int",
    "int64",
    "le",
    "len",
    "lt",
    "max",
    "maxf",
    "min",
    "minf",
    "mod",
    "mul",
    "mulf",
    "mustHas",
    "mustToJson",
    "mustToPrettyJson",
    "mustToRawJson",
    "ne",
    "not",
    "quote",
    "regexMatch",
    "round",
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "squote",
    "sub",
    "subf",
    "toDecimal",
    "toJson",
    "toPrettyJson",
    "toRawJson",
    "toYaml",
];

/// Functions that move a text to the right as a whole, so that it has comments only if it had some.
const INDENTING: &[&str] = &["indent", "nindent"];

/// Whether an action of a template can print a line that is a YAML comment. Its own text is not looked at, and neither is
/// that of helper files. A text that is not a template can print anything.
#[must_use]
pub(crate) fn may_print_comments(text: &str) -> bool {
    text.contains("{{") && parsed(text).map_or(true, |trees| trees.iter().any(|tree| list_prints(&tree.root)))
}

fn list_prints(list: &List) -> bool {
    list.nodes.iter().any(|node| match node {
        Node::Text { .. } | Node::Break | Node::Continue => false,
        Node::Action(pipeline) => pipeline.variables.is_empty() && prints(&pipeline.commands),
        Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
            list_prints(&branch.body) || branch.otherwise.as_ref().is_some_and(list_prints)
        }
        Node::Template(_) => true,
    })
}

/// Whether a pipeline of these commands may give a text with comments.
fn prints(commands: &[Command]) -> bool {
    let Some((last, before)) = commands.split_last() else { return false };
    let Some((first, arguments)) = last.operands.split_first() else { return false };
    match &first.kind {
        OperandKind::Function(name) if INDENTING.contains(&&**name) => match arguments {
            _ if !before.is_empty() => prints(before),
            [.., Operand { kind: OperandKind::Pipeline(inner), .. }] => prints(&inner.commands),
            _ => true,
        },
        OperandKind::Function(name) => !WITHOUT_COMMENTS.contains(&&**name),
        OperandKind::Pipeline(inner) if arguments.is_empty() => prints(&inner.commands),
        OperandKind::Bool(_) | OperandKind::Number(_) | OperandKind::Text { .. } | OperandKind::Nil => false,
        _ => true,
    }
}

/// One template of a text: the text itself, or one that it defines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Defined {
    /// The name it is called by; nothing for the text itself.
    pub name: Option<String>,
    /// Its text between actions, with where each piece starts in the whole.
    pub texts: Vec<(usize, String)>,
    /// The templates that it names.
    pub named: BTreeSet<String>,
    /// Whether it may use any other one: by a name that is computed, or with `tpl`.
    pub names_any: bool,
}

/// The templates of a text.
///
/// # Errors
///
/// For a text that is not a template. Functions need not exist.
pub(crate) fn defined(text: &str) -> Result<Vec<Defined>, SyntaxError> {
    let trees = parsed(text)?;
    let one = |tree: &Tree| {
        let name = (&*tree.name != PARSE_NAME).then(|| tree.name.to_string());
        let mut defined = Defined { name, ..Defined::default() };
        defined.add_list(&tree.root);
        defined
    };
    Ok(trees.iter().map(one).collect())
}

impl Defined {
    fn add_list(&mut self, list: &List) {
        for node in &list.nodes {
            match node {
                Node::Text { offset, text } => self.texts.push((*offset, text.to_string())),
                Node::Break | Node::Continue => {}
                Node::Action(pipeline) => self.add_pipeline(pipeline),
                Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
                    self.add_pipeline(&branch.pipeline);
                    self.add_list(&branch.body);
                    if let Some(otherwise) = &branch.otherwise {
                        self.add_list(otherwise);
                    }
                }
                Node::Template(invocation) => {
                    self.named.insert(invocation.name.to_string());
                    if let Some(pipeline) = &invocation.pipeline {
                        self.add_pipeline(pipeline);
                    }
                }
            }
        }
    }

    fn add_pipeline(&mut self, pipeline: &Pipeline) {
        for command in &pipeline.commands {
            for (index, operand) in command.operands.iter().enumerate() {
                self.add_operand(&operand.kind, &command.operands[index + 1..]);
            }
        }
    }

    fn add_operand(&mut self, operand: &OperandKind, arguments: &[Operand]) {
        match operand {
            OperandKind::Function(name) if &**name == "include" => {
                match arguments.first().map(|first| &first.kind) {
                    Some(OperandKind::Text { value, .. }) => {
                        let name = value.string_bytes().unwrap_or_default();
                        self.named.insert(String::from_utf8_lossy(name).into_owned());
                    }
                    _ => self.names_any = true,
                }
            }
            OperandKind::Function(name) => self.names_any |= &**name == "tpl",
            OperandKind::Pipeline(pipeline) => self.add_pipeline(pipeline),
            OperandKind::Chain(start, _) => self.add_operand(&start.kind, &[]),
            _ => {}
        }
    }
}

fn parsed(text: &str) -> Result<Vec<Tree>, SyntaxError> {
    let source = Rc::new(TemplateText { name: Utf8Path::new("").to_owned(), text: text.into() });
    syntax::parse(&source, &|_| Known::Yes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::functions::registry;

    #[test]
    fn every_action_that_prints_counts() {
        for (text, counts) in [
            ("a: 1", false),
            ("a: {{ .Values.x }}", true),
            ("{{ include \"deps\" . }}", true),
            ("{{ template \"deps\" . }}", true),
            ("{{ readFile \"deps.txt\" }}", true),
            ("{{ requiredEnv \"X\" }}", true),
            ("{{ requiredEnv \"X\" | quote }}", false),
            ("{{ quote .Values.x }}", false),
            ("{{ .Values.x | quote | upper }}", true),
            ("{{ toYaml .Values.x }}", false),
            ("{{ .Values.x | toYaml | nindent 4 }}", false),
            ("{{ .Values.x | nindent 4 }}", true),
            ("{{ nindent 4 (.Values.x | toYaml) }}", false),
            ("{{ nindent 4 .Values.x }}", true),
            ("{{ .Values.x | nindent 2 | indent 4 }}", true),
            ("{{ (.Values.x | toJson) }}", false),
            ("{{ (index .Values 1).x }}", true),
            ("{{ $x }}{{ $y := 1 }}", true),
            ("{{ $x := readFile \"x\" }}{{ $x = .y }}{{ len $x }}", false),
            ("{{ \"text\" }}{{ 1 }}{{ true }}", false),
            ("{{ if .x }}a: {{ .y }}{{ end }}", true),
            ("{{ if .x }}{{ else }}{{ range .y }}{{ . }}{{ end }}{{ end }}", true),
            ("{{ if .x }}{{ with .y }}a: 1{{ end }}{{ end }}", false),
            ("{{ define \"x\" }}{{ .y }}{{ end }}", true),
            ("{{/* .x */}}", false),
            ("{{ if .x }}{{ fail \"no\" }}{{ end }}", false),
            ("{{ set .Values \"a\" 1 }}", true),
            ("{{ .x ", true),
        ] {
            assert_eq!(may_print_comments(text), counts, "{text}");
        }
    }

    #[test]
    fn functions_that_print_no_comments_exist() {
        let registry = registry();
        for name in WITHOUT_COMMENTS.iter().chain(INDENTING) {
            let builtin = ["eq", "ge", "gt", "le", "len", "lt", "ne", "not"].contains(name);
            assert!(builtin || registry.get(name).is_some(), "{name}");
        }
    }

    #[test]
    fn templates_of_a_text_are_told_apart() {
        let text = "a{{ define \"x\" }}b{{ if .y }}{{ include \"z\" . }}{{ end }}{{ end }}{{ template \"x\" }}c{{ (include (printf \"q\") .) | tpl }}";
        let defined = defined(text).expect("a template");
        let whole = defined.iter().find(|one| one.name.is_none()).expect("the text");
        assert!(whole.named.contains("x") && whole.names_any);
        let x = defined.iter().find(|one| one.name.as_deref() == Some("x")).expect("x");
        assert_eq!(x.texts, [(17, "b".to_owned())]);
        assert!(x.named.contains("z") && !x.names_any);
    }
}
