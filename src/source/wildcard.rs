//! One pattern of gitignore, read as git's `wildmatch.c` reads it and matched against whole paths.
//!
//! A file may have hundreds of thousands of them, so that one takes little more memory than its text. Matching takes at most
//! the length of the pattern times that of the path, whatever stars are in it.

use std::fmt::Write as _;

use regex::bytes::Regex;

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// These bytes.
    Literal(Vec<u8>),
    /// `?`: a byte that is no slash.
    One,
    /// `[…]`: one of these bytes.
    Class(Box<Bytes>),
    /// `*`: bytes that are no slashes.
    InPart,
    /// `**/`: nothing, or whole parts of a path.
    Parts,
    /// `**` at the end: whatever there is.
    Rest,
}

/// A set of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bytes([u64; 4]);

impl Bytes {
    const fn has(&self, byte: u8) -> bool {
        self.0[(byte / 64) as usize] & (1 << (byte % 64)) != 0
    }
}

/// Reads a pattern, without what is around it in a line.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn parse(pattern: &str) -> Result<Vec<Token>, &'static str> {
    let bytes = pattern.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'*' => {
                let stars = bytes[at..].iter().take_while(|byte| **byte == b'*').count();
                let starts_part = at == 0 || bytes[at - 1] == b'/';
                at += stars;
                match bytes.get(at) {
                    None if stars > 1 && starts_part => tokens.push(Token::Rest),
                    Some(b'/') if stars > 1 && starts_part => {
                        tokens.push(Token::Parts);
                        at += 1;
                    }
                    // git documents one thing and, behind a literal prefix, does another.
                    None | Some(b'/') if stars > 1 && pattern.contains('/') => {
                        return Err("has `**` at the end of a part; it must be a whole part of the path");
                    }
                    _ => tokens.push(Token::InPart),
                }
                continue;
            }
            b'?' => tokens.push(Token::One),
            b'[' => {
                let (class, end) = class(bytes, at)?;
                tokens.push(Token::Class(Box::new(class)));
                at = end;
            }
            b'\\' => {
                at += 1;
                match bytes.get(at) {
                    None => return Err("ends in a backslash"),
                    Some(b'/') => return Err("has a backslash before a slash"),
                    Some(byte) => literal(*byte, &mut tokens),
                }
            }
            byte => literal(byte, &mut tokens),
        }
        at += 1;
    }
    Ok(tokens)
}

fn literal(byte: u8, tokens: &mut Vec<Token>) {
    if let Some(Token::Literal(text)) = tokens.last_mut() {
        text.push(byte);
    } else {
        tokens.push(Token::Literal(vec![byte]));
    }
}

/// Reads the bracket expression that starts at `at`, and returns where it ends.
fn class(pattern: &[u8], at: usize) -> Result<(Bytes, usize), &'static str> {
    let mut end = at + 1;
    let negated = matches!(pattern.get(end), Some(b'!' | b'^'));
    end += usize::from(negated);
    let start = end;
    let mut regex = String::from(if negated { r"(?s-u)\A[^/" } else { r"(?s-u)\A[" });
    while let Some(&byte) = pattern.get(end) {
        match byte {
            b']' if end > start => {
                // A range may have brought the slash in, which no bracket expression matches.
                regex.push_str(if negated { r"]\z" } else { r"&&[^/]]\z" });
                return Ok((bytes_of(&regex)?, end));
            }
            b'[' if matches!(pattern.get(end + 1), Some(b':' | b'.' | b'=')) => {
                return Err("has a character class, which is not supported");
            }
            b'\\' | b'/' => return Err("has a backslash or a slash between brackets"),
            b'-' if end > start && !matches!(pattern.get(end + 1), None | Some(b']')) => regex.push('-'),
            // Writing into a string cannot fail.
            byte => drop(write!(regex, r"\x{byte:02x}")),
        }
        end += 1;
    }
    Err("has a `[` without `]`")
}

