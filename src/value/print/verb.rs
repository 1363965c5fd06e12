//! One value under one verb with its flags.

use std::fmt::Write;

use super::quote::{can_backquote, quote, quote_rune, runes};
use super::time::{duration, time_text};
use super::{MAX_DEPTH, MAX_TEXT, PrintError, byte_slice, format_float, is_printable, sort_entries};
use crate::value::{Element, List, Map, Object, Value};

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "Go's flags are independent of each other")]
pub(super) struct Flags {
    pub(super) plus: bool,
    pub(super) minus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`
    pub(super) plus_v: bool,
    /// `%#v`
    pub(super) sharp_v: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

/// An integer, as the kinds of Go split it.
#[derive(Clone, Copy)]
struct Integer {
    negative: bool,
    magnitude: u64,
    /// The 64 bits, for the verbs that take the number as a character.
    bits: u64,
    signed: bool,
}

impl Integer {
    const fn signed(number: i64) -> Self {
        Self {
            negative: number < 0,
            magnitude: number.unsigned_abs(),
            bits: number.cast_unsigned(),
            signed: true,
        }
    }

    const fn unsigned(number: u64) -> Self {
        Self { negative: false, magnitude: number, bits: number, signed: false }
    }
}

/// Collects text; every write is checked against [`MAX_TEXT`].
pub(super) struct Printer {
    out: Vec<u8>,
    pub(super) flags: Flags,
    /// Printing the value inside `%!verb(type=value)`, where methods are not called.
    erroring: bool,
}

type Printed = Result<(), PrintError>;

impl Printer {
    pub(super) fn new() -> Self {
        Self { out: Vec::new(), flags: Flags::default(), erroring: false }
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.out
    }

    pub(super) fn push(&mut self, text: &[u8]) -> Printed {
        if self.out.len() + text.len() > MAX_TEXT {
            return Err(PrintError::TooLarge);
        }
        self.out.extend_from_slice(text);
        Ok(())
    }

    fn push_padding(&mut self, count: usize, allow_zero: bool) -> Printed {
        if self.out.len() + count > MAX_TEXT {
            return Err(PrintError::TooLarge);
        }
        let fill = if allow_zero && self.flags.zero && !self.flags.minus { b'0' } else { b' ' };
        self.out.extend(std::iter::repeat_n(fill, count));
        Ok(())
    }

    /// Writes text padded to the width, which counts characters.
    fn pad(&mut self, text: &[u8], allow_zero: bool) -> Printed {
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
    pub(super) fn print_argument(&mut self, value: &Value, verb: char) -> Printed {
        match (value, verb) {
            (Value::Nil, 'T' | 'v') => self.pad(b"<nil>", true),
            (_, 'T') => self.string(value.type_name().as_bytes(), 's'),
            (value, 'p') if matches!(value.kind_name(), "slice" | "map" | "ptr") => Err(PrintError::Address),
            (Value::Nil, _) | (_, 'p') => self.bad_verb(value, verb),
            (Value::List(list), 'v' | 'd') if list.element() == Element::Byte && self.flags.sharp_v => {
                self.go_bytes(list)
            }
            _ => self.value(value, verb, 0),
        }
    }

    /// Writes `%!verb(type=value)`.
    fn bad_verb(&mut self, value: &Value, verb: char) -> Printed {
        let erroring = std::mem::replace(&mut self.erroring, true);
        let mut start = format!("%!{verb}(");
        if value.is_nil() {
            start.push_str("<nil>");
            self.push(start.as_bytes())?;
        } else {
            start.push_str(&value.type_name());
            start.push('=');
            self.push(start.as_bytes())?;
            self.print_argument(value, 'v')?;
        }
        self.erroring = erroring;
        self.push(b")")
    }

    fn value(&mut self, value: &Value, verb: char, depth: usize) -> Printed {
        if depth > MAX_DEPTH {
            return Err(PrintError::TooDeep);
        }
        // Go prints a `[]byte` by itself without looking for methods.
        let bytes = depth == 0 && matches!(value, Value::List(list) if list.element() == Element::Byte);
        if !value.is_nil() && !bytes && self.methods(value, verb)? {
            return Ok(());
        }
        match value {
            Value::Nil if self.flags.sharp_v => self.push(b"interface {}(nil)"),
            Value::Nil => self.push(b"<nil>"),
            Value::Bool(truth) if matches!(verb, 't' | 'v') => {
                self.pad(if *truth { b"true" } else { b"false" }, true)
            }
            Value::Int(number) | Value::Int64(number) | Value::Duration(number) => {
                self.integer(Integer::signed(*number), value, verb)
            }
            Value::Uint64(number) => self.integer(Integer::unsigned(*number), value, verb),
            Value::Uint8(number) => self.integer(Integer::unsigned(u64::from(*number)), value, verb),
            Value::Float(number) => self.float(*number, value, verb),
            Value::Str(_) | Value::Bytes(_) if matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') => {
                self.string(value.string_bytes().unwrap_or_default(), verb)
            }
            Value::Bool(_) | Value::Str(_) | Value::Bytes(_) => self.bad_verb(value, verb),
            Value::Time(_) => Err(PrintError::Unknown("time.Time")),
            Value::List(list) => self.list(list, verb, depth),
            Value::Map(map) => self.map(map, verb, depth),
            Value::AnyMap(map) => {
                let mut entries = map.entries();
                sort_entries(&mut entries)?;
                self.entries("map[interface {}]interface {}", &entries, verb, depth)
            }
            Value::MapPointer(_) if depth > 0 => Err(PrintError::Address),
            Value::MapPointer(map) => {
                self.push(b"&")?;
                self.map(map, verb, depth + 1)
            }
            Value::Object(object) => self.object(object.as_ref(), verb, depth),
        }
    }

