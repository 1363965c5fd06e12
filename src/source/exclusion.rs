//! What `exclude=` and `.helmsumignore` leave out, in the syntax and with the precedence of gitignore.
//!
//! The deepest `.helmsumignore` that says anything about a name decides, the last matching line of it first; `exclude=`
//! stands above all files, as patterns on git's command line do. A file cannot come back when its directory is left out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};

use super::wildcard::{self, Token};

/// A line that is not a gitignore pattern, or one that helmsum will not guess the meaning of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the pattern `{pattern}` {reason}")]
pub struct PatternError {
    /// The pattern as written.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

/// The longest `.helmsumignore`, in bytes.
pub(super) const LARGEST_FILE: u64 = 1 << 20;

/// The most patterns in one: each takes memory and is asked about every name.
const MOST_PATTERNS: usize = 10_000;

/// Patterns of one origin, in order. Those without anything but a name or a path are looked up, however many there are.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    /// By the whole path that they name, relative to where they were written.
    paths: BTreeMap<Vec<u8>, Last>,
    /// By the name that they name at any depth.
    names: BTreeMap<Vec<u8>, Last>,
    /// All others, in order.
    others: Vec<(Rule, Box<[Token]>)>,
}

/// What a line says about what it matches.
#[derive(Clone, Copy, Debug)]
struct Rule {
    /// Which line it is.
    line: usize,
    /// `!`: what matches is kept.
    keeps: bool,
    /// A slash at the end: only directories match.
    directories_only: bool,
}

/// Of the lines for one path or name, the last that counts.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    for_directories: Option<Rule>,
    for_files: Option<Rule>,
}

impl Patterns {
    /// The patterns of `exclude=`, each of which must be one.
    ///
    /// # Errors
    ///
    /// For a malformed pattern, and for one that gitignore takes as a comment or as nothing.
    pub fn from_options(patterns: &[String]) -> Result<Self, PatternError> {
        let one = |line: &String| {
            if line.starts_with('#') {
                return Err(refuse(
                    line,
                    "is a comment in gitignore's syntax; write `\\#` for a name that starts with `#`",
                ));
            }
            parse(line)?.ok_or_else(|| refuse(line, "excludes nothing"))
        };
        let mut read = Self::default();
        for (line, pattern) in patterns.iter().enumerate() {
            let (rule, tokens) = one(pattern)?;
            read.add(Rule { line, ..rule }, tokens);
        }
        Ok(read)
    }

    /// The lines of a `.helmsumignore` file.
    ///
    /// # Errors
    ///
    /// The first malformed pattern, with its line.
    pub fn from_file(text: &str) -> Result<Self, (usize, PatternError)> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut patterns = Self::default();
        let mut number = 0;
        for (index, line) in text.split('\n').enumerate() {
            let line = line.strip_suffix('\r').unwrap_or(line);
            let Some((rule, tokens)) = parse(trim_blanks(line)).map_err(|error| (index + 1, error))? else {
                continue;
            };
            number += 1;
            if number > MOST_PATTERNS {
                let reason = format!("is one too many: a file has at most {MOST_PATTERNS}");
                return Err((index + 1, refuse(line, reason)));
            }
            patterns.add(Rule { line: index, ..rule }, tokens);
        }
        Ok(patterns)
    }

    fn add(&mut self, rule: Rule, tokens: Vec<Token>) {
        let last = match &tokens[..] {
            [Token::Literal(path)] => self.paths.entry(path.clone()).or_default(),
            [Token::Parts, Token::Literal(name)] if !name.contains(&b'/') => {
                self.names.entry(name.clone()).or_default()
            }
            _ => {
                self.others.push((rule, tokens.into()));
                return;
            }
        };
        last.for_directories = Some(rule);
        if !rule.directories_only {
            last.for_files = Some(rule);
        }
    }

    /// Whether one of these patterns is about the path, be it a file or a directory.
    pub(super) fn mention(&self, path: &str) -> bool {
        [true, false].into_iter().any(|directory| self.verdict(Path::new(path), directory).is_some())
    }

    /// Whether these patterns leave the path out, keep it, or say nothing about it. The last one that matches decides.
    fn verdict(&self, path: &Path, directory: bool) -> Option<bool> {
        let path = path.as_os_str().as_encoded_bytes();
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let exact = [self.paths.get(path), self.names.get(name)].into_iter().flatten();
        let exact = exact
            .filter_map(|last| if directory { last.for_directories } else { last.for_files })
            .max_by_key(|rule| rule.line);
        let others = self.others.iter().rev();
        let mut later = others.take_while(|(rule, _)| exact.is_none_or(|exact| rule.line > exact.line));
        let other = later
            .find(|(rule, tokens)| (directory || !rule.directories_only) && wildcard::is_match(tokens, path));
        other.map(|(rule, _)| *rule).or(exact).map(|rule| !rule.keeps)
    }
}

