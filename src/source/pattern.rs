//! Glob sources: `*`, `?` and `[…]` within a part of a path, `**` for any number of parts.

use crate::go::filepath::matches;

/// A source path that is not a usable pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GlobSourceError {
    /// An unclosed or empty bracket expression.
    #[error("`{0}` has an unclosed or empty `[…]`; a literal bracket is written `[[]`")]
    Malformed(String),
    /// `**` beside something else.
    #[error(
        "`{0}` has `**` beside other characters; it must be a whole part of the path, as in `conf/**/*.yaml`"
    )]
    PartialStars(String),
    /// Braces, which look like alternatives.
    #[error("`{0}` has braces, which mean nothing here; write two directives, or `[{{]` for a literal brace")]
    Braces(String),
    /// `[!…]`, which Go and shells read differently.
    #[error("`{0}` has `[!`, which Go and shells read differently; write `[^…]`")]
    Exclamation(String),
    /// `[[:alpha:]]` and its like.
    #[error("`{0}` has a character class, which is not supported")]
    Class(String),
    /// `..` after a pattern.
    #[error("`{0}` has `..` after a pattern")]
    Parent(String),
    /// A slash at the end, which would ask for directories.
    #[error("`{0}` ends in `/`, but a pattern finds files only")]
    Directories(String),
}

/// One part of a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Name(String),
    /// Any number of directories.
    AnyDepth,
}

/// A glob after its base directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    parts: Vec<Part>,
}

/// Where a walk stands in a glob: the parts that the next name may match.
pub(super) type Positions = Vec<usize>;

/// What a glob says about a name in a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hit {
    /// Whether a file of this name is found.
    pub(super) file: bool,
    /// Where the walk goes on in a directory of this name; empty where it ends.
    pub(super) below: Positions,
}

impl Glob {
    /// Splits a path into the whole parts before the first pattern, and the glob, where there is one.
    ///
    /// # Errors
    ///
    /// For a malformed pattern, and one that would be read differently elsewhere.
    pub fn split(path: &str) -> Result<(String, Option<Self>), GlobSourceError> {
        let mut base = Vec::new();
        let mut parts: Vec<Part> = Vec::new();
        for text in path.split('/') {
            if parts.is_empty() && !text.contains(['*', '?', '[']) {
                base.push(text);
                continue;
            }
            match text {
                "" | "." => {}
                ".." => return Err(GlobSourceError::Parent(path.to_owned())),
                "**" => {
                    if parts.last() != Some(&Part::AnyDepth) {
                        parts.push(Part::AnyDepth);
                    }
                }
                text => parts.push(Part::Name(name_pattern(text, path)?)),
            }
        }
        if parts.is_empty() {
            return Ok((path.to_owned(), None));
        }
        if path.ends_with('/') {
            return Err(GlobSourceError::Directories(path.to_owned()));
        }
        if parts.last() == Some(&Part::AnyDepth) {
            parts.push(Part::Name("*".to_owned()));
        }
        let base = base.join("/");
        let base = match (base.is_empty(), path.starts_with('/')) {
            (true, true) => "/".to_owned(),
            (true, false) => ".".to_owned(),
            _ => base,
        };
        Ok((base, Some(Self { parts })))
    }

    pub(super) fn start() -> Positions {
        vec![0]
    }

    /// What the glob says about `name` for a walk at `positions`.
    pub(super) fn step(&self, positions: &[usize], name: &str) -> Hit {
        let mut hit = Hit::default();
        let mut open: Vec<usize> = positions.to_vec();
        while let Some(at) = open.pop() {
            match &self.parts[at] {
                Part::AnyDepth => {
                    add(&mut hit.below, at);
                    // Any depth may be none; another part always follows.
                    open.push(at + 1);
                }
                Part::Name(pattern) => {
                    // The pattern was checked when it was split.
                    if matches(pattern, name).unwrap_or(false) {
                        if at + 1 == self.parts.len() {
                            hit.file = true;
                        } else {
                            add(&mut hit.below, at + 1);
                        }
                    }
                }
            }
        }
        hit.below.sort_unstable();
        hit
    }

    /// The regular expression, as `find -regextype posix-extended -regex` takes it, of the names the glob finds, with `./` in front.
    #[must_use]
    pub fn to_posix_regex(&self) -> String {
        let mut regex = String::from(r"\./");
        for (index, part) in self.parts.iter().enumerate() {
            match part {
                Part::AnyDepth => regex.push_str("(.*/)?"),
                Part::Name(pattern) => {
                    push_name_regex(&mut regex, pattern);
                    if index + 1 < self.parts.len() {
                        regex.push('/');
                    }
                }
            }
        }
        regex
    }
}

fn add(positions: &mut Positions, at: usize) {
    if !positions.contains(&at) {
        positions.push(at);
    }
}