    /// Prints what a `String` method returns, if the type has one and the verb asks for text.
    fn methods(&mut self, value: &Value, verb: char) -> Result<bool, PrintError> {
        if self.erroring {
            return Ok(false);
        }
        if verb == 'w' {
            self.bad_verb(value, verb)?;
            return Ok(true);
        }
        if !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') || self.flags.sharp_v {
            return Ok(false);
        }
        let text = match value {
            Value::Duration(nanoseconds) => duration(*nanoseconds),
            Value::Time(time) => time_text(time),
            Value::Object(object) => match object.display() {
                Some(text) => text,
                None => return Ok(false),
            },
            _ => return Ok(false),
        };
        self.string(text.as_bytes(), verb)?;
        Ok(true)
    }

    fn list(&mut self, list: &List, verb: char, depth: usize) -> Printed {
        if list.element() == Element::Byte && matches!(verb, 's' | 'q' | 'x' | 'X') {
            return self.string(&byte_slice(&Value::List(list.clone())).unwrap_or_default(), verb);
        }
        let (open, between, close) = if self.flags.sharp_v {
            self.push(format!("[]{}", list.element().type_name()).as_bytes())?;
            if list.is_nil() {
                return self.push(b"(nil)");
            }
            ("{", ", ", "}")
        } else {
            ("[", " ", "]")
        };
        self.push(open.as_bytes())?;
        for (at, item) in list.iter().enumerate() {
            if at > 0 {
                self.push(between.as_bytes())?;
            }
            self.value(item, verb, depth + 1)?;
        }
        self.push(close.as_bytes())
    }

    /// `%#v` of a `[]byte` that is printed by itself: Go spells the type and the items differently from one inside a list.
    fn go_bytes(&mut self, list: &List) -> Printed {
        if list.is_nil() {
            return self.push(b"[]byte(nil)");
        }
        self.push(b"[]byte{")?;
        for (at, item) in list.iter().enumerate() {
            if at > 0 {
                self.push(b", ")?;
            }
            self.value(item, 'v', 1)?;
        }
        self.push(b"}")
    }

    fn map(&mut self, map: &Map, verb: char, depth: usize) -> Printed {
        let type_name = format!("map[string]{}", map.element().type_name());
        if map.is_nil() && self.flags.sharp_v {
            return self.push(format!("{type_name}(nil)").as_bytes());
        }
        let entries: Vec<(Value, Value)> =
            map.entries().into_iter().map(|(key, value)| (Value::Str(key), value)).collect();
        self.entries(&type_name, &entries, verb, depth)
    }

    fn entries(&mut self, type_name: &str, entries: &[(Value, Value)], verb: char, depth: usize) -> Printed {
        let (between, close) = if self.flags.sharp_v {
            self.push(format!("{type_name}{{").as_bytes())?;
            (", ", "}")
        } else {
            self.push(b"map[")?;
            (" ", "]")
        };
        for (at, (key, value)) in entries.iter().enumerate() {
            if at > 0 {
                self.push(between.as_bytes())?;
            }
            self.value(key, verb, depth + 1)?;
            self.push(b":")?;
            self.value(value, verb, depth + 1)?;
        }
        self.push(close.as_bytes())
    }

    fn object(&mut self, object: &dyn Object, verb: char, depth: usize) -> Printed {
        let fields = object.fields();
        let pointer = object.kind_name() == "ptr";
        if pointer && depth > 0 {
            return Err(PrintError::Address);
        }
        if fields.is_empty() {
            return Err(PrintError::Unknown(object.type_name()));
        }
        if pointer {
            self.push(b"&")?;
        }
        if self.flags.sharp_v {
            self.push(object.type_name().trim_start_matches('*').as_bytes())?;
        }
        self.push(b"{")?;
        for (at, (name, value)) in fields.iter().enumerate() {
            if at > 0 {
                self.push(if self.flags.sharp_v { b", " } else { b" " })?;
            }
            if self.flags.plus_v || self.flags.sharp_v {
                self.push(format!("{name}:").as_bytes())?;
            }
            if value.is_nil() && self.flags.sharp_v {
                // As everywhere, what is nil in a struct is taken for an `error`.
                self.push(b"error(nil)")?;
            } else {
                self.value(value, verb, depth + 1)?;
            }
        }
        self.push(b"}")
    }

    fn integer(&mut self, number: Integer, value: &Value, verb: char) -> Printed {
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
            && let Some(sign) = u32::try_from(code).ok().and_then(char::from_u32)
            && is_printable(sign)
        {
            let _ = write!(text, " '{sign}'");
        }
        self.pad(text.as_bytes(), false)
    }

    fn float(&mut self, number: f64, value: &Value, verb: char) -> Printed {
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

    /// A string, or bytes printed as one.
    fn string(&mut self, text: &[u8], verb: char) -> Printed {
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
        .find(|sign| matches!(sign, 'p' | 'P') || (!hexadecimal && matches!(sign, 'e' | 'E')))
        .unwrap_or(body.len());
    let (number, tail) = body.split_at(tail_at);
    let mut seen_digit = false;
    for sign in number.chars().filter(|sign| *sign != '.') {
        seen_digit = seen_digit || sign != '0';
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