/// Reads a line as git does (`dir.c: parse_path_pattern`); nothing for a comment or an empty line.
fn parse(line: &str) -> Result<Option<(Rule, Vec<Token>)>, PatternError> {
    if line.trim_matches(' ').is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (keeps, body) = line.strip_prefix('!').map_or((false, line), |body| (true, body));
    let (directories_only, body) = body.strip_suffix('/').map_or((false, body), |body| (true, body));
    if body.is_empty() || body == "/" {
        return Err(refuse(line, "excludes nothing"));
    }
    if body.ends_with(|sign: char| sign.is_whitespace() && sign != ' ') {
        return Err(refuse(line, "ends in white space that is not a blank"));
    }
    let anchored = body.contains('/');
    let body = body.strip_prefix('/').unwrap_or(body);
    let mut tokens = wildcard::parse(body).map_err(|reason| refuse(line, reason))?;
    if !anchored {
        tokens.insert(0, Token::Parts);
    }
    Ok(Some((Rule { line: 0, keeps, directories_only }, tokens)))
}

fn refuse(pattern: &str, reason: impl Into<String>) -> PatternError {
    PatternError { pattern: pattern.escape_debug().to_string(), reason: reason.into() }
}

/// Drops blanks at the end, but for one that a backslash protects.
fn trim_blanks(line: &str) -> &str {
    let trimmed = line.trim_end_matches(' ');
    let backslashes = trimmed.len() - trimmed.trim_end_matches('\\').len();
    if backslashes % 2 == 1 && trimmed.len() < line.len() { &line[..=trimmed.len()] } else { trimmed }
}

/// The patterns in force in one directory: its own `.helmsumignore` and those of the directories above it, up to the source.
#[derive(Clone, Debug)]
pub(super) struct Scope(Option<Rc<Level>>);

#[derive(Debug)]
struct Level {
    patterns: Patterns,
    /// The directory of the file, relative to the source.
    directory: PathBuf,
    above: Scope,
}

impl Scope {
    /// No `.helmsumignore` read yet.
    pub(super) const fn empty() -> Self {
        Self(None)
    }

    /// With the patterns of a file in a directory that lies deeper than all so far.
    pub(super) fn with(&self, directory: PathBuf, patterns: Patterns) -> Self {
        Self(Some(Rc::new(Level { patterns, directory, above: self.clone() })))
    }

    fn excludes(&self, path: &Path, directory: bool) -> bool {
        let mut scope = self;
        while let Some(level) = &scope.0 {
            let inner = path.strip_prefix(&level.directory).unwrap_or(path);
            if let Some(verdict) = level.patterns.verdict(inner, directory) {
                return verdict;
            }
            scope = &level.above;
        }
        false
    }
}

/// Whether `exclude=` or a `.helmsumignore` leaves out `path`, which is relative to the source.
pub(super) fn excludes(options: &Patterns, scope: &Scope, path: &Path, directory: bool) -> bool {
    options.verdict(path, directory).unwrap_or_else(|| scope.excludes(path, directory))
}

