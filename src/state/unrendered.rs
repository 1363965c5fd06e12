//! Files with template actions that helmfile does not render, because of their names.

use super::decode::Source;
use crate::diagnostic::Diagnostic;
use crate::text::Place;

/// Where the YAML of a plain file goes wrong.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mistake {
    /// The line of the text, from 1.
    pub(super) line: usize,
    /// Whether the text is not well formed. What breaks it may be on the line above then.
    pub(super) syntax: bool,
}

impl Mistake {
    /// The error as the user understands it, where the mistake is that the file was meant as a template.
    ///
    /// helmfile adds "Add the .gotmpl file extension" to every error of a plain state file (`pkg/state/create.go: Parse`).
    pub(super) fn explain(self, failed: Diagnostic, source: &Source) -> Diagnostic {
        let lines = source.text.lines().enumerate();
        let actions: Vec<(usize, usize)> =
            lines.filter_map(|(at, line)| Some((at + 1, action(line)?))).collect();
        let reach = self.line.saturating_sub(usize::from(self.syntax))..=self.line;
        let name = source.file.file_name().unwrap_or_default();
        match (actions.iter().find(|(line, _)| reach.contains(line)), actions.first()) {
            (Some((line, column)), _) => {
                let line = Some(source.lines.of(*line));
                let place = Place { file: source.file.clone(), line, column: Some(*column), length: None };
                failed
                    .message(format!("`{{{{` in `{name}`, which helmfile does not render"))
                    .at(place)
                    .hint(format!(
                        "helmfile renders files whose names end in `.gotmpl`: rename it to `{name}.gotmpl`; a field of a \
                         release that is a template may stay in a plain file, in quotes"
                    ))
            }
            (None, Some((line, _))) => failed.or_hint(format!(
                "if the `{{{{` on line {} is meant as a template, rename the file to `{name}.gotmpl`: helmfile renders no other",
                source.lines.of(*line)
            )),
            (None, None) => failed,
        }
    }
}

/// The column, from 1, of an action that starts a line, an item of a list or a value. Without quotes that is never good YAML.
fn action(line: &str) -> Option<usize> {
    let mut rest = line.trim_start();
    while let Some(item) = rest.strip_prefix("- ") {
        rest = item.trim_start();
    }
    if !rest.starts_with("{{") {
        let (key, value) = rest.split_once(": ")?;
        if key.starts_with('#') || key.contains(['"', '\'']) {
            return None;
        }
        rest = value.trim_start();
    }
    rest.starts_with("{{").then(|| line[..line.len() - rest.len()].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_start_a_line_an_item_or_a_value() {
        for (line, column) in [
            ("{{ if .x }}", Some(1)),
            ("  {{- end }}", Some(3)),
            ("- {{ .x }}", Some(3)),
            ("- - é: {{ .x }}", Some(8)),
            ("name: {{ .x }}", Some(7)),
            ("# name: {{ .x }}", None),
            ("name: '{{ .x }}'", None),
            ("name: a-{{ .x }}", None),
            ("\"a: {{ .x }}\": b", None),
            ("name: {a: b}", None),
        ] {
            assert_eq!(action(line), column, "{line}");
        }
    }
}
