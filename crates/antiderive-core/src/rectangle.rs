//! Functions of complex rectangles: enclosures on principal branches, and whether they are analytic there.
//!
//! A function of a real variable is analytic along the real line where the arguments of its parts keep away
//! from their special values. For a real argument these are single values (0 for a root, a logarithm, `abs`,
//! `sign` and a reciprocal, 1 and -1 for `asin`): a branch cut that a real argument moves along is not crossed.
//! For others it is the whole cut.

use std::ops::{Add, Mul, Neg, Sub};

use crate::interval::Interval;
use crate::numeric::{c, C64};
use crate::operators::Op;

/// A product of two intervals, the real and the imaginary part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rectangle {
    /// Real part.
    pub re: Interval,
    /// Imaginary part; exactly zero where the value is known to be real.
    pub im: Interval,
}

/// An enclosure, and whether the function is known to be analytic on the argument.
pub type Image = (Rectangle, bool);

const UNIT: [f64; 2] = [-1.0, 1.0];

/// A real interval.
pub const fn real(re: Interval) -> Rectangle {
    Rectangle { re, im: Interval::ZERO }
}

fn rectangle(re: Interval, im: Interval) -> Rectangle {
    Rectangle { re, im }
}

fn exactly(x: f64) -> Interval {
    Interval::exactly(x)
}

fn half_pi() -> Interval {
    Interval::pi().mul(exactly(0.5))
}

impl Add for Rectangle {
    type Output = Rectangle;

    fn add(self, other: Rectangle) -> Rectangle {
        if self.is_real() && other.is_real() {
            return real(self.re.add(other.re));
        }
        rectangle(self.re.add(other.re), self.im.add(other.im))
    }
}

impl Sub for Rectangle {
    type Output = Rectangle;

    fn sub(self, other: Rectangle) -> Rectangle {
        self.add(rectangle(other.re.neg(), other.im.neg()))
    }
}

impl Mul for Rectangle {
    type Output = Rectangle;

    fn mul(self, other: Rectangle) -> Rectangle {
        if self.is_real() && other.is_real() {
            return real(self.re.mul(other.re));
        }
        rectangle(
            self.re.mul(other.re).sub(self.im.mul(other.im)),
            self.re.mul(other.im).add(self.im.mul(other.re)),
        )
    }
}

impl Rectangle {
    /// Nothing is known.
    pub const ALL: Rectangle = Rectangle { re: Interval::ALL, im: Interval::ALL };
    /// 1
    pub const ONE: Rectangle = real(Interval::ONE);
    /// 0
    pub const ZERO: Rectangle = real(Interval::ZERO);

    fn is_real(self) -> bool {
        self.im.is_zero()
    }

    fn contains_zero(self) -> bool {
        self.re.contains(0.0) && self.im.contains(0.0)
    }

    /// Whether no value is real.
    pub fn is_off_real_line(self) -> bool {
        !self.im.contains(0.0)
    }

    /// The one value in it, if there is but one.
    pub fn single(self) -> Option<C64> {
        (self.re.lo == self.re.hi && self.im.lo == self.im.hi).then(|| c(self.re.lo, self.im.lo))
    }

    /// What two enclosures of one value have in common.
    pub fn common(self, other: Rectangle) -> Rectangle {
        rectangle(self.re.common(other.re), self.im.common(other.im))
    }

    fn times_i(self) -> Rectangle {
        rectangle(self.im.neg(), self.re)
    }

    fn over_i(self) -> Rectangle {
        rectangle(self.im, self.re.neg())
    }

    fn modulus(self) -> Interval {
        if self.is_real() {
            self.re.abs()
        } else if self.re.is_zero() {
            self.im.abs()
        } else {
            self.re.square().add(self.im.square()).sqrt()
        }
    }

