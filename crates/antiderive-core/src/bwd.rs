//! Backward integration (Lample & Charton 2020, section 4.2): sample the answer, differentiate it.

use crate::candidate::{test_points, Pair, Reject};
use crate::evaluate::{Evaluator, Point};
use crate::operators::Op;
use crate::prefix::{count_operators, write_tokens, Token};
use crate::random::Stream;
use crate::sample::FunctionSampler;
use crate::store::{Id, Store};
use crate::symbols::Symbol;

/// The tokens before the integrand: `sub Y' f`.
pub(crate) fn problem_head() -> [Token; 2] {
    [Token::operator(Op::Sub), Token::symbol(Symbol::Y1)]
}

/// A random `F` without additive constant, and `F'`, half of the time in simplified form.
pub(crate) fn candidate(
    store: &mut Store,
    sampler: &mut FunctionSampler,
    stream: &mut Stream,
) -> Result<Pair, Reject> {
    let (operators, function) = sampler.sample(store, stream);
    let simplified = stream.coin();
    let solution = without_constant(store, function?)?;
    if !store.contains(solution, Symbol::X) {
        return Err(Reject::Constant);
    }
    if 2 * operators_of(store, solution) < operators {
        return Err(Reject::Shrunk);
    }
    let mut problem = store.diff(solution, Symbol::X)?;
    if simplified {
        problem = store.tidy(problem);
    }
    if problem == Id::ZERO {
        return Err(Reject::Constant);
    }
    Ok(Pair { problem, solution })
}

fn operators_of(store: &Store, id: Id) -> usize {
    let mut tokens = Vec::new();
    write_tokens(&store.dag, id, &mut tokens);
    count_operators(&tokens)
}

/// The sum without its terms that are free of `x`.
fn without_constant(store: &mut Store, id: Id) -> Result<Id, Reject> {
    let terms = store.dag.terms(&id);
    if terms.len() < 2 || terms.iter().all(|t| store.contains(*t, Symbol::X)) {
        return Ok(id);
    }
    let kept: Vec<Id> = terms.iter().copied().filter(|t| store.contains(*t, Symbol::X)).collect();
    Ok(store.raw_add(&kept)?)
}

/// Relative error that is allowed between `F'` and `f` in double precision.
const TOLERANCE: f64 = 1e-6;
/// A derivative below this share of the function's size is not told from zero.
const NEGLIGIBLE: f64 = 1e-12;

/// Compares `f` with the derivative of `F`, computed with dual numbers, at the first test point where
/// `f` is real and both are finite.
pub(crate) fn confirm(store: &Store, pair: &Pair) -> Result<(), Reject> {
    let mut integrand = Evaluator::new(&store.dag, pair.problem);
    let mut antiderivative = Evaluator::new(&store.dag, pair.solution);
    let mut defined = false;
    let mut vanishes = false;
    for x in test_points() {
        let mut point = Point::default();
        point.set(Symbol::X, x);
        let f = integrand.value(&point);
        if !f.is_finite() || !f.is_real() {
            continue;
        }
        let dual = antiderivative.dual(&point, Symbol::X);
        if !dual.value.is_finite() || !dual.slope.is_finite() {
            continue;
        }
        defined = true;
        if f.norm() <= NEGLIGIBLE * (1.0 + dual.value.norm()) {
            // Zero here: look on, it may be a constant in disguise.
            vanishes = true;
            continue;
        }
        if (f - dual.slope).norm() <= TOLERANCE * f.norm() {
            return Ok(());
        }
    }
    Err(match (defined, vanishes) {
        (false, _) => Reject::NowhereDefined,
        (true, true) => Reject::Constant,
        (true, false) => Reject::Unconfirmed,
    })
}
