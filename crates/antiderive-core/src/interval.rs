//! Interval arithmetic in double precision: bounds that contain the exact value, rounded outward.
//!
//! It knows nothing of expressions. A bound may be infinite; what is exactly zero stays exactly zero, so that
//! real values remain known as such through the arithmetic of rectangles ([`crate::rectangle`]).

use std::f64::consts::{FRAC_PI_2, PI};
use std::ops::{Add, Mul, Neg, Sub};

/// The closed interval from `lo` to `hi`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower bound.
    pub lo: f64,
    /// Upper bound.
    pub hi: f64,
}

/// Largest argument of a circular function whose place in its period is trusted.
const LARGEST_ANGLE: f64 = 1e12;
/// The same for the poles of the tangent, which are told apart more finely.
const LARGEST_TANGENT: f64 = 1e6;
/// What is left around an extremum or a pole of a circular function, in half turns.
const NEAR: f64 = 1e-3;

/// A bound above `x`, which is off by less than two units in the last place.
fn up(x: f64) -> f64 {
    if x == f64::NEG_INFINITY {
        f64::MIN
    } else if x.is_finite() {
        x + (x.abs() * (2.0 * f64::EPSILON) + f64::from_bits(1))
    } else {
        f64::INFINITY
    }
}

fn down(x: f64) -> f64 {
    -up(-x)
}

/// A product of bounds; zero times anything is zero, for a bound is never attained at infinity.
fn times(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 {
        0.0
    } else {
        a * b
    }
}

fn product_up(a: f64, b: f64) -> f64 {
    let p = times(a, b);
    if a == 0.0 || b == 0.0 {
        0.0
    } else if (a < 0.0) == (b < 0.0) {
        up(p)
    } else {
        up(p).min(0.0)
    }
}

fn sum_up(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 || a == -b {
        // One of the two, or nothing at all; the infinities say nothing.
        let s = a + b;
        return if s.is_nan() { f64::INFINITY } else { s };
    }
    up(a + b)
}

impl Add for Interval {
    type Output = Interval;

    fn add(self, other: Interval) -> Interval {
        Interval { lo: -sum_up(-self.lo, -other.lo), hi: sum_up(self.hi, other.hi) }
    }
}

impl Neg for Interval {
    type Output = Interval;

    fn neg(self) -> Interval {
        Interval { lo: 0.0 - self.hi, hi: 0.0 - self.lo }
    }
}

impl Sub for Interval {
    type Output = Interval;

    fn sub(self, other: Interval) -> Interval {
        self.add(other.neg())
    }
}

impl Mul for Interval {
    type Output = Interval;

    fn mul(self, other: Interval) -> Interval {
        if self.is_zero() || other.is_zero() {
            return Interval::ZERO;
        }
        if self == Interval::ONE {
            return other;
        }
        if self.lo >= 0.0 && other.lo >= 0.0 {
            let lo = -product_up(-self.lo, other.lo);
            return Interval { lo, hi: product_up(self.hi, other.hi) };
        }
        let (mut lo, mut hi) = (f64::INFINITY, f64::NEG_INFINITY);
        for a in [self.lo, self.hi] {
            for b in [other.lo, other.hi] {
                lo = lo.min(-product_up(-a, b));
                hi = hi.max(product_up(a, b));
            }
        }
        Interval { lo, hi }
    }
}

impl Interval {
    /// Exactly zero.
    pub const ZERO: Interval = Interval::exactly(0.0);
    /// Exactly one.
    pub const ONE: Interval = Interval::exactly(1.0);
    /// Nothing is known.
    pub const ALL: Interval = Interval { lo: f64::NEG_INFINITY, hi: f64::INFINITY };

    /// A double.
    pub const fn exactly(x: f64) -> Interval {
        Interval { lo: x, hi: x }
    }

    /// What a rounded value stands for.
    pub fn about(x: f64) -> Interval {
        Interval { lo: down(x), hi: up(x) }
    }

    /// The circle constant.
    pub fn pi() -> Interval {
        Interval::about(PI)
    }

    /// Whether `x` lies in it.
    pub fn contains(self, x: f64) -> bool {
        self.lo <= x && x <= self.hi
    }

    /// Whether it is exactly zero.
    pub fn is_zero(self) -> bool {
        self.lo == 0.0 && self.hi == 0.0
    }

    /// The smallest interval with both.
    pub fn hull(self, other: Interval) -> Interval {
        Interval { lo: self.lo.min(other.lo), hi: self.hi.max(other.hi) }
    }

    /// What both contain.
    pub fn common(self, other: Interval) -> Interval {
        self.within(other.lo, other.hi)
    }