fn name_pattern(text: &str, path: &str) -> Result<String, GlobSourceError> {
    if text.contains("**") {
        return Err(GlobSourceError::PartialStars(path.to_owned()));
    }
    matches(text, "").map_err(|_| GlobSourceError::Malformed(path.to_owned()))?;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '{' | '}' => return Err(GlobSourceError::Braces(path.to_owned())),
            '[' => {
                if characters.as_str().starts_with('!') {
                    return Err(GlobSourceError::Exclamation(path.to_owned()));
                }
                let inner: String = characters.by_ref().take_while(|character| *character != ']').collect();
                if ["[:", "[.", "[="].iter().any(|class| inner.contains(class)) {
                    return Err(GlobSourceError::Class(path.to_owned()));
                }
            }
            _ => {}
        }
    }
    Ok(text.to_owned())
}

fn push_name_regex(regex: &mut String, pattern: &str) {
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '*' => regex.push_str("[^/]*"),
            '?' => regex.push_str("[^/]"),
            '[' => {
                regex.push('[');
                if let Some(rest) = characters.as_str().strip_prefix('^') {
                    regex.push_str("^/");
                    characters = rest.chars();
                }
                regex.extend(characters.by_ref().take_while(|character| *character != ']'));
                regex.push(']');
            }
            '.' | '+' | '(' | ')' | '|' | '^' | '$' | '{' | '}' => regex.extend(['\\', character]),
            character => regex.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(source: &str, name: &str) -> bool {
        let (_, glob) = Glob::split(source).expect("a good pattern");
        let glob = glob.expect("a pattern");
        let mut positions = Glob::start();
        let mut parts = name.split('/').peekable();
        while let Some(part) = parts.next() {
            let hit = glob.step(&positions, part);
            if parts.peek().is_none() {
                return hit.file;
            }
            positions = hit.below;
        }
        false
    }

    #[test]
    fn the_base_is_the_whole_parts_before_the_first_pattern() {
        for (path, base) in [
            ("./nginx/*.conf", "./nginx"),
            ("*.conf", "."),
            ("a/b*/c/d", "a"),
            ("../x/**/y", "../x"),
            ("/etc/*.conf", "/etc"),
            ("/*.conf", "/"),
            ("a//./b/?", "a//./b"),
        ] {
            let (found, glob) = Glob::split(path).expect("good");
            assert_eq!(found, base, "{path}");
            assert!(glob.is_some());
        }
        assert_eq!(Glob::split("./a/b"), Ok(("./a/b".to_owned(), None)));
    }

    #[test]
    fn stars_stay_within_a_part_and_match_hidden_names() {
        assert!(finds("*.conf", "a.conf"));
        assert!(finds("*.conf", ".conf"));
        assert!(finds("*", ".hidden"));
        assert!(!finds("*.conf", "d/a.conf"));
        assert!(finds("*/a.conf", "d/a.conf"));
        assert!(finds("?.conf", "ü.conf"));
        assert!(finds("[a-c].conf", "b.conf"));
        assert!(finds("[^a-c].conf", "d.conf"));
        assert!(finds("a[*]b", "a*b"));
        assert!(!finds("a[*]b", "axb"));
        assert!(finds("a[[]b", "a[b"));
        assert!(finds("x/*[{]*", "a{b") || finds("*[{]*", "a{b"));
    }

    #[test]
    fn two_stars_match_any_number_of_directories() {
        for name in ["x.yaml", "a/x.yaml", "a/b/c/x.yaml"] {
            assert!(finds("**/*.yaml", name), "{name}");
            assert!(finds("**/**/*.yaml", name), "{name}");
            assert!(finds("**", name), "{name}");
        }
        assert!(finds("[a]/**/x", "a/x"));
        assert!(finds("[a]/**/x", "a/b/x"));
        assert!(!finds("[a]/**/x", "b/x"));
        assert!(finds("**/a/**/b", "a/a/c/b"));
    }

    #[test]
    fn patterns_that_others_read_differently_are_refused() {
        for path in [
            "a**",
            "**.yaml",
            "*.{a,b}",
            "[!a]",
            "[a",
            "[]",
            "*/../a",
            "*/",
            "x/**/",
            "[a/b]*",
            "[[:alpha:]]",
        ] {
            assert!(Glob::split(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_glob_has_a_regular_expression_for_find() {
        for (path, regex) in [
            ("*.conf", r"\./[^/]*\.conf"),
            ("**/a?[^b]/*", r"\./(.*/)?a[^/][^/b]/[^/]*"),
            ("*(x)+$", r"\./[^/]*\(x\)\+\$"),
        ] {
            let (_, glob) = Glob::split(path).expect("good");
            assert_eq!(glob.expect("a pattern").to_posix_regex(), regex);
        }
    }
}
