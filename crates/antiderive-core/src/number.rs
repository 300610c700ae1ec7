//! Exact rational numbers of any size, with a fast path for 64-bit numerators and denominators.

use std::cmp::Ordering;
use std::fmt;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, ToPrimitive};

use crate::error::{Error, Result};

/// An exact rational in lowest terms with a positive denominator.
///
/// The representation is unique: a value that fits into two `i64` is always `Small`, so that derived
/// equality and hashing are those of the value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Number {
    /// Numerator and denominator fit into 64 bits.
    Small(i64, i64),
    /// Anything larger.
    Big(Box<BigRational>),
}

use Number::{Big, Small};

impl Number {
    /// Zero.
    pub const ZERO: Number = Small(0, 1);
    /// One.
    pub const ONE: Number = Small(1, 1);
    /// Minus one.
    pub const MINUS_ONE: Number = Small(-1, 1);
    /// One half.
    pub const HALF: Number = Small(1, 2);

    /// The integer `n`.
    pub const fn int(n: i64) -> Number {
        Small(n, 1)
    }

    /// The rational `num / den`; `den` must not be zero.
    pub fn ratio(num: i64, den: i64) -> Result<Number> {
        if den == 0 {
            return Err(Error::Undefined(format!("{num}/0")));
        }
        Ok(Self::from_wide(i128::from(num), i128::from(den)))
    }

    /// Reads a decimal integer of any length.
    pub fn from_digits(digits: &str) -> Option<Number> {
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        match digits.parse::<i64>() {
            Ok(n) => Some(Small(n, 1)),
            Err(_) => digits.parse::<BigInt>().ok().map(Number::from),
        }
    }

    fn from_wide(num: i128, den: i128) -> Number {
        debug_assert!(den != 0);
        let (mut num, mut den) = if den < 0 { (-num, -den) } else { (num, den) };
        if den != 1 {
            let g = match (u64::try_from(num.unsigned_abs()), u64::try_from(den)) {
                (Ok(a), Ok(b)) => i128::from(gcd64(a, b)),
                _ => num.gcd(&den),
            };
            if g > 1 {
                num /= g;
                den /= g;
            }
        }
        match (i64::try_from(num), i64::try_from(den)) {
            (Ok(n), Ok(d)) => Small(n, d),
            _ => Big(Box::new(BigRational::new_raw(num.into(), den.into()))),
        }
    }

    fn from_big(value: BigRational) -> Number {
        match (value.numer().to_i64(), value.denom().to_i64()) {
            (Some(n), Some(d)) => Small(n, d),
            _ => Big(Box::new(value)),
        }
    }

    /// The same value with big parts.
    pub fn to_big(&self) -> BigRational {
        match self {
            Small(n, d) => BigRational::new_raw((*n).into(), (*d).into()),
            Big(b) => (**b).clone(),
        }
    }

    /// Numerator.
    pub fn numer(&self) -> BigInt {
        match self {
            Small(n, _) => (*n).into(),
            Big(b) => b.numer().clone(),
        }
    }

    /// Denominator, positive.
    pub fn denom(&self) -> BigInt {
        match self {
            Small(_, d) => (*d).into(),
            Big(b) => b.denom().clone(),
        }
    }

    /// Whether the value is 0.
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// Whether the value is 1.
    pub fn is_one(&self) -> bool {
        *self == Self::ONE
    }

    /// Whether the value is below 0.
    pub fn is_negative(&self) -> bool {
        match self {
            Small(n, _) => *n < 0,
            Big(b) => b.is_negative(),
        }
    }

    /// Whether the denominator is 1.
    pub fn is_integer(&self) -> bool {
        match self {
            Small(_, d) => *d == 1,
            Big(b) => b.is_integer(),
        }
    }

    /// The value as `i64`, if it is an integer of that size.
    pub fn to_i64(&self) -> Option<i64> {
        match self {
            Small(n, 1) => Some(*n),
            _ => None,
        }
    }

    /// Whether the value is an even integer.
    pub fn is_even(&self) -> bool {
        match self {
            Small(n, d) => *d == 1 && n % 2 == 0,
            Big(b) => b.is_integer() && b.numer().is_even(),
        }
    }

    /// The nearest double.
    pub fn to_f64(&self) -> f64 {
        match self {
            Small(n, 1) => *n as f64,
            Small(n, d) if n.unsigned_abs() < 1 << 53 && *d < 1 << 53 => *n as f64 / *d as f64,
            Small(..) => self.to_big().to_f64().unwrap_or(f64::NAN),
            Big(b) => b.to_f64().unwrap_or(f64::NAN),
        }
    }

