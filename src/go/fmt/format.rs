//! Format strings.

use super::flags::Flags;
use super::printer::Printer;
use super::{Argument, PrintError};
use crate::go::unicode::runes;

/// The largest width, precision or argument number that Go takes.
const LARGEST: usize = 1_000_000;

/// `fmt.Sprintf`. What does not fit is written into the text as Go writes it: `%!d(string=hi)`, `%!v(MISSING)`,
/// `%!(EXTRA int=1)`.
///
/// # Errors
///
/// See [`PrintError`].
pub(crate) fn sprintf<A: Argument>(format: &[u8], arguments: &[A]) -> Result<Vec<u8>, PrintError> {
    let mut run = Run {
        printer: Printer::default(),
        format,
        arguments,
        at: 0,
        argument: 0,
        reordered: false,
        good_index: true,
        after_index: false,
    };
    run.run()?;
    Ok(run.printer.finish())
}

/// The state of one `Sprintf`.
struct Run<'a, A> {
    printer: Printer,
    format: &'a [u8],
    arguments: &'a [A],
    at: usize,
    /// The argument that the next verb takes.
    argument: usize,
    /// Whether an explicit `[n]` was seen, after which extra arguments are not reported.
    reordered: bool,
    good_index: bool,
    /// Whether the last thing read was an `[n]`.
    after_index: bool,
}

impl<A: Argument> Run<'_, A> {
    fn run(&mut self) -> Result<(), PrintError> {
        while self.at < self.format.len() {
            self.good_index = true;
            let rest = &self.format[self.at..];
            let text = rest.iter().position(|byte| *byte == b'%').unwrap_or(rest.len());
            self.printer.push(&rest[..text])?;
            self.at += text;
            if self.at >= self.format.len() {
                break;
            }
            self.at += 1;
            if !self.directive()? {
                break;
            }
        }
        if !self.reordered && self.argument < self.arguments.len() {
            self.extra()?;
        }
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    /// Handles what follows a `%`; false when the format has ended before its verb.
    fn directive(&mut self) -> Result<bool, PrintError> {
        let mut flags = Flags::default();
        while let Some(byte) = self.peek() {
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => break,
            }
            self.at += 1;
        }
        // An index before a plain verb would be reported twice if it were looked for here.
        let plain = self.peek().is_some_and(|byte| byte.is_ascii_lowercase());
        if !plain || self.argument >= self.arguments.len() {
            self.index();
            self.width(&mut flags)?;
            self.precision(&mut flags)?;
            if !self.after_index {
                self.index();
            }
        }
        let Some(verb) = runes(&self.format[self.at..]).next() else {
            self.printer.push(b"%!(NOVERB)")?;
            return Ok(false);
        };
        self.at += verb.map_or(1, char::len_utf8);
        let verb = verb.unwrap_or('\u{fffd}');
        if verb == '%' && !plain {
            self.printer.push(b"%")?;
        } else if !self.good_index {
            self.printer.push(format!("%!{verb}(BADINDEX)").as_bytes())?;
        } else if let Some(value) = self.arguments.get(self.argument) {
            if matches!(verb, 'v' | 'w') {
                flags.sharp_v = std::mem::take(&mut flags.sharp);
                flags.plus_v = std::mem::take(&mut flags.plus);
            }
            self.printer.flags = flags;
            self.printer.argument(value, verb)?;
            self.argument += 1;
        } else {
            self.printer.push(format!("%!{verb}(MISSING)").as_bytes())?;
        }
        Ok(true)
    }

    /// Reads an `[n]`, if there is one.
    fn index(&mut self) {
        if self.peek() != Some(b'[') {
            self.after_index = false;
            return;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let close = if rest.len() < 3 { None } else { rest.iter().position(|byte| *byte == b']') };
        let Some(close) = close else {
            self.good_index = false;
            self.at += 1;
            self.after_index = false;
            return;
        };
        self.at += close + 1;
        let number = whole_number(&rest[1..close]);
        match number.and_then(|number| number.checked_sub(1)) {
            Some(index) if index < self.arguments.len() => {
                self.argument = index;
                self.after_index = true;
            }
            _ => {
                self.good_index = false;
                self.after_index = number.is_some();
            }
        }
    }

    fn width(&mut self, flags: &mut Flags) -> Result<(), PrintError> {
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.star() {
                Some(width) => {
                    flags.width = Some(width.unsigned_abs());
                    if width < 0 {
                        flags.minus = true;
                        flags.zero = false;
                    }
                }
                None => self.printer.push(b"%!(BADWIDTH)")?,
            }
            self.after_index = false;
        } else {
            flags.width = self.number();
            if self.after_index && flags.width.is_some() {
                self.good_index = false;
            }
        }
        Ok(())
    }

    fn precision(&mut self, flags: &mut Flags) -> Result<(), PrintError> {
        if self.peek() != Some(b'.') || self.at + 1 >= self.format.len() {
            return Ok(());
        }
        self.at += 1;
        if self.after_index {
            self.good_index = false;
        }
        self.index();
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.star() {
                Some(precision) if precision >= 0 => flags.precision = Some(precision.unsigned_abs()),
                _ => self.printer.push(b"%!(BADPREC)")?,
            }
            self.after_index = false;
        } else {
            flags.precision = Some(self.number().unwrap_or(0));
        }
        Ok(())
    }

    /// The next argument as a width or precision.
    fn star(&mut self) -> Option<isize> {
        let number = self.arguments.get(self.argument)?.as_star();
        self.argument += 1;
        number.filter(|number| number.unsigned_abs() <= LARGEST)
    }

    /// Digits, if there are any. A number that is too large eats the rest of the format, as in Go.
    fn number(&mut self) -> Option<usize> {
        let mut number: Option<usize> = None;
        while let Some(byte) = self.peek().filter(u8::is_ascii_digit) {
            if number.unwrap_or(0) > LARGEST {
                self.at = self.format.len();
                return None;
            }
            number = Some(number.unwrap_or(0) * 10 + usize::from(byte - b'0'));
            self.at += 1;
        }
        number
    }

    fn extra(&mut self) -> Result<(), PrintError> {
        self.printer.flags = Flags::default();
        self.printer.push(b"%!(EXTRA ")?;
        for (at, value) in self.arguments[self.argument..].iter().enumerate() {
            if at > 0 {
                self.printer.push(b", ")?;
            }
            if !value.is_nil() {
                self.printer.push(format!("{}=", value.type_name()).as_bytes())?;
            }
            self.printer.argument(value, 'v')?;
        }
        self.printer.push(b")")
    }
}

fn whole_number(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok().filter(|number| *number <= LARGEST * 10)
}
