//! One line of gitignore, made ready for the crate `ignore`.
//!
//! The crate and git read most lines alike, and not all of them: the crate knows braces, takes a `[` without `]` as itself, keeps
//! a backslash between brackets as a character and reads three stars as one. So a line is read here first. What has one
//! meaning in git and can be written so that the crate gives it the same is rewritten, and the rest is refused.
//! `tests/vectors/exclusion.json` has what git says to each.

/// What a line is to the crate.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A comment, or nothing.
    Nothing,
    /// A pattern, as the crate has to be given it.
    Pattern(String),
}

/// Reads a line as git does (`dir.c: parse_path_pattern`, `wildmatch.c`). Spaces at its end count.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn read(line: &str) -> Result<Line, &'static str> {
    if line.trim_matches(' ').is_empty() || line.starts_with('#') {
        return Ok(Line::Nothing);
    }
    if line.contains('\0') {
        return Err("contains a zero byte, after which git reads nothing");
    }
    let (keeps, body) = line.strip_prefix('!').map_or((false, line), |body| (true, body));
    let (directories_only, body) = body.strip_suffix('/').map_or((false, body), |body| (true, body));
    if body.is_empty() || body == "/" {
        return Err("excludes nothing");
    }
    if body.ends_with(|character: char| character.is_whitespace() && character != ' ') {
        return Err("ends in white space that is not a space");
    }
    let anchored = body.contains('/');
    let body = body.strip_prefix('/').unwrap_or(body);
    if body.split('/').any(str::is_empty) {
        return Err("has two slashes in a row, which no path has");
    }
    let mut pattern = String::with_capacity(line.len() + 2);
    pattern.extend([keeps.then_some('!'), anchored.then_some('/')].into_iter().flatten());
    rewrite(body, anchored, &mut pattern)?;
    join_the_others(body, &mut pattern);
    if directories_only {
        pattern.push('/');
    }
    Ok(Line::Pattern(pattern))
}

/// Writes a pattern without what is around it in a line, with a backslash before each character that only the crate knows.
fn rewrite(body: &str, anchored: bool, into: &mut String) -> Result<(), &'static str> {
    let mut rest = body;
    let mut starts_part = true;
    while let Some(character) = rest.chars().next() {
        let length = match character {
            '*' => stars(rest, starts_part, anchored)?,
            '[' => brackets(rest)?,
            '\\' => escaped(rest)?,
            _ => character.len_utf8(),
        };
        let (piece, after) = rest.split_at(length);
        // A space at the end of an option is meant, and so is one that starts what would else be a comment or a `!`.
        let protected = matches!(character, '{' | '}')
            || character == ' ' && after.trim_start_matches(' ').is_empty()
            || into.is_empty() && matches!(character, '!' | '#');
        if protected {
            into.push('\\');
        }
        into.push_str(piece);
        starts_part = character == '/';
        rest = after;
    }
    Ok(())
}

/// Puts the last letter of a pattern with an extension between brackets, which mean that letter.
///
/// The crate asks a pattern such as `a/*/b.yaml` by itself about each name with its extension, which takes a hundred times as long for
/// thousands of them as one automaton for all does. It makes one of those that do not end as themselves. Without anything
/// but a name, or with nothing but an extension, a pattern is looked up, which is faster still.
fn join_the_others(body: &str, pattern: &mut String) {
    let ending = body.rsplit(['*', '?', ']']).next().unwrap_or(body);
    let name = ending.rsplit('/').next().unwrap_or(ending);
    let looked_up =
        ending == body || body.strip_prefix("*.").is_some_and(|extension| !extension.contains('.'));
    if looked_up || !name.contains('.') || ending.contains('\\') {
        return;
    }
    if let Some(letter) = pattern.chars().next_back().filter(char::is_ascii_alphanumeric) {
        pattern.pop();
        pattern.extend(['[', letter, ']']);
    }
}

