//! Which files of a chart helm makes something of, and which of the others its templates can read.

/// Whether helm itself reads a file of a chart (helm's `pkg/chart/loader/load.go: LoadFiles`). All others only templates can read,
/// through `.Files`.
pub(super) fn is_read_by_helm(name: &str) -> bool {
    let named = [
        "Chart.yaml",
        "Chart.lock",
        "values.yaml",
        "values.schema.json",
        "requirements.yaml",
        "requirements.lock",
        super::ignore::FILE,
    ];
    named.contains(&name) || ["templates/", "crds/", "charts/"].iter().any(|folder| name.starts_with(folder))
}

/// What templates read through `.Files`, as far as their texts tell.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// Whether it cannot be told: the name of a file is computed, or `.Files` is handed on.
    anything: bool,
    /// Names, and beginnings of names.
    names: Vec<(String, Exact)>,
}

/// Whether a name is that of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exact {
    Whole,
    Beginning,
}

impl Reach {
    /// Adds the text of a template, or of values that may be rendered as one.
    pub(super) fn add(&mut self, text: &[u8]) {
        let text = String::from_utf8_lossy(text);
        // `index . "Files"`, `get . "Files"`
        self.anything |= ["\"Files\"", "\\\"Files\\\"", "`Files`"].iter().any(|name| text.contains(name));
        for (at, found) in text.match_indices(".Files") {
            let rest = &text[at + found.len()..];
            if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
                continue;
            }
            match literal(rest) {
                Some((name, exact)) => self.names.push((name.to_owned(), exact)),
                None => self.anything = true,
            }
        }
    }

    /// Whether a template may read the file of this name.
    pub(super) fn reads(&self, name: &str) -> bool {
        let read = |(known, exact): &(String, Exact)| match exact {
            Exact::Whole => name == known,
            Exact::Beginning => name.starts_with(known.as_str()),
        };
        self.anything || self.names.iter().any(read)
    }
}

/// The literal name after `.Files`, up to the first character that makes it a pattern.
fn literal(rest: &str) -> Option<(&str, Exact)> {
    let rest = rest.strip_prefix('.')?;
    let (method, rest) = rest.split_once([' ', '\t'])?;
    let quoted = rest.trim_start();
    let quote = quoted.chars().next().filter(|c| ['"', '`'].contains(c))?;
    let (name, _) = quoted[1..].split_once(quote)?;
    match method {
        "Get" | "GetBytes" | "Lines" if !name.contains('\\') => Some((name, Exact::Whole)),
        "Glob" => match name.find(['*', '?', '[', '{', '\\']) {
            Some(end) => Some((&name[..end], Exact::Beginning)),
            None => Some((name, Exact::Whole)),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_read_what_they_name() {
        for (text, name, expected) in [
            ("{{ .Files.Get \"a.yaml\" }}", "a.yaml", true),
            ("{{ .Files.Get \"a.yaml\" }}", "b.yaml", false),
            ("{{ .Files.Lines `a.yaml` }}", "a.yaml", true),
            ("{{ (.Files.Glob \"conf/*\").AsConfig }}", "conf/a", true),
            ("{{ (.Files.Glob \"conf/*\").AsConfig }}", "values/a", false),
            ("{{ .Files.Glob \"a.yaml\" }}", "b.yaml", false),
            ("{{ .Files.Glob \"{a,b}.yaml\" }}", "b.yaml", true),
            ("{{ $.Files.Get $name }}", "b.yaml", true),
            ("{{ .Files.Get (printf \"%s\" .x) }}", "b.yaml", true),
            ("{{ $files := .Files }}", "b.yaml", true),
            ("{{ index . \"Files\" }}", "b.yaml", true),
            ("{{ .Values.Filesystem }} {{ .FilesOf }}", "b.yaml", false),
            ("", "b.yaml", false),
        ] {
            let mut reach = Reach::default();
            reach.add(text.as_bytes());
            assert_eq!(reach.reads(name), expected, "{text} {name}");
        }
    }

    #[test]
    fn helm_reads_what_makes_a_chart() {
        for (name, expected) in [
            ("Chart.yaml", true),
            ("values.yaml", true),
            ("templates/values-prod.yaml", true),
            ("charts/a/values-prod.yaml", true),
            ("values-prod.yaml", false),
            ("env/values.yaml", false),
            ("templates.yaml", false),
        ] {
            assert_eq!(is_read_by_helm(name), expected, "{name}");
        }
    }
}
