//! The line of a chart's template that names what pods read.
//!
//! A template is text, and what it renders is another one. So a line counts only where it has the name literally; of several, only one
//! below the key that the reference has in its manifest, and that alone.

use crate::reference::{Form, Kind};
use crate::text::position;

/// Where a template names an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// Here, below the key of the reference, and nothing else there could be the name.
    Certainly(usize, usize),
    /// Here alone, as far as the template itself has the name.
    Once(usize, usize),
    /// In several places.
    Often,
    /// Nowhere.
    Never,
}

/// Where the text of a template names an object that is read in this form.
pub(super) fn named(text: &str, (form, kind): (&Form, Kind), name: &str) -> Named {
    let text = without_comments(text);
    let found: Vec<usize> = occurrences(&text, name).collect();
    let keys = keys(form, kind);
    let is_below = |at: &usize| keys.contains(&Spelled::at(&text, *at).around().as_slice());
    let below: Vec<usize> = found.iter().copied().filter(is_below).collect();
    match (below.as_slice(), found.as_slice()) {
        ([one], _) => {
            let (line, column) = position(&text, *one);
            let made = text.match_indices("{{").map(|(at, _)| at);
            let is_sure = !made.into_iter().any(|at| is_below(&at));
            if is_sure { Named::Certainly(line, column) } else { Named::Once(line, column) }
        }
        ([], [one]) => {
            let (line, column) = position(&text, *one);
            Named::Once(line, column)
        }
        ([], []) => Named::Never,
        _ => Named::Often,
    }
}

/// Where a template has a text as a word, where it has it once.
pub(super) fn once(text: &str, word: &str) -> Option<(usize, usize)> {
    let text = without_comments(text);
    let mut found = occurrences(&text, word);
    let one = found.next()?;
    found.next().is_none().then(|| position(&text, one))
}

/// The keys that the name of an object stands below, the innermost first.
const fn keys(form: &Form, kind: Kind) -> &'static [&'static [&'static str]] {
    match (form, kind) {
        (Form::Variable(_), Kind::ConfigMap) => &[&["name", "configMapKeyRef"]],
        (Form::Variable(_), Kind::Secret) => &[&["name", "secretKeyRef"]],
        (Form::Variables, Kind::ConfigMap) => &[&["name", "configMapRef"]],
        (Form::Variables, Kind::Secret) => &[&["name", "secretRef"]],
        (Form::SubPath(_) | Form::Whole(_) | Form::Projected(_), Kind::ConfigMap) => {
            &[&["name", "configMap"]]
        }
        (Form::SubPath(_) | Form::Whole(_) | Form::Projected(_), Kind::Secret) => {
            &[&["secretName", "secret"], &["name", "secret"]]
        }
        _ => &[],
    }
}

/// Where a name stands as a whole word.
fn occurrences<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = usize> + 't {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._/".contains(c);
    text.match_indices(name).map(|(at, _)| at).filter(move |at| {
        let after = text[at + name.len()..].chars().next();
        !text[..*at].chars().next_back().is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

/// The text with spaces in the place of comments, of templates and of YAML.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("/*") {
        let opens = rest[..start].trim_end().trim_end_matches('-').ends_with("{{");
        let Some(length) = rest[start..].find("*/").filter(|_| opens) else {
            kept.push_str(&rest[..start + 2]);
            rest = &rest[start + 2..];
            continue;
        };
        kept.push_str(&rest[..start]);
        kept.extend(rest[start..start + length].chars().map(|c| if c == '\n' { c } else { ' ' }));
        rest = &rest[start + length..];
    }
    kept.push_str(rest);
    let line = |line: &str| {
        if line.trim_start().starts_with('#') {
            line.replace(|c: char| !c.is_whitespace(), " ")
        } else {
            line.to_owned()
        }
    };
    kept.split_inclusive('\n').map(line).collect()
}

