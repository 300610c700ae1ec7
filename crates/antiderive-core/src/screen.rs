//! Screening: double-precision comparison of a candidate with a problem at random points.
//!
//! It decides nothing by itself; it is a cheap filter before rigorous arithmetic, and it picks the points for
//! that.

use crate::evaluate::{function_slope, Evaluator, Point};
use crate::expr::Expr;
use crate::numeric::{c, real, C64};
use crate::operators::Op;
use crate::random::{key_of, Stream};
use crate::store::{Dag, Id, Node};
use crate::symbols::{symbols_in, Symbol, SymbolKind};

/// The result of a candidate in double precision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screening {
    /// The residual is below rounding error at every point.
    Agrees,
    /// The residual is far above rounding error at some point.
    Disagrees,
    /// In between: cancellation, or too few points.
    Doubtful,
    /// No disagreement, but some part of problem or candidate had no effect at any point: a term lost in
    /// the rounding of its sum, or a function that saturates.
    Untested,
    /// No point at which problem and candidate are both finite.
    Undefined,
}

/// One point that was tried.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Values of the symbols, the variable first.
    pub values: Vec<(Symbol, C64)>,
    /// Size of the residual relative to that of the problem's terms.
    pub error: f64,
}

/// Result of a screening.
#[derive(Debug, Clone)]
pub struct Screened {
    /// The judgment.
    pub status: Screening,
    /// The usable points, real ones first.
    pub samples: Vec<Sample>,
}

/// Number of usable points to find.
const WANTED: usize = 8;
/// Distances of points from zero: first these four on either side, then all.
const REACHES: [f64; 10] = [1.0, 3.0, 0.3, 10.0, 0.1, 0.03, 0.01, 30.0, 0.003, 100.0];
/// A part with an effect below this share counts as having none.
const EFFECT: f64 = 1e-30;
/// Real points tried, then points off the real line.
const TRIES: usize = 64;
/// Relative errors up to the first agree; above the second they disagree.
const AGREE: f64 = 1e-8;
const DISAGREE: f64 = 1e-3;

/// Parts without an effect at any point so far: terms of sums, arguments of functions.
///
/// Agreement at some points does not test a part that is lost in rounding at all of them, such as the second
/// term of `x + exp(sinh(126*x))` for `x < -1`.
struct Untested(Vec<Part>);

enum Part {
    Term { sum: Id, term: Id },
    Argument { op: Op, function: Id, argument: Id },
}

impl Untested {
    /// All parts of the expressions that depend on a symbol.
    fn of(evaluator: &Evaluator) -> Untested {
        let (dag, order, _) = evaluator.parts();
        let mut depends = vec![false; dag.nodes.len()];
        let mut parts = Vec::new();
        for &id in order {
            let varies = |part: &Id, depends: &[bool]| depends[part.index()];
            depends[id.index()] = match dag.node(id) {
                Node::Symbol(s) => s.bit() != 0,
                _ => dag.arguments(id).as_slice().iter().any(|part| varies(part, &depends)),
            };
            match dag.node(id) {
                Node::Add(span) => parts.extend(
                    (dag.span(span).iter().filter(|t| varies(t, &depends)))
                        .map(|term| Part::Term { sum: id, term: *term }),
                ),
                // The derivative of the sign does not depend on its argument.
                Node::Function(op, argument) if depends[argument.index()] && op != Op::Sign => {
                    parts.push(Part::Argument { op, function: id, argument });
                }
                _ => {}
            }
        }
        Untested(parts)
    }

    /// Removes the parts that have an effect at the evaluator's last point; true if there were any.
    fn strike(&mut self, evaluator: &Evaluator, scratch: &mut Vec<C64>) -> bool {
        let before = self.0.len();
        let (dag, _, values) = evaluator.parts();
        // The terms of one sum stand together, so its largest is looked for once.
        let mut largest: Option<(Id, f64)> = None;
        let mut matters = |part: &Part| match *part {
            Part::Term { sum, term } => {
                let (_, size) = match largest {
                    Some(found) if found.0 == sum => found,
                    _ => *largest.insert((sum, largest_argument(dag, sum, values))),
                };
                values[term.index()].norm() > EFFECT * size
            }
            Part::Argument { op, function, argument } => {
                let (u, v) = (values[argument.index()], values[function.index()]);
                (function_slope(op, u, v, scratch) * u).norm() > EFFECT * v.norm()
            }
        };
        self.0.retain(|part| !matters(part));
        self.0.len() < before
    }
}

fn largest_argument(dag: &Dag, sum: Id, values: &[C64]) -> f64 {
    dag.arguments(sum).as_slice().iter().map(|t| values[t.index()].norm()).fold(0.0, f64::max)
}

