//! What `exclude=` and `.helmsumignore` leave out, in the syntax and with the precedence of gitignore.
//!
//! The deepest `.helmsumignore` that says anything about a name decides, the last matching line of it first; `exclude=`
//! stands above all files, as patterns on git's command line do. A file cannot come back when its directory is left out.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// A line that is not a gitignore pattern, or one that helmsum will not guess the meaning of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the pattern `{pattern}` {reason}")]
pub struct PatternError {
    /// The pattern as written.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Patterns of one origin, in order.
#[derive(Clone, Debug)]
pub struct Patterns(Gitignore);

impl Patterns {
    /// The patterns of `exclude=`, each of which must be one.
    ///
    /// # Errors
    ///
    /// For a malformed pattern, and for one that gitignore takes as a comment or as nothing.
    pub fn from_options(patterns: &[String]) -> Result<Self, PatternError> {
        let mut builder = GitignoreBuilder::new(".");
        for pattern in patterns {
            if pattern.starts_with('#') {
                return Err(refuse(
                    pattern,
                    "is a comment in gitignore's syntax; write `\\#` for a name that starts with `#`",
                ));
            }
            if !add(&mut builder, pattern)? {
                return Err(refuse(pattern, "excludes nothing"));
            }
        }
        build(&builder)
    }

    /// The lines of a `.helmsumignore` file.
    ///
    /// # Errors
    ///
    /// The first malformed pattern, with its line.
    pub fn from_file(text: &str) -> Result<Self, (usize, PatternError)> {
        let mut builder = GitignoreBuilder::new(".");
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (index, line) in text.split('\n').enumerate() {
            let line = line.strip_suffix('\r').unwrap_or(line);
            add(&mut builder, line).map_err(|error| (index + 1, error))?;
        }
        build(&builder).map_err(|error| (1, error))
    }

    /// Whether these patterns leave the path out, keep it, or say nothing about it.
    fn verdict(&self, path: &Path, directory: bool) -> Option<bool> {
        match self.0.matched(path, directory) {
            Match::None => None,
            Match::Ignore(_) => Some(true),
            Match::Whitelist(_) => Some(false),
        }
    }
}

fn build(builder: &GitignoreBuilder) -> Result<Patterns, PatternError> {
    builder.build().map(Patterns).map_err(|error| refuse("", error.to_string()))
}

fn refuse(pattern: &str, reason: impl Into<String>) -> PatternError {
    PatternError { pattern: pattern.escape_debug().to_string(), reason: reason.into() }
}

/// Adds a line as git reads it; returns whether it holds a pattern.
fn add(builder: &mut GitignoreBuilder, line: &str) -> Result<bool, PatternError> {
    if line.starts_with('#') {
        return Ok(false);
    }
    let pattern = trim_blanks(line);
    if pattern.is_empty() {
        return Ok(false);
    }
    if pattern.ends_with(|sign: char| sign.is_whitespace()) && !pattern.ends_with("\\ ") {
        return Err(refuse(pattern, "ends in white space that is not a blank"));
    }
    if matches!(pattern, "!" | "/" | "!/") {
        return Err(refuse(pattern, "excludes nothing"));
    }
    let plain = without_braces(pattern)?;
    builder.add_line(None, &plain).map_err(|error| refuse(pattern, format!("is malformed: {error}")))?;
    Ok(true)
}

/// Drops blanks at the end, but for one that a backslash protects.
fn trim_blanks(line: &str) -> &str {
    let trimmed = line.trim_end_matches(' ');
    let backslashes = trimmed.len() - trimmed.trim_end_matches('\\').len();
    if backslashes % 2 == 1 && trimmed.len() < line.len() { &line[..=trimmed.len()] } else { trimmed }
}

/// Escapes braces, which mean nothing to git, and refuses what the matcher would read in another way than git does.
fn without_braces(pattern: &str) -> Result<String, PatternError> {
    let mut plain = String::with_capacity(pattern.len());
    let mut signs = pattern.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => {
                let Some(next) = signs.next() else { return Err(refuse(pattern, "ends in a backslash")) };
                plain.extend([sign, next]);
            }
            '{' | '}' => plain.extend(['\\', sign]),
            '[' => {
                plain.push(sign);
                copy_class(&mut signs, &mut plain, pattern)?;
            }
            sign => plain.push(sign),
        }
    }
    Ok(plain)
}

/// Copies a bracket expression after its `[`.
fn copy_class(
    signs: &mut std::iter::Peekable<std::str::Chars<'_>>,
    plain: &mut String,
    pattern: &str,
) -> Result<(), PatternError> {
    if let Some(sign) = signs.next_if(|sign| matches!(sign, '!' | '^')) {
        plain.push(sign);
    }
    let mut first = true;
    loop {
        match signs.next() {
            None => return Err(refuse(pattern, "has a `[` without `]`")),
            Some(']') if !first => {
                plain.push(']');
                return Ok(());
            }
            Some('\\' | '/') => return Err(refuse(pattern, "has a backslash or slash between brackets")),
            Some('[') if signs.peek().is_some_and(|sign| matches!(sign, ':' | '.' | '=')) => {
                return Err(refuse(pattern, "has a character class, which is not supported"));
            }
            Some(sign) => plain.push(sign),
        }
        first = false;
    }
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
        assert!(out(&["x   "], "x", false), "blanks at the end do not count");
        assert!(out(&["x\\ "], "x ", false), "but for a protected one");
    }

    #[test]
    fn braces_are_letters_as_in_git() {
        assert!(out(&["*.{md,txt}"], "x.{md,txt}", false));
        assert!(!out(&["*.{md,txt}"], "x.md", false));
        assert!(out(&["[{]x"], "{x", false));
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
        let patterns = Patterns::from_file("\u{feff}*.md\r\n\r\n# *.yaml\n*.txt\r").expect("good");
        assert_eq!(patterns.verdict(Path::new("a.md"), false), Some(true));
        assert_eq!(patterns.verdict(Path::new("a.txt"), false), Some(true));
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
}
