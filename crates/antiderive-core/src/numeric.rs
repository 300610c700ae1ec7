//! Complex double-precision functions on principal branches.
//!
//! Built on `libm`, whose results are the same on every platform, because the generators' decisions
//! depend on them. A value whose imaginary part is zero is a real number: zeros are never negative, so
//! every function takes one fixed side of its branch cut (the side that mpmath, SymPy and Arb take).
//! An undefined value is `NaN` or infinite; [`C64::is_finite`] tells.

use std::f64::consts::{FRAC_PI_2, PI};
use std::ops::{Add, Mul, Neg, Sub};

/// A complex number.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct C64 {
    /// Real part.
    pub re: f64,
    /// Imaginary part; `+0.0` for real numbers.
    pub im: f64,
}

/// The complex number `re + im i`, with negative zeros made positive.
#[inline]
pub fn c(re: f64, im: f64) -> C64 {
    C64 { re, im: im + 0.0 }
}

/// The real number `re`.
#[inline]
pub const fn real(re: f64) -> C64 {
    C64 { re, im: 0.0 }
}

impl Add for C64 {
    type Output = C64;
    #[inline]
    fn add(self, o: C64) -> C64 {
        c(self.re + o.re, self.im + o.im)
    }
}

impl Sub for C64 {
    type Output = C64;
    #[inline]
    fn sub(self, o: C64) -> C64 {
        c(self.re - o.re, self.im - o.im)
    }
}

impl Neg for C64 {
    type Output = C64;
    #[inline]
    fn neg(self) -> C64 {
        c(-self.re, -self.im)
    }
}

impl Mul for C64 {
    type Output = C64;
    #[inline]
    fn mul(self, o: C64) -> C64 {
        if self.im == 0.0 && o.im == 0.0 {
            return real(self.re * o.re);
        }
        c(self.re * o.re - self.im * o.im, self.re * o.im + self.im * o.re)
    }
}

impl C64 {
    /// Zero.
    pub const ZERO: C64 = real(0.0);
    /// One.
    pub const ONE: C64 = real(1.0);
    /// Not a number.
    pub const NAN: C64 = C64 { re: f64::NAN, im: f64::NAN };

    /// Whether both parts are finite.
    #[inline]
    pub fn is_finite(self) -> bool {
        self.re.is_finite() && self.im.is_finite()
    }

    /// Whether the value is a real number.
    #[inline]
    pub fn is_real(self) -> bool {
        self.im == 0.0
    }

    /// Absolute value.
    pub fn norm(self) -> f64 {
        if self.im == 0.0 {
            self.re.abs()
        } else {
            libm::hypot(self.re, self.im)
        }
    }

    /// Product with a real number.
    #[inline]
    pub fn scale(self, k: f64) -> C64 {
        c(self.re * k, self.im * k)
    }

    fn mul_i(self) -> C64 {
        c(-self.im, self.re)
    }

    fn mul_minus_i(self) -> C64 {
        c(self.im, -self.re)
    }

    /// 1 over the value; undefined at 0.
    pub fn recip(self) -> C64 {
        if self.im == 0.0 {
            return if self.re == 0.0 { C64::NAN } else { real(1.0 / self.re) };
        }
        // Smith's algorithm: no intermediate overflow.
        if self.re.abs() >= self.im.abs() {
            let ratio = self.im / self.re;
            let d = self.re + self.im * ratio;
            c(1.0 / d, -ratio / d)
        } else {
            let ratio = self.re / self.im;
            let d = self.re * ratio + self.im;
            c(ratio / d, -1.0 / d)
        }
    }

    /// Integer power by squaring.
    pub fn powi(self, exponent: i64) -> C64 {
        let mut base = if exponent < 0 { self.recip() } else { self };
        let mut left = exponent.unsigned_abs();
        let mut result = C64::ONE;
        while left > 0 {
            if left & 1 == 1 {
                result = result * base;
            }
            left >>= 1;
            if left > 0 {
                base = base * base;
            }
        }
        result
    }

    /// `exp(exponent * ln(self))`; `0` to a power with positive real part is 0.
    pub fn pow(self, exponent: C64) -> C64 {
        if self == C64::ZERO {
            return if exponent.re > 0.0 { C64::ZERO } else { C64::NAN };
        }
        if self.im == 0.0 && self.re > 0.0 && exponent.im == 0.0 {
            return real(libm::pow(self.re, exponent.re));
        }
        exp(exponent * ln(self))
    }
}

