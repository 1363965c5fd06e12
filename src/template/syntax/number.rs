//! Number constants. Their type follows from where they are used, so all forms that fit are kept.

use std::rc::Rc;

use crate::go::strconv::{parse_float, parse_int, parse_uint};

/// A number or character constant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Number {
    /// As written.
    pub text: Rc<str>,
    /// Its value as an integer, if it is one.
    pub int: Option<i64>,
    /// Its value as an unsigned integer, if it is one.
    pub uint: Option<u64>,
    /// Its value as a float.
    pub float: f64,
}

impl Number {
    /// The number of a character constant.
    #[must_use]
    pub(crate) fn character(text: &str, code: u32) -> Self {
        Self {
            text: text.into(),
            int: Some(i64::from(code)),
            uint: Some(u64::from(code)),
            float: f64::from(code),
        }
    }

    /// Reads a number as Go's template parser does.
    ///
    /// # Errors
    ///
    /// Go's own words for a number that overflows or is malformed. An imaginary one is malformed here: see
    /// `is_imaginary`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let uint = parse_uint(text.as_bytes(), 0).ok();
        let int = parse_int(text.as_bytes(), 0).ok();
        let uint = uint.or(if int == Some(0) { Some(0) } else { None });
        let number = Self { text: text.into(), int, uint, float: 0.0 };
        #[expect(clippy::cast_precision_loss, reason = "Go converts the same way")]
        if let Some(int) = int {
            return Ok(Self { float: int as f64, ..number });
        } else if let Some(uint) = uint {
            return Ok(Self { float: uint as f64, ..number });
        }
        let Ok(float) = parse_float(text.as_bytes()) else {
            return Err(format!("illegal number syntax: {text:?}"));
        };
        if !text.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(format!("integer overflow: {text:?}"));
        }
        Ok(Self {
            int: whole(float),
            uint: whole(float).and_then(|int| u64::try_from(int).ok()).or_else(|| large(float)),
            float,
            ..number
        })
    }
}

/// Whether Go reads an imaginary number.
pub(super) fn is_imaginary(text: &str) -> bool {
    text.strip_suffix('i').is_some_and(|number| parse_float(number.as_bytes()).is_ok())
}

const TWO_63: f64 = 9_223_372_036_854_775_808.0;

/// The integer that a float is.
fn whole(float: f64) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "the range was checked")]
    (float.fract() == 0.0 && (-TWO_63..TWO_63).contains(&float)).then_some(float as i64)
}

/// The integer above the signed range that a float is.
fn large(float: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
    (float.fract() == 0.0 && (TWO_63..2.0 * TWO_63).contains(&float)).then_some(float as u64)
}