/// A claim whose error can be measured at a point.
trait Claim {
    /// The relative error; `None` if the point is not usable.
    fn error(&mut self, point: &Point, real_only: bool) -> Option<f64>;
    /// Removes the parts that had an effect at the last point.
    fn strike(&mut self) -> bool;
    /// Whether every part has had an effect.
    fn tested(&self) -> bool;
}

struct Antiderivative<'d> {
    integrand: Evaluator<'d>,
    candidate: Evaluator<'d>,
    variable: Symbol,
    untested: [Untested; 2],
    scratch: Vec<C64>,
}

impl Claim for Antiderivative<'_> {
    fn error(&mut self, point: &Point, real_only: bool) -> Option<f64> {
        let f = self.integrand.value(point);
        if !f.is_finite() || real_only && !f.is_real() {
            return None;
        }
        let slope = self.candidate.dual(point, self.variable).slope;
        slope.is_finite().then(|| relative((slope - f).norm(), f.norm().max(slope.norm())))
    }

    fn strike(&mut self) -> bool {
        let [of_integrand, of_candidate] = &mut self.untested;
        let first = of_integrand.strike(&self.integrand, &mut self.scratch);
        of_candidate.strike(&self.candidate, &mut self.scratch) || first
    }

    fn tested(&self) -> bool {
        self.untested.iter().all(|parts| parts.0.is_empty())
    }
}

struct Zero<'d> {
    terms: Vec<Evaluator<'d>>,
    untested: Vec<Untested>,
    /// Sizes of the terms at the last point, and indices of those lost in rounding at every point.
    sizes: Vec<f64>,
    drowned: Vec<usize>,
    scratch: Vec<C64>,
}

impl Claim for Zero<'_> {
    fn error(&mut self, point: &Point, real_only: bool) -> Option<f64> {
        let mut sum = C64::ZERO;
        self.sizes.clear();
        for term in &mut self.terms {
            let value = term.value(point);
            if !value.is_finite() || real_only && !value.is_real() {
                return None;
            }
            sum = sum + value;
            self.sizes.push(value.norm());
        }
        Some(relative(sum.norm(), largest(&self.sizes)))
    }

    fn strike(&mut self) -> bool {
        let (before, largest) = (self.drowned.len(), largest(&self.sizes));
        self.drowned.retain(|index| self.sizes[*index] <= EFFECT * largest);
        let mut any = self.drowned.len() < before;
        for (term, untested) in self.terms.iter().zip(&mut self.untested) {
            any |= untested.strike(term, &mut self.scratch);
        }
        any
    }

    fn tested(&self) -> bool {
        self.drowned.is_empty() && self.untested.iter().all(|parts| parts.0.is_empty())
    }
}

/// Compares `f` with the derivative of `candidate` with respect to `variable`, by dual numbers.
pub fn screen_antiderivative(f: &Expr, candidate: &Expr, variable: Symbol, seed: u64) -> Screened {
    let integrand = Evaluator::new(f.dag(), f.root());
    let candidate_ = Evaluator::new(candidate.dag(), candidate.root());
    let untested = [Untested::of(&integrand), Untested::of(&candidate_)];
    let claim = Antiderivative { integrand, candidate: candidate_, variable, untested, scratch: Vec::new() };
    screen(claim, f.symbols() | candidate.symbols(), variable, seed)
}

/// Checks whether the expression `residual` is zero, relative to the largest of its terms.
pub fn screen_zero(residual: &Expr, variable: Symbol, seed: u64) -> Screened {
    let dag = residual.dag();
    let terms: Vec<Evaluator> = match dag.node(residual.root()) {
        Node::Add(span) => dag.span(span).iter().map(|t| Evaluator::new(dag, *t)).collect(),
        _ => vec![Evaluator::new(dag, residual.root())],
    };
    let untested = terms.iter().map(Untested::of).collect();
    let drowned = (0..terms.len()).collect();
    let claim = Zero { terms, untested, sizes: Vec::new(), drowned, scratch: Vec::new() };
    screen(claim, residual.symbols(), variable, seed)
}

/// The judgments of [`screen_antiderivative`] on many pairs of integrand and candidate.
pub fn screen_pairs(pairs: &[(Expr, Expr)], variable: Symbol, seed: u64) -> Vec<Screening> {
    pairs.iter().map(|(f, candidate)| screen_antiderivative(f, candidate, variable, seed).status).collect()
}

fn largest(sizes: &[f64]) -> f64 {
    sizes.iter().copied().fold(0.0, f64::max)
}

fn relative(error: f64, size: f64) -> f64 {
    if error == 0.0 {
        0.0
    } else {
        error / size
    }
}

