//! Rewrites that are stronger than the canonical form: `expand`, `together`, `factor`, `simplify`.
//!
//! All are bounded: past its bound a rewrite is an error, and `simplify` skips that rewrite.

use std::sync::OnceLock;

use crate::error::{Error, Result};
use crate::functions::Template;
use crate::number::Number;
use crate::operators::Op;
use crate::prefix::{write_tokens, Token};
use crate::store::{Id, Node, Store};

/// Largest number of products that one call of `expand` forms.
pub const MAX_PRODUCTS: usize = 20_000;
/// Largest exponent that `expand` multiplies out.
pub const MAX_EXPONENT: i64 = 512;
/// Rounds of a rewrite that feeds on its own result.
const MAX_ROUNDS: usize = 8;
/// Largest tree that `simplify` tries to rewrite.
const MAX_SIMPLIFY: u32 = 2000;

impl Store {
    /// Multiplies out products of sums and positive integer powers of sums.
    pub fn expand(&mut self, root: Id) -> Result<Id> {
        self.expand_within(root, MAX_PRODUCTS)
    }

    /// The expansion that `simplify` tries: a result of more products would hardly be shorter.
    fn expand_a_little(&mut self, root: Id) -> Result<Id> {
        self.expand_within(root, MAX_PRODUCTS / 20)
    }

    fn expand_within(&mut self, root: Id, mut left: usize) -> Result<Id> {
        let mut current = root;
        for _ in 0..MAX_ROUNDS {
            let next = self.rebuild(current, &mut |store, _, id| store.expand_node(id, &mut left))?;
            if next == current {
                break;
            }
            current = next;
        }
        Ok(current)
    }

    fn expand_node(&mut self, id: Id, left: &mut usize) -> Result<Id> {
        let mut terms = vec![Id::ONE];
        let mut multiplied = false;
        for factor in self.dag.factors(&id).to_vec() {
            let (base, exponent) = self.dag.base_exponent(factor);
            let times = self.dag.integer(exponent).filter(|n| *n > 0);
            let sum = self.dag.terms(&base).to_vec();
            match times {
                Some(times) if sum.len() > 1 => {
                    if times > MAX_EXPONENT {
                        return Err(Error::Bound { what: "expand", bound: MAX_PRODUCTS });
                    }
                    multiplied = true;
                    for _ in 0..times {
                        terms = self.multiply_out(&terms, &sum, left)?;
                    }
                }
                _ => terms = self.multiply_out(&terms, &[factor], left)?,
            }
        }
        if multiplied {
            self.add(&terms)
        } else {
            Ok(id)
        }
    }

    /// The terms of the product of two sums, like terms collected; `left` counts products down.
    fn multiply_out(&mut self, a: &[Id], b: &[Id], left: &mut usize) -> Result<Vec<Id>> {
        // A product of long numbers counts as several.
        let cost = a.len() * b.len() + b.len() * self.words(a) + a.len() * self.words(b);
        *left = left.checked_sub(cost).ok_or(Error::Bound { what: "expand", bound: MAX_PRODUCTS })?;
        let mut products = Vec::with_capacity(a.len() * b.len());
        for &x in a {
            for &y in b {
                products.push(self.mul(&[x, y])?);
            }
        }
        let sum = self.add(&products)?;
        Ok(self.dag.terms(&sum).to_vec())
    }

    /// Length of the coefficients of these terms, in units of 128 bits.
    fn words(&self, terms: &[Id]) -> usize {
        let bits = |term: &Id| self.number(self.dag.factors(term)[0]).map_or(0, Number::bits);
        terms.iter().map(|term| bits(term) as usize / 128).sum()
    }

    /// Writes every sum over one common denominator.
    pub fn together(&mut self, root: Id) -> Result<Id> {
        self.rebuild(root, &mut |store, _, id| store.together_sum(id))
    }

