//! Powers in canonical form, and powers of numbers (see `canonical.rs` for the identities).

use std::cell::Cell;

use crate::error::{Error, Result};
use crate::number::{factor, perfect_power, Number};
use crate::operators::Op;
use crate::store::{Id, Node, Store};
use crate::symbols::Symbol;

/// Work of splitting one number into its small primes.
const FACTOR_WORK: usize = 32;

impl Store {
    /// Multiplies powers of numbers: exponents of each prime are added, whole powers go to the
    /// coefficient, and primes with the same remaining fraction share one radical.
    pub(crate) fn combine_radicals(
        &mut self,
        coefficient: &mut Number,
        radicals: &[(Number, Number)],
        out: &mut Vec<Id>,
    ) -> Result<()> {
        let mut primes: Vec<(Number, Number)> = Vec::new();
        // Every number is looked up among the primes met so far.
        let primes_met = Cell::new(0);
        let mut push = |base: Number, exponent: Number| match primes.iter_mut().find(|(b, _)| *b == base) {
            Some((_, e)) => *e = e.add(&exponent),
            None => {
                primes.push((base, exponent));
                primes_met.set(primes.len());
            }
        };
        for (base, exponent) in radicals {
            self.count_work(FACTOR_WORK + primes_met.get());
            self.check_work()?;
            if base.is_negative() {
                push(Number::MINUS_ONE, exponent.clone());
            }
            if let Number::Small(num, den) = base {
                for (part, sign) in [(num.unsigned_abs(), 1), (den.unsigned_abs(), -1)] {
                    for (prime, count) in factor(part) {
                        let Ok(prime) = i64::try_from(prime) else {
                            return Err(Error::NumberTooLarge(63));
                        };
                        push(Number::int(prime), exponent.mul(&Number::int(i64::from(count) * sign)));
                    }
                }
            } else {
                let base = base.abs();
                push(Number::from(base.numer()), exponent.clone());
                if !base.is_integer() {
                    push(Number::from(base.denom()), exponent.neg());
                }
            }
        }
        primes.retain(|(base, _)| !base.is_one());
        primes.sort();
        let mut groups: Vec<(Number, Number)> = Vec::new();
        for (base, exponent) in primes {
            let whole = exponent.floor();
            let fraction = exponent.sub(&whole);
            let limit = self.limits.number_bits;
            let whole = whole.to_i64().ok_or(Error::NumberTooLarge(limit))?;
            *coefficient = coefficient.mul(&base.pow(whole, limit)?);
            self.count_work(groups.len());
            self.count_number(coefficient);
            self.check_work()?;
            if fraction.is_zero() {
                continue;
            }
            let same =
                groups.iter_mut().find(|(e, b)| *e == fraction && !b.is_negative() && !base.is_negative());
            match same {
                Some((_, group)) => {
                    *group = group.mul(&base);
                    self.count_number(group);
                }
                None => groups.push((fraction, base)),
            }
        }
        for (exponent, base) in groups {
            if base == Number::MINUS_ONE && exponent == Number::HALF {
                out.push(Id::symbol(Symbol::I));
            } else {
                let (base, exponent) = (self.num(&base)?, self.num(&exponent)?);
                out.push(self.raw_pow(base, exponent)?);
            }
        }
        Ok(())
    }

    /// `base ^ exponent` on the principal branch.
    pub fn pow(&mut self, base: Id, exponent: Id) -> Result<Id> {
        if exponent == Id::ZERO || base == Id::ONE {
            return Ok(Id::ONE);
        }
        if exponent == Id::ONE {
            return Ok(base);
        }
        let number = self.number(exponent).cloned();
        let integer = number.as_ref().is_some_and(Number::is_integer);
        match self.dag.node(base) {
            Node::Number(n) => {
                let value = self.dag.numbers[n as usize].clone();
                self.pow_number(&value, base, exponent, number.as_ref())
            }
            Node::Symbol(Symbol::E) => self.apply(Op::Exp, exponent),
            Node::Symbol(Symbol::I) => {
                let half = self.mul(&[exponent, Id::HALF])?;
                self.pow(Id::MINUS_ONE, half)
            }
            Node::Function(Op::Exp, arg) if integer || self.number(arg).is_some() => {
                let arg = self.mul(&[exponent, arg])?;
                self.apply(Op::Exp, arg)
            }
            Node::Pow(inner, inner_exponent) => {
                let in_strip =
                    self.number(inner_exponent).is_some_and(|e| *e > Number::MINUS_ONE && *e <= Number::ONE);
                if integer || in_strip {
                    let exponent = self.mul(&[inner_exponent, exponent])?;
                    return self.pow(inner, exponent);
                }
                self.raw_pow(base, exponent)
            }
            Node::Add(_) => {
                let (content, primitive) = self.primitive(base, integer)?;
                if content.is_one() {
                    return self.raw_pow(base, exponent);
                }
                let content = self.num(&content)?;
                let outer = self.pow(content, exponent)?;
                let power = self.raw_pow(primitive, exponent)?;
                self.mul(&[outer, power])
            }
            Node::Mul(_) => self.pow_product(base, exponent, integer),
            _ => self.raw_pow(base, exponent),
        }
    }