/// How many stars are at the start.
fn stars(text: &str, starts_part: bool, anchored: bool) -> Result<usize, &'static str> {
    let count = text.len() - text.trim_start_matches('*').len();
    if count > 2 {
        // A whole part of them is `**` to git, and one star to the crate.
        return Err("has three stars in a row; write `*`, or `**` as a whole part of the path");
    }
    let ends_part = matches!(text.as_bytes().get(count), None | Some(b'/'));
    if count == 2 && anchored && ends_part && !starts_part {
        // git documents one thing and, after a literal prefix, does another.
        return Err("has `**` at the end of a part; it must be a whole part of the path");
    }
    Ok(count)
}

/// How long a backslash and what it protects are.
fn escaped(text: &str) -> Result<usize, &'static str> {
    match text.chars().nth(1) {
        None => Err("ends in a backslash"),
        Some('/') => Err("has a backslash before a slash"),
        Some(character) => Ok(1 + character.len_utf8()),
    }
}

/// How long the bracket expression at the start is. The crate reads what passes here as git does.
fn brackets(text: &str) -> Result<usize, &'static str> {
    let inner = &text[1..];
    let inner = inner.strip_prefix(['!', '^']).unwrap_or(inner);
    let start = text.len() - inner.len();
    // The last character that a range may start with.
    let mut from = None;
    let mut characters = inner.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        match character {
            ']' if at > 0 => return Ok(start + at + 1),
            '[' if matches!(next, Some(':' | '.' | '=')) => {
                return Err("has a character class, which is not supported");
            }
            '\\' | '/' => return Err("has a backslash or a slash between brackets"),
            '-' if at > 0 && next.is_some_and(|next| next != ']') => {
                characters.next();
                match (from.take(), next) {
                    (None, _) => return Err("has a `-` after a range"),
                    (_, Some('\\' | '/')) => return Err("has a backslash or a slash between brackets"),
                    (Some(first), Some(last)) if first > last => {
                        return Err("has a range that runs backwards");
                    }
                    _ => {}
                }
            }
            character => from = Some(character),
        }
    }
    Err("has a `[` without `]`")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use serde_json::Value as Json;

    use super::*;
    use crate::source::exclusion::{PatternError, Patterns};

    fn vectors() -> Vec<Json> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/exclusion.json");
        let text = fs_err::read_to_string(path).expect("vectors");
        serde_json::from_str(&text).expect("vectors are JSON")
    }

    fn strings(json: &Json) -> Vec<String> {
        serde_json::from_value(json.clone()).expect("a list of texts")
    }

    /// What the patterns leave out of these names, a name in a directory that is left out too.
    fn left_out<'a>(patterns: &Patterns, names: &'a [String]) -> BTreeSet<&'a str> {
        let out = |name: &str| {
            let directory = name.ends_with('/');
            let path = name.trim_end_matches('/');
            let above = path.match_indices('/').map(|(at, _)| (&path[..at], true));
            above
                .chain([(path, directory)])
                .any(|(path, directory)| patterns.verdict(Path::new(path), directory) == Some(true))
        };
        names.iter().map(String::as_str).filter(|name| out(name)).collect()
    }

    /// Compares every case of one kind with git, and returns how many were equal and what was refused.
    fn compared(
        key: &str,
        read: impl Fn(&Json) -> Result<Patterns, String>,
    ) -> (usize, Vec<(String, String)>) {
        let mut equal = 0;
        let mut refused = Vec::new();
        for group in vectors() {
            let names: Vec<String> = strings(&group["names"]);
            for case in group[key].as_array().into_iter().flatten() {
                let patterns = match read(&case["given"]) {
                    Err(reason) => {
                        refused.push((case["given"].to_string(), reason));
                        continue;
                    }
                    Ok(patterns) => patterns,
                };
                let git = strings(&case["left_out"]);
                let mut ours = left_out(&patterns, &names);
                if key == "options" {
                    // With options, git lists files only.
                    ours.retain(|name| !name.ends_with('/'));
                }
                assert_eq!(ours, git.iter().map(String::as_str).collect(), "{}", case["given"]);
                equal += 1;
            }
        }
        (equal, refused)
    }

    #[test]
    fn ignore_files_read_as_git_reads_them_or_are_refused() {
        let (equal, refused) = compared("files", |given| {
            Patterns::from_file(given.as_str().expect("a text")).map_err(|(_, error)| error.reason)
        });
        assert!(equal > 1_500, "{equal} read");
        let refused_with = |reason: &str| refused.iter().filter(|(_, why)| why.contains(reason)).count();
        let counted: Vec<(&str, usize)> = [
            "zero byte",
            "ends in a backslash",
            "not a space",
            "excludes nothing",
            "`**` at the end of a part",
            "`-` after a range",
            "`[` without `]`",
            "backslash before a slash",
            "slash between brackets",
            "character class",
            "runs backwards",
            "three stars",
            "two slashes",
        ]
        .map(|reason| (reason, refused_with(reason)))
        .to_vec();
        assert_eq!(
            counted.iter().map(|(_, count)| count).sum::<usize>(),
            refused.len(),
            "{counted:?} {refused:?}"
        );
        assert!(counted.iter().all(|(_, count)| *count > 0), "{counted:?}");
    }

    #[test]
    fn options_read_as_git_reads_them_or_are_refused() {
        let (equal, refused) = compared("options", |given| {
            Patterns::from_options(&strings(given)).map_err(|PatternError { reason, .. }| reason)
        });
        assert!(equal > 35, "{equal} read");
        let refused: Vec<&str> = refused.iter().map(|(given, _)| given.as_str()).collect();
        assert_eq!(
            refused,
            [
                r##"["#x"]"##,
                r#"[" "]"#,
                r#"["  "]"#,
                r#"["!"]"#,
                r#"["/"]"#,
                r#"["a\t"]"#,
                r#"["x\t"]"#,
                r#"["x\\\t"]"#,
                r#"["a\\"]"#
            ]
        );
    }

    #[test]
    fn the_vectors_show_both_verdicts() {
        let vectors = vectors();
        let cases = vectors.iter().flat_map(|group| {
            let names = group["names"].as_array().map_or(0, Vec::len);
            ["files", "options"].into_iter().filter_map(|key| group[key].as_array()).flatten().map(
                move |case| {
                    let out = case["left_out"].as_array().map_or(0, Vec::len);
                    out > 0 && out < names
                },
            )
        });
        assert!(cases.filter(|both| *both).count() > 1_000);
    }

    #[test]
    fn what_only_the_crate_knows_is_written_for_it() {
        for (line, pattern) in [
            ("*.{md,txt}", "*.\\{md,txt\\}"),
            ("!x{", "!x\\{"),
            ("[{]x", "[{]x"),
            ("x  ", "x\\ \\ "),
            ("x /", "x\\ /"),
            ("!!x", "!!x"),
            ("\\!x", "\\!x"),
            ("a/b", "/a/b"),
            ("/**/a/", "/**/a/"),
            ("*.md", "*.md"),
            ("a.md", "a.md"),
            ("a/*.md", "/a/*.m[d]"),
            ("*-a.md/", "*-a.m[d]/"),
            ("*.a.md", "*.a.m[d]"),
            ("a*/b.md", "/a*/b.m[d]"),
            ("a.b*/c", "/a.b*/c"),
            ("a*.ü", "a*.ü"),
            ("a*.m\\d", "a*.m\\d"),
        ] {
            assert_eq!(read(line), Ok(Line::Pattern(pattern.to_owned())), "{line}");
        }
        assert_eq!(read("# x"), Ok(Line::Nothing));
        assert_eq!(read("  "), Ok(Line::Nothing));
    }
}