    fn together_sum(&mut self, id: Id) -> Result<Id> {
        let terms = self.dag.terms(&id).to_vec();
        // The least common denominator: every base with its highest exponent.
        let mut denominator: Vec<(Id, Number)> = Vec::new();
        for term in &terms {
            for factor in self.dag.factors(term) {
                let (base, exponent) = self.dag.base_exponent(*factor);
                let Some(power) = self.dag.number(exponent).filter(|e| e.is_negative()).map(Number::neg)
                else {
                    continue;
                };
                match denominator.iter_mut().find(|(b, _)| *b == base) {
                    Some((_, highest)) => *highest = highest.clone().max(power),
                    None => denominator.push((base, power)),
                }
            }
        }
        if terms.len() < 2 || denominator.is_empty() {
            return Ok(id);
        }
        let mut factors = Vec::new();
        for (base, power) in denominator {
            let power = self.num(&power)?;
            factors.push(self.pow(base, power)?);
        }
        let denominator = self.mul(&factors)?;
        let mut numerators = Vec::new();
        for term in terms {
            numerators.push(self.mul(&[term, denominator])?);
        }
        let numerator = self.add(&numerators)?;
        self.div(numerator, denominator)
    }

    /// Takes factors that all terms of a sum share out of the sum: `x*sin(x) + x**2` is
    /// `x*(x + sin(x))`.
    pub fn factor(&mut self, root: Id) -> Result<Id> {
        self.rebuild(root, &mut |store, _, id| store.factor_sum(id))
    }

    fn factor_sum(&mut self, id: Id) -> Result<Id> {
        let terms = self.dag.terms(&id).to_vec();
        if terms.len() < 2 {
            return Ok(id);
        }
        let powers_of = |store: &Store, term: Id| -> Vec<(Id, Number)> {
            let factors = store.dag.factors(&term).to_vec();
            let power = |f| {
                let (base, exponent) = store.dag.base_exponent(f);
                match store.dag.number(exponent) {
                    Some(e) => (base, e.clone()),
                    None => (f, Number::ONE),
                }
            };
            factors.into_iter().filter(|f| store.dag.number(*f).is_none()).map(power).collect()
        };
        let mut common = powers_of(self, terms[0]);
        for term in &terms[1..] {
            let powers = powers_of(self, *term);
            common.retain_mut(|(base, exponent)| match powers.iter().find(|(b, _)| b == base) {
                // The smaller exponent, when both have one sign.
                Some((_, other)) if other.is_negative() == exponent.is_negative() => {
                    if *other < *exponent {
                        *exponent = other.clone();
                    }
                    true
                }
                _ => false,
            });
        }
        if common.is_empty() {
            return Ok(id);
        }
        let mut factors = Vec::new();
        for (base, exponent) in common {
            let exponent = self.num(&exponent)?;
            factors.push(self.pow(base, exponent)?);
        }
        let common = self.mul(&factors)?;
        let mut rest = Vec::new();
        for term in terms {
            rest.push(self.div(term, common)?);
        }
        let rest = self.add(&rest)?;
        self.mul(&[common, rest])
    }

    /// The shortest of several rewrites of `root` (fewest tokens; `root` itself among them), after
    /// functions of inverse functions such as `cos(asin(u))` have been made algebraic.
    ///
    /// Every step keeps the value on principal branches. Rewrites that reach their bound are skipped,
    /// so there is always a result.
    pub fn simplify(&mut self, root: Id) -> Id {
        let resolved = self.rebuild(root, &mut |store, _, id| store.compose(id));
        self.shortest(resolved.unwrap_or(root), STRATEGIES, MAX_ROUNDS)
    }

    /// A cheap part of [`Store::simplify`]: one round of the identities and of common factors.
    pub fn tidy(&mut self, root: Id) -> Id {
        self.shortest(root, &STRATEGIES[..1], 1)
    }

    fn shortest(&mut self, root: Id, strategies: &[&[Step]], rounds: usize) -> Id {
        let mut best = (self.token_count(root), root);
        let mut current = root;
        for _ in 0..rounds {
            if self.size(current) > MAX_SIMPLIFY {
                break;
            }
            for steps in strategies {
                let mut candidate = Ok(current);
                for step in *steps {
                    candidate = candidate.and_then(|id| step(self, id));
                }
                let Ok(candidate) = candidate else { continue };
                let count = self.token_count(candidate);
                if count < best.0 {
                    best = (count, candidate);
                }
            }
            if best.1 == current {
                break;
            }
            current = best.1;
        }
        best.1
    }

