//! What all readers of YAML take a plain scalar for, one without quotes and without a tag.
//!
//! YAML 1.1 and 1.2 type plain scalars differently, their libraries differ again, and a program that asks for a string gets the
//! scalar as it is written: `1.10` is not `1.1` to it. So a scalar is a number, a truth value or null only where its text is how JSON spells that
//! value, and a string only where no reader takes it for anything else.

/// What a plain scalar is to every reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    /// Null, a truth value or a number, in the spelling of JSON.
    Json,
    Text,
    /// One thing to some readers and another to others.
    Open,
}

/// What a plain scalar is to every reader.
pub(super) fn of(text: &str) -> Plain {
    if matches!(text, "null" | "true" | "false") || is_number(text) {
        Plain::Json
    } else if is_open(text) {
        Plain::Open
    } else {
        Plain::Text
    }
}

/// Whether every reader takes this for the same number: `0` or an integer of at most 18 digits, which fits 64 bits, or a fraction
/// of at most 15 digits, which a `double` keeps. Without zeros or signs that do not count, or an exponent.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || (whole.len() > 1 && whole.starts_with('0')) {
        return false;
    }
    match fraction {
        None => text != "-0" && whole.len() <= 18,
        Some(fraction) => {
            all_digits(fraction) && !fraction.ends_with('0') && whole.len() + fraction.len() <= 15
        }
    }
}

/// Whether some reader may take this for anything but a string. More scalars than need be are: it is enough that a text consists of
/// the characters of numbers and points in time.
fn is_open(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "yes", "n", "no", "on", "off", "true", "false", "null"];
    match text.as_bytes().first() {
        // Nothing is null, and `:name` a symbol of Ruby.
        None | Some(b':') => true,
        Some(b'~' | b'=' | b'<') => matches!(text, "~" | "=" | "<<"),
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => text.bytes().all(is_numeric),
        Some(_) => WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)),
    }
}

/// The characters of numbers in any base, of infinity and what is not a number, and of dates and times.
fn is_numeric(byte: u8) -> bool {
    byte.is_ascii_hexdigit() || b"_,.:+- \t\nxXoOpPiInNtTzZ".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_in_the_one_spelling_that_json_has() {
        for text in [
            "0",
            "1",
            "-1",
            "10",
            "999999999999999999",
            "-999999999999999999",
            "0.5",
            "-0.5",
            "1.1",
            "10.01",
            "0.00000000000001",
        ] {
            assert_eq!(of(text), Plain::Json, "{text}");
        }
        for text in [
            "-0",
            "+1",
            "00",
            "01",
            "1000000000000000000",
            "1.",
            ".5",
            "1.0",
            "1.10",
            "-0.0",
            "1e3",
            "1_000",
            "0x10",
            "0o10",
            "0b1",
            "1:30",
            "1.2.3",
            "2001-12-14",
            "2001-12-14 21:59:43.10 -5",
            ".inf",
            "-.INF",
            ".NaN",
            "1234567890.123456",
            "1,000",
            "-",
            "+",
            ".",
            "...",
        ] {
            assert_eq!(of(text), Plain::Open, "{text}");
        }
    }

    #[test]
    fn words_count_where_nobody_has_another_meaning_for_them() {
        for text in ["null", "true", "false"] {
            assert_eq!(of(text), Plain::Json, "{text}");
        }
        for text in ["", "~", "=", "<<", "Null", "TRUE", "yes", "Y", "n", "oFF", ":name"] {
            assert_eq!(of(text), Plain::Open, "{text}");
        }
        for text in [
            "a",
            "yes and no",
            "~/x",
            "=x",
            "<<x",
            "-k",
            "./apis",
            "500m",
            "100Mi",
            "3-alpine",
            "b",
            "v1.10",
            "tru",
            "\u{661}",
        ] {
            assert_eq!(of(text), Plain::Text, "{text}");
        }
    }
}
