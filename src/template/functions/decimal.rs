//! Decimal arithmetic as `shopspring/decimal` does it for sprig's `addf`, `subf`, `mulf` and `divf`.

use std::cmp::Ordering;
use std::fmt::Write as _;

use crate::diagnostic::Refusal;
use crate::go::strconv::format_float;
use crate::template::function::FunctionError;

use super::arguments::refused;

/// The digits behind the point that a division keeps.
const DIVISION_PRECISION: i64 = 16;

/// The most decimal digits a value may have; beyond, a long chain of multiplications would take for ever.
const MAX_DIGITS: usize = 100_000;

/// `±magnitude × 10^exponent`.
#[derive(Clone, Debug)]
pub(super) struct Decimal {
    negative: bool,
    magnitude: Natural,
    exponent: i64,
}

impl Decimal {
    /// The shortest decimal that reads back as the float.
    pub(super) fn from_float(number: f64) -> Result<Self, FunctionError> {
        if !number.is_finite() {
            let shown = format_float(number, 'g', None);
            return Err(FunctionError::failed(format!("Cannot create a Decimal from {shown}")));
        }
        let text = format!("{:e}", number.abs());
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        let exponent: i64 = exponent.parse().unwrap_or(0);
        Ok(Self {
            negative: number.is_sign_negative() && number != 0.0,
            magnitude: Natural::from_u64(digits.parse().unwrap_or(0)),
            exponent: exponent - i64::try_from(fraction.len()).unwrap_or(0),
        })
    }

    /// The nearest float; infinity beyond the largest.
    pub(super) fn to_float(&self) -> f64 {
        let sign = if self.negative && !self.magnitude.is_zero() { "-" } else { "" };
        format!("{sign}{}e{}", self.magnitude.digits(), self.exponent).parse().unwrap_or(f64::NAN)
    }

    /// The sum, exact.
    pub(super) fn add(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        let (a, b) = (self.rescaled(exponent), other.rescaled(exponent));
        let (negative, magnitude) = if self.negative == other.negative {
            (self.negative, a.add(&b))
        } else if a.compare(&b) == Ordering::Less {
            (other.negative, b.sub(&a))
        } else {
            (self.negative, a.sub(&b))
        };
        Self { negative: negative && !magnitude.is_zero(), magnitude, exponent }
    }

    /// The difference, exact.
    pub(super) fn sub(&self, other: &Self) -> Self {
        self.add(&Self { negative: !other.negative, ..other.clone() })
    }

    /// The product, exact.
    pub(super) fn mul(&self, other: &Self) -> Result<Self, FunctionError> {
        let magnitude = self.magnitude.mul(&other.magnitude);
        if magnitude.0.len() * 9 > MAX_DIGITS {
            return Err(refused(
                Refusal::Limit,
                "the product has more than 100,000 digits",
                "multiply fewer numbers at once",
            ));
        }
        Ok(Self {
            negative: self.negative != other.negative && !magnitude.is_zero(),
            magnitude,
            exponent: self.exponent + other.exponent,
        })
    }

    /// The quotient, rounded half away from zero to 16 digits behind the point.
    pub(super) fn div(&self, other: &Self) -> Result<Self, FunctionError> {
        if other.magnitude.is_zero() {
            return Err(FunctionError::failed("decimal division by 0"));
        }
        let shift = self.exponent - other.exponent + DIVISION_PRECISION;
        let (dividend, divisor) = if shift < 0 {
            (self.magnitude.clone(), other.magnitude.mul(&Natural::power_of_ten(-shift)))
        } else {
            (self.magnitude.mul(&Natural::power_of_ten(shift)), other.magnitude.clone())
        };
        let (mut quotient, rest) = dividend.divide(&divisor);
        if rest.add(&rest).compare(&divisor) != Ordering::Less {
            quotient = quotient.add(&Natural::from_u64(1));
        }
        Ok(Self {
            negative: self.negative != other.negative && !quotient.is_zero(),
            magnitude: quotient,
            exponent: -DIVISION_PRECISION,
        })
    }

