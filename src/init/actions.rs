//! Where the actions of a template are in its text.

use std::ops::Range;

/// What an action does to the blocks around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It begins one: `if`, `range`, `with`, `define`, `block`.
    Opens,
    /// It ends one and begins another: `else`.
    Turns,
    /// It ends one.
    Closes,
    /// None of these.
    Plain,
}

/// An action of a template, or a comment in its delimiters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Action {
    /// The bytes from `{{` to `}}`.
    pub(super) span: Range<usize>,
    pub(super) role: Role,
    /// Whether it takes the spaces and line breaks before it.
    pub(super) trims_left: bool,
    /// Whether it takes those after it.
    pub(super) trims_right: bool,
}

/// The actions of a text, in its order. Nothing where one does not end.
pub(super) fn actions(text: &str) -> Option<Vec<Action>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..)?.find("{{").map(|start| at + start) {
        let after = &text[start + 2..];
        let trims_left = after.starts_with('-') && after[1..].starts_with([' ', '\t', '\r', '\n']);
        let inner = start + 2 + usize::from(trims_left);
        let end = end(text, inner)?;
        let trims_right =
            text[..end - 2].ends_with('-') && text[..end - 3].ends_with([' ', '\t', '\r', '\n']);
        let word: String =
            text[inner..end].trim_start().chars().take_while(char::is_ascii_lowercase).collect();
        let role = match word.as_str() {
            "if" | "range" | "with" | "define" | "block" => Role::Opens,
            "else" => Role::Turns,
            "end" => Role::Closes,
            _ => Role::Plain,
        };
        found.push(Action { span: start..end, role, trims_left, trims_right });
        at = end;
    }
    Some(found)
}

/// Where an action ends whose words begin at `inner`: after its `}}`. Those in quotes and comments are text.
fn end(text: &str, inner: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let words = text[inner..].trim_start_matches([' ', '\t', '\r', '\n']);
    if words.starts_with("/*") {
        let start = text.len() - words.len();
        let close = start + text[start..].find("*/")?;
        return Some(close + text[close..].find("}}")? + 2);
    }
    let mut at = inner;
    while at < bytes.len() {
        match bytes[at] {
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at + 2),
            b'`' => at += 1 + text[at + 1..].find('`')?,
            quote @ (b'"' | b'\'') => {
                at += 1;
                while *bytes.get(at)? != quote {
                    at += 1 + usize::from(bytes[at] == b'\\');
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(text: &str) -> Vec<&str> {
        actions(text).expect("actions that end").into_iter().map(|action| &text[action.span]).collect()
    }

    #[test]
    fn actions_end_where_their_delimiters_do() {
        assert_eq!(spans("a {{ .x }} b {{- end -}}"), ["{{ .x }}", "{{- end -}}"]);
        assert_eq!(spans("{{/* }} */}}x{{- /* a */ -}}"), ["{{/* }} */}}", "{{- /* a */ -}}"]);
        assert_eq!(
            spans(r#"{{ "}}" }}{{ `}}"` }}{{ '}' }}{{ "\"}}" }}"#),
            [r#"{{ "}}" }}"#, r#"{{ `}}"` }}"#, "{{ '}' }}", r#"{{ "\"}}" }}"#]
        );
        assert_eq!(spans("a: {{`{{ .Environment.Name }}`}}\n"), ["{{`{{ .Environment.Name }}`}}"]);
        for open in ["{{ x", "{{ \"}}", "{{/* }}", "{{ `x }}"] {
            assert_eq!(actions(open), None, "{open}");
        }
    }

    #[test]
    fn blocks_and_trimming_are_seen() {
        let of = |text: &str| {
            let action = actions(text).expect("an action").remove(0);
            (action.role, action.trims_left, action.trims_right)
        };
        assert_eq!(of("{{- if .x }}"), (Role::Opens, true, false));
        assert_eq!(of("{{ range $a := .b -}}"), (Role::Opens, false, true));
        assert_eq!(of("{{ else if .x }}"), (Role::Turns, false, false));
        assert_eq!(of("{{- end -}}"), (Role::Closes, true, true));
        assert_eq!(of("{{ endless }}"), (Role::Plain, false, false));
        assert_eq!(of("{{-3}}"), (Role::Plain, false, false));
    }
}