    /// Number of tokens of the prefix form.
    pub fn token_count(&self, id: Id) -> usize {
        let mut tokens: Vec<Token> = Vec::new();
        write_tokens(&self.dag, id, &mut tokens);
        tokens.len()
    }

    /// Identities between functions, applied to every sub-expression.
    fn identities(&mut self, root: Id) -> Result<Id> {
        self.rebuild(root, &mut |store, _, id| match store.dag.node(id) {
            Node::Function(..) => store.compose(id),
            Node::Mul(_) => store.ratios(id),
            Node::Add(_) => store.squares(id),
            _ => Ok(id),
        })
    }

    /// `cos(asin(u)) = sqrt(1 - u^2)` and similar identities.
    fn compose(&mut self, id: Id) -> Result<Id> {
        let Node::Function(outer, arg) = self.dag.node(id) else { return Ok(id) };
        let Node::Function(inner, u) = self.dag.node(arg) else { return Ok(id) };
        match compositions().iter().find(|(f, g, _)| (*f, *g) == (outer, inner)) {
            Some((_, _, template)) => self.instantiate(template, u, u),
            None => Ok(id),
        }
    }

    /// `sin(u)^n * cos(u)^(-n) = tan(u)^n`, likewise for hyperbolic functions.
    fn ratios(&mut self, id: Id) -> Result<Id> {
        let factors = self.dag.factors(&id).to_vec();
        for (sine, cosine, tangent) in [(Op::Sin, Op::Cos, Op::Tan), (Op::Sinh, Op::Cosh, Op::Tanh)] {
            for &factor in &factors {
                let (base, exponent) = self.dag.base_exponent(factor);
                let Node::Function(op, u) = self.dag.node(base) else { continue };
                let Some(n) = self.dag.integer(exponent) else { continue };
                if op != sine {
                    continue;
                }
                let other = self.raw_function(cosine, u)?;
                let opposite = factors.iter().copied().find(|f| {
                    let (b, e) = self.dag.base_exponent(*f);
                    b == other && self.dag.integer(e) == Some(-n)
                });
                if let Some(opposite) = opposite {
                    let ratio = self.apply(tangent, u)?;
                    let power = self.pow(ratio, exponent)?;
                    let mut rest: Vec<Id> =
                        factors.iter().copied().filter(|f| *f != factor && *f != opposite).collect();
                    rest.push(power);
                    return self.mul(&rest);
                }
            }
        }
        Ok(id)
    }

    /// Combines pairs of terms by the identities in [`SQUARES`].
    fn squares(&mut self, id: Id) -> Result<Id> {
        let terms = self.dag.terms(&id).to_vec();
        for (index, &term) in terms.iter().enumerate() {
            let Some((op, u, square)) = self.find_square(term) else { continue };
            let cofactor = self.div(term, square)?;
            for rule in SQUARES.iter().filter(|rule| rule.op == op) {
                let partner = self.signed_power(cofactor, rule.partner_sign, rule.partner, u)?;
                let Some(other) = terms.iter().position(|t| *t == partner) else { continue };
                let mut rest: Vec<Id> =
                    (0..terms.len()).filter(|i| *i != index && *i != other).map(|i| terms[i]).collect();
                rest.push(self.signed_power(cofactor, rule.sign, rule.result, u)?);
                let sum = self.add(&rest)?;
                return self.squares(sum);
            }
        }
        Ok(id)
    }

    /// `sign * cofactor * f(u)^n`, or without the power.
    fn signed_power(&mut self, cofactor: Id, sign: i64, power: Option<(Op, i64)>, u: Id) -> Result<Id> {
        let mut factors = vec![cofactor, self.int(sign)];
        if let Some((op, exponent)) = power {
            let (value, exponent) = (self.apply(op, u)?, self.int(exponent));
            factors.push(self.pow(value, exponent)?);
        }
        self.mul(&factors)
    }

