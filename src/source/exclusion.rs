//! What `exclude=` and `.helmsumignore` leave out, in the syntax and with the precedence of gitignore.
//!
//! The deepest `.helmsumignore` that says anything about a name decides, the last matching line of it first; `exclude=`
//! stands above all files, as patterns on git's command line do. A file cannot come back when its directory is left out.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use camino::{Utf8Path, Utf8PathBuf};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::gitignore::{self, Line};

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

/// How much text of patterns one matcher has at most, in bytes: the crate makes one automaton of all that have stars, and
/// builds none that takes more than 10 MiB. What a byte of text makes of it is well below 200 bytes.
const LONGEST_SET: usize = 1 << 15;

/// Patterns of one origin, in order.
#[derive(Clone, Debug, Default)]
pub struct Patterns {
    /// One matcher, or several where the patterns are long: the later stand above the earlier.
    sets: Vec<Gitignore>,
}

impl Patterns {
    /// The patterns of `exclude=`, each of which must be one.
    ///
    /// # Errors
    ///
    /// For a malformed pattern, and for one that gitignore takes as a comment or as nothing.
    pub fn from_options(patterns: &[String]) -> Result<Self, PatternError> {
        let mut reading = Reading::default();
        for line in patterns {
            if line.starts_with('#') {
                return Err(refuse(
                    line,
                    "is a comment in gitignore's syntax; write `\\#` for a name that starts with `#`",
                ));
            }
            if !reading.add(line)? {
                return Err(refuse(line, "excludes nothing"));
            }
        }
        reading.finish()
    }

    /// The lines of a `.helmsumignore` file.
    ///
    /// # Errors
    ///
    /// The first malformed pattern, with its line.
    pub fn from_file(text: &str) -> Result<Self, (usize, PatternError)> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reading = Reading::default();
        let (mut patterns, mut number) = (0, 0);
        for line in text.split('\n') {
            number += 1;
            let line = trim_spaces(line.strip_suffix('\r').unwrap_or(line));
            if !reading.add(line).map_err(|error| (number, error))? {
                continue;
            }
            patterns += 1;
            if patterns > MOST_PATTERNS {
                let reason = format!("is one too many: a file has at most {MOST_PATTERNS}");
                return Err((number, refuse(line, reason)));
            }
        }
        reading.finish().map_err(|error| (number, error))
    }

    /// Whether there is none.
    pub(super) const fn is_empty(&self) -> bool {
        self.sets.is_empty()
    }

    /// Whether one of these patterns is about the path, be it a file or a directory.
    pub(super) fn mention(&self, path: &str) -> bool {
        [true, false].into_iter().any(|directory| self.verdict(Path::new(path), directory).is_some())
    }

    /// Whether these patterns leave the path out, keep it, or say nothing about it. The last one that matches decides.
    pub(super) fn verdict(&self, path: &Path, directory: bool) -> Option<bool> {
        self.sets.iter().rev().find_map(|set| match set.matched(path, directory) {
            Match::None => None,
            Match::Ignore(_) => Some(true),
            Match::Whitelist(_) => Some(false),
        })
    }
}

/// Patterns that are being read.
#[derive(Default)]
struct Reading {
    done: Patterns,
    /// The set that is being filled, with its length so far and its last pattern.
    open: Option<(GitignoreBuilder, usize, String)>,
}

impl Reading {
    /// Adds a line; whether there is a pattern in it.
    fn add(&mut self, line: &str) -> Result<bool, PatternError> {
        let Line::Pattern(pattern) = gitignore::read(line).map_err(|reason| refuse(line, reason))? else {
            return Ok(false);
        };
        if self.open.as_ref().is_some_and(|(_, length, _)| length + pattern.len() > LONGEST_SET) {
            self.close()?;
        }
        let (builder, length, last) = self.open.get_or_insert_with(|| {
            // Paths are asked about as they lie below the file that has the patterns.
            let mut builder = GitignoreBuilder::new("");
            builder.allow_unclosed_class(false);
            (builder, 0, String::new())
        });
        builder.add_line(None, &pattern).map_err(|error| unread(line, &error))?;
        *length += pattern.len();
        line.clone_into(last);
        Ok(true)
    }

    /// Makes a matcher of what has been added since the last one.
    fn close(&mut self) -> Result<(), PatternError> {
        if let Some((builder, _, last)) = self.open.take() {
            self.done.sets.push(builder.build().map_err(|error| unread(&last, &error))?);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Patterns, PatternError> {
        self.close()?;
        Ok(self.done)
    }
}

fn unread(line: &str, error: &ignore::Error) -> PatternError {
    refuse(line, format!("cannot be read: {error}"))
}

fn refuse(pattern: &str, reason: impl Into<String>) -> PatternError {
    PatternError { pattern: pattern.escape_debug().to_string(), reason: reason.into() }
}

/// Drops spaces at the end, but for one that a backslash protects.
fn trim_spaces(line: &str) -> &str {
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
    fn files_may_contain_comments_and_windows_line_breaks() {
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

    #[test]
    fn many_stars_take_no_longer_than_they_are_many() {
        let pattern = "*a".repeat(2_000);
        assert!(!out(&[&pattern], &"a".repeat(1_999), false));
        assert!(out(&[&pattern], &"a".repeat(2_000), false));
    }

    #[test]
    fn patterns_that_are_long_together_are_read_all_the_same() {
        for (line, path) in [
            ("x*y", "d/x-y"),
            ("/d/*/x.md", "d/e/x.md"),
            ("**/d/**/x[ab]", "c/d/e/xa"),
            ("[a-z\u{e9}0-9]?[!a]x", "bbbx"),
        ] {
            let lines: Vec<String> = (0..2_000).map(|number| format!("{line}{number:060}")).collect();
            let text = format!("{line}\n!{line}{}\n{}\n", "?".repeat(100), lines.join("\n"));
            let patterns = Patterns::from_file(&text).expect("good");
            assert!(patterns.sets.len() > 3, "{line}");
            assert_eq!(patterns.verdict(Path::new(path), false), Some(true), "the first line, for {line}");
            let last = format!("{path}{:060}", 1_999);
            assert_eq!(patterns.verdict(Path::new(&last), false), Some(true), "the last line, for {line}");
            assert_eq!(patterns.verdict(Path::new("other"), false), None);
        }
    }
}
