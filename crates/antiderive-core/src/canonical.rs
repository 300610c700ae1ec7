//! Sums and products in canonical form; powers are in `power.rs`.
//!
//! Only identities that hold for complex principal values wherever both sides are defined are used:
//!
//! * `x^a * x^b = x^(a+b)`; `(x^a)^n = x^(a*n)` for integer `n`; `(x^a)^b = x^(a*b)` for real `-1 < a <= 1`
//! * `(c*x)^a = c^a * x^a` for real `c > 0`; `(x*y)^n = x^n * y^n` for integer `n`
//! * `exp(x) * exp(y) = exp(x+y)`; `exp(x)^n = exp(n*x)` for integer `n`
//!
//! A number times a sum is distributed. In products and powers, sums have no common rational factor; if the
//! exponent is an integer, their first term is positive.

use crate::error::{Error, Result};
use crate::number::Number;
use crate::operators::Op;
use crate::store::{Id, Node, Store};
use crate::symbols::Symbol;

/// Rounds in which the factors of one product may combine; far more than are ever needed.
const MAX_ROUNDS: usize = 64;

/// The parts of a product during collection.
struct Parts {
    coefficient: Number,
    /// Powers of numbers with fractional exponents (`I` is `(-1)^(1/2)`).
    radicals: Vec<(Number, Number)>,
    /// Arguments of exponentials.
    exponentials: Vec<Id>,
    /// Base and exponent.
    powers: Vec<(Id, Id)>,
}

impl Store {
    /// Splits a term into its rational coefficient and the rest.
    pub(crate) fn split_coefficient(&mut self, id: Id) -> Result<(Number, Id)> {
        match self.dag.node(id) {
            Node::Number(n) => Ok((self.dag.numbers[n as usize].clone(), Id::ONE)),
            Node::Mul(span) => {
                let factors = self.dag.span(span);
                let Some(number) = self.dag.number(factors[0]) else {
                    return Ok((Number::ONE, id));
                };
                self.count_number(number);
                let number = number.clone();
                if let [_, one] = factors {
                    return Ok((number, *one));
                }
                let mut rest = self.take_ids();
                rest.extend_from_slice(&self.dag.span(span)[1..]);
                let id = self.raw_mul(&rest)?;
                self.give_ids(rest);
                Ok((number, id))
            }
            _ => Ok((Number::ONE, id)),
        }
    }

    /// `coefficient * rest`, where `rest` is canonical and has no coefficient of its own unless it is a sum.
    pub(crate) fn scale(&mut self, coefficient: &Number, rest: Id) -> Result<Id> {
        if coefficient.is_zero() {
            return Ok(Id::ZERO);
        }
        if coefficient.is_one() {
            return Ok(rest);
        }
        if rest == Id::ONE {
            return self.num(coefficient);
        }
        self.count_number(coefficient);
        let mut args = self.take_ids();
        let result = if let Node::Add(span) = self.dag.node(rest) {
            args.extend_from_slice(self.dag.span(span));
            for arg in &mut args {
                let (own, term) = self.split_coefficient(*arg)?;
                *arg = self.scale(&own.mul(coefficient), term)?;
            }
            self.raw_add(&args)
        } else {
            args.push(self.num(coefficient)?);
            args.extend_from_slice(self.dag.factors(&rest));
            self.raw_mul(&args)
        };
        self.give_ids(args);
        result
    }

    /// The sum of `terms`.
    pub fn add(&mut self, terms: &[Id]) -> Result<Id> {
        if let [one] = terms {
            return Ok(*one);
        }
        let mut constant = Number::ZERO;
        let mut parts: Vec<(Number, Id)> = Vec::with_capacity(terms.len() + 4);
        for &term in terms {
            if let Node::Add(span) = self.dag.node(term) {
                self.count_work(self.dag.span(span).len());
                self.check_work()?;
                for i in 0..self.dag.span(span).len() {
                    let inner = self.dag.span(span)[i];
                    self.collect_term(inner, &mut constant, &mut parts)?;
                }
            } else {
                self.collect_term(term, &mut constant, &mut parts)?;
            }
        }
        parts.sort_by(|(_, a), (_, b)| self.compare_terms(*a, *b));
        let mut out = self.take_ids();
        let mut i = 0;
        while i < parts.len() {
            let rest = parts[i].1;
            let mut coefficient = parts[i].0.clone();
            i += 1;
            while i < parts.len() && parts[i].1 == rest {
                coefficient = coefficient.add(&parts[i].0);
                self.count_number(&coefficient);
                self.check_work()?;
                i += 1;
            }
            if !coefficient.is_zero() {
                out.push(self.scale(&coefficient, rest)?);
            }
        }
        if !constant.is_zero() {
            out.push(self.num(&constant)?);
        }
        let result = self.raw_add(&out);
        self.give_ids(out);
        result
    }