    /// A factor `f(u)^2` of a term.
    fn find_square(&self, term: Id) -> Option<(Op, Id, Id)> {
        self.dag.factors(&term).iter().find_map(|factor| {
            let (base, exponent) = self.dag.base_exponent(*factor);
            match self.dag.node(base) {
                Node::Function(op, u) if exponent == Id::TWO => Some((op, u, *factor)),
                _ => None,
            }
        })
    }
}

/// `a*f(u)^2` next to `a * partner_sign * partner(u)` is `a * sign * result(u)`; no function means 1.
struct SquareRule {
    op: Op,
    partner_sign: i64,
    partner: Option<(Op, i64)>,
    sign: i64,
    result: Option<(Op, i64)>,
}

const fn square(
    op: Op,
    (partner_sign, partner): (i64, Option<(Op, i64)>),
    (sign, result): (i64, Option<(Op, i64)>),
) -> SquareRule {
    SquareRule { op, partner_sign, partner, sign, result }
}

const SQUARES: [SquareRule; 8] = [
    square(Op::Sin, (1, Some((Op::Cos, 2))), (1, None)),
    square(Op::Sin, (-1, None), (-1, Some((Op::Cos, 2)))),
    square(Op::Cos, (-1, None), (-1, Some((Op::Sin, 2)))),
    square(Op::Tan, (1, None), (1, Some((Op::Cos, -2)))),
    square(Op::Cosh, (-1, Some((Op::Sinh, 2))), (1, None)),
    square(Op::Cosh, (-1, None), (1, Some((Op::Sinh, 2)))),
    square(Op::Sinh, (1, None), (1, Some((Op::Cosh, 2)))),
    square(Op::Tanh, (-1, None), (-1, Some((Op::Cosh, -2)))),
];

type Step = fn(&mut Store, Id) -> Result<Id>;

const STRATEGIES: &[&[Step]] = &[
    &[Store::identities, Store::factor],
    &[Store::identities],
    &[Store::factor],
    &[Store::together],
    &[Store::factor, Store::together],
    &[Store::together, Store::factor],
    &[Store::expand_a_little],
    &[Store::expand_a_little, Store::identities],
    &[Store::expand_a_little, Store::factor],
    &[Store::together, Store::expand_a_little, Store::factor],
];

/// `f(g(x))` that is algebraic in `x` on principal branches.
const COMPOSITIONS: [(Op, Op, &str); 16] = [
    (Op::Sin, Op::Acos, "sqrt(1 - x**2)"),
    (Op::Cos, Op::Asin, "sqrt(1 - x**2)"),
    (Op::Tan, Op::Asin, "x/sqrt(1 - x**2)"),
    (Op::Tan, Op::Acos, "sqrt(1 - x**2)/x"),
    (Op::Sin, Op::Atan, "x/sqrt(1 + x**2)"),
    (Op::Cos, Op::Atan, "1/sqrt(1 + x**2)"),
    (Op::Cosh, Op::Asinh, "sqrt(1 + x**2)"),
    (Op::Tanh, Op::Asinh, "x/sqrt(1 + x**2)"),
    (Op::Sinh, Op::Acosh, "sqrt(x - 1)*sqrt(x + 1)"),
    (Op::Tanh, Op::Acosh, "sqrt(x - 1)*sqrt(x + 1)/x"),
    (Op::Sinh, Op::Atanh, "x/sqrt(1 - x**2)"),
    (Op::Cosh, Op::Atanh, "1/sqrt(1 - x**2)"),
    (Op::Cot, Op::Atan, "1/x"),
    (Op::Sec, Op::Acos, "1/x"),
    (Op::Csc, Op::Asin, "1/x"),
    (Op::Tan, Op::Acot, "1/x"),
];

fn compositions() -> &'static [(Op, Op, Template)] {
    static TABLE: OnceLock<Vec<(Op, Op, Template)>> = OnceLock::new();
    TABLE.get_or_init(|| COMPOSITIONS.iter().map(|(f, g, text)| (*f, *g, Template::read(text))).collect())
}
