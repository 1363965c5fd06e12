//! What a text can be read as: itself, and what it would be without escapes and encodings that functions of templates add.

use std::ops::Range;

use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};

/// How many encodings on top of each other are undone.
const MOST_LAYERS: usize = 3;

/// So many readings of a text are tried.
const MOST_READINGS: usize = 64;

/// A text longer than this, in bytes, is only read as itself: nothing that is shown is as long.
const LONGEST: usize = 1 << 20;

/// The shortest word that is taken for an encoded text.
const SHORTEST_WORD: usize = 6;

/// One way to read a text: characters, each with the bytes of the text that it comes from.
pub(super) type Reading = Vec<(char, Range<usize>)>;

/// All ways to read a text, the text itself first.
pub(super) fn readings(text: &str) -> Vec<Reading> {
    let mut all = vec![itself(text)];
    if text.len() > LONGEST {
        return all;
    }
    let mut first = 0;
    for _ in 0..MOST_LAYERS {
        let last = all.len();
        for at in first..last {
            let unescaped = ESCAPES.iter().map(|escape| without_escapes(&all[at], escape));
            let more: Vec<Reading> = unescaped.chain([without_encodings(&all[at])]).flatten().collect();
            all.extend(more.into_iter().take(MOST_READINGS.saturating_sub(all.len())));
        }
        first = last;
    }
    all
}

/// A text as it is, character by character.
pub(super) fn itself(text: &str) -> Reading {
    text.char_indices().map(|(at, character)| (character, at..at + character.len_utf8())).collect()
}

/// Undoes the escape that a text starts with: what it stands for, and how many characters it takes.
type Undo = fn(&[(char, Range<usize>)]) -> Option<(String, usize)>;

/// A way of escaping characters.
struct Escape {
    /// What escapes start with.
    marks: &'static [char],
    /// What they stand for.
    undo: Undo,
    /// Whether a plus is a space.
    in_url: bool,
}

/// Those of URLs, of HTML, of JSON, JavaScript, Go and YAML, and of YAML in single quotes. Each is undone by itself: what looks
/// like one of them may be a part of the text that another one escapes.
const ESCAPES: [Escape; 4] = [
    Escape { marks: &['%'], undo: percent, in_url: true },
    Escape { marks: &['&'], undo: entity, in_url: false },
    Escape { marks: &['\\'], undo: backslash, in_url: false },
    Escape { marks: &['\''], undo: quote, in_url: false },
];

/// The text without the escapes of one kind; nothing where it has none.
fn without_escapes(reading: &Reading, escape: &Escape) -> Option<Reading> {
    if !reading.iter().any(|(character, _)| escape.marks.contains(character)) {
        return None;
    }
    let mut result = Reading::with_capacity(reading.len());
    let mut at = 0;
    let mut changed = false;
    while at < reading.len() {
        let rest = &reading[at..];
        let Some((characters, length)) = (escape.undo)(rest) else {
            let (character, span) = rest[0].clone();
            result.push((if escape.in_url && character == '+' { ' ' } else { character }, span));
            at += 1;
            continue;
        };
        let span = rest[0].1.start..rest[length - 1].1.end;
        result.extend(characters.chars().map(|character| (character, span.clone())));
        at += length;
        changed = true;
    }
    changed.then_some(result)
}

/// A run of `%41`, as far as it is UTF-8, and how many characters it takes.
fn percent(rest: &[(char, Range<usize>)]) -> Option<(String, usize)> {
    let mut bytes = Vec::new();
    while let [('%', _), (high, _), (low, _), ..] = rest.get(3 * bytes.len()..)? {
        let Some((high, low)) = high.to_digit(16).zip(low.to_digit(16)) else { break };
        bytes.push(u8::try_from(16 * high + low).ok()?);
    }
    let length = 3 * bytes.len();
    (length > 0).then(|| (String::from_utf8_lossy(&bytes).into_owned(), length))
}

