//! `filepath.Match`.

/// The pattern is malformed: an unclosed or empty `[…]`, or a trailing backslash. Go: `filepath.ErrBadPattern`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("syntax error in pattern")]
pub struct BadPattern;

/// Whether `name` matches the whole of `pattern`: Go's `filepath.Match`. `*` and `?` do not match `/`.
///
/// # Errors
///
/// For a malformed pattern. As in Go, a mismatch before the malformed part does not hide it.
pub fn matches(pattern: &str, name: &str) -> Result<bool, BadPattern> {
    let mut pattern = pattern;
    let mut name = name;
    'pattern: while !pattern.is_empty() {
        let (star, chunk, rest) = scan_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(!name.contains('/'));
        }
        if let Some(left) = match_chunk(chunk, name)?
            && (left.is_empty() || !pattern.is_empty())
        {
            name = left;
            continue;
        }
        if star {
            let mut start = 0;
            while start < name.len() && !name[start..].starts_with('/') {
                start += name[start..].chars().next().map_or(1, char::len_utf8);
                if let Some(left) = match_chunk(chunk, &name[start..])? {
                    if pattern.is_empty() && !left.is_empty() {
                        continue;
                    }
                    name = left;
                    continue 'pattern;
                }
            }
        }
        while !pattern.is_empty() {
            let (_, chunk, rest) = scan_chunk(pattern);
            pattern = rest;
            match_chunk(chunk, "")?;
        }
        return Ok(false);
    }
    Ok(name.is_empty())
}

/// Splits leading stars off, then the text up to the next star that is not inside brackets.
fn scan_chunk(pattern: &str) -> (bool, &str, &str) {
    let body = pattern.trim_start_matches('*');
    let star = body.len() < pattern.len();
    let mut in_range = false;
    let mut characters = body.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '[' => in_range = true,
            ']' => in_range = false,
            '*' if !in_range => return (star, &body[..at], &body[at..]),
            _ => {}
        }
    }
    (star, body, "")
}

/// Matches a chunk without stars at the start of `name` and returns what is left of the name.
///
/// The chunk is checked to its end even after a mismatch, so that a malformed pattern is always reported.
fn match_chunk<'n>(chunk: &str, name: &'n str) -> Result<Option<&'n str>, BadPattern> {
    let mut chunk = chunk.chars();
    let mut rest = name.chars();
    let mut failed = false;
    while let Some(character) = chunk.next() {
        if !failed && rest.as_str().is_empty() {
            failed = true;
        }
        match character {
            '[' => {
                let candidate = if failed { None } else { rest.next() };
                let hit = match_range(&mut chunk, candidate)?;
                failed = failed || !hit;
            }
            '?' => {
                if !failed {
                    failed = rest.next() == Some('/');
                }
            }
            character => {
                let wanted = if character == '\\' { chunk.next().ok_or(BadPattern)? } else { character };
                if !failed {
                    failed = rest.next() != Some(wanted);
                }
            }
        }
    }
    Ok((!failed).then_some(rest.as_str()))
}

/// Reads a bracket expression up to its `]` and tells whether `candidate` is in it.
fn match_range(chunk: &mut std::str::Chars<'_>, candidate: Option<char>) -> Result<bool, BadPattern> {
    let negated = chunk.as_str().starts_with('^');
    if negated {
        chunk.next();
    }
    let mut hit = false;
    let mut ranges = 0;
    loop {
        if ranges > 0 && chunk.as_str().starts_with(']') {
            chunk.next();
            break;
        }
        let low = bracket_character(chunk)?;
        let mut high = low;
        if chunk.as_str().starts_with('-') {
            chunk.next();
            high = bracket_character(chunk)?;
        }
        hit = hit || candidate.is_some_and(|character| low <= character && character <= high);
        ranges += 1;
    }
    Ok(candidate.is_some() && hit != negated)
}

fn bracket_character(chunk: &mut std::str::Chars<'_>) -> Result<char, BadPattern> {
    let character = match chunk.next() {
        None | Some('-' | ']') => return Err(BadPattern),
        Some('\\') => chunk.next().ok_or(BadPattern)?,
        Some(character) => character,
    };
    if chunk.as_str().is_empty() { Err(BadPattern) } else { Ok(character) }
}

/// Whether a text has characters with a meaning in patterns, escapes included.
pub(crate) fn has_meta(text: &str) -> bool {
    text.contains(['*', '?', '[', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_as_go_matches_them() {
        for (pattern, name, expected) in [
            ("*.yaml", "a.yaml", Ok(true)),
            ("*.y*ml", ".hidden.yaml", Ok(true)),
            ("*", "a/b", Ok(false)),
            ("a?c", "abc", Ok(true)),
            ("a?c", "a/c", Ok(false)),
            ("[a-c]x", "bx", Ok(true)),
            ("[^a-c]x", "bx", Ok(false)),
            ("a\\*b", "a*b", Ok(true)),
            ("a*b*c", "axxbyyc", Ok(true)),
            ("a*/b", "axx/b", Ok(true)),
            ("[]a]", "]", Err(BadPattern)),
            ("[-]", "-", Err(BadPattern)),
            ("a[", "ab", Err(BadPattern)),
            ("**", "abc", Ok(true)),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} on {name}");
        }
    }
}
