//! Functions of one argument in canonical form: exact values, symmetry, and inverse functions.

use std::sync::OnceLock;

use crate::error::{Error, Result};
use crate::number::{perfect_power, Number};
use crate::operators::{Meaning, Op, Parity, OPERATORS};
use crate::parse::parse_expression;
use crate::store::{Dag, Id, Node, Store};
use crate::symbols::Symbol;

/// A formula of the operator table, read once.
pub(crate) struct Template {
    pub dag: Dag,
    pub root: Id,
}

impl Template {
    /// Reads a formula that is known to be well-formed.
    pub(crate) fn read(text: &str) -> Template {
        let mut store = Store::default();
        let id = parse_expression(&mut store, text).unwrap_or_else(|e| unreachable!("{text}: {e}"));
        let dag = store.export(id);
        let root = Id(dag.nodes.len() as u32 - 1);
        Template { dag, root }
    }
}

/// The parsed formulas of one row of the operator table.
pub(crate) struct Formulas {
    /// Derivative in the argument `x` and the own value `y`.
    pub derivative: Template,
    /// Exact values; `None` is a pole.
    values: Vec<(Template, Option<Template>)>,
}

/// The formulas of a function; every text of the table is parsed on first use.
pub(crate) fn formulas(op: Op) -> &'static Formulas {
    static TABLE: OnceLock<Vec<Option<Formulas>>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let of_row = |meaning: &Meaning| match meaning {
            Meaning::Function(f) => Some(Formulas {
                derivative: Template::read(f.derivative),
                values: f
                    .values
                    .iter()
                    .map(|(arg, value)| {
                        (Template::read(arg), (!value.is_empty()).then(|| Template::read(value)))
                    })
                    .collect(),
            }),
            _ => None,
        };
        OPERATORS.iter().map(|row| of_row(&row.meaning)).collect()
    });
    table[op as usize].as_ref().unwrap_or_else(|| unreachable!("{op:?} is not a function"))
}

impl Store {
    /// The operator `op` applied to one argument (functions, roots and fixed powers).
    pub fn apply(&mut self, op: Op, arg: Id) -> Result<Id> {
        let function = match &op.row().meaning {
            Meaning::Function(function) => function,
            Meaning::FixedPower(num, den) => {
                let exponent = self.num(&Number::ratio(*num, *den)?)?;
                return self.pow(arg, exponent);
            }
            _ => return Err(Error::Unsupported(format!("'{}' takes two arguments", op.row().name))),
        };
        if let (Some(inner), Node::Function(op, undone)) = (function.undoes, self.dag.node(arg)) {
            if op == inner {
                return Ok(undone);
            }
        }
        if function.parity != Parity::None && self.leading_negative(arg) {
            let positive = self.neg(arg)?;
            let value = self.apply(op, positive)?;
            return if function.parity == Parity::Odd { self.neg(value) } else { Ok(value) };
        }
        if self.symbols(arg) == 0 {
            if let Some(value) = self.exact_value(op, arg)? {
                return Ok(value);
            }
        }
        match op {
            Op::Exp => self.exp(arg),
            Op::Ln => self.ln(arg),
            Op::Abs | Op::Sign => self.abs_or_sign(op, arg),
            _ => self.raw_function(op, arg),
        }
    }

    /// The operator `op` applied to two arguments.
    pub fn apply2(&mut self, op: Op, a: Id, b: Id) -> Result<Id> {
        match op.row().meaning {
            Meaning::Sum => self.add(&[a, b]),
            Meaning::Difference => self.sub(a, b),
            Meaning::Product => self.mul(&[a, b]),
            Meaning::Quotient => self.div(a, b),
            Meaning::Power => self.pow(a, b),
            _ => Err(Error::Unsupported(format!("'{}' takes one argument", op.row().name))),
        }
    }

    fn exact_value(&mut self, op: Op, arg: Id) -> Result<Option<Id>> {
        if let Some(turn) = self.multiple_of_pi(arg) {
            if let Some(value) = self.trigonometric_value(op, &turn)? {
                return Ok(Some(value));
            }
        }
        for (key, value) in &formulas(op).values {
            if self.matches(arg, key) {
                return match value {
                    Some(value) => self.import(&value.dag, value.root).map(Some),
                    None => Err(self.undefined(op, arg)),
                };
            }
        }
        Ok(None)
    }

    fn undefined(&self, op: Op, arg: Id) -> Error {
        Error::Undefined(format!("{}({})", op.row().infix, crate::print::infix(&self.dag, arg)))
    }