    fn recip(self) -> Image {
        if self.contains_zero() {
            return (Rectangle::ALL, false);
        }
        if self.is_real() {
            return (real(self.re.recip()), true);
        }
        let scale = self.re.square().add(self.im.square()).recip();
        (rectangle(self.re.mul(scale), self.im.neg().mul(scale)), true)
    }

    fn exp(self) -> Rectangle {
        let size = self.re.exp();
        if self.is_real() {
            return real(size);
        }
        rectangle(size.mul(self.im.cos()), size.mul(self.im.sin()))
    }

    fn ln(self) -> Image {
        if self.is_real() {
            if self.re.lo > 0.0 {
                return (real(self.re.ln()), true);
            }
            return if self.re.hi < 0.0 {
                (rectangle(self.re.neg().ln(), Interval::pi()), true)
            } else {
                (Rectangle::ALL, false)
            };
        }
        if self.im.contains(0.0) && self.re.lo <= 0.0 {
            return (Rectangle::ALL, false);
        }
        (rectangle(self.modulus().ln(), self.argument()), true)
    }

    /// The angle of a rectangle that does not touch the cut: its extremes are at corners.
    fn argument(self) -> Interval {
        let corners = [self.re.lo, self.re.hi].map(|x| [self.im.lo, self.im.hi].map(|y| libm::atan2(y, x)));
        let angles = corners.iter().flatten().map(|angle| Interval::about(*angle));
        angles.reduce(Interval::hull).unwrap_or(Interval::ALL)
    }

    /// A power whose exponent is a number that is no natural one.
    fn number_power(self, exponent: f64, integer: bool) -> Image {
        if self.is_real() && (self.re.lo > 0.0 || self.re.lo == 0.0 && exponent > 0.0) {
            return (real(self.re.power(exponent)), self.re.lo > 0.0);
        }
        if self.is_real() && self.re.hi < 0.0 {
            let size = self.re.neg().power(exponent);
            let turns = exponent.rem_euclid(2.0);
            let (re, im) = if integer {
                (exactly(if turns == 0.0 { 1.0 } else { -1.0 }), Interval::ZERO)
            } else if turns == 0.5 || turns == 1.5 {
                (Interval::ZERO, exactly(if turns == 0.5 { 1.0 } else { -1.0 }))
            } else {
                let angle = Interval::about(exponent).mul(Interval::pi());
                (angle.cos(), angle.sin())
            };
            return (rectangle(size.mul(re), size.mul(im)), true);
        }
        if integer {
            let (inverse, analytic) = self.recip();
            return (inverse.natural_power(-exponent), analytic);
        }
        let (logarithm, analytic) = self.ln();
        if !analytic {
            return (Rectangle::ALL, false);
        }
        (logarithm.mul(real(Interval::about(exponent))).exp(), true)
    }

    fn natural_power(self, exponent: f64) -> Rectangle {
        if self.is_real() {
            return real(self.re.powi(exponent as i64));
        }
        if self.re.is_zero() {
            let size = self.im.powi(exponent as i64);
            return match exponent.rem_euclid(4.0) as i64 {
                0 => real(size),
                1 => rectangle(Interval::ZERO, size),
                2 => real(size.neg()),
                _ => rectangle(Interval::ZERO, size.neg()),
            };
        }
        let (mut result, mut base, mut left) = (Rectangle::ONE, self, exponent as u64);
        while left > 0 {
            if left & 1 == 1 {
                result = result.mul(base);
            }
            base = base.mul(base);
            left >>= 1;
        }
        result
    }

    /// Power with a number as exponent.
    pub fn power(self, exponent: f64, integer: bool) -> Image {
        if integer && exponent > 0.0 {
            (self.natural_power(exponent), true)
        } else {
            self.number_power(exponent, integer)
        }
    }

    /// Power with any exponent, `exp(exponent * ln(self))`.
    pub fn general_power(self, exponent: Rectangle) -> Image {
        let (logarithm, analytic) = self.ln();
        if analytic {
            (logarithm.mul(exponent).exp(), true)
        } else {
            (Rectangle::ALL, false)
        }
    }