/// Exponential function.
pub fn exp(z: C64) -> C64 {
    let r = libm::exp(z.re);
    if z.im == 0.0 {
        return real(r);
    }
    c(r * libm::cos(z.im), r * libm::sin(z.im))
}

/// Natural logarithm, imaginary part in (-pi, pi].
pub fn ln(z: C64) -> C64 {
    if z.im == 0.0 {
        return if z.re > 0.0 {
            real(libm::log(z.re))
        } else if z.re < 0.0 {
            c(libm::log(-z.re), PI)
        } else {
            C64::NAN
        };
    }
    // Near the unit circle the logarithm of the modulus cancels; ln|z|^2 = log1p(|z|^2 - 1) does not.
    let (big, small) =
        if z.re.abs() > z.im.abs() { (z.re.abs(), z.im.abs()) } else { (z.im.abs(), z.re.abs()) };
    let modulus = if big > 0.5 && big < 2.0 {
        0.5 * libm::log1p((big - 1.0) * (big + 1.0) + small * small)
    } else {
        libm::log(libm::hypot(z.re, z.im))
    };
    c(modulus, libm::atan2(z.im, z.re))
}

/// Principal square root.
pub fn sqrt(z: C64) -> C64 {
    if z.im == 0.0 {
        return if z.re >= 0.0 { real(libm::sqrt(z.re)) } else { c(0.0, libm::sqrt(-z.re)) };
    }
    let r = libm::sqrt(0.5 * (libm::hypot(z.re, z.im) + z.re.abs()));
    if z.re >= 0.0 {
        c(r, z.im / (2.0 * r))
    } else {
        c(z.im.abs() / (2.0 * r), if z.im < 0.0 { -r } else { r })
    }
}

/// Sine.
pub fn sin(z: C64) -> C64 {
    if z.im == 0.0 {
        return real(libm::sin(z.re));
    }
    c(libm::sin(z.re) * libm::cosh(z.im), libm::cos(z.re) * libm::sinh(z.im))
}

/// Cosine.
pub fn cos(z: C64) -> C64 {
    if z.im == 0.0 {
        return real(libm::cos(z.re));
    }
    c(libm::cos(z.re) * libm::cosh(z.im), -libm::sin(z.re) * libm::sinh(z.im))
}

/// Tangent.
pub fn tan(z: C64) -> C64 {
    if z.im == 0.0 {
        return real(libm::tan(z.re));
    }
    if z.im.abs() > 20.0 {
        // cosh(2 im) swallows cos(2 re): the value is ±i to the last bit but for a tiny real part.
        return c(
            4.0 * libm::sin(z.re) * libm::cos(z.re) * libm::exp(-2.0 * z.im.abs()),
            1f64.copysign(z.im),
        );
    }
    let d = libm::cos(2.0 * z.re) + libm::cosh(2.0 * z.im);
    c(libm::sin(2.0 * z.re) / d, libm::sinh(2.0 * z.im) / d)
}

/// Cotangent.
pub fn cot(z: C64) -> C64 {
    tan(z).recip()
}

/// Secant.
pub fn sec(z: C64) -> C64 {
    cos(z).recip()
}

/// Cosecant.
pub fn csc(z: C64) -> C64 {
    sin(z).recip()
}

/// Hyperbolic sine.
pub fn sinh(z: C64) -> C64 {
    if z.im == 0.0 {
        return real(libm::sinh(z.re));
    }
    sin(z.mul_i()).mul_minus_i()
}

/// Hyperbolic cosine.
pub fn cosh(z: C64) -> C64 {
    if z.im == 0.0 {
        return real(libm::cosh(z.re));
    }
    cos(z.mul_i())
}

/// Hyperbolic tangent.
pub fn tanh(z: C64) -> C64 {
    if z.im == 0.0 {
        return real(libm::tanh(z.re));
    }
    tan(z.mul_i()).mul_minus_i()
}

/// Hyperbolic cotangent.
pub fn coth(z: C64) -> C64 {
    tanh(z).recip()
}

/// Hyperbolic secant.
pub fn sech(z: C64) -> C64 {
    cosh(z).recip()
}

/// Hyperbolic cosecant.
pub fn csch(z: C64) -> C64 {
    sinh(z).recip()
}