/// Tries points until enough are usable: real ones first, then ones with a small imaginary part.
fn screen(mut claim: impl Claim, symbols: u64, variable: Symbol, seed: u64) -> Screened {
    let mut stream = Stream::new(&key_of("screen"), seed);
    let parameters: Vec<Symbol> = symbols_in(symbols & !variable.bit()).collect();
    let mut samples: Vec<Sample> = Vec::new();
    for attempt in 0..2 * TRIES {
        let real_only = attempt < TRIES;
        let enough = samples.len() >= WANTED;
        if enough && (claim.tested() || !real_only) {
            break;
        }
        let point_values = values_at(&mut stream, attempt, variable, &parameters);
        let mut point = Point::default();
        for (symbol, value) in &point_values {
            point.set(*symbol, *value);
        }
        let Some(error) = claim.error(&point, real_only).filter(|e| !e.is_nan()) else { continue };
        // Once there are enough points, only those that test something new are added.
        if claim.strike() || !enough {
            samples.push(Sample { values: point_values, error });
        }
        if error > DISAGREE && samples.len() >= WANTED {
            break;
        }
    }
    let count = |test: fn(f64) -> bool| samples.iter().filter(|s| test(s.error)).count();
    let status = if samples.is_empty() {
        Screening::Undefined
    } else if count(|e| e > DISAGREE) > 0 {
        Screening::Disagrees
    } else if !claim.tested() {
        Screening::Untested
    } else if samples.len() >= WANTED && count(|e| e > AGREE) == 0 {
        Screening::Agrees
    } else {
        Screening::Doubtful
    };
    Screened { status, samples }
}

/// Random values of the symbols, the variable first: small, middling and larger ones in turn on either side
/// of zero (a candidate on the wrong branch is often right on one side), off the real line after [`TRIES`].
fn values_at(
    stream: &mut Stream,
    attempt: usize,
    variable: Symbol,
    parameters: &[Symbol],
) -> Vec<(Symbol, C64)> {
    let (reach, right) = if attempt < WANTED {
        (REACHES[attempt % 4], attempt < 4)
    } else {
        (REACHES[attempt % REACHES.len()], attempt / REACHES.len() % 2 == 0)
    };
    let x = stream.uniform(0.0, reach) * if right { 1.0 } else { -1.0 };
    let x = if attempt < TRIES { real(x) } else { c(x, stream.uniform(0.05, 0.5)) };
    let mut values = vec![(variable, x)];
    for symbol in parameters {
        // Positive values: generic, and roots and logarithms of parameters are real.
        let value = match symbol.kind() {
            SymbolKind::Unknown => stream.uniform(-2.0, 2.0),
            _ => stream.uniform(0.4, 2.6),
        };
        values.push((*symbol, real(value)));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn read(text: &str) -> Expr {
        Expr::parse(&mut Store::default(), text).unwrap()
    }

    fn status(f: &str, candidate: &str) -> Screening {
        screen_antiderivative(&read(f), &read(candidate), Symbol::X, 0).status
    }

    #[test]
    fn both_sides_of_zero_are_looked_at() {
        let samples = screen_antiderivative(&read("x"), &read("x^2/2"), Symbol::X, 0).samples;
        assert!(samples.len() >= WANTED);
        let right = samples.iter().filter(|s| s.values[0].1.re > 0.0).count();
        assert!(right >= 4 && samples.len() - right >= 4);
        assert_eq!(status("sqrt(x^2)", "x^2/2"), Screening::Disagrees);
    }

    #[test]
    fn parts_that_drown_are_looked_for() {
        let f = "2*x + 125*exp(sinh(125*x))*cosh(125*x) + 1";
        assert_eq!(status(f, "x^2 + x + exp(sinh(126*x))"), Screening::Disagrees);
        assert_eq!(status(f, "x^2 + x + exp(sinh(125*x))"), Screening::Agrees);
        assert_eq!(status("x + exp(x - 10^4)", "x^2/2"), Screening::Untested);
        assert_eq!(status("x + tanh(x + 10^4)", "x^2/2 + x"), Screening::Untested);
        assert_eq!(status("sign(x)", "abs(x)"), Screening::Agrees);
    }

    #[test]
    fn drowned_terms_of_a_residual_are_looked_for() {
        let zero = |text: &str| screen_zero(&read(text), Symbol::X, 0).status;
        assert_eq!(zero("(x + 1)^2 - x^2 - 2*x - 1"), Screening::Agrees);
        assert_eq!(zero("(x + 1)^2 - x^2 - 2*x - 1 + exp(x - 10^4)"), Screening::Untested);
        // exp(-10^4/x^2) is below 1e-30 up to x = 12: points beyond are found for it, and only for it.
        let beyond = |text: &str| {
            let samples = screen_zero(&read(text), Symbol::X, 0).samples;
            samples.iter().any(|s| s.values[0].1.re.abs() > 12.0)
        };
        assert!(beyond("sin(x)^2 + cos(x)^2 - 1 + exp(-10^4/x^2)"));
        assert!(!beyond("sin(x)^2 + cos(x)^2 - 1"));
    }
}
