//! Numbers under their verbs.

use std::fmt::Write;

use super::Argument;
use super::printer::{Printed, Printer};
use crate::go::strconv::{format_float, quote_rune};
use crate::go::unicode::is_printable;

/// An integer, as the kinds of Go split it.
#[derive(Clone, Copy)]
pub(crate) struct Integer {
    negative: bool,
    magnitude: u64,
    /// The 64 bits, for the verbs that take the number as a character.
    bits: u64,
    signed: bool,
}

impl Integer {
    pub(crate) const fn signed(number: i64) -> Self {
        Self {
            negative: number < 0,
            magnitude: number.unsigned_abs(),
            bits: number.cast_unsigned(),
            signed: true,
        }
    }

    pub(crate) const fn unsigned(number: u64) -> Self {
        Self { negative: false, magnitude: number, bits: number, signed: false }
    }
}

impl Printer {
    /// An integer; `value` is what it stands in, for a verb that does not fit.
    pub(crate) fn integer<A: Argument>(&mut self, number: Integer, value: &A, verb: char) -> Printed {
        match verb {
            'v' if self.flags.sharp_v && !number.signed => {
                let sharp = std::mem::replace(&mut self.flags.sharp, true);
                let printed = self.digits(number, 16, verb);
                self.flags.sharp = sharp;
                printed
            }
            'v' | 'd' => self.digits(number, 10, verb),
            'b' => self.digits(number, 2, verb),
            'o' | 'O' => self.digits(number, 8, verb),
            'x' | 'X' => self.digits(number, 16, verb),
            'c' => {
                let mut buffer = [0; 4];
                self.pad(character(number.bits).encode_utf8(&mut buffer).as_bytes(), true)
            }
            'q' => self.pad(quote_rune(character(number.bits), self.flags.plus).as_bytes(), true),
            'U' => self.code_point(number.bits),
            _ => self.bad_verb(value, verb),
        }
    }

    fn digits(&mut self, number: Integer, base: u32, verb: char) -> Printed {
        let least = match (self.flags.precision, self.flags.width) {
            (Some(0), _) if number.magnitude == 0 => {
                return self.push_padding(self.flags.width.unwrap_or(0), false);
            }
            (Some(precision), _) => precision,
            (None, Some(width)) if self.flags.zero && !self.flags.minus => {
                width.saturating_sub(usize::from(number.negative || self.flags.plus || self.flags.space))
            }
            (None, _) => 0,
        };
        let magnitude = number.magnitude;
        let digits = match base {
            2 => format!("{magnitude:b}"),
            8 => format!("{magnitude:o}"),
            16 if verb == 'X' => format!("{magnitude:X}"),
            16 => format!("{magnitude:x}"),
            _ => magnitude.to_string(),
        };
        let mut body = "0".repeat(least.saturating_sub(digits.len())) + &digits;
        if self.flags.sharp {
            let prefix = match base {
                2 => "0b",
                8 if !body.starts_with('0') => "0",
                16 if verb == 'X' => "0X",
                16 => "0x",
                _ => "",
            };
            body.insert_str(0, prefix);
        }
        if verb == 'O' {
            body.insert_str(0, "0o");
        }
        if number.negative {
            body.insert(0, '-');
        } else if self.flags.plus {
            body.insert(0, '+');
        } else if self.flags.space {
            body.insert(0, ' ');
        }
        self.pad(body.as_bytes(), false)
    }

    /// `%U` and `%#U`.
    fn code_point(&mut self, code: u64) -> Printed {
        let least = self.flags.precision.unwrap_or(4).max(4);
        let mut text = format!("U+{code:0least$X}");
        if self.flags.sharp
            && let Some(character) = u32::try_from(code).ok().and_then(char::from_u32)
            && is_printable(character)
        {
            let _ = write!(text, " '{character}'");
        }
        self.pad(text.as_bytes(), false)
    }

    /// A float, as [`Printer::integer`].
    pub(crate) fn float<A: Argument>(&mut self, number: f64, value: &A, verb: char) -> Printed {
        let (letter, default) = match verb {
            'v' => ('g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb, None),
            'f' | 'e' | 'E' => (verb, Some(6)),
            'F' => ('f', Some(6)),
            _ => return self.bad_verb(value, verb),
        };
        let precision = self.flags.precision.or(default);
        let text = format_float(number, letter, precision);
        let (mut sign, body) = match text.as_bytes() {
            [b'-', ..] => ('-', &text[1..]),
            [b'+', ..] => ('+', &text[1..]),
            _ => ('+', text.as_str()),
        };
        if self.flags.space && sign == '+' && !self.flags.plus {
            sign = ' ';
        }
        if number.is_infinite() || number.is_nan() {
            let bare = number.is_nan() && !self.flags.space && !self.flags.plus;
            let shown = if bare { body.to_owned() } else { format!("{sign}{body}") };
            return self.pad(shown.as_bytes(), false);
        }
        let body = if self.flags.sharp && letter != 'b' {
            with_point(body, letter, precision)
        } else {
            body.to_owned()
        };
        if self.flags.plus || sign != '+' {
            let width = self.flags.width.unwrap_or(0);
            if self.flags.zero && !self.flags.minus && width > body.len() + 1 {
                self.push(&[u8::try_from(sign).unwrap_or(b'+')])?;
                self.push_padding(width - body.len() - 1, true)?;
                return self.push(body.as_bytes());
            }
            return self.pad(format!("{sign}{body}").as_bytes(), true);
        }
        self.pad(body.as_bytes(), true)
    }
}

/// The character of a code point, U+FFFD where there is none.
fn character(code: u64) -> char {
    u32::try_from(code).ok().and_then(char::from_u32).unwrap_or('\u{fffd}')
}

/// The `#` flag on a float: always a decimal point, and trailing zeros up to the precision.
fn with_point(body: &str, letter: char, precision: Option<usize>) -> String {
    let mut missing = match letter {
        'g' | 'G' | 'x' => i64::try_from(precision.unwrap_or(6)).unwrap_or(i64::MAX),
        _ => 0,
    };
    let hexadecimal = matches!(letter, 'x' | 'X');
    let tail_at = body
        .find(|letter| matches!(letter, 'p' | 'P') || (!hexadecimal && matches!(letter, 'e' | 'E')))
        .unwrap_or(body.len());
    let (number, tail) = body.split_at(tail_at);
    let mut seen_digit = false;
    for digit in number.chars().filter(|character| *character != '.') {
        seen_digit = seen_digit || digit != '0';
        missing -= i64::from(seen_digit);
    }
    let mut text = number.to_owned();
    if !number.contains('.') {
        if number == "0" {
            missing -= 1;
        }
        text.push('.');
    }
    text.extend(std::iter::repeat_n('0', usize::try_from(missing).unwrap_or(0)));
    text + tail
}