/// The bytes that a regular expression matches.
fn bytes_of(regex: &str) -> Result<Bytes, &'static str> {
    let regex = Regex::new(regex).map_err(|_| "has a range that runs backwards, or is too long")?;
    let mut bytes = Bytes([0; 4]);
    for byte in (0..=u8::MAX).filter(|byte| regex.is_match(&[*byte])) {
        bytes.0[usize::from(byte / 64)] |= 1 << (byte % 64);
    }
    Ok(bytes)
}

/// Whether a pattern matches all of a path.
pub(super) fn is_match(tokens: &[Token], path: &[u8]) -> bool {
    let possible = match (tokens.first(), tokens.last()) {
        (Some(Token::Literal(start)), _) if !path.starts_with(start) => false,
        (_, Some(Token::Literal(end))) => path.ends_with(end),
        _ => true,
    };
    possible && walked(tokens, path)
}

/// Goes through the path with all ways to match at once: after each token, the places that it may end at.
fn walked(tokens: &[Token], path: &[u8]) -> bool {
    let mut ends = vec![false; path.len() + 1];
    ends[0] = true;
    for token in tokens {
        let mut next = vec![false; path.len() + 1];
        // Whether a token of any length started before, and has not come to what it does not match.
        let mut open = false;
        for at in 0..=path.len() {
            match token {
                Token::Literal(text) if ends[at] && path[at..].starts_with(text) => {
                    next[at + text.len()] = true;
                }
                Token::One if ends[at] && path.get(at).is_some_and(|byte| *byte != b'/') => {
                    next[at + 1] = true;
                }
                Token::Class(class) if ends[at] && path.get(at).is_some_and(|byte| class.has(*byte)) => {
                    next[at + 1] = true;
                }
                Token::Literal(_) | Token::One | Token::Class(_) => {}
                Token::InPart => {
                    open = ends[at] || (open && path[at - 1] != b'/');
                    next[at] = open;
                }
                Token::Parts => {
                    next[at] = ends[at] || (open && path[at - 1] == b'/');
                    open |= ends[at];
                }
                Token::Rest => {
                    open |= ends[at];
                    next[at] = open;
                }
            }
        }
        ends = next;
    }
    ends[path.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn escaped(bytes: impl Iterator<Item = u8>) -> String {
        bytes.map(|byte| format!(r"\x{byte:02x}")).collect::<Vec<_>>().concat()
    }

    /// The same pattern as a regular expression.
    fn regex(tokens: &[Token]) -> Regex {
        let one = |token: &Token| match token {
            Token::Literal(text) => escaped(text.iter().copied()),
            Token::One => "[^/]".to_owned(),
            Token::Class(class) => {
                let bytes = (0..=u8::MAX).filter(|byte| class.has(*byte));
                // A set without anything would be no expression. No path has a zero byte.
                format!(r"[\x00{}&&[^\x00]]", escaped(bytes))
            }
            Token::InPart => "[^/]*".to_owned(),
            Token::Parts => "(?:.*/)?".to_owned(),
            Token::Rest => ".*".to_owned(),
        };
        let all: String = tokens.iter().map(one).collect();
        Regex::new(&format!(r"(?s-u)\A{all}\z")).expect("a good expression")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn patterns_match_as_regular_expressions_do(
            pattern in "(\\*\\*/)?([ab/*?\\-]|\\[[!^]?[ab][ab\\-]{0,2}b\\]|/\\*\\*/|a\\*\\*){0,8}(/\\*\\*)?",
            path in "[ab/\\-\n]{0,10}",
        ) {
            if let Ok(tokens) = parse(&pattern) {
                let expected = regex(&tokens).is_match(path.as_bytes());
                prop_assert_eq!(is_match(&tokens, path.as_bytes()), expected, "{:?}", tokens);
            }
        }
    }

    #[test]
    fn many_stars_take_no_longer_than_they_are_many() {
        let tokens = parse(&"*a".repeat(2_000)).expect("a pattern");
        assert!(!is_match(&tokens, "a".repeat(1_999).as_bytes()));
        assert!(is_match(&tokens, "a".repeat(2_000).as_bytes()));
    }
}