    fn rescaled(&self, exponent: i64) -> Natural {
        self.magnitude.mul(&Natural::power_of_ten(self.exponent - exponent))
    }
}

/// A natural number in base 10^9, lowest part first, without leading zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Natural(Vec<u32>);

const BASE: u64 = 1_000_000_000;

impl Natural {
    fn from_u64(mut number: u64) -> Self {
        let mut parts = Vec::new();
        while number > 0 {
            parts.push(low(number));
            number /= BASE;
        }
        Self(parts)
    }

    fn power_of_ten(exponent: i64) -> Self {
        let exponent = usize::try_from(exponent).unwrap_or(0);
        let mut parts = vec![0; exponent / 9];
        parts.push(10_u32.pow(u32::try_from(exponent % 9).unwrap_or(0)));
        Self(parts)
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    fn digits(&self) -> String {
        let mut parts = self.0.iter().rev();
        let mut text = parts.next().map_or_else(|| "0".to_owned(), u32::to_string);
        for part in parts {
            let _ = write!(text, "{part:09}");
        }
        text
    }

    fn trimmed(mut parts: Vec<u32>) -> Self {
        while parts.last() == Some(&0) {
            parts.pop();
        }
        Self(parts)
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    fn add(&self, other: &Self) -> Self {
        let mut parts = Vec::with_capacity(self.0.len().max(other.0.len()) + 1);
        let mut carry = 0;
        for at in 0..self.0.len().max(other.0.len()) {
            let sum = u64::from(self.part(at)) + u64::from(other.part(at)) + carry;
            parts.push(low(sum));
            carry = sum / BASE;
        }
        parts.push(low(carry));
        Self::trimmed(parts)
    }

    /// The difference; `other` is not greater.
    fn sub(&self, other: &Self) -> Self {
        let mut parts = Vec::with_capacity(self.0.len());
        let mut borrow = 0;
        for at in 0..self.0.len() {
            let taken = u64::from(other.part(at)) + borrow;
            let part = u64::from(self.part(at));
            borrow = u64::from(part < taken);
            parts.push(low(part + borrow * BASE - taken));
        }
        Self::trimmed(parts)
    }

    fn mul(&self, other: &Self) -> Self {
        let mut parts = vec![0_u32; self.0.len() + other.0.len() + 1];
        for (at, a) in self.0.iter().enumerate() {
            let mut carry = 0;
            for (offset, b) in other.0.iter().chain(std::iter::repeat(&0)).enumerate() {
                if offset >= other.0.len() && carry == 0 {
                    break;
                }
                let sum = u64::from(parts[at + offset]) + u64::from(*a) * u64::from(*b) + carry;
                parts[at + offset] = low(sum);
                carry = sum / BASE;
            }
        }
        Self::trimmed(parts)
    }

    /// Quotient and rest: long division, each part of the quotient found by bisection.
    fn divide(&self, divisor: &Self) -> (Self, Self) {
        let mut quotient = vec![0; self.0.len()];
        let mut rest = Self(Vec::new());
        for (at, part) in self.0.iter().enumerate().rev() {
            rest.0.insert(0, *part);
            rest = Self::trimmed(rest.0);
            let (mut least, mut beyond) = (0, BASE);
            while beyond - least > 1 {
                let middle = u64::midpoint(least, beyond);
                if divisor.mul(&Self::from_u64(middle)).compare(&rest) == Ordering::Greater {
                    beyond = middle;
                } else {
                    least = middle;
                }
            }
            rest = rest.sub(&divisor.mul(&Self::from_u64(least)));
            quotient[at] = low(least);
        }
        (Self::trimmed(quotient), rest)
    }

    fn part(&self, at: usize) -> u32 {
        self.0.get(at).copied().unwrap_or(0)
    }
}

/// The lowest part of a number.
fn low(number: u64) -> u32 {
    u32::try_from(number % BASE).unwrap_or(0)
}
