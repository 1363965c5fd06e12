//! The words of a script or of a state file, as far as they can be told without running or rendering it.

use std::iter::Peekable;
use std::str::Chars;

/// Whether a word is known only when it is used: it has a template or, from a script, something that a shell replaces.
pub(crate) fn is_open(word: &str) -> bool {
    word.contains("{{")
}

/// The commands of a script, each with its words. What a shell replaces stands in `{{…}}` in them, redirections are left out.
pub(crate) fn commands(script: &str) -> Vec<Vec<String>> {
    let mut reader = Script {
        rest: script.chars().peekable(),
        commands: Vec::new(),
        words: Vec::new(),
        word: None,
        is_target: false,
    };
    reader.read();
    reader.commands
}

/// The words of a YAML text with their lines, without the marks of lists and comments. A template is a part of its word.
pub(crate) fn words_of_yaml(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#')) {
        let mut word = String::new();
        let mut rest = line.chars().peekable();
        while let Some(character) = rest.next() {
            match character {
                '{' if rest.peek() == Some(&'{') => word.push_str(&template(&mut rest)),
                '[' | ']' | '{' | '}' | ',' | '"' | '\'' => {
                    words.push((number + 1, std::mem::take(&mut word)));
                }
                space if space.is_ascii_whitespace() => words.push((number + 1, std::mem::take(&mut word))),
                other => word.push(other),
            }
        }
        words.push((number + 1, word));
    }
    words.retain(|(_, word)| !word.is_empty() && word != "-");
    words
}

/// A template of helmfile's, whole, whose first brace was taken: raw strings in it may have braces.
fn template(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut text = String::from('{');
    let mut is_raw = false;
    while let Some(character) = rest.next() {
        text.push(character);
        match character {
            '`' => is_raw = !is_raw,
            '}' if !is_raw && rest.next_if_eq(&'}').is_some() => {
                text.push('}');
                break;
            }
            _ => {}
        }
    }
    text
}

struct Script<'s> {
    rest: Peekable<Chars<'s>>,
    commands: Vec<Vec<String>>,
    words: Vec<String>,
    word: Option<String>,
    /// Whether the word that is read is where something is redirected to.
    is_target: bool,
}

impl Script<'_> {
    fn read(&mut self) {
        while let Some(character) = self.rest.next() {
            match character {
                '\'' => self.quoted('\''),
                '"' => self.quoted('"'),
                '\\' => {
                    let escaped = self.rest.next().filter(|escaped| *escaped != '\n');
                    if let Some(escaped) = escaped {
                        self.push(escaped);
                    }
                }
                '{' if self.rest.peek() == Some(&'{') => self.template(),
                '$' | '`' => self.replaced(character),
                '#' if self.word.is_none() => while self.rest.next_if(|next| *next != '\n').is_some() {},
                '<' | '>' => {
                    // A number before it says which stream is meant.
                    if self.word.as_ref().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
                        self.word = None;
                    }
                    self.end_word();
                    while self.rest.next_if(|next| matches!(next, '<' | '>' | '&' | '|')).is_some() {}
                    self.is_target = true;
                }
                ';' | '&' | '|' | '(' | ')' | '\n' => self.end_command(),
                space if space.is_whitespace() => self.end_word(),
                other => self.push(other),
            }
        }
        self.end_command();
    }

    fn push(&mut self, character: char) {
        self.word.get_or_insert_default().push(character);
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        if !std::mem::take(&mut self.is_target) {
            self.words.push(word);
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.is_target = false;
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }

    fn quoted(&mut self, quote: char) {
        self.word.get_or_insert_default();
        while let Some(character) = self.rest.next().filter(|character| *character != quote) {
            match character {
                '\\' if quote == '"' => {
                    let escaped = self.rest.next();
                    if let Some(escaped) = escaped {
                        self.push(escaped);
                    }
                }
                '$' | '`' if quote == '"' => self.replaced(character),
                '{' if self.rest.peek() == Some(&'{') => self.template(),
                other => self.push(other),
            }
        }
    }

    /// A template is rendered before a shell sees it.
    fn template(&mut self) {
        let template = template(&mut self.rest);
        self.word.get_or_insert_default().push_str(&template);
    }

    /// What a shell replaces: a variable, or what a command prints.
    fn replaced(&mut self, first: char) {
        let text = match (first, self.rest.peek()) {
            ('`', _) => self.until('`'),
            (_, Some('(')) => self.until(')'),
            (_, Some('{')) => self.until('}'),
            _ => {
                let mut name = String::new();
                while let Some(next) =
                    self.rest.next_if(|next| next.is_alphanumeric() || "_@*?!$#".contains(*next))
                {
                    name.push(next);
                }
                name
            }
        };
        let shown = format!("{{{{{first}{text}}}}}");
        self.word.get_or_insert_default().push_str(&shown);
    }

    fn until(&mut self, end: char) -> String {
        self.rest.by_ref().take_while(|character| *character != end).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_as_a_shell_tells_them() {
        for (script, expected) in [
            ("a  b 'c d' \"e f\" g\\ h", &[&["a", "b", "c d", "e f", "g h"][..]][..]),
            ("a;b && c|d\ne & (f)", &[&["a"], &["b"], &["c"], &["d"], &["e"], &["f"]]),
            ("a >out b 2>&1 c < in", &[&["a", "b", "c"]]),
            ("a '' # b", &[&["a", ""]]),
            ("a $b \"${c} $(d e)\" '$f' `g h`", &[&["a", "{{$b}}", "{{${c}} {{$(d e}}", "$f", "{{`g h}}"]]),
            ("a {{ .B }}c {{ `{{ }}` }}", &[&["a", "{{ .B }}c", "{{ `{{ }}` }}"]]),
            ("a {{ `}}` }}}b {{ c", &[&["a", "{{ `}}` }}}b", "{{ c"]]),
            ("a 'b", &[&["a", "b"]]),
            ("a\\\nb", &[&["ab"]]),
        ] {
            assert_eq!(commands(script), expected, "{script}");
        }
    }

    #[test]
    fn words_of_yaml_have_their_lines_and_templates_whole() {
        let text = "hooks:\n# - no\n- command: \"helmsum\"\n  args: [a, '--b={{`{{ .C }}`}}', {d: {{ e }}f}]\n  - g\u{a0}h\n";
        let words = words_of_yaml(text);
        let words: Vec<(usize, &str)> = words.iter().map(|(line, word)| (*line, word.as_str())).collect();
        let expected = [
            (1, "hooks:"),
            (3, "command:"),
            (3, "helmsum"),
            (4, "args:"),
            (4, "a"),
            (4, "--b={{`{{ .C }}`}}"),
            (4, "d:"),
            (4, "{{ e }}f"),
            (5, "g\u{a0}h"),
        ];
        assert_eq!(words, expected);
    }
}
