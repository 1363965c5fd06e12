//! Collects the text of a format, and prints what all types have in common.

use std::fmt::Write;

use super::flags::Flags;
use super::{Argument, MAX_TEXT, PrintError};
use crate::go::strconv::{can_backquote, quote};
use crate::go::unicode::runes;

/// What printing returns: the text is in the printer.
pub(crate) type Printed = Result<(), PrintError>;

/// Collects text; every write is checked against [`MAX_TEXT`].
#[derive(Default)]
pub(crate) struct Printer {
    out: Vec<u8>,
    /// Those of the verb at hand.
    pub(crate) flags: Flags,
    /// Printing the value inside `%!verb(type=value)`, where methods are not called.
    erroring: bool,
}

impl Printer {
    /// The text that was printed.
    pub(super) fn finish(self) -> Vec<u8> {
        self.out
    }

    /// Whether methods such as `String` are called.
    pub(crate) const fn calls_methods(&self) -> bool {
        !self.erroring
    }

    /// Writes text as it is.
    pub(crate) fn push(&mut self, text: &[u8]) -> Printed {
        if self.out.len() + text.len() > MAX_TEXT {
            return Err(PrintError::TooLarge);
        }
        self.out.extend_from_slice(text);
        Ok(())
    }

    /// Fills up with spaces, or with zeros where the flags say so.
    pub(super) fn push_padding(&mut self, count: usize, allow_zero: bool) -> Printed {
        if self.out.len() + count > MAX_TEXT {
            return Err(PrintError::TooLarge);
        }
        let fill = if allow_zero && self.flags.zero && !self.flags.minus { b'0' } else { b' ' };
        self.out.extend(std::iter::repeat_n(fill, count));
        Ok(())
    }

    /// Writes text padded to the width, which counts characters.
    pub(crate) fn pad(&mut self, text: &[u8], allow_zero: bool) -> Printed {
        let Some(width) = self.flags.width else { return self.push(text) };
        let missing = width.saturating_sub(runes(text).count());
        if !self.flags.minus {
            self.push_padding(missing, allow_zero)?;
        }
        self.push(text)?;
        if self.flags.minus {
            self.push_padding(missing, allow_zero)?;
        }
        Ok(())
    }

    /// One operand of `Sprintf`, or of `Sprint` with the verb `v`.
    pub(super) fn argument<A: Argument>(&mut self, value: &A, verb: char) -> Printed {
        match verb {
            'T' | 'v' if value.is_nil() => self.pad(b"<nil>", true),
            'T' => self.string(value.type_name().as_bytes(), 's'),
            'p' if value.has_address() => Err(PrintError::Address),
            'p' => self.bad_verb(value, verb),
            _ if value.is_nil() => self.bad_verb(value, verb),
            _ => value.print(self, verb),
        }
    }

    /// Writes `%!verb(type=value)`.
    pub(crate) fn bad_verb<A: Argument>(&mut self, value: &A, verb: char) -> Printed {
        let erroring = std::mem::replace(&mut self.erroring, true);
        self.push(format!("%!{verb}(").as_bytes())?;
        if value.is_nil() {
            self.push(b"<nil>")?;
        } else {
            self.push(format!("{}=", value.type_name()).as_bytes())?;
            self.argument(value, 'v')?;
        }
        self.erroring = erroring;
        self.push(b")")
    }

    /// A string, or bytes printed as one.
    pub(crate) fn string(&mut self, text: &[u8], verb: char) -> Printed {
        match verb {
            'x' | 'X' => self.hexadecimal(text, verb == 'X'),
            'q' => self.quoted(text),
            'v' if self.flags.sharp_v => self.quoted(text),
            _ => {
                let cut = self.cut(text);
                self.pad(&text[..cut], true)
            }
        }
    }

    fn quoted(&mut self, text: &[u8]) -> Printed {
        let text = &text[..self.cut(text)];
        if self.flags.sharp && can_backquote(text) {
            return self.pad(&[b"`", text, b"`"].concat(), true);
        }
        self.pad(quote(text, self.flags.plus).as_bytes(), true)
    }

    /// Where the precision, which counts characters, cuts the text off.
    fn cut(&self, text: &[u8]) -> usize {
        let Some(precision) = self.flags.precision else { return text.len() };
        runes(text).take(precision).map(|rune| rune.map_or(1, char::len_utf8)).sum()
    }

    fn hexadecimal(&mut self, text: &[u8], upper: bool) -> Printed {
        let text = &text[..self.flags.precision.unwrap_or(text.len()).min(text.len())];
        if text.is_empty() {
            return self.push_padding(self.flags.width.unwrap_or(0), true);
        }
        let prefix = match (self.flags.sharp, upper) {
            (false, _) => "",
            (true, true) => "0X",
            (true, false) => "0x",
        };
        let mut body = String::with_capacity(text.len() * 2);
        for (at, byte) in text.iter().enumerate() {
            if at == 0 {
                body.push_str(prefix);
            } else if self.flags.space {
                body.push(' ');
                body.push_str(prefix);
            }
            let _ = if upper { write!(body, "{byte:02X}") } else { write!(body, "{byte:02x}") };
        }
        self.pad(body.as_bytes(), true)
    }
}