    /// Size of the larger of numerator and denominator, in bits.
    pub fn bits(&self) -> u64 {
        match self {
            Small(n, d) => u64::from(64 - (n.unsigned_abs() | d.unsigned_abs()).leading_zeros()),
            Big(b) => b.numer().bits().max(b.denom().bits()),
        }
    }

    /// Minus the value.
    pub fn neg(&self) -> Number {
        match self {
            Small(n, d) if *n != i64::MIN => Small(-n, *d),
            _ => Self::from_big(-self.to_big()),
        }
    }

    /// Absolute value.
    pub fn abs(&self) -> Number {
        if self.is_negative() {
            self.neg()
        } else {
            self.clone()
        }
    }

    /// Sum.
    pub fn add(&self, other: &Number) -> Number {
        match (self, other) {
            (Small(a, 1), Small(b, 1)) => Self::from_wide(i128::from(*a) + i128::from(*b), 1),
            (Small(a, b), Small(c, d)) => {
                let (a, b, c, d) = (i128::from(*a), i128::from(*b), i128::from(*c), i128::from(*d));
                Self::from_wide(a * d + c * b, b * d)
            }
            _ => Self::from_big(self.to_big() + other.to_big()),
        }
    }

    /// Difference.
    pub fn sub(&self, other: &Number) -> Number {
        self.add(&other.neg())
    }

    /// Product.
    pub fn mul(&self, other: &Number) -> Number {
        match (self, other) {
            (Small(a, b), Small(c, d)) => {
                Self::from_wide(i128::from(*a) * i128::from(*c), i128::from(*b) * i128::from(*d))
            }
            _ => Self::from_big(self.to_big() * other.to_big()),
        }
    }

    /// 1 over the value.
    pub fn recip(&self) -> Result<Number> {
        if self.is_zero() {
            return Err(Error::Undefined("1/0".into()));
        }
        Ok(match self {
            Small(n, d) => Self::from_wide(i128::from(*d), i128::from(*n)),
            Big(b) => Self::from_big(b.recip()),
        })
    }

    /// Quotient.
    pub fn div(&self, other: &Number) -> Result<Number> {
        Ok(self.mul(&other.recip()?))
    }

    /// Integer power; `0` to a negative power is undefined, a result above `max_bits` is refused
    /// before it is computed.
    pub fn pow(&self, exponent: i64, max_bits: u64) -> Result<Number> {
        if exponent < 0 {
            return self
                .recip()?
                .pow(exponent.checked_neg().ok_or(Error::NumberTooLarge(max_bits))?, max_bits);
        }
        if exponent == 0 || self.is_one() {
            return Ok(Self::ONE);
        }
        if let Small(n, 1) = self {
            if *n == 0 {
                return Ok(Self::ZERO);
            }
            if *n == -1 {
                return Ok(if exponent % 2 == 0 { Self::ONE } else { Self::MINUS_ONE });
            }
        }
        // `bits - 1` is a lower bound of the logarithm, so nothing representable is refused.
        if (self.bits() - 1).saturating_mul(exponent as u64) > max_bits {
            return Err(Error::NumberTooLarge(max_bits));
        }
        let exponent = u32::try_from(exponent).map_err(|_| Error::NumberTooLarge(max_bits))?;
        if let Small(n, d) = self {
            if let (Some(n), Some(d)) = (n.checked_pow(exponent), d.checked_pow(exponent)) {
                return Ok(Small(n, d));
            }
        }
        let big = self.to_big();
        let value = BigRational::new_raw(Pow::pow(big.numer(), exponent), Pow::pow(big.denom(), exponent));
        Ok(Self::from_big(value))
    }

    /// The largest integer that is not above the value.
    pub fn floor(&self) -> Number {
        match self {
            Small(n, d) => Small(n.div_euclid(*d), 1),
            Big(b) => Self::from_big(b.floor()),
        }
    }

    /// Positive greatest common divisor of two rationals: the largest `g` of which both are integer
    /// multiples; `gcd(a/b, c/d) = gcd(a, c) / lcm(b, d)` in lowest terms.
    pub fn gcd(&self, other: &Number) -> Number {
        match (self, other) {
            (Small(a, b), Small(c, d)) => {
                let num = gcd64(a.unsigned_abs(), c.unsigned_abs());
                let (b, d) = (i128::from(*b), i128::from(*d));
                let lcm = if b == d { b } else { b / i128::from(gcd64(b as u64, d as u64)) * d };
                Self::from_wide(i128::from(num), lcm)
            }
            _ => {
                let (x, y) = (self.to_big(), other.to_big());
                let num = x.numer().gcd(y.numer());
                let den = x.denom().lcm(y.denom());
                Self::from_big(BigRational::new(num, den))
            }
        }
    }
}