    fn sqrt(self) -> Image {
        self.power(0.5, false)
    }

    fn sin(self) -> Rectangle {
        if self.is_real() {
            return real(self.re.sin());
        }
        let (sinh, cosh) = (self.im.increasing(libm::sinh), self.im.cosh());
        rectangle(self.re.sin().mul(cosh), self.re.cos().mul(sinh))
    }

    fn cos(self) -> Rectangle {
        if self.is_real() {
            return real(self.re.cos());
        }
        let (sinh, cosh) = (self.im.increasing(libm::sinh), self.im.cosh());
        rectangle(self.re.cos().mul(cosh), self.re.sin().mul(sinh).neg())
    }

    fn over(self, other: Rectangle) -> Image {
        let (inverse, analytic) = other.recip();
        (if analytic { self.mul(inverse) } else { Rectangle::ALL }, analytic)
    }

    fn tan(self) -> Image {
        if self.is_real() {
            let values = self.re.tan();
            return (real(values), values.lo.is_finite() && values.hi.is_finite());
        }
        self.sin().over(self.cos())
    }

    fn sinh(self) -> Rectangle {
        if self.is_real() {
            return real(self.re.increasing(libm::sinh));
        }
        self.times_i().sin().over_i()
    }

    fn cosh(self) -> Rectangle {
        if self.is_real() {
            return real(self.re.cosh());
        }
        self.times_i().cos()
    }

    fn tanh(self) -> Image {
        if self.is_real() {
            let values = self.re.increasing(libm::tanh);
            return (real(Interval { lo: values.lo.max(-1.0), hi: values.hi.min(1.0) }), true);
        }
        self.sinh().over(self.cosh())
    }

    /// Whether a real value lies strictly between -1 and 1, or strictly beyond.
    fn beside_unit(self) -> bool {
        !UNIT.iter().any(|unit| self.re.contains(*unit))
    }

    /// Whether a value that is not real avoids the real line from 1 on and up to -1.
    fn off_outer_cut(self) -> bool {
        !self.im.contains(0.0) || self.re.lo > -1.0 && self.re.hi < 1.0
    }

    fn asin(self) -> Image {
        if self.is_real() {
            if !self.beside_unit() {
                return (Rectangle::ALL, false);
            }
            if self.re.lo > -1.0 && self.re.hi < 1.0 {
                return (real(self.re.increasing(libm::asin)), true);
            }
            if self.re.lo > 1.0 {
                return (rectangle(half_pi(), self.re.increasing(libm::acosh).neg()), true);
            }
            if self.re.hi < -1.0 {
                return (rectangle(half_pi().neg(), self.re.neg().increasing(libm::acosh)), true);
            }
            return (Rectangle::ALL, false);
        }
        if !self.off_outer_cut() {
            return (Rectangle::ALL, false);
        }
        // -i ln(iz + sqrt(1 - z^2))
        let (root, whole) = Rectangle::ONE.sub(self.natural_power(2.0)).sqrt();
        let (logarithm, cut) = self.times_i().add(root).ln();
        (logarithm.over_i(), whole && cut)
    }

    fn acos(self) -> Image {
        if self.is_real() && self.beside_unit() {
            if self.re.lo > 1.0 {
                return (rectangle(Interval::ZERO, self.re.increasing(libm::acosh)), true);
            }
            if self.re.lo > -1.0 && self.re.hi < 1.0 {
                return (real(self.re.decreasing(libm::acos)), true);
            }
        }
        let (value, analytic) = self.asin();
        (real(half_pi()).sub(value), analytic)
    }