/// `&lt;`, `&#60;` or `&#x3c;`, and how many characters it takes.
fn entity(rest: &[(char, Range<usize>)]) -> Option<(String, usize)> {
    let [('&', _), rest @ ..] = rest else { return None };
    let end = rest.iter().take(10).position(|(character, _)| *character == ';')?;
    let name: String = rest[..end].iter().map(|(character, _)| *character).collect();
    let character = match name.as_str() {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        number => {
            let number = number.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(number) => u32::from_str_radix(number, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((character.into(), end + 2))
}

/// `\n`, `\"`, `\x41` or `\u0041`, and how many characters it takes.
fn backslash(rest: &[(char, Range<usize>)]) -> Option<(String, usize)> {
    let [('\\', _), (kind, _), ..] = rest else { return None };
    let digits = match kind {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    if digits > 0 {
        let digits: String = rest.get(2..2 + digits)?.iter().map(|(character, _)| *character).collect();
        let character = char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?;
        return Some((character.into(), 2 + digits.len()));
    }
    let character = match kind {
        '"' | '\'' | '\\' | '/' => *kind,
        'n' | 'r' | 't' | 'a' | 'b' | 'f' | 'v' | '0' => '\n',
        _ => return None,
    };
    Some((character.into(), 2))
}

/// `''`, and how many characters it takes.
fn quote(rest: &[(char, Range<usize>)]) -> Option<(String, usize)> {
    matches!(rest, [('\'', _), ('\'', _), ..]).then(|| ("'".to_owned(), 2))
}

/// The text with what its words are base 64, base 32 or hexadecimal digits of; nothing where they are not.
fn without_encodings(reading: &Reading) -> Option<Reading> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "+/-_=".contains(character);
    let mut result = Reading::with_capacity(reading.len());
    let mut at = 0;
    let mut changed = false;
    while at < reading.len() {
        let length = reading[at..].iter().take_while(|(character, _)| is_part(*character)).count();
        if length == 0 {
            result.push(reading[at].clone());
            at += 1;
            continue;
        }
        let word = &reading[at..at + length];
        at += length;
        match decoded(word) {
            Some(text) => {
                let span = word[0].1.start..word[length - 1].1.end;
                result.extend(text.chars().map(|character| (character, span.clone())));
                changed = true;
            }
            None => result.extend_from_slice(word),
        }
    }
    changed.then_some(result)
}

/// What a word is an encoding of, if that is text: all readings, one after the other.
fn decoded(word: &[(char, Range<usize>)]) -> Option<String> {
    if word.len() < SHORTEST_WORD {
        return None;
    }
    let word: String = word.iter().map(|(character, _)| *character).collect();
    // What stands before the word may be a part of it: `--set=`, `0x`, `data:…;base64,`.
    let word = word.trim_end_matches('=');
    let candidates = [word, word.rsplit('=').next().unwrap_or(word), word.trim_start_matches("0x")];
    let mut texts: Vec<String> = Vec::new();
    for candidate in candidates {
        for encoding in [&BASE64_NOPAD, &BASE64URL_NOPAD, &BASE32_NOPAD, &HEXLOWER_PERMISSIVE] {
            let text =
                encoding.decode(candidate.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            texts.extend(text.filter(|text| !texts.contains(text) && !text.contains('\0')));
        }
    }
    (!texts.is_empty()).then(|| texts.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(text: &str, plain: &str) -> bool {
        readings(text).iter().any(|reading| {
            reading.iter().map(|(character, _)| *character).collect::<String>().contains(plain)
        })
    }

    #[test]
    fn escapes_and_encodings_are_undone() {
        for (text, plain) in [
            ("a%40%C3%A9", "a@é"),
            ("&lt;a&#34;&#x26;&amp;&quot;&apos;&gt;", "<a\"&&\"'>"),
            (r#"a\"b\\c\/d\'"#, "a\"b\\c/d'"),
            (r"\x41\u00e9\U0001f600\n", "Aé😀\n"),
            ("it''s", "it's"),
            ("x=aHVudGVyMg==", "hunter2"),
            ("aHVudGVyMj8_", "hunter2??"),
            ("NB2W45DFOIZA====", "hunter2"),
            ("0x68756E74657232", "hunter2"),
            // Each on top of the others.
            ("YVwiYg==", "a\"b"),
            ("YSUyNTQwYg", "a@b"),
            ("%59%51%3D%3D and WVZ3aVlnPT0=", "a\\\"b"),
        ] {
            assert!(has(text, plain), "{text}");
        }
        for text in ["", "%", "100%", "%zz", "&", "&x;", "&#xd800;", "\\", "\\u12", "\\q", "'", "no word"] {
            assert_eq!(readings(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn what_is_undone_knows_where_it_comes_from() {
        let all = readings("é: %41b");
        let reading = &all[1];
        assert_eq!(reading[3], ('A', 4..7));
        assert_eq!(reading[4], ('b', 7..8));
    }
}
