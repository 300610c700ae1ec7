//! Evaluation in complex double precision, with and without the derivative.

use crate::functions::formulas;
use crate::number::Number;
use crate::numeric::{ln, real, sqrt, C64};
use crate::operators::Op;
use crate::store::{Dag, Id, Node};
use crate::symbols::Symbol;

/// Values of all symbols; those not set are undefined.
#[derive(Clone)]
pub struct Point([C64; 64]);

impl Default for Point {
    fn default() -> Self {
        let mut point = Point([C64::NAN; 64]);
        point.set(Symbol::PI, real(std::f64::consts::PI));
        point.set(Symbol::E, real(std::f64::consts::E));
        point.set(Symbol::I, C64 { re: 0.0, im: 1.0 });
        point
    }
}

impl Point {
    /// Gives a symbol its value.
    pub fn set(&mut self, symbol: Symbol, value: C64) {
        self.0[symbol.0 as usize] = value;
    }

    /// The value of a symbol.
    pub fn get(&self, symbol: Symbol) -> C64 {
        self.0[symbol.0 as usize]
    }
}

/// A value and its derivative.
#[derive(Debug, Clone, Copy)]
pub struct Dual {
    /// The value.
    pub value: C64,
    /// The derivative.
    pub slope: C64,
}

/// Evaluates expressions of one dag at many points without allocating for each.
pub struct Evaluator<'d> {
    dag: &'d Dag,
    order: Vec<Id>,
    values: Vec<C64>,
    slopes: Vec<C64>,
    scratch: Vec<C64>,
}

impl<'d> Evaluator<'d> {
    /// Prepares to evaluate `root`.
    pub fn new(dag: &'d Dag, root: Id) -> Evaluator<'d> {
        let len = root.index() + 1;
        Evaluator {
            dag,
            order: dag.postorder(root),
            values: vec![C64::ZERO; len],
            slopes: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// The value at `point`; not finite where the expression is undefined.
    pub fn value(&mut self, point: &Point) -> C64 {
        for &id in &self.order {
            self.values[id.index()] = node_value(self.dag, id, &self.values, |s| point.get(s));
        }
        self.order.last().map_or(C64::NAN, |root| self.values[root.index()])
    }

    /// The dag, the nodes that are evaluated (arguments first), and the values at the last point by node.
    pub(crate) fn parts(&self) -> (&'d Dag, &[Id], &[C64]) {
        (self.dag, &self.order, &self.values)
    }

    /// The value and the derivative with respect to `symbol` (the unknown counts as a constant).
    pub fn dual(&mut self, point: &Point, symbol: Symbol) -> Dual {
        self.slopes.resize(self.values.len(), C64::ZERO);
        for index in 0..self.order.len() {
            let id = self.order[index];
            let value = node_value(self.dag, id, &self.values, |s| point.get(s));
            self.values[id.index()] = value;
            self.slopes[id.index()] = self.node_slope(id, value, symbol);
        }
        self.order.last().map_or(Dual { value: C64::NAN, slope: C64::NAN }, |root| Dual {
            value: self.values[root.index()],
            slope: self.slopes[root.index()],
        })
    }

    fn node_slope(&mut self, id: Id, value: C64, symbol: Symbol) -> C64 {
        let (values, slopes) = (&self.values, &self.slopes);
        match self.dag.node(id) {
            Node::Number(_) => C64::ZERO,
            Node::Symbol(s) => {
                if s == symbol {
                    C64::ONE
                } else {
                    C64::ZERO
                }
            }
            Node::Function(op, arg) => {
                let slope = slopes[arg.index()];
                if slope == C64::ZERO {
                    return C64::ZERO;
                }
                let outer = function_slope(op, values[arg.index()], value, &mut self.scratch);
                outer * slope
            }
            Node::Pow(base, exponent) => {
                let (b, db) = (values[base.index()], slopes[base.index()]);
                let (e, de) = (values[exponent.index()], slopes[exponent.index()]);
                let mut slope = C64::ZERO;
                if db != C64::ZERO {
                    let lower = match self.dag.number(exponent) {
                        Some(n) => number_power(b, &n.sub(&Number::ONE)),
                        None => b.pow(e - C64::ONE),
                    };
                    slope = e * lower * db;
                }
                if de != C64::ZERO {
                    slope = slope + value * ln(b) * de;
                }
                slope
            }
            Node::Add(span) => self.dag.span(span).iter().fold(C64::ZERO, |sum, t| sum + slopes[t.index()]),
            Node::Mul(span) => {
                // Product rule from left to right: (p*f)' = p'*f + p*f'.
                let mut product = C64::ONE;
                let mut slope = C64::ZERO;
                for factor in self.dag.span(span) {
                    let v = values[factor.index()];
                    slope = slope * v + product * slopes[factor.index()];
                    product = product * v;
                }
                slope
            }
        }
    }
}

/// The derivative of a function at `u`, where its value is `v`, from its row in the operator table.
pub(crate) fn function_slope(op: Op, u: C64, v: C64, scratch: &mut Vec<C64>) -> C64 {
    let template = &formulas(op).derivative;
    let argument_or_value = |s| if s == Symbol::X { u } else { v };
    scratch.clear();
    for index in 0..template.dag.nodes.len() {
        let value = node_value(&template.dag, Id(index as u32), scratch, argument_or_value);
        scratch.push(value);
    }
    scratch[template.root.index()]
}

#[inline]
fn node_value(dag: &Dag, id: Id, values: &[C64], symbol: impl Fn(Symbol) -> C64) -> C64 {
    match dag.node(id) {
        Node::Number(n) => real(dag.numbers[n as usize].to_f64()),
        Node::Symbol(s) => symbol(s),
        Node::Function(op, arg) => match op.function() {
            Some(function) => (function.eval)(values[arg.index()]),
            None => C64::NAN,
        },
        Node::Pow(base, exponent) => match dag.number(exponent) {
            Some(n) => number_power(values[base.index()], n),
            None => values[base.index()].pow(values[exponent.index()]),
        },
        Node::Add(span) => dag.span(span).iter().fold(C64::ZERO, |sum, t| sum + values[t.index()]),
        Node::Mul(span) => dag.span(span).iter().fold(C64::ONE, |product, f| product * values[f.index()]),
    }
}

/// Largest integer exponent for which squaring is both faster and accurate.
const MAX_SQUARING: i64 = 1 << 10;

fn number_power(base: C64, exponent: &Number) -> C64 {
    match *exponent {
        Number::Small(n, 1) if n.abs() <= MAX_SQUARING => base.powi(n),
        Number::Small(1, 2) => sqrt(base),
        Number::Small(-1, 2) => sqrt(base).recip(),
        _ => base.pow(real(exponent.to_f64())),
    }
}
