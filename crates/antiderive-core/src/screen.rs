//! Screening: double-precision comparison of a candidate with a problem at random points.
//!
//! It decides nothing by itself; it is the cheap sieve before rigorous arithmetic, and it picks the
//! points at which that is worth doing.

use crate::evaluate::{Evaluator, Point};
use crate::expr::Expr;
use crate::numeric::{c, real, C64};
use crate::random::{key_of, Stream};
use crate::store::Node;
use crate::symbols::{symbols_in, Symbol, SymbolKind};

/// What double precision says about a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screening {
    /// The residual is below rounding error at every point.
    Agrees,
    /// The residual is far above rounding error at some point.
    Disagrees,
    /// In between: cancellation, or too few points.
    Doubtful,
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
    /// The judgement.
    pub status: Screening,
    /// The usable points, real ones first.
    pub samples: Vec<Sample>,
}

/// Points that are wanted.
const WANTED: usize = 8;
/// Real points tried, then points off the real line.
const TRIES: usize = 64;
/// Relative errors up to this agree, above the second they disagree.
const AGREE: f64 = 1e-8;
const DISAGREE: f64 = 1e-3;

/// Compares `f` with the derivative of `candidate` with respect to `variable`, by dual numbers.
pub fn screen_antiderivative(f: &Expr, candidate: &Expr, variable: Symbol, seed: u64) -> Screened {
    let mut value = Evaluator::new(f.dag(), f.root());
    let mut dual = Evaluator::new(candidate.dag(), candidate.root());
    screen(f.symbols() | candidate.symbols(), variable, seed, |point, real_only| {
        let f = value.value(point);
        if !f.is_finite() || real_only && !f.is_real() {
            return None;
        }
        let slope = dual.dual(point, variable).slope;
        slope.is_finite().then(|| relative((slope - f).norm(), f.norm().max(slope.norm())))
    })
}

/// Looks whether the expression `residual` is zero, relative to the largest of its terms.
pub fn screen_zero(residual: &Expr, variable: Symbol, seed: u64) -> Screened {
    let dag = residual.dag();
    let mut terms: Vec<Evaluator> = match dag.node(residual.root()) {
        Node::Add(span) => dag.span(span).iter().map(|t| Evaluator::new(dag, *t)).collect(),
        _ => vec![Evaluator::new(dag, residual.root())],
    };
    screen(residual.symbols(), variable, seed, |point, real_only| {
        let mut sum = C64::ZERO;
        let mut largest = 0.0f64;
        for term in &mut terms {
            let value = term.value(point);
            if !value.is_finite() || real_only && !value.is_real() {
                return None;
            }
            sum = sum + value;
            largest = largest.max(value.norm());
        }
        Some(relative(sum.norm(), largest))
    })
}

/// The judgements of [`screen_antiderivative`] on many pairs of integrand and candidate.
pub fn screen_pairs(pairs: &[(Expr, Expr)], variable: Symbol, seed: u64) -> Vec<Screening> {
    pairs.iter().map(|(f, candidate)| screen_antiderivative(f, candidate, variable, seed).status).collect()
}

fn relative(error: f64, size: f64) -> f64 {
    if error == 0.0 {
        0.0
    } else {
        error / size
    }
}

/// Tries points until enough are usable: real ones first, then ones with a small imaginary part.
fn screen(
    symbols: u64,
    variable: Symbol,
    seed: u64,
    mut error: impl FnMut(&Point, bool) -> Option<f64>,
) -> Screened {
    let mut stream = Stream::new(&key_of("screen"), seed);
    let parameters: Vec<Symbol> = symbols_in(symbols & !variable.bit()).collect();
    let mut samples: Vec<Sample> = Vec::new();
    for attempt in 0..2 * TRIES {
        let real_only = attempt < TRIES;
        if samples.len() >= WANTED {
            break;
        }
        // Small, middling and larger arguments in turn, on either side of zero: a candidate on the wrong
        // branch is often right on one side.
        let reach = [1.0, 3.0, 0.3, 10.0][attempt % 4];
        let side = if attempt % 8 < 4 { 1.0 } else { -1.0 };
        let x = side * stream.uniform(0.0, reach);
        let x = if real_only { real(x) } else { c(x, stream.uniform(0.05, 0.5)) };
        let mut values = vec![(variable, x)];
        for symbol in &parameters {
            // Positive values: generic, and roots and logarithms of parameters are real.
            let value = match symbol.kind() {
                SymbolKind::Unknown => stream.uniform(-2.0, 2.0),
                _ => stream.uniform(0.4, 2.6),
            };
            values.push((*symbol, real(value)));
        }
        let mut point = Point::default();
        for (symbol, value) in &values {
            point.set(*symbol, *value);
        }
        if let Some(error) = error(&point, real_only) {
            if !error.is_nan() {
                samples.push(Sample { values, error });
            }
        }
    }
    let count = |test: fn(f64) -> bool| samples.iter().filter(|s| test(s.error)).count();
    let status = if samples.is_empty() {
        Screening::Undefined
    } else if count(|e| e > DISAGREE) > 0 {
        Screening::Disagrees
    } else if samples.len() >= WANTED && count(|e| e > AGREE) == 0 {
        Screening::Agrees
    } else {
        Screening::Doubtful
    };
    Screened { status, samples }
}