/// Inverse sine (Kahan 1987), `asin(2) = pi/2 - 1.317i`.
pub fn asin(z: C64) -> C64 {
    if z.im == 0.0 {
        return if z.re.abs() <= 1.0 {
            real(libm::asin(z.re))
        } else {
            c(FRAC_PI_2.copysign(z.re), -libm::acosh(z.re.abs()).copysign(z.re))
        };
    }
    let (below, above) = (sqrt(C64::ONE - z), sqrt(C64::ONE + z));
    c(
        libm::atan2(z.re, below.re * above.re - below.im * above.im),
        libm::asinh(below.re * above.im - below.im * above.re),
    )
}

/// Inverse cosine, `pi/2 - asin(z)` without its cancellation (Kahan 1987).
pub fn acos(z: C64) -> C64 {
    if z.im == 0.0 {
        return if z.re.abs() <= 1.0 {
            real(libm::acos(z.re))
        } else if z.re > 0.0 {
            c(0.0, libm::acosh(z.re))
        } else {
            c(PI, -libm::acosh(-z.re))
        };
    }
    let (below, above) = (sqrt(C64::ONE - z), sqrt(C64::ONE + z));
    c(2.0 * libm::atan2(below.re, above.re), libm::asinh(above.re * below.im - above.im * below.re))
}

/// Inverse hyperbolic tangent, `atanh(2) = 0.549 - i pi/2`.
pub fn atanh(z: C64) -> C64 {
    if z.im == 0.0 {
        return if z.re.abs() < 1.0 {
            real(libm::atanh(z.re))
        } else if z.re.abs() == 1.0 {
            C64::NAN
        } else {
            c(libm::atanh(1.0 / z.re), -FRAC_PI_2.copysign(z.re))
        };
    }
    let one_minus = 1.0 - z.re;
    let im2 = z.im * z.im;
    c(
        0.25 * libm::log1p(4.0 * z.re / (one_minus * one_minus + im2)),
        0.5 * libm::atan2(2.0 * z.im, one_minus * (1.0 + z.re) - im2),
    )
}

/// Inverse tangent.
pub fn atan(z: C64) -> C64 {
    if z.im == 0.0 {
        return real(libm::atan(z.re));
    }
    atanh(z.mul_i()).mul_minus_i()
}

/// Inverse hyperbolic sine.
pub fn asinh(z: C64) -> C64 {
    if z.im == 0.0 {
        return real(libm::asinh(z.re));
    }
    asin(z.mul_i()).mul_minus_i()
}

/// Inverse hyperbolic cosine (Kahan 1987).
pub fn acosh(z: C64) -> C64 {
    if z.im == 0.0 && z.re >= 1.0 {
        return real(libm::acosh(z.re));
    }
    let (minus, plus) = (sqrt(z - C64::ONE), sqrt(z + C64::ONE));
    c(libm::asinh(minus.re * plus.re + minus.im * plus.im), 2.0 * libm::atan2(minus.im, plus.re))
}

/// Inverse cotangent, `atan(1/z)`; `acot(0) = pi/2`.
pub fn acot(z: C64) -> C64 {
    if z == C64::ZERO {
        return real(FRAC_PI_2);
    }
    atan(z.recip())
}

/// Inverse secant, `acos(1/z)`.
pub fn asec(z: C64) -> C64 {
    acos(z.recip())
}

/// Inverse cosecant, `asin(1/z)`.
pub fn acsc(z: C64) -> C64 {
    asin(z.recip())
}

/// Inverse hyperbolic cotangent, `atanh(1/z)`; `acoth(0) = i pi/2`.
pub fn acoth(z: C64) -> C64 {
    if z == C64::ZERO {
        return c(0.0, FRAC_PI_2);
    }
    atanh(z.recip())
}

/// Inverse hyperbolic secant, `acosh(1/z)`.
pub fn asech(z: C64) -> C64 {
    acosh(z.recip())
}

/// Inverse hyperbolic cosecant, `asinh(1/z)`.
pub fn acsch(z: C64) -> C64 {
    asinh(z.recip())
}

/// Absolute value.
pub fn abs(z: C64) -> C64 {
    real(z.norm())
}

/// `z / |z|`, 0 at 0.
pub fn sign(z: C64) -> C64 {
    if z == C64::ZERO {
        return C64::ZERO;
    }
    if z.im == 0.0 {
        return real(1f64.copysign(z.re));
    }
    z.scale(1.0 / z.norm())
}