    fn collect_term(&mut self, term: Id, constant: &mut Number, parts: &mut Vec<(Number, Id)>) -> Result<()> {
        let (coefficient, rest) = self.split_coefficient(term)?;
        if rest == Id::ONE {
            *constant = constant.add(&coefficient);
            self.count_number(constant);
            self.check_work()?;
        } else {
            parts.push((coefficient, rest));
        }
        Ok(())
    }

    /// Minus `a`.
    pub fn neg(&mut self, a: Id) -> Result<Id> {
        let (coefficient, rest) = self.split_coefficient(a)?;
        self.scale(&coefficient.neg(), rest)
    }

    /// `a - b`
    pub fn sub(&mut self, a: Id, b: Id) -> Result<Id> {
        let minus = self.neg(b)?;
        self.add(&[a, minus])
    }

    /// `a / b`
    pub fn div(&mut self, a: Id, b: Id) -> Result<Id> {
        let inverse = self.pow(b, Id::MINUS_ONE)?;
        self.mul(&[a, inverse])
    }

    /// Principal square root.
    pub fn sqrt(&mut self, a: Id) -> Result<Id> {
        self.pow(a, Id::HALF)
    }

    /// The product of `factors`.
    pub fn mul(&mut self, factors: &[Id]) -> Result<Id> {
        if let [one] = factors {
            return Ok(*one);
        }
        let mut parts = Parts {
            coefficient: Number::ONE,
            radicals: Vec::new(),
            exponentials: Vec::new(),
            powers: Vec::with_capacity(factors.len() + 4),
        };
        for &factor in factors {
            self.collect_factors(factor, &mut parts)?;
        }
        self.product(parts)
    }

    fn collect_factors(&mut self, id: Id, parts: &mut Parts) -> Result<()> {
        if let Node::Mul(span) = self.dag.node(id) {
            for i in 0..self.dag.span(span).len() {
                let inner = self.dag.span(span)[i];
                self.collect_factor(inner, parts)?;
            }
            return Ok(());
        }
        self.collect_factor(id, parts)
    }

    fn collect_factor(&mut self, id: Id, parts: &mut Parts) -> Result<()> {
        match self.dag.node(id) {
            Node::Number(n) => {
                parts.coefficient = parts.coefficient.mul(&self.dag.numbers[n as usize]);
                self.count_number(&parts.coefficient);
                self.check_work()?;
                if parts.coefficient.bits() > self.limits.number_bits {
                    return Err(Error::NumberTooLarge(self.limits.number_bits));
                }
            }
            Node::Symbol(Symbol::I) => parts.radicals.push((Number::MINUS_ONE, Number::HALF)),
            Node::Symbol(Symbol::E) => parts.exponentials.push(Id::ONE),
            Node::Function(Op::Exp, arg) => parts.exponentials.push(arg),
            Node::Add(_) => {
                let (content, primitive) = self.primitive(id, true)?;
                parts.coefficient = parts.coefficient.mul(&content);
                parts.powers.push((primitive, Id::ONE));
            }
            Node::Pow(base, exponent) => match (self.dag.number(base), self.dag.number(exponent)) {
                (Some(b), Some(e)) => parts.radicals.push((b.clone(), e.clone())),
                _ => parts.powers.push((base, exponent)),
            },
            _ => parts.powers.push((id, Id::ONE)),
        }
        Ok(())
    }

    fn product(&mut self, mut parts: Parts) -> Result<Id> {
        for _ in 0..MAX_ROUNDS {
            if parts.coefficient.is_zero() {
                return Ok(Id::ZERO);
            }
            let mut changed = false;
            if parts.exponentials.len() > 1 {
                let total = self.add(&parts.exponentials)?;
                parts.exponentials.clear();
                let node = self.apply(Op::Exp, total)?;
                self.collect_factors(node, &mut parts)?;
                changed = true;
            }
            changed |= self.combine_opposite_sums(&mut parts)?;
            changed |= self.combine_equal_bases(&mut parts)?;
            if !changed {
                return self.assemble(parts);
            }
        }
        Err(Error::Bound { what: "the canonical form of a product", bound: MAX_ROUNDS })
    }

    /// Adds the exponents of equal bases; true if anything was combined.
    fn combine_equal_bases(&mut self, parts: &mut Parts) -> Result<bool> {
        parts.powers.sort_by(|(a, _), (b, _)| self.compare(*a, *b));
        if parts.powers.windows(2).all(|pair| pair[0].0 != pair[1].0) {
            return Ok(false);
        }
        let mut powers = std::mem::take(&mut parts.powers);
        let mut i = 0;
        while i < powers.len() {
            let (base, exponent) = powers[i];
            let end = i + powers[i..].iter().take_while(|(b, _)| *b == base).count();
            if end == i + 1 {
                parts.powers.push((base, exponent));
            } else {
                let mut exponents = self.take_ids();
                exponents.extend(powers[i..end].iter().map(|(_, e)| *e));
                let total = self.add(&exponents)?;
                self.give_ids(exponents);
                let power = self.pow(base, total)?;
                self.collect_factors(power, parts)?;
            }
            i = end;
        }
        powers.clear();
        Ok(true)
    }