    fn acosh(self) -> Image {
        if self.is_real() {
            if !self.beside_unit() {
                return (Rectangle::ALL, false);
            }
            if self.re.lo > 1.0 {
                return (real(self.re.increasing(libm::acosh)), true);
            }
            if self.re.lo > -1.0 && self.re.hi < 1.0 {
                return (rectangle(Interval::ZERO, self.re.decreasing(libm::acos)), true);
            }
            if self.re.hi < -1.0 {
                return (rectangle(self.re.neg().increasing(libm::acosh), Interval::pi()), true);
            }
            return (Rectangle::ALL, false);
        }
        if self.im.contains(0.0) && self.re.lo <= 1.0 {
            return (Rectangle::ALL, false);
        }
        let (below, first) = self.sub(Rectangle::ONE).sqrt();
        let (above, second) = self.add(Rectangle::ONE).sqrt();
        let (logarithm, third) = self.add(below.mul(above)).ln();
        (logarithm, first && second && third)
    }

    fn atanh(self) -> Image {
        if self.is_real() {
            if !self.beside_unit() {
                return (Rectangle::ALL, false);
            }
            if self.re.lo > -1.0 && self.re.hi < 1.0 {
                return (real(self.re.increasing(libm::atanh)), true);
            }
            if self.re.lo > 1.0 || self.re.hi < -1.0 {
                let angle = if self.re.lo > 1.0 { half_pi().neg() } else { half_pi() };
                return (rectangle(self.re.recip().increasing(libm::atanh), angle), true);
            }
            return (Rectangle::ALL, false);
        }
        if !self.off_outer_cut() {
            return (Rectangle::ALL, false);
        }
        let (above, first) = Rectangle::ONE.add(self).ln();
        let (below, second) = Rectangle::ONE.sub(self).ln();
        (above.sub(below).mul(real(exactly(0.5))), first && second)
    }

    fn atan(self) -> Image {
        if self.is_real() {
            return (real(self.re.atan()), true);
        }
        let (value, analytic) = self.times_i().atanh();
        (value.over_i(), analytic)
    }

    fn asinh(self) -> Image {
        if self.is_real() {
            return (real(self.re.increasing(libm::asinh)), true);
        }
        let (value, analytic) = self.times_i().asin();
        (value.over_i(), analytic)
    }

    fn abs(self) -> Image {
        (real(self.modulus()), !self.contains_zero())
    }

    fn sign(self) -> Image {
        if self.contains_zero() {
            return (rectangle(exactly(1.0).hull(exactly(-1.0)), exactly(1.0).hull(exactly(-1.0))), false);
        }
        if self.is_real() {
            return (real(exactly(if self.re.lo > 0.0 { 1.0 } else { -1.0 })), true);
        }
        let (inverse, _) = real(self.modulus()).recip();
        (self.mul(inverse), true)
    }

