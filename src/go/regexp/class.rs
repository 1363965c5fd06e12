//! Classes of characters, in Go's syntax on one side and that of the crate `regex` on the other.

use std::fmt::Write as _;

use super::syntax::SyntaxError;

/// A class that matches nothing.
pub(super) const NOTHING: &str = r"[^\x{0}-\x{10FFFF}]";

/// What a class is put together from.
#[derive(Debug)]
pub(super) enum Part {
    /// From one code point to another; surrogates may be among them and match nothing.
    Range(u32, u32),
    /// All but these ranges.
    Not(&'static [(u32, u32)]),
    /// A general category or script.
    Unicode { name: &'static str, negated: bool },
}

/// The class as the crate `regex` writes it.
pub(super) fn written(parts: &[Part], negated: bool, fold: bool) -> String {
    let mut body = String::new();
    for part in parts {
        match part {
            Part::Range(low, high) => body.push_str(&range(*low, *high)),
            Part::Not(ranges) => {
                let ranges: String = ranges.iter().map(|(low, high)| range(*low, *high)).collect();
                let _ = write!(body, "[^{ranges}]");
            }
            Part::Unicode { name, negated } => {
                let negation = if *negated { "^" } else { "" };
                let _ = write!(body, r"[{negation}\p{{{name}}}&&\p{{age=15.0}}]");
            }
        }
    }
    let class = match (body.is_empty(), negated) {
        (true, false) => NOTHING.to_owned(),
        (true, true) => r"[\x{0}-\x{10FFFF}]".to_owned(),
        (false, false) => format!("[{body}]"),
        (false, true) => format!("[^{body}]"),
    };
    if fold { format!("(?i:{class})") } else { class }
}

/// A range without the surrogates in it.
fn range(low: u32, high: u32) -> String {
    let mut text = String::new();
    for (low, high) in [(low, high.min(0xd7ff)), (low.max(0xe000), high)] {
        if low <= high {
            let _ = write!(text, r"\x{{{low:X}}}-\x{{{high:X}}}");
        }
    }
    text
}

const DIGITS: &[(u32, u32)] = &[(0x30, 0x39)];
const SPACES: &[(u32, u32)] = &[(0x9, 0xa), (0xc, 0xd), (0x20, 0x20)];
const WORD: &[(u32, u32)] = &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];

/// The letter after a backslash: `\d`, `\S` …
pub(super) fn perl(letter: char) -> Option<Vec<Part>> {
    let ranges = match letter.to_ascii_lowercase() {
        'd' => DIGITS,
        's' => SPACES,
        'w' => WORD,
        _ => return None,
    };
    Some(chosen(ranges, letter.is_ascii_uppercase()))
}

fn chosen(ranges: &'static [(u32, u32)], negated: bool) -> Vec<Part> {
    if negated {
        return vec![Part::Not(ranges)];
    }
    ranges.iter().map(|(low, high)| Part::Range(*low, *high)).collect()
}

/// The name between `[:` and `:]`, with `^` for all others.
pub(super) fn posix(name: &str) -> Option<Vec<Part>> {
    let (negated, name) = match name.strip_prefix('^') {
        Some(name) => (true, name),
        None => (false, name),
    };
    let ranges: &'static [(u32, u32)] = match name {
        "alnum" => &[(0x30, 0x39), (0x41, 0x5a), (0x61, 0x7a)],
        "alpha" => &[(0x41, 0x5a), (0x61, 0x7a)],
        "ascii" => &[(0x0, 0x7f)],
        "blank" => &[(0x9, 0x9), (0x20, 0x20)],
        "cntrl" => &[(0x0, 0x1f), (0x7f, 0x7f)],
        "digit" => DIGITS,
        "graph" => &[(0x21, 0x7e)],
        "lower" => &[(0x61, 0x7a)],
        "print" => &[(0x20, 0x7e)],
        "punct" => &[(0x21, 0x2f), (0x3a, 0x40), (0x5b, 0x60), (0x7b, 0x7e)],
        "space" => &[(0x9, 0xd), (0x20, 0x20)],
        "upper" => &[(0x41, 0x5a)],
        "word" => WORD,
        "xdigit" => &[(0x30, 0x39), (0x41, 0x46), (0x61, 0x66)],
        _ => return None,
    };
    Some(chosen(ranges, negated))
}

/// The categories and scripts that are the same in Go and here. Others are refused.
const NAMES: &[&str] = &[
    "L",
    "Ll",
    "Lm",
    "Lo",
    "Lt",
    "Lu",
    "M",
    "Mc",
    "Me",
    "Mn",
    "N",
    "Nd",
    "Nl",
    "No",
    "P",
    "Pc",
    "Pd",
    "Pe",
    "Pf",
    "Pi",
    "Po",
    "Ps",
    "S",
    "Sc",
    "Sk",
    "Sm",
    "So",
    "Z",
    "Zl",
    "Zp",
    "Zs",
    "Arabic",
    "Armenian",
    "Bengali",
    "Cyrillic",
    "Devanagari",
    "Georgian",
    "Greek",
    "Han",
    "Hangul",
    "Hebrew",
    "Hiragana",
    "Katakana",
    "Latin",
    "Thai",
];

/// A class by its Unicode name, as it stands after `\p`.
pub(super) fn unicode(name: &str, mut negated: bool) -> Result<Vec<Part>, SyntaxError<'static>> {
    let name = match name.strip_prefix('^') {
        Some(name) => {
            negated = !negated;
            name
        }
        None => name,
    };
    let canonical: String = name.chars().filter(|character| !matches!(character, '_' | '-' | ' ')).collect();
    match NAMES.iter().find(|known| known.eq_ignore_ascii_case(&canonical)) {
        Some(name) => Ok(vec![Part::Unicode { name, negated }]),
        None => Err(SyntaxError::Unsupported(format!(r"the class `\p{{{name}}}`"))),
    }
}