    /// Turns `(x-1)^n` next to `(1-x)^a` into `(-1)^n * (1-x)^n` for integer `n` and fractional `a`.
    fn combine_opposite_sums(&self, parts: &mut Parts) -> Result<bool> {
        let is_sum = |i: &usize| matches!(self.dag.node(parts.powers[*i].0), Node::Add(_));
        if (0..parts.powers.len()).filter(is_sum).nth(1).is_none() {
            return Ok(false);
        }
        let sums: Vec<usize> = (0..parts.powers.len()).filter(is_sum).collect();
        self.count_work(sums.len() * sums.len() / 4);
        self.check_work()?;
        for (k, &i) in sums.iter().enumerate() {
            for &j in &sums[k + 1..] {
                let ((a, m), (b, n)) = (parts.powers[i], parts.powers[j]);
                if !self.opposite_sums(a, b) {
                    continue;
                }
                let integer = |id| self.number(id).is_some_and(Number::is_integer);
                let (from, to, exponent) = match (integer(m), integer(n)) {
                    (true, _) => (i, b, m),
                    (_, true) => (j, a, n),
                    (false, false) => continue,
                };
                if !self.number(exponent).is_some_and(Number::is_even) {
                    parts.coefficient = parts.coefficient.neg();
                }
                parts.powers[from].0 = to;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether `a` and `b` are sums with `a = -b`.
    fn opposite_sums(&self, a: Id, b: Id) -> bool {
        let (Node::Add(s), Node::Add(t)) = (self.dag.node(a), self.dag.node(b)) else {
            return false;
        };
        let (s, t) = (self.dag.span(s), self.dag.span(t));
        s.len() == t.len() && s.iter().zip(t).all(|(x, y)| self.opposite_terms(*x, *y))
    }

    fn opposite_terms(&self, a: Id, b: Id) -> bool {
        let (fa, fb) = (self.dag.factors(&a), self.dag.factors(&b));
        let (na, nb) = (self.dag.number(fa[0]), self.dag.number(fb[0]));
        let (rest_a, rest_b) = (&fa[usize::from(na.is_some())..], &fb[usize::from(nb.is_some())..]);
        let one = Number::ONE;
        rest_a == rest_b && na.unwrap_or(&one).neg() == *nb.unwrap_or(&one)
    }

    /// Whether the first term of a sum, or the factor in front of a product, is negative.
    pub(crate) fn leading_negative(&self, id: Id) -> bool {
        let first = self.dag.terms(&id)[0];
        self.number(self.dag.factors(&first)[0]).is_some_and(Number::is_negative)
    }

    fn assemble(&mut self, parts: Parts) -> Result<Id> {
        let Parts { mut coefficient, radicals, exponentials, powers } = parts;
        let mut out = self.take_ids();
        if !radicals.is_empty() {
            self.combine_radicals(&mut coefficient, &radicals, &mut out)?;
        }
        for arg in exponentials {
            out.push(if arg == Id::ONE { Id::symbol(Symbol::E) } else { self.raw_function(Op::Exp, arg)? });
        }
        for (base, exponent) in powers {
            out.push(self.raw_pow(base, exponent)?);
        }
        if coefficient.bits() > self.limits.number_bits {
            return Err(Error::NumberTooLarge(self.limits.number_bits));
        }
        out.sort_by(|a, b| self.compare(*a, *b));
        let result = match out[..] {
            [one] => self.scale(&coefficient, one),
            _ => {
                let rest = self.raw_mul(&out)?;
                self.scale(&coefficient, rest)
            }
        };
        self.give_ids(out);
        result
    }

    /// Writes a sum as a rational times a sum whose coefficients are coprime integers. The rational is
    /// positive, or, with `signed`, such that the first term of the sum is.
    pub(crate) fn primitive(&mut self, sum: Id, signed: bool) -> Result<(Number, Id)> {
        let Node::Add(span) = self.dag.node(sum) else {
            return Ok((Number::ONE, sum));
        };
        let mut content: Option<Number> = None;
        for &term in self.dag.span(span) {
            let number = match self.dag.number(self.dag.factors(&term)[0]) {
                Some(n) => n.abs(),
                None => Number::ONE,
            };
            self.count_number(&number);
            let next = match content {
                None => number,
                Some(c) => c.gcd(&number),
            };
            content = Some(next);
        }
        let mut content = content.unwrap_or(Number::ONE);
        if signed && self.leading_negative(sum) {
            content = content.neg();
        }
        if content.is_one() {
            return Ok((content, sum));
        }
        let primitive = self.scale(&content.recip()?, sum)?;
        Ok((content, primitive))
    }
}