    fn within(self, lo: f64, hi: f64) -> Interval {
        Interval { lo: self.lo.max(lo), hi: self.hi.min(hi) }
    }

    /// Reciprocal; everything if zero lies inside.
    pub fn recip(self) -> Interval {
        if self.contains(0.0) && self.lo < 0.0 && self.hi > 0.0 || self.is_zero() {
            return Interval::ALL;
        }
        let bound = |x: f64, at_zero: f64| if x == 0.0 { at_zero } else { 1.0 / x };
        if self.hi > 0.0 {
            Interval { lo: down(bound(self.hi, 0.0)).max(0.0), hi: up(bound(self.lo, f64::INFINITY)) }
        } else {
            Interval { lo: down(bound(self.hi, f64::NEG_INFINITY)), hi: up(bound(self.lo, 0.0)).min(0.0) }
        }
    }

    /// Absolute value.
    pub fn abs(self) -> Interval {
        if self.lo >= 0.0 {
            self
        } else if self.hi <= 0.0 {
            self.neg()
        } else {
            Interval { lo: 0.0, hi: self.hi.max(-self.lo) }
        }
    }

    /// An increasing function that `libm` computes to the last place or so.
    pub fn increasing(self, f: fn(f64) -> f64) -> Interval {
        // At an end where the function is not defined it has no bound that is known.
        let value = |x: f64, otherwise: f64| Some(f(x)).filter(|y| !y.is_nan()).unwrap_or(otherwise);
        let lo = value(self.lo, f64::NEG_INFINITY);
        let hi = value(self.hi, f64::INFINITY);
        Interval {
            lo: if lo == 0.0 && self.lo == 0.0 { 0.0 } else { down(lo) },
            hi: if hi == 0.0 && self.hi == 0.0 { 0.0 } else { up(hi) },
        }
    }

    /// A decreasing function.
    pub fn decreasing(self, f: fn(f64) -> f64) -> Interval {
        let turned = Interval { lo: self.hi, hi: self.lo };
        let found = turned.increasing(f);
        let (a, b) = (found.lo, found.hi);
        Interval { lo: down(down(a.min(b))), hi: up(up(a.max(b))) }
    }

    /// Exponential function.
    pub fn exp(self) -> Interval {
        self.increasing(libm::exp).within(0.0, f64::INFINITY)
    }

    /// Logarithm of what is positive.
    pub fn ln(self) -> Interval {
        self.within(0.0, f64::INFINITY).increasing(libm::log)
    }

    /// Square root of what is not negative.
    pub fn sqrt(self) -> Interval {
        self.within(0.0, f64::INFINITY).increasing(libm::sqrt).within(0.0, f64::INFINITY)
    }

    /// Square.
    pub fn square(self) -> Interval {
        let a = self.abs();
        Interval { lo: -product_up(-a.lo, a.lo), hi: product_up(a.hi, a.hi) }
    }

    /// Power of what is not negative with a real exponent.
    pub fn power(self, exponent: f64) -> Interval {
        let at = |x: f64| if x == f64::INFINITY && exponent < 0.0 { 0.0 } else { libm::pow(x, exponent) };
        let base = self.within(0.0, f64::INFINITY);
        let (a, b) = (at(base.lo), at(base.hi));
        let (lo, hi) = if exponent < 0.0 { (b, a) } else { (a, b) };
        Interval { lo: down(down(lo)).max(0.0), hi: up(up(hi)) }
    }

    /// Power with an integer exponent from 1 on.
    pub fn powi(self, exponent: i64) -> Interval {
        if exponent == 1 {
            return self;
        }
        let size = self.abs().natural_power(exponent);
        if exponent % 2 == 0 || self.lo >= 0.0 {
            size
        } else if self.hi <= 0.0 {
            size.neg()
        } else {
            let to_power = |x: f64| Interval::exactly(x).natural_power(exponent).hi;
            Interval { lo: -to_power(-self.lo), hi: to_power(self.hi) }
        }
    }

    /// Power of what is not negative, by squaring.
    fn natural_power(self, exponent: i64) -> Interval {
        if exponent == 2 {
            return self.square();
        }
        let (mut result, mut base, mut left) = (Interval::ONE, self, exponent);
        while left > 0 {
            if left & 1 == 1 {
                result = result.mul(base);
            }
            left >>= 1;
            if left > 0 {
                base = base.mul(base);
            }
        }
        result
    }

    /// Sine.
    pub fn sin(self) -> Interval {
        self.wave(libm::sin, 0.5)
    }

    /// Cosine.
    pub fn cos(self) -> Interval {
        self.wave(libm::cos, 0.0)
    }

