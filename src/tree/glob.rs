//! Go's `filepath.Match` and `filepath.Glob`, which helmfile expands its paths with.

use camino::{Utf8Path, Utf8PathBuf};

use super::{Kind, Tree};

/// The pattern is malformed: an unclosed or empty `[…]`, or a trailing backslash. Go: `filepath.ErrBadPattern`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("syntax error in pattern")]
pub struct GlobError;

/// Whether `name` matches the whole of `pattern`: Go's `filepath.Match`. `*` and `?` do not match `/`.
///
/// # Errors
///
/// For a malformed pattern. As in Go, a mismatch before the malformed part does not hide it.
pub fn matches(pattern: &str, name: &str) -> Result<bool, GlobError> {
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
    while let Some((at, sign)) = characters.next() {
        match sign {
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
fn match_chunk<'n>(chunk: &str, name: &'n str) -> Result<Option<&'n str>, GlobError> {
    let mut chunk = chunk.chars();
    let mut rest = name.chars();
    let mut failed = false;
    while let Some(sign) = chunk.next() {
        if !failed && rest.as_str().is_empty() {
            failed = true;
        }
        match sign {
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
            sign => {
                let wanted = if sign == '\\' { chunk.next().ok_or(GlobError)? } else { sign };
                if !failed {
                    failed = rest.next() != Some(wanted);
                }
            }
        }
    }
    Ok((!failed).then_some(rest.as_str()))
}

/// Reads a bracket expression up to its `]` and tells whether it holds `candidate`.
fn match_range(chunk: &mut std::str::Chars<'_>, candidate: Option<char>) -> Result<bool, GlobError> {
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
        let low = bracket_sign(chunk)?;
        let mut high = low;
        if chunk.as_str().starts_with('-') {
            chunk.next();
            high = bracket_sign(chunk)?;
        }
        hit = hit || candidate.is_some_and(|sign| low <= sign && sign <= high);
        ranges += 1;
    }
    Ok(candidate.is_some() && hit != negated)
}

fn bracket_sign(chunk: &mut std::str::Chars<'_>) -> Result<char, GlobError> {
    let sign = match chunk.next() {
        None | Some('-' | ']') => return Err(GlobError),
        Some('\\') => chunk.next().ok_or(GlobError)?,
        Some(sign) => sign,
    };
    if chunk.as_str().is_empty() { Err(GlobError) } else { Ok(sign) }
}

/// The paths that match `pattern`, sorted by their bytes: Go's `filepath.Glob` on an absolute pattern. Without `*`, `?`,
/// `[` or `\` the path itself, if it exists (a dangling link does). Unreadable directories match nothing, and names that
/// are not UTF-8 are passed over.
///
/// # Errors
///
/// For a malformed pattern.
pub fn glob(tree: &dyn Tree, pattern: &Utf8Path) -> Result<Vec<Utf8PathBuf>, GlobError> {
    matches(pattern.as_str(), "")?;
    let mut found = expand(tree, pattern.as_str())?;
    found.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
    Ok(found)
}

fn has_meta(text: &str) -> bool {
    text.contains(['*', '?', '[', '\\'])
}

fn expand(tree: &dyn Tree, pattern: &str) -> Result<Vec<Utf8PathBuf>, GlobError> {
    if !has_meta(pattern) {
        return Ok(if tree.stat_link(pattern.into()).is_ok() { vec![pattern.into()] } else { Vec::new() });
    }
    let (directory, file) = match pattern.rsplit_once('/') {
        Some(("", file)) => ("/", file),
        Some((directory, file)) => (directory, file),
        None => (".", pattern),
    };
    let directories =
        if has_meta(directory) { expand(tree, directory)? } else { vec![Utf8PathBuf::from(directory)] };
    let mut found = Vec::new();
    for directory in directories {
        if tree.stat(&directory).is_ok_and(|stat| stat.kind == Kind::Directory) {
            for entry in tree.entries(&directory).unwrap_or_default() {
                if let Some(name) = entry.name.to_str()
                    && matches(file, name)?
                {
                    found.push(directory.join(name));
                }
            }
        }
    }
    Ok(found)
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
            ("[]a]", "]", Err(GlobError)),
            ("[-]", "-", Err(GlobError)),
            ("a[", "ab", Err(GlobError)),
            ("**", "abc", Ok(true)),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} on {name}");
        }
    }
}