/// The place of a `.helmsumignore` in a directory.
pub(super) fn file_in(directory: &Utf8Path) -> Utf8PathBuf {
    directory.join(super::IGNORE_FILE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(patterns: &[&str], path: &str, directory: bool) -> bool {
        let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
        let patterns = Patterns::from_options(&patterns).expect("the patterns are good");
        excludes(&patterns, &Scope::empty(), Path::new(path), directory)
    }

    #[test]
    fn patterns_read_as_in_gitignore() {
        assert!(out(&["*.md"], "a/b.md", false), "without a slash: at any depth");
        assert!(out(&["a/*.md"], "a/b.md", false));
        assert!(!out(&["a/*.md"], "x/a/b.md", false), "with a slash: from the source");
        assert!(out(&["/b.md"], "b.md", false));
        assert!(!out(&["/b.md"], "a/b.md", false));
        assert!(out(&["docs/"], "docs", true));
        assert!(!out(&["docs/"], "docs", false), "a slash at the end: directories only");
        assert!(out(&["**/x"], "a/b/x", false));
        assert!(out(&["a/**/x"], "a/x", false));
        assert!(!out(&["*.md", "!keep.md"], "keep.md", false), "the last match decides");
        assert!(out(&["!keep.md", "*.md"], "keep.md", false));
        assert!(out(&["\\#x#"], "#x#", false));
        assert!(out(&["my file"], "my file", false));
        assert!(out(&["x "], "x ", false), "an option says what it means");
    }

    #[test]
    fn braces_are_letters_as_in_git() {
        assert!(out(&["*.{md,txt}"], "x.{md,txt}", false));
        assert!(!out(&["*.{md,txt}"], "x.md", false));
        assert!(out(&["[{]x"], "{x", false));
    }

    #[test]
    fn brackets_never_match_a_slash() {
        assert!(!out(&["a[^b]c"], "a/c", false));
        assert!(!out(&["/a[+-9]c"], "a/c", false));
        assert!(out(&["/a[+-9]c"], "a5c", false));
        assert!(out(&["[]-]"], "-", false));
        assert!(out(&["[a-]"], "-", false));
        assert!(!out(&["[!]]x"], "]x", false));
    }

    #[test]
    fn what_would_exclude_nothing_or_something_else_is_refused() {
        for pattern in [
            "",
            "  ",
            "#x",
            "!",
            "/",
            "a[b",
            "a\\",
            "[[:alpha:]]x",
            "[a\\]b]",
            "[a/b]",
            "x\t",
            "[z-a]",
            "[]",
            "[!]",
        ] {
            assert!(Patterns::from_options(&[pattern.to_owned()]).is_err(), "{pattern:?}");
        }
    }

    #[test]
    fn files_may_hold_comments_and_windows_line_breaks() {
        let patterns = Patterns::from_file("\u{feff}*.md\r\n\r\n# *.yaml\n*.txt  \r\na\\ \r").expect("good");
        assert_eq!(patterns.verdict(Path::new("a.md"), false), Some(true));
        assert_eq!(patterns.verdict(Path::new("a.txt"), false), Some(true));
        assert_eq!(patterns.verdict(Path::new("a "), false), Some(true), "a protected blank counts");
        assert_eq!(patterns.verdict(Path::new("a"), false), None);
        assert_eq!(patterns.verdict(Path::new("a.yaml"), false), None);
        let (line, _) = Patterns::from_file("a\n\nb[\n").expect_err("unclosed");
        assert_eq!(line, 3);
    }

    #[test]
    fn deeper_files_decide_before_higher_ones_and_options_before_all() {
        let top = Patterns::from_file("*.md\n").expect("good");
        let deep = Patterns::from_file("!a.md\n/b.yaml\n").expect("good");
        let scope = Scope::empty().with(PathBuf::new(), top).with(PathBuf::from("d"), deep);
        let none = Patterns::from_options(&[]).expect("good");
        assert!(excludes(&none, &scope, Path::new("d/c.md"), false));
        assert!(!excludes(&none, &scope, Path::new("d/a.md"), false));
        assert!(excludes(&none, &scope, Path::new("d/b.yaml"), false));
        assert!(!excludes(&none, &scope, Path::new("d/e/b.yaml"), false));
        let options = Patterns::from_options(&["a.md".to_owned()]).expect("good");
        assert!(excludes(&options, &scope, Path::new("d/a.md"), false));
    }

    #[test]
    fn names_that_are_looked_up_keep_their_place_among_the_lines() {
        let verdict = |text: &str, path: &str, directory: bool| {
            Patterns::from_file(text).expect("good").verdict(Path::new(path), directory)
        };
        assert_eq!(verdict("a.md\n!*.md\n", "a.md", false), Some(false));
        assert_eq!(verdict("!*.md\na.md\n", "d/a.md", false), Some(true));
        assert_eq!(verdict("a\n!/a\n", "a", false), Some(false));
        assert_eq!(verdict("/a\n!a\n", "a", false), Some(false));
        assert_eq!(verdict("a\n!a/\n", "a", false), Some(true), "the later line is about directories");
        assert_eq!(verdict("a\n!a/\n", "a", true), Some(false));
        assert_eq!(verdict("a/\n", "a", false), None);
        assert_eq!(verdict("**/a/b\n", "x/a/b", false), Some(true));
        assert_eq!(verdict("**/a/b\n", "xa/b", false), None);
    }
}
