//! Writing floating-point numbers: `strconv.FormatFloat`.

/// The significant decimal digits of a number: its value is `0.digits × 10^point`. Zero has none.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

impl Decimal {
    /// Splits what Rust's `{:e}` prints, `d.dddde±x`.
    fn parse(text: &str) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let point = if digits.is_empty() { 0 } else { exponent.parse::<i32>().unwrap_or(0) + 1 };
        Self { digits, point }
    }

    /// The fewest digits that read back as the same number. Where two such texts are equally near, Go takes the one
    /// with an even last digit and Rust the greater one, so the number is rounded once more to as many digits.
    fn shortest(magnitude: f64) -> Self {
        let digits = Self::parse(&format!("{magnitude:e}")).digits.len();
        Self::significant(magnitude, digits)
    }

    fn significant(magnitude: f64, digits: usize) -> Self {
        Self::parse(&format!("{magnitude:.*e}", digits.saturating_sub(1)))
    }

    fn digit(&self, at: usize) -> u8 {
        self.digits.get(at).copied().unwrap_or(b'0')
    }

    /// `d.dddde±dd` with `precision` digits after the point.
    fn scientific(&self, precision: usize, letter: char) -> String {
        let mut text = String::new();
        text.push(char::from(self.digit(0)));
        if precision > 0 {
            text.push('.');
            text.extend((1..=precision).map(|at| char::from(self.digit(at))));
        }
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        let sign = if exponent < 0 { '-' } else { '+' };
        text + &format!("{letter}{sign}{:02}", exponent.unsigned_abs())
    }

    /// `ddd.ddd` with `precision` digits after the point.
    fn plain(&self, precision: usize) -> String {
        let mut text = String::new();
        if self.point > 0 {
            let whole = usize::try_from(self.point).unwrap_or(0);
            text.extend((0..whole).map(|at| char::from(self.digit(at))));
        } else {
            text.push('0');
        }
        if precision > 0 {
            text.push('.');
            for place in 0..precision {
                let at = i64::from(self.point) + i64::try_from(place).unwrap_or(i64::MAX);
                text.push(usize::try_from(at).map_or('0', |at| char::from(self.digit(at))));
            }
        }
        text
    }
}

/// `strconv.FormatFloat(number, verb, precision, 64)`. Without a precision: the fewest digits that read back.
///
/// The verbs are `e E f g G b x X`.
pub(crate) fn format_float(number: f64, verb: char, precision: Option<usize>) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    let sign = if number.is_sign_negative() { "-" } else { "" };
    let magnitude = number.abs();
    if magnitude.is_infinite() {
        return if number < 0.0 { "-Inf".into() } else { "+Inf".into() };
    }
    let body = match verb {
        'b' => binary(magnitude),
        'x' | 'X' => hexadecimal(magnitude, precision, verb == 'X'),
        'e' | 'E' => match precision {
            None => {
                let decimal = Decimal::shortest(magnitude);
                decimal.scientific(decimal.digits.len().saturating_sub(1), verb)
            }
            Some(precision) => Decimal::significant(magnitude, precision + 1).scientific(precision, verb),
        },
        'f' => match precision {
            None => {
                let decimal = Decimal::shortest(magnitude);
                let places = i64::try_from(decimal.digits.len()).unwrap_or(0) - i64::from(decimal.point);
                decimal.plain(usize::try_from(places).unwrap_or(0))
            }
            Some(precision) => format!("{magnitude:.precision$}"),
        },
        _ => general(magnitude, verb, precision),
    };
    format!("{sign}{body}")
}

/// `%g`: scientific for small and large exponents, plain otherwise, never with trailing zeros.
fn general(magnitude: f64, verb: char, precision: Option<usize>) -> String {
    let (decimal, precision, shortest) = match precision {
        None => {
            let decimal = Decimal::shortest(magnitude);
            let count = decimal.digits.len();
            (decimal, count, true)
        }
        Some(precision) => {
            let precision = precision.max(1);
            (Decimal::significant(magnitude, precision), precision, false)
        }
    };
    let count = i32::try_from(decimal.digits.len()).unwrap_or(i32::MAX);
    let mut bound = i32::try_from(precision).unwrap_or(i32::MAX);
    if bound > count && count >= decimal.point {
        bound = count;
    }
    if shortest {
        bound = 6;
    }
    let exponent = decimal.point - 1;
    if exponent < -4 || exponent >= bound {
        let letter = if verb == 'G' { 'E' } else { 'e' };
        return decimal.scientific(precision.min(decimal.digits.len()).saturating_sub(1), letter);
    }
    decimal.plain(usize::try_from(count - decimal.point).unwrap_or(0))
}

/// Mantissa and binary exponent of a finite number: `mantissa × 2^exponent`.
fn parts(magnitude: f64) -> (u64, i64) {
    let bits = magnitude.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    let exponent = i64::try_from((bits >> 52) & 0x7ff).unwrap_or(0);
    if exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), exponent - 1075) }
}

/// `%b`: the mantissa in decimal and the exponent of two.
fn binary(magnitude: f64) -> String {
    let (mantissa, exponent) = parts(magnitude);
    format!("{mantissa}p{exponent:+}")
}

/// `%x`: `0x1.8p+01`.
fn hexadecimal(magnitude: f64, precision: Option<usize>, upper: bool) -> String {
    let (mut mantissa, mut exponent) = parts(magnitude);
    if mantissa == 0 {
        exponent = 0;
    } else {
        // The leading one goes to bit 60, so that 15 hexadecimal digits follow it.
        let shift = mantissa.leading_zeros() - 3;
        mantissa <<= shift;
        exponent = exponent - i64::from(shift) + 60;
    }
    if let Some(precision) = precision
        && precision < 15
    {
        let unit = 1_u64 << (60 - 4 * precision);
        let rest = mantissa & (unit - 1);
        mantissa -= rest;
        let half = unit / 2;
        if rest > half || (rest == half && mantissa & unit != 0) {
            mantissa += unit;
        }
        if mantissa & (1 << 61) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let mut digits = format!("{:015x}", mantissa & ((1 << 60) - 1));
    match precision {
        None => digits.truncate(digits.trim_end_matches('0').len()),
        Some(precision) if precision <= 15 => digits.truncate(precision),
        Some(precision) => digits.extend(std::iter::repeat_n('0', precision - 15)),
    }
    let point = if digits.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    let text = format!("0x{}{point}{digits}p{sign}{:02}", mantissa >> 60, exponent.unsigned_abs());
    if upper { text.to_ascii_uppercase() } else { text }
}