    /// Whether the node is the expression of a template.
    fn matches(&self, id: Id, template: &Template) -> bool {
        let mut stack = vec![(id, template.root)];
        while let Some((a, b)) = stack.pop() {
            let same = match (self.dag.node(a), template.dag.node(b)) {
                (Node::Number(_), Node::Number(_)) => self.dag.number(a) == template.dag.number(b),
                (Node::Symbol(s), Node::Symbol(t)) => s == t,
                (Node::Function(f, _), Node::Function(g, _)) => f == g,
                (Node::Pow(..), Node::Pow(..))
                | (Node::Add(_), Node::Add(_))
                | (Node::Mul(_), Node::Mul(_)) => true,
                _ => false,
            };
            let (args, others) = (self.dag.arguments(a), template.dag.arguments(b));
            let (args, others) = (args.as_slice(), others.as_slice());
            if !same || args.len() != others.len() {
                return false;
            }
            stack.extend(args.iter().copied().zip(others.iter().copied()));
        }
        true
    }

    /// The rational `r` with `id = r*pi`.
    fn multiple_of_pi(&self, id: Id) -> Option<Number> {
        if id == Id::ZERO {
            return Some(Number::ZERO);
        }
        match *self.dag.factors(&id) {
            [one] if one == Id::symbol(Symbol::PI) => Some(Number::ONE),
            [number, pi] if pi == Id::symbol(Symbol::PI) => self.number(number).cloned(),
            _ => None,
        }
    }

