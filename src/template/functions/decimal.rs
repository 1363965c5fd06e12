//! Decimal arithmetic as `shopspring/decimal` does it for sprig's `addf`, `subf`, `mulf` and `divf`.

use num_bigint::BigUint;

use crate::diagnostic::Refusal;
use crate::go::strconv::format_float;
use crate::template::function::FunctionError;

use super::arguments::refused;

/// The digits after the point that a division keeps.
const DIVISION_PRECISION: i64 = 16;

/// The size in bits of a number with 100,001 decimal digits; beyond, a long chain of multiplications takes too long.
const MAX_BITS: u64 = 332_193;

/// `±magnitude × 10^exponent`.
#[derive(Clone, Debug)]
pub(super) struct Decimal {
    negative: bool,
    magnitude: BigUint,
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
            magnitude: BigUint::from(digits.parse::<u64>().unwrap_or(0)),
            exponent: exponent - i64::try_from(fraction.len()).unwrap_or(0),
        })
    }

    /// The nearest float; infinity beyond the largest.
    pub(super) fn to_float(&self) -> f64 {
        let sign = if self.negative && self.magnitude != BigUint::ZERO { "-" } else { "" };
        format!("{sign}{}e{}", self.magnitude, self.exponent).parse().unwrap_or(f64::NAN)
    }

    /// The sum, exact.
    pub(super) fn add(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        let (a, b) = (self.rescaled(exponent), other.rescaled(exponent));
        let (negative, magnitude) = if self.negative == other.negative {
            (self.negative, a + b)
        } else if a < b {
            (other.negative, b - a)
        } else {
            (self.negative, a - b)
        };
        Self { negative: negative && magnitude != BigUint::ZERO, magnitude, exponent }
    }

    /// The difference, exact.
    pub(super) fn sub(&self, other: &Self) -> Self {
        self.add(&Self { negative: !other.negative, ..other.clone() })
    }

    /// The product, exact.
    pub(super) fn mul(&self, other: &Self) -> Result<Self, FunctionError> {
        let magnitude = &self.magnitude * &other.magnitude;
        if magnitude.bits() > MAX_BITS {
            return Err(refused(
                Refusal::Limit,
                "the product has more than 100,000 digits",
                "multiply fewer numbers at once",
            ));
        }
        Ok(Self {
            negative: self.negative != other.negative && magnitude != BigUint::ZERO,
            magnitude,
            exponent: self.exponent + other.exponent,
        })
    }

    /// The quotient, rounded half away from zero to 16 digits after the point.
    pub(super) fn div(&self, other: &Self) -> Result<Self, FunctionError> {
        if other.magnitude == BigUint::ZERO {
            return Err(FunctionError::failed("decimal division by 0"));
        }
        let shift = self.exponent - other.exponent + DIVISION_PRECISION;
        let (dividend, divisor) = if shift < 0 {
            (self.magnitude.clone(), &other.magnitude * power_of_ten(-shift))
        } else {
            (&self.magnitude * power_of_ten(shift), other.magnitude.clone())
        };
        let mut quotient = &dividend / &divisor;
        let rest = dividend - &quotient * &divisor;
        if rest * 2_u32 >= divisor {
            quotient += 1_u32;
        }
        Ok(Self {
            negative: self.negative != other.negative && quotient != BigUint::ZERO,
            magnitude: quotient,
            exponent: -DIVISION_PRECISION,
        })
    }

    fn rescaled(&self, exponent: i64) -> BigUint {
        &self.magnitude * power_of_ten(self.exponent - exponent)
    }
}

fn power_of_ten(exponent: i64) -> BigUint {
    BigUint::from(10_u32).pow(u32::try_from(exponent).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(number: f64) -> Decimal {
        Decimal::from_float(number).expect("a finite number")
    }

    #[test]
    fn a_product_of_too_many_digits_is_refused() {
        let factor = decimal(0.123_456_789_012_345_67);
        let chain = |count: usize| (1..count).try_fold(factor.clone(), |product, _| product.mul(&factor));
        assert!(chain(6_100).is_ok(), "98,000 digits");
        assert!(chain(6_300).is_err(), "101,000 digits");
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        let quotient = decimal(-1.0).div(&decimal(2e16)).expect("it is not zero");
        assert_eq!(quotient.to_float().to_string(), "-0.0000000000000001");
    }
}