/// A value in a text that is YAML but for its templates.
struct Spelled<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Spelled<'t> {
    const fn at(text: &'t str, at: usize) -> Self {
        Self { text, at }
    }

    /// The key of the value and the one around that, as far as there are such.
    fn around(&self) -> Vec<&'t str> {
        let before = self.text[..self.at].trim_end_matches(['"', '\'']);
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = &before[start..];
        let Some((key, column)) = key_before(line) else { return Vec::new() };
        let mut keys = vec![key];
        // In braces it is on the same line.
        let braces = line[..column].rfind(['{', '}']).filter(|at| line[*at..].starts_with('{'));
        let outer = match braces {
            Some(brace) if !line[..brace].ends_with('{') => key_before(&line[..brace]).map(|(key, _)| key),
            Some(_) => None,
            None => outer(&self.text[..start], column),
        };
        keys.extend(outer);
        keys
    }
}

/// The key that a line ends with, and its column.
fn key_before(line: &str) -> Option<(&str, usize)> {
    let line = line.trim_end().strip_suffix(':')?.trim_end_matches(['"', '\'']);
    let start = line.rfind(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c))).map_or(0, |at| at + 1);
    (start < line.len()).then(|| (&line[start..], start))
}

/// The key of the nearest line above that is further left than a column.
fn outer(above: &str, column: usize) -> Option<&str> {
    above.lines().rev().find_map(|line| {
        let content = line.trim_start();
        // An action alone on its line is nowhere in what it renders.
        if content.is_empty() || content.starts_with("{{") {
            return None;
        }
        let content = content.trim_start_matches("- ").trim_start();
        let own = line.len() - content.len();
        (own < column).then(|| key_before(content).filter(|(_, at)| *at == 0).map(|(key, _)| key))
    })?
}

#[cfg(test)]
mod tests {
    use super::*;

    const VARIABLES: (&Form, Kind) = (&Form::Variables, Kind::ConfigMap);

    fn secret_volume() -> Form {
        Form::Whole("v".to_owned())
    }

    #[test]
    fn a_name_below_its_key_is_certain() {
        for text in [
            "envFrom:\n  - configMapRef:\n      name: web\n",
            "envFrom:\n  - configMapRef:\n      optional: true\n      name: \"web\"\n",
            "envFrom: \n  - configMapRef: {optional: true, name: 'web'}\n",
            "envFrom: [{configMapRef: {name: web}}]\nname: web\n",
            "metadata:\n  name: web\nspec:\n  - name: web\n    envFrom:\n    - configMapRef:\n        {{- if .x }}\n        name: web\n        {{- end }}\n",
        ] {
            let Named::Certainly(line, column) = named(text, VARIABLES, "web") else {
                panic!("{text}: {:?}", named(text, VARIABLES, "web"));
            };
            let line = text.lines().nth(line - 1).expect("a line");
            assert!(line[column - 1..].starts_with("web") && line.contains("name"), "{text}");
        }
        let volume = secret_volume();
        let text = "volumes:\n  - name: db\n    secret:\n      secretName: db\n";
        assert_eq!(named(text, (&volume, Kind::Secret), "db"), Named::Certainly(4, 19));
    }

    #[test]
    fn one_that_could_be_another_is_not() {
        let either = "- configMapRef:\n    name: {{ .Values.settings }}\n- configMapRef:\n    name: web\n";
        assert_eq!(named(either, VARIABLES, "web"), Named::Once(4, 11));
        let given = "- configMapRef:\n    name: {{ .Values.settings | default \"web\" }}\n";
        assert_eq!(named(given, VARIABLES, "web"), Named::Once(2, 42));
        let twice = "- configMapRef:\n    name: web\n- configMapRef: {name: web}\n";
        assert_eq!(named(twice, VARIABLES, "web"), Named::Often);
        let elsewhere = "name: web\nlabels: {app: web}\n";
        assert_eq!(named(elsewhere, VARIABLES, "web"), Named::Often);
    }

    #[test]
    fn words_and_comments_are_no_names() {
        for text in [
            "name: web-two\nother: a.web\npath: /web\nx: {{ .Values.web }}\n",
            "# web\n  # name: web\n",
            "{{/* web\nweb */}}\n{{- /* web */ -}}\n",
        ] {
            assert_eq!(named(text, VARIABLES, "web"), Named::Never, "{text}");
        }
        let after = "{{/* a */}}\nurl: http://x/*\nname: web\n";
        assert_eq!(named(after, VARIABLES, "web"), Named::Once(3, 7));
    }
}