    /// The image under a function of one argument.
    pub fn image(self, op: Op) -> Image {
        let of_recip = |f: fn(Rectangle) -> Image| {
            let (inverse, first) = self.recip();
            let (value, second) = f(inverse);
            (value, first && second)
        };
        match op {
            Op::Exp => (self.exp(), true),
            Op::Ln => self.ln(),
            Op::Abs => self.abs(),
            Op::Sign => self.sign(),
            Op::Sin => (self.sin(), true),
            Op::Cos => (self.cos(), true),
            Op::Tan => self.tan(),
            Op::Cot => self.cos().over(self.sin()),
            Op::Sec => self.cos().recip(),
            Op::Csc => self.sin().recip(),
            Op::Asin => self.asin(),
            Op::Acos => self.acos(),
            Op::Atan => self.atan(),
            Op::Acot => of_recip(Rectangle::atan),
            Op::Asec => of_recip(Rectangle::acos),
            Op::Acsc => of_recip(Rectangle::asin),
            Op::Sinh => (self.sinh(), true),
            Op::Cosh => (self.cosh(), true),
            Op::Tanh => self.tanh(),
            Op::Coth => {
                let (value, first) = self.tanh();
                let (inverse, second) = value.recip();
                (inverse, first && second)
            }
            Op::Sech => self.cosh().recip(),
            Op::Csch => self.sinh().recip(),
            Op::Asinh => self.asinh(),
            Op::Acosh => self.acosh(),
            Op::Atanh => self.atanh(),
            Op::Acoth => of_recip(Rectangle::atanh),
            Op::Asech => of_recip(Rectangle::acosh),
            Op::Acsch => of_recip(Rectangle::asinh),
            Op::Add
            | Op::Sub
            | Op::Mul
            | Op::Div
            | Op::Pow
            | Op::Sqrt
            | Op::Pow2
            | Op::Pow3
            | Op::Pow4
            | Op::Pow5
            | Op::Inv => (Rectangle::ALL, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operators::OPERATORS;

    /// Every function encloses its values at the points of rectangles on which it is analytic.
    #[test]
    fn values_lie_in_the_images() {
        let parts = [(0.2, 0.4), (-0.7, -0.5), (1.2, 1.5), (-3.0, -1.1), (-0.3, 0.1), (20.0, 21.0)];
        let imaginary = [(0.0, 0.0), (0.1, 0.3), (-2.0, -1.4), (3.0, 3.1), (-0.1, 0.1)];
        let mut analytic_ones = 0;
        for row in &OPERATORS {
            let Some(function) = row.op.function() else { continue };
            for (a, b) in parts {
                for (p, q) in imaginary {
                    let argument = rectangle(Interval { lo: a, hi: b }, Interval { lo: p, hi: q });
                    let (image, analytic) = argument.image(row.op);
                    if !analytic {
                        continue;
                    }
                    analytic_ones += 1;
                    for step in 0..25 {
                        let x = a + (b - a) * f64::from(step % 5) / 4.0;
                        let y = p + (q - p) * f64::from(step / 5) / 4.0;
                        let value = (function.eval)(c(x, y));
                        let slack = 1e-13 * (1.0 + value.norm());
                        let inside = |part: Interval, v: f64| part.lo - slack <= v && v <= part.hi + slack;
                        assert!(
                            inside(image.re, value.re) && inside(image.im, value.im),
                            "{} at {x} + {y}i: {value:?} not in {image:?}",
                            row.name
                        );
                    }
                }
            }
        }
        assert!(analytic_ones > 500, "{analytic_ones}");
    }

    #[test]
    fn special_values_are_seen() {
        let at = |lo, hi| real(Interval { lo, hi });
        for (op, special) in [
            (Op::Ln, 0.0),
            (Op::Abs, 0.0),
            (Op::Sign, 0.0),
            (Op::Asin, 1.0),
            (Op::Acos, -1.0),
            (Op::Acosh, 1.0),
            (Op::Atanh, -1.0),
            (Op::Acot, 0.0),
            (Op::Asec, 1.0),
            (Op::Asech, 0.0),
            (Op::Tan, std::f64::consts::FRAC_PI_2),
            (Op::Sec, std::f64::consts::FRAC_PI_2),
            (Op::Cot, 0.0),
            (Op::Csch, 0.0),
        ] {
            let (below, above) = (special - 0.1, special + 0.1);
            assert!(!at(below, above).image(op).1, "{op:?}");
            assert!(at(below - 0.05, below).image(op).1 && at(above, above + 0.05).image(op).1, "{op:?}");
        }
        assert!(at(-1e300, 1e300).image(Op::Atan).1);
        assert!(!at(-0.1, 0.1).power(-0.5, false).1 && at(0.1, 0.2).power(-0.5, false).1);
    }

    #[test]
    fn roots_of_negative_numbers_are_known_to_be_imaginary() {
        let (root, analytic) = real(Interval { lo: -4.0, hi: -1.0 }).power(0.5, false);
        assert!(analytic && root.re.is_zero() && root.im.lo <= 1.0 && root.im.hi >= 2.0);
        assert!(root.mul(root).is_real());
    }
}