    /// Trigonometric functions at `turn*pi`, `turn >= 0`: exact at multiples of pi/6 and pi/4, else
    /// moved to the first quadrant.
    fn trigonometric_value(&mut self, op: Op, turn: &Number) -> Result<Option<Id>> {
        let half = Number::HALF;
        match op {
            Op::Sin => self.sine_of_turn(turn, op, false),
            Op::Cos => self.sine_of_turn(&turn.add(&half), op, true),
            Op::Tan | Op::Cot | Op::Sec | Op::Csc => {
                let (Some(sine), Some(cosine)) = (self.exact_sine(turn)?, self.exact_sine(&turn.add(&half))?)
                else {
                    return Ok(None);
                };
                let (num, den) = match op {
                    Op::Tan => (sine, cosine),
                    Op::Cot => (cosine, sine),
                    Op::Sec => (Id::ONE, cosine),
                    _ => (Id::ONE, sine),
                };
                if den == Id::ZERO {
                    return Err(Error::Undefined(format!("{}({turn}*pi)", op.row().infix)));
                }
                self.div(num, den).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn exact_sine(&mut self, turn: &Number) -> Result<Option<Id>> {
        let (sign, turn) = first_quadrant(turn)?;
        let Some(magnitude) = self.sine_magnitude(&turn)? else {
            return Ok(None);
        };
        if sign {
            self.neg(magnitude).map(Some)
        } else {
            Ok(Some(magnitude))
        }
    }

    /// `sin(turn*pi)`, written as a cosine when `as_cosine`.
    fn sine_of_turn(&mut self, turn: &Number, op: Op, as_cosine: bool) -> Result<Option<Id>> {
        if let Some(value) = self.exact_sine(turn)? {
            return Ok(Some(value));
        }
        let (negative, reduced) = first_quadrant(turn)?;
        let reduced = if as_cosine { Number::HALF.sub(&reduced) } else { reduced };
        let pi = self.num(&reduced)?;
        let arg = self.mul(&[pi, Id::symbol(Symbol::PI)])?;
        let value = self.raw_function(op, arg)?;
        if negative {
            self.neg(value).map(Some)
        } else {
            Ok(Some(value))
        }
    }

    fn sine_magnitude(&mut self, turn: &Number) -> Result<Option<Id>> {
        let radicand = match *turn {
            Number::Small(0, 1) => return Ok(Some(Id::ZERO)),
            Number::Small(1, 6) => return Ok(Some(Id::HALF)),
            Number::Small(1, 2) => return Ok(Some(Id::ONE)),
            Number::Small(1, 4) => Id::TWO,
            Number::Small(1, 3) => self.int(3),
            _ => return Ok(None),
        };
        let root = self.sqrt(radicand)?;
        self.mul(&[Id::HALF, root]).map(Some)
    }

    /// `exp(a + c*ln(v)) = exp(a) * v^c`; `exp(r*I*pi) = (-1)^r`.
    fn exp(&mut self, arg: Id) -> Result<Id> {
        let terms = self.dag.terms(&arg).to_vec();
        let mut powers = Vec::new();
        let mut rest = Vec::new();
        for term in terms {
            match self.power_from_exponent(term)? {
                Some(power) => powers.push(power),
                None => rest.push(term),
            }
        }
        if powers.is_empty() {
            return self.raw_function(Op::Exp, arg);
        }
        let rest = self.raw_add(&rest)?;
        powers.push(self.apply(Op::Exp, rest)?);
        self.mul(&powers)
    }

    /// The power `v^c` for a term `c*ln(v)` with one logarithm, `(-1)^r` for `r*I*pi`.
    fn power_from_exponent(&mut self, term: Id) -> Result<Option<Id>> {
        let factors = self.dag.factors(&term);
        let is_ln = |id: &Id| matches!(self.dag.node(*id), Node::Function(Op::Ln, _));
        let mut logarithms = factors.iter().filter(|f| is_ln(f));
        if let (Some(&ln), None) = (logarithms.next(), logarithms.next()) {
            let Node::Function(_, base) = self.dag.node(ln) else {
                return Ok(None);
            };
            let others: Vec<Id> = factors.iter().copied().filter(|f| *f != ln).collect();
            let exponent = self.mul(&others)?;
            return self.pow(base, exponent).map(Some);
        }
        let (pi, i) = (Id::symbol(Symbol::PI), Id::symbol(Symbol::I));
        let exponent = match *factors {
            [a, b] if (a, b) == (pi, i) => Id::ONE,
            [number, a, b] if (a, b) == (pi, i) && self.number(number).is_some() => number,
            _ => return Ok(None),
        };
        self.pow(Id::MINUS_ONE, exponent).map(Some)
    }

    /// `ln(b^e) = e*ln(b)` for real `-1 < e <= 1`; `ln(-n) = ln(n) + I*pi`, `ln(b^k) = k*ln(b)` and
    /// `ln(1/q) = -ln(q)` for positive numbers.
    fn ln(&mut self, arg: Id) -> Result<Id> {
        match self.dag.node(arg) {
            Node::Number(n) => {
                let value = self.dag.numbers[n as usize].clone();
                if value.is_negative() {
                    let positive = self.num(&value.neg())?;
                    let ln = self.apply(Op::Ln, positive)?;
                    let turn = self.mul(&[Id::symbol(Symbol::I), Id::symbol(Symbol::PI)])?;
                    return self.add(&[ln, turn]);
                }
                if value < Number::ONE {
                    let inverse = self.num(&value.recip()?)?;
                    let ln = self.apply(Op::Ln, inverse)?;
                    return self.neg(ln);
                }
                if let Number::Small(n, 1) = value {
                    let (base, count) = perfect_power(n as u64);
                    if count > 1 {
                        let base = self.int(base as i64);
                        let ln = self.raw_function(Op::Ln, base)?;
                        let count = self.int(i64::from(count));
                        return self.mul(&[count, ln]);
                    }
                }
                self.raw_function(Op::Ln, arg)
            }
            Node::Function(Op::Exp, inner) if self.number(inner).is_some() => Ok(inner),
            Node::Pow(base, exponent)
                if self.number(exponent).is_some_and(|e| *e > Number::MINUS_ONE && *e < Number::ONE) =>
            {
                let ln = self.apply(Op::Ln, base)?;
                self.mul(&[exponent, ln])
            }
            _ => self.raw_function(Op::Ln, arg),
        }
    }

    /// `|c*x| = c*|x|` and `sign(c*x) = sign(x)` for positive constants `c`; both keep their own values.
    fn abs_or_sign(&mut self, op: Op, arg: Id) -> Result<Id> {
        let is_abs = op == Op::Abs;
        if self.is_positive_constant(arg) {
            return Ok(if is_abs { arg } else { Id::ONE });
        }
        if matches!(self.dag.node(arg), Node::Function(inner, _) if inner == op) {
            return Ok(arg);
        }
        let (positive, rest): (Vec<Id>, Vec<Id>) = if let Node::Add(_) = self.dag.node(arg) {
            let (content, primitive) = self.primitive(arg, false)?;
            (vec![self.num(&content)?], vec![primitive])
        } else {
            self.dag.factors(&arg).iter().partition(|f| self.is_positive_constant(**f))
        };
        if positive.is_empty() || positive == [Id::ONE] {
            return self.raw_function(op, arg);
        }
        let rest = self.mul(&rest)?;
        let value = self.apply(op, rest)?;
        if !is_abs {
            return Ok(value);
        }
        let positive = self.mul(&positive)?;
        self.mul(&[positive, value])
    }
}

/// Moves an angle `turn*pi` to `0 ..= 1/2` so that the sine keeps its magnitude; true if its sign changes.
fn first_quadrant(turn: &Number) -> Result<(bool, Number)> {
    let two = Number::int(2);
    let turns = turn.div(&two)?.floor();
    let mut turn = turn.sub(&turns.mul(&two));
    let negative = turn >= Number::ONE;
    if negative {
        turn = turn.sub(&Number::ONE);
    }
    if turn > Number::HALF {
        turn = Number::ONE.sub(&turn);
    }
    Ok((negative, turn))
}
