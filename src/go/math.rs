//! Go's `math`, where Rust's differs in a bit or a special case.

/// `math.Max`: infinity beats NaN, NaN beats numbers, and +0 is greater than -0.
pub(crate) fn max(a: f64, b: f64) -> f64 {
    if a == f64::INFINITY || b == f64::INFINITY {
        f64::INFINITY
    } else if a.is_nan() || b.is_nan() {
        f64::NAN
    } else if a == 0.0 && b == 0.0 {
        if a.is_sign_negative() { b } else { a }
    } else if a > b {
        a
    } else {
        b
    }
}

/// `math.Min`, the mirror image of [`max`].
pub(crate) fn min(a: f64, b: f64) -> f64 {
    -max(-a, -b)
}

/// `math.Pow(10, exponent)`: the mantissa is multiplied bit by bit of the exponent, which the last digit shows.
pub(crate) fn power_of_ten(exponent: i64) -> f64 {
    if exponent > 400 {
        return f64::INFINITY;
    }
    if exponent < -400 {
        return 0.0;
    }
    let (mut result, mut result_exponent) = (1.0_f64, 0_i32);
    let (mut factor, mut factor_exponent) = (0.625_f64, 4_i32); // 10 = 0.625 × 2^4
    let mut bits = exponent.unsigned_abs();
    while bits != 0 {
        if bits & 1 == 1 {
            result *= factor;
            result_exponent += factor_exponent;
        }
        factor *= factor;
        factor_exponent *= 2;
        if factor < 0.5 {
            factor += factor;
            factor_exponent -= 1;
        }
        bits >>= 1;
    }
    if exponent < 0 {
        result = 1.0 / result;
        result_exponent = -result_exponent;
    }
    // Two steps, so that neither power of two leaves the range of floats by itself.
    let half = result_exponent / 2;
    result * 2.0_f64.powi(half) * 2.0_f64.powi(result_exponent - half)
}