    /// Integer powers of a product go to its factors, other powers only to its positive constants.
    fn pow_product(&mut self, base: Id, exponent: Id, integer: bool) -> Result<Id> {
        let factors = self.dag.factors(&base).to_vec();
        if integer {
            let mut powers = Vec::with_capacity(factors.len());
            for factor in factors {
                powers.push(self.pow(factor, exponent)?);
            }
            return self.mul(&powers);
        }
        let mut outer = Vec::new();
        let mut inner = Vec::new();
        for factor in factors {
            match self.number(factor).cloned() {
                Some(number) if number.is_negative() => {
                    inner.push(Id::MINUS_ONE);
                    if number != Number::MINUS_ONE {
                        outer.push(self.num(&number.neg())?);
                    }
                }
                _ if self.is_positive_constant(factor) => outer.push(factor),
                _ => inner.push(factor),
            }
        }
        if outer.is_empty() {
            return self.raw_pow(base, exponent);
        }
        for factor in &mut outer {
            *factor = self.pow(*factor, exponent)?;
        }
        let rest = self.mul(&inner)?;
        outer.push(self.pow(rest, exponent)?);
        self.mul(&outer)
    }

    /// Whether `id` is a constant that is obviously a positive real number.
    pub(crate) fn is_positive_constant(&self, id: Id) -> bool {
        match self.dag.node(id) {
            Node::Number(n) => self.dag.numbers[n as usize] > Number::ZERO,
            Node::Symbol(s) => matches!(s, Symbol::PI | Symbol::E),
            Node::Function(Op::Exp, arg) => self.number(arg).is_some(),
            Node::Pow(base, exponent) => self.number(exponent).is_some() && self.is_positive_constant(base),
            Node::Mul(span) => self.dag.span(span).iter().all(|f| self.is_positive_constant(*f)),
            _ => false,
        }
    }

    fn pow_number(&mut self, value: &Number, base: Id, exponent: Id, number: Option<&Number>) -> Result<Id> {
        if let Some(number) = number {
            if value.is_zero() {
                return if number.is_negative() {
                    Err(Error::Undefined(format!("0**({number})")))
                } else {
                    Ok(Id::ZERO)
                };
            }
            if let Some(n) = number.to_i64() {
                let power = value.pow(n, self.limits.number_bits)?;
                return self.num(&power);
            }
            let mut coefficient = Number::ONE;
            let mut out = self.take_ids();
            self.combine_radicals(&mut coefficient, &[(value.clone(), number.clone())], &mut out)?;
            out.sort_by(|a, b| self.compare(*a, *b));
            let rest = self.raw_mul(&out)?;
            self.give_ids(out);
            return self.scale(&coefficient, rest);
        }
        if value.is_zero() {
            return self.raw_pow(base, exponent);
        }
        // b^(r+u) = b^r * b^u
        if let Node::Add(span) = self.dag.node(exponent) {
            let terms = self.dag.span(span).to_vec();
            if let [rest @ .., last] = &terms[..] {
                if self.number(*last).is_some() {
                    let rest = self.raw_add(rest)?;
                    let (outer, inner) = (self.pow(base, *last)?, self.pow(base, rest)?);
                    return self.mul(&[outer, inner]);
                }
            }
        }
        // (p^k)^u = p^(k*u) and (1/p)^u = p^(-u) for positive p
        if let Number::Small(num, den) = *value {
            if num > 0 {
                let ((p, k), sign) = if den == 1 {
                    (perfect_power(num as u64), 1)
                } else if num == 1 {
                    (perfect_power(den as u64), -1)
                } else {
                    ((0, 1), 1)
                };
                if k > 1 || sign < 0 {
                    let root = self.int(p as i64);
                    let k = self.int(i64::from(k) * sign);
                    let exponent = self.mul(&[k, exponent])?;
                    return self.pow(root, exponent);
                }
            }
        }
        self.raw_pow(base, exponent)
    }
}