    /// A wave with its maxima at `first + 2k` and its minima at `first + 2k + 1` half turns.
    fn wave(self, f: fn(f64) -> f64, first: f64) -> Interval {
        let full = Interval { lo: -1.0, hi: 1.0 };
        if self.is_zero() {
            return Interval::exactly(f(0.0));
        }
        if self.hi - self.lo > 6.0 || self.lo < -LARGEST_ANGLE || self.hi > LARGEST_ANGLE {
            return full;
        }
        let (a, b) = (f(self.lo), f(self.hi));
        // Number of maxima up to a place; near one it counts as crossed.
        let turns = |x: f64, shift: f64| (x / PI - first - shift) / 2.0;
        let crosses =
            |shift: f64| (turns(self.hi, shift) + NEAR).floor() > (turns(self.lo, shift) - NEAR).floor();
        let tight = self.hi - self.lo < 1e-3;
        let ends = Interval { lo: down(down(a.min(b))), hi: up(up(a.max(b))) };
        // Within a thousandth of an extremum a short interval keeps its ends, moved by their curvature.
        let slack = if tight { (self.hi - self.lo) * (self.hi - self.lo) } else { 2.0 };
        Interval {
            lo: if crosses(1.0) { ends.lo - slack } else { ends.lo },
            hi: if crosses(0.0) { ends.hi + slack } else { ends.hi },
        }
        .within(-1.0, 1.0)
    }

    /// Hyperbolic cosine.
    pub fn cosh(self) -> Interval {
        self.abs().increasing(libm::cosh).within(1.0, f64::INFINITY)
    }

    /// Tangent between two neighboring poles; everything elsewhere.
    pub fn tan(self) -> Interval {
        let turns = |x: f64| x / PI - 0.5;
        let crosses = (turns(self.lo) - 1e-9).floor() != (turns(self.hi) + 1e-9).floor();
        if crosses || self.lo < -LARGEST_TANGENT || self.hi > LARGEST_TANGENT {
            return Interval::ALL;
        }
        self.increasing(libm::tan)
    }

    /// Inverse tangent.
    pub fn atan(self) -> Interval {
        self.increasing(libm::atan).within(-FRAC_PI_2 - 1e-15, FRAC_PI_2 + 1e-15)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(lo: f64, hi: f64) -> Interval {
        Interval { lo, hi }
    }

    type Pair = (fn(Interval) -> Interval, fn(f64) -> f64);

    #[test]
    fn values_at_points_lie_in_the_intervals() {
        let functions: [Pair; 9] = [
            (Interval::sin, f64::sin),
            (Interval::cos, f64::cos),
            (Interval::exp, f64::exp),
            (Interval::square, |x| x * x),
            (Interval::cosh, f64::cosh),
            (Interval::atan, f64::atan),
            (Interval::abs, f64::abs),
            (|i| i.powi(3), |x| x * x * x),
            (|i| i.powi(4), |x| x.powi(4)),
        ];
        let ends = [-7.3, -3.2, -1.5, -0.4, -1e-9, 0.0, 1e-5, 0.3, 1.5, 1.6, 3.15, 9.0];
        for (on_interval, at_point) in functions {
            for (place, &lo) in ends.iter().enumerate() {
                for &hi in &ends[place..] {
                    let found = on_interval(interval(lo, hi));
                    for step in 0..=20 {
                        let x = (lo + (hi - lo) * f64::from(step) / 20.0).min(hi);
                        let y = at_point(x);
                        assert!(found.lo - 1e-15 <= y && y <= found.hi + 1e-15, "{x} {y} {found:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn extremes_of_waves_are_inside() {
        assert_eq!(interval(1.0, 2.0).sin().hi, 1.0);
        assert_eq!(interval(3.0, 3.5).cos().lo, -1.0);
        assert!(interval(1.55, 1.58).sin().hi >= 1.0 - 1e-16);
        assert_eq!(interval(0.0, 0.0).cos(), Interval::ONE);
        assert!(interval(0.1, 0.2).sin().lo > 0.0);
    }

    #[test]
    fn zero_and_infinity() {
        assert_eq!(Interval::ALL.mul(Interval::ZERO), Interval::ZERO);
        assert_eq!(interval(2.0, 3.0).sub(Interval::ZERO), interval(2.0, 3.0));
        assert_eq!(interval(0.0, f64::INFINITY).recip(), interval(0.0, f64::INFINITY));
        assert_eq!(interval(-1.0, 1.0).recip(), Interval::ALL);
        assert_eq!(interval(f64::NEG_INFINITY, f64::INFINITY).square().lo, 0.0);
        assert!(interval(-1000.0, 1000.0).exp().lo >= 0.0);
        assert!(interval(1e200, 1e300).square().hi.is_infinite());
        assert!(interval(1e200, 1e300).square().lo > 1e300);
    }
}
