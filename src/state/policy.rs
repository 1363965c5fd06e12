//! What helmfile asks of the raw text of a state file before it reads it (`pkg/policy/checker.go`).
//!
//! The check sees lines, not YAML: a quoted key escapes it, and a key inside a block that templates leave out counts.

use crate::diagnostic::Diagnostic;
use crate::text::Place;
use camino::Utf8Path;

/// A line of a state file that the check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line<'t> {
    /// Letters at the start of a line, then a colon.
    Key(&'t str),
    /// `---` and nothing else.
    Separator,
}

/// Checks the text of the state file or base `file`, with line breaks already normalised.
///
/// # Errors
///
/// Where no line starts with a key; where `bases` or `environments` come after `releases`; where `environments` and
/// `releases` are in one part.
pub(super) fn check(file: &Utf8Path, text: &str) -> Result<(), Diagnostic> {
    let lines: Vec<(usize, Line<'_>)> = text
        .split('\n')
        .enumerate()
        .filter_map(|(at, line)| classify(line).map(|kind| (at + 1, kind)))
        .collect();
    let keys = || {
        lines.iter().filter_map(|&(at, line)| if let Line::Key(key) = line { Some((at, key)) } else { None })
    };
    if keys().next().is_none() {
        return Err(Diagnostic::error(
            "no line starts with a top-level key, so helmfile does not take this for a state file",
        )
        .or_at(Place::file(file))
        .hint("write at least one key, for example `releases:`, outside of any template"));
    }
    check_order(file, keys())?;
    check_parts(file, &lines)
}

fn classify(line: &str) -> Option<Line<'_>> {
    let line = line.trim_end();
    if line == "---" {
        return Some(Line::Separator);
    }
    let (key, _) = line.split_once(':')?;
    (!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphabetic())).then_some(Line::Key(key))
}

/// `bases` and `environments` come before `releases`, in the whole file.
fn check_order<'t>(file: &Utf8Path, keys: impl Iterator<Item = (usize, &'t str)>) -> Result<(), Diagnostic> {
    let mut releases = None;
    for (at, key) in keys {
        match key {
            "releases" => releases = Some(at),
            "bases" | "environments" => {
                if let Some(releases) = releases {
                    return Err(Diagnostic::error(format!(
                        "`{key}` must come before `releases`, which is on line {releases}"
                    ))
                    .at(Place::line(file, at)));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The first `environments` and the first `releases` have a separator between them.
fn check_parts(file: &Utf8Path, lines: &[(usize, Line<'_>)]) -> Result<(), Diagnostic> {
    let mut seen: Vec<&str> = Vec::new();
    let mut previous = None;
    for &(at, line) in lines {
        match line {
            Line::Separator => previous = None,
            Line::Key(key @ ("environments" | "releases")) if !seen.contains(&key) => {
                seen.push(key);
                if let Some(previous) = previous {
                    return Err(Diagnostic::error(format!(
                        "`{previous}` and `{key}` must not be in one part of a state file"
                    ))
                    .at(Place::line(file, at))
                    .hint("put a line `---` between them"));
                }
                previous = Some(key);
            }
            Line::Key(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str) -> Result<(), String> {
        check("helmfile.yaml".into(), text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_without_any_key_is_refused() {
        for text in [
            "",
            "# releases:\n",
            "{{ readFile \"x\" }}\n",
            "\"releases\": []\n",
            "  releases: []\n",
            "my_key: 1\n",
        ] {
            assert!(verdict(text).is_err(), "{text:?}");
        }
        assert!(verdict("anything: 1\n").is_ok());
    }

    #[test]
    fn environments_and_releases_need_a_separator() {
        assert!(verdict("environments:\nreleases:\n").is_err());
        assert!(verdict("environments:\n---\nreleases:\n").is_ok());
        assert!(verdict("environments:\n---   \nreleases:\n").is_ok());
        assert!(verdict("environments:\n--- # x\nreleases:\n").is_err());
        assert!(verdict("bases:\nreleases:\n").is_ok());
        assert!(
            verdict("environments:\n---\nenvironments:\nreleases:\n").is_ok(),
            "only the first of each counts"
        );
    }

    #[test]
    fn releases_come_last_even_across_parts() {
        assert_eq!(
            verdict("releases:\n---\nbases:\n"),
            Err("helmfile.yaml:3: `bases` must come before `releases`, which is on line 1".into())
        );
        assert!(verdict("releases:\n---\nenvironments:\n").is_err());
    }
}