impl From<BigInt> for Number {
    fn from(value: BigInt) -> Self {
        Number::from_big(BigRational::new_raw(value, BigInt::one()))
    }
}

impl From<BigRational> for Number {
    fn from(value: BigRational) -> Self {
        Number::from_big(value)
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Small(a, b), Small(c, d)) => {
                (i128::from(*a) * i128::from(*d)).cmp(&(i128::from(*c) * i128::from(*b)))
            }
            _ => self.to_big().cmp(&other.to_big()),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Small(n, 1) => write!(f, "{n}"),
            Small(n, d) => write!(f, "{n}/{d}"),
            Big(b) => write!(f, "{b}"),
        }
    }
}

/// Binary greatest common divisor.
fn gcd64(mut a: u64, mut b: u64) -> u64 {
    if a == 0 || b == 0 {
        return a | b;
    }
    let shift = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    loop {
        b >>= b.trailing_zeros();
        if a > b {
            std::mem::swap(&mut a, &mut b);
        }
        b -= a;
        if b == 0 {
            return a << shift;
        }
    }
}

/// Trial division stops at this divisor; what is left of a larger number is treated as a prime.
const TRIAL_LIMIT: u64 = 1000;

/// Splits `n > 0` into prime powers, ascending. Prime divisors up to 1000 are found; a cofactor
/// without such divisors is returned whole, as a square or cube root when it is a perfect one.
pub fn factor(n: u64) -> Vec<(u64, u32)> {
    let mut factors = Vec::new();
    let mut rest = n;
    let mut divisor = 2;
    while divisor <= TRIAL_LIMIT && divisor * divisor <= rest {
        let mut count = 0;
        while rest % divisor == 0 {
            rest /= divisor;
            count += 1;
        }
        if count > 0 {
            factors.push((divisor, count));
        }
        divisor += if divisor == 2 { 1 } else { 2 };
    }
    if rest > 1 {
        let (base, count) = perfect_power(rest);
        factors.push((base, count));
    }
    factors
}

/// Writes `n` as `base ^ exponent` with the largest exponent.
pub fn perfect_power(n: u64) -> (u64, u32) {
    if n < 4 {
        return (n, 1);
    }
    for exponent in (2..=n.ilog2()).rev() {
        let guess = libm::round(libm::exp2(libm::log2(n as f64) / f64::from(exponent))) as u64;
        for base in guess.saturating_sub(1).max(2)..=guess + 1 {
            if base.checked_pow(exponent) == Some(n) {
                return (base, exponent);
            }
        }
    }
    (n, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overflow_moves_to_big_and_back() {
        let big = Number::int(i64::MAX).add(&Number::ONE);
        assert!(matches!(big, Big(_)));
        assert_eq!(big.sub(&Number::ONE), Number::int(i64::MAX));
        assert_eq!(Number::int(i64::MIN).neg().neg(), Number::int(i64::MIN));
    }

    #[test]
    fn powers_are_bounded() {
        assert_eq!(Number::int(7).pow(1_000_000_000, 4096), Err(Error::NumberTooLarge(4096)));
        assert_eq!(Number::ratio(2, 3).unwrap().pow(-3, 64).unwrap(), Number::ratio(27, 8).unwrap());
        assert!(Number::ZERO.pow(-1, 64).is_err());
    }

    #[test]
    fn gcd_of_rationals() {
        let g = Number::ratio(1, 2).unwrap().gcd(&Number::ratio(1, 3).unwrap());
        assert_eq!(g, Number::ratio(1, 6).unwrap());
        assert_eq!(Number::int(4).gcd(&Number::int(-6)), Number::int(2));
    }

    #[test]
    fn factors() {
        assert_eq!(factor(360), vec![(2, 3), (3, 2), (5, 1)]);
        assert_eq!(factor(1), vec![]);
        assert_eq!(factor(1009 * 1009), vec![(1009, 2)]);
        assert_eq!(perfect_power(64), (2, 6));
        assert_eq!(perfect_power(u64::MAX), (u64::MAX, 1));
    }
}
