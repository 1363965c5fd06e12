//! Reading string and character constants: `strconv.Unquote` and `UnquoteChar`.

/// What one character or escape of a literal stands for.
enum Unit {
    Character(char),
    /// A byte, from `\xff` or `\377`.
    Byte(u8),
}

/// The bytes that a quoted or back-quoted string stands for, or nothing where it is malformed.
pub(crate) fn unquote(literal: &str) -> Option<Vec<u8>> {
    if let Some(raw) = literal.strip_prefix('`') {
        let raw = raw.strip_suffix('`')?;
        return (!raw.contains('`')).then(|| raw.bytes().filter(|byte| *byte != b'\r').collect());
    }
    let mut rest = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut bytes = Vec::with_capacity(rest.len());
    while !rest.is_empty() {
        let (unit, after) = unit(rest, '"')?;
        match unit {
            Unit::Character(character) => {
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Unit::Byte(byte) => bytes.push(byte),
        }
        rest = after;
    }
    Some(bytes)
}

/// The code of a character constant with its quotes.
///
/// # Errors
///
/// Go's words for it.
pub(crate) fn unquote_character(literal: &str) -> Result<u32, String> {
    let body = literal.strip_prefix('\'').unwrap_or(literal);
    let (unit, rest) = unit(body, '\'').ok_or("invalid syntax")?;
    if rest != "'" {
        return Err(format!("malformed character constant: {literal}"));
    }
    Ok(match unit {
        Unit::Character(character) => u32::from(character),
        Unit::Byte(byte) => u32::from(byte),
    })
}

/// Reads one unit off the front.
fn unit(text: &str, quote: char) -> Option<(Unit, &str)> {
    let mut characters = text.chars();
    let first = characters.next()?;
    if first == quote || first == '\n' {
        return None;
    }
    if first != '\\' {
        return Some((Unit::Character(first), characters.as_str()));
    }
    let letter = characters.next()?;
    let character = match letter {
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '\\' => '\\',
        '\'' | '"' if letter == quote => letter,
        'x' | 'u' | 'U' => return hexadecimal(letter, characters.as_str()),
        '0'..='7' => {
            let digits = text.get(1..4)?;
            let byte = digits.bytes().all(|byte| (b'0'..=b'7').contains(&byte)).then_some(digits)?;
            return Some((Unit::Byte(u8::from_str_radix(byte, 8).ok()?), &text[4..]));
        }
        _ => return None,
    };
    Some((Unit::Character(character), characters.as_str()))
}

/// `\x41`, `\u0041` and `\U00000041` after their letter.
fn hexadecimal(letter: char, text: &str) -> Option<(Unit, &str)> {
    let length = match letter {
        'x' => 2,
        'u' => 4,
        _ => 8,
    };
    let digits = text.get(..length)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let code = u32::from_str_radix(digits, 16).ok()?;
    let unit = if letter == 'x' {
        Unit::Byte(u8::try_from(code).ok()?)
    } else {
        Unit::Character(char::from_u32(code)?)
    };
    Some((unit, &text[length..]))
}
