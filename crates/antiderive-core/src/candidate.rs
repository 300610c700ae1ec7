//! Candidates, the results of every task's generator: a pair or a reason for rejection; and the numeric check
//! that every pair must pass.

use crate::error::Error;
use crate::evaluate::{Evaluator, Point};
use crate::numeric::{real, C64};
use crate::store::{Dag, Id, Node, Store};
use crate::symbols::{symbols_in, Symbol};

/// The reason why a candidate was rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Reject {
    /// A division by zero or a pole: the function is undefined.
    Undefined,
    /// A number, the depth or the size exceeds a limit.
    TooLarge,
    /// The solution or the problem is constant.
    Constant,
    /// The canonical form has less than half of the sampled operators.
    Shrunk,
    /// Problem or solution has more tokens than the recipe allows.
    TooLong,
    /// Too few test points where the problem is real and the solution is defined.
    NowhereDefined,
    /// The solution could not be confirmed numerically.
    Unconfirmed,
    /// No primitive of the remaining integral is known (integration by parts).
    NoPrimitive,
    /// A primitive is already known without the method.
    Known,
    /// The constant cannot be isolated, or only on one branch (differential equations).
    NotIsolated,
    /// The equation has too low an order.
    LowerOrder,
}

/// Names of the reasons, in the order of [`Reject`].
pub const REJECTS: [&str; 11] = [
    "undefined",
    "too_large",
    "constant",
    "shrunk",
    "too_long",
    "nowhere_defined",
    "unconfirmed",
    "no_primitive",
    "known",
    "not_isolated",
    "lower_order",
];

impl From<Error> for Reject {
    fn from(error: Error) -> Self {
        match error {
            Error::Undefined(_) => Reject::Undefined,
            _ => Reject::TooLarge,
        }
    }
}

/// Points of the real line at which candidates are tested; none is special to any operator.
pub const TEST_POINTS: [f64; 30] = [
    0.437, 1.269, -0.352, 2.183, -1.417, 0.113, 3.671, -2.739, 0.871, -0.784, 5.327, -4.619, 1.731, -0.067,
    8.153, -7.391, 0.029, 12.847, 0.632, -1.093, 1.508, -0.557, 0.249, -1.879, 2.851, 0.741, -0.193, 6.733,
    -3.322, 19.271,
];

/// Problem and solution of one candidate.
pub struct Pair {
    /// The problem (for integration, the integrand).
    pub problem: Id,
    /// The solution; the problem itself if the task has functions without solutions.
    pub solution: Id,
}

/// Relative error in double precision up to which problem and solution agree.
const AGREE: f64 = 1e-7;
/// Relative error above which they disagree.
const DISAGREE: f64 = 1e-3;
/// A derivative below this share of the function's size counts as zero.
const NEGLIGIBLE: f64 = 1e-12;
/// Points that must agree; none may disagree.
const WANTED: usize = 3;

/// The result at one test point.
pub(crate) enum Check {
    /// Problem or solution is not real and finite there, or rounding errors are too large.
    Unusable,
    /// The relative error of the comparison.
    Error(f64),
    /// Both sides vanish, so the function may be a constant in disguise.
    Vanishes,
}

/// The number of test points to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Points {
    /// Stop when enough agree: for pairs that are right by construction.
    Enough,
    /// All: for pairs that may be right on one branch and wrong on another.
    All,
}

/// Runs `check` at test points; enough of them must agree and none may disagree.
pub(crate) fn confirm(
    symbols: u64,
    points: Points,
    mut check: impl FnMut(&Point) -> Check,
) -> Result<(), Reject> {
    let parameters: Vec<Symbol> = symbols_in(symbols & !Symbol::X.bit()).collect();
    let mut agreed = 0;
    let mut vanished = 0;
    let mut point = Point::default();
    for (number, x) in TEST_POINTS.iter().enumerate() {
        point.set(Symbol::X, real(*x));
        for parameter in &parameters {
            point.set(*parameter, parameter_value(*parameter, number));
        }
        let error = match check(&point) {
            Check::Unusable => continue,
            Check::Vanishes => {
                vanished += 1;
                continue;
            }
            Check::Error(error) => error,
        };
        if error > DISAGREE || error.is_nan() {
            return Err(Reject::Unconfirmed);
        }
        // Between the two bounds there is cancellation, and the point is inconclusive.
        agreed += usize::from(error <= AGREE);
        if agreed == WANTED && points == Points::Enough {
            return Ok(());
        }
    }
    if agreed >= WANTED {
        return Ok(());
    }
    Err(if vanished > 0 && agreed == 0 { Reject::Constant } else { Reject::NowhereDefined })
}

/// A value of a parameter at the test point `number`: positive for coefficients, so that their roots and
/// logarithms are real, and of either sign for the constants of a differential equation.
fn parameter_value(parameter: Symbol, number: usize) -> C64 {
    let turn = (0.618_033_988_749_895 * (7 * number + 3 * parameter.0 as usize) as f64).fract();
    let value = 0.4 + 2.2 * turn;
    let negative = CONSTANTS.contains(&parameter) && (number + parameter.0 as usize) % 3 == 0;
    real(if negative { -value } else { value })
}

/// The constants of the solution of a differential equation, in the order in which they occur.
pub const CONSTANTS: [Symbol; 2] = [Symbol::A8, Symbol::A9];

/// Compares `f` with the derivative of `F`, computed with dual numbers, at points where `f` is real.
pub(crate) fn confirm_antiderivative(store: &Store, f: Id, antiderivative: Id) -> Result<(), Reject> {
    let mut integrand = Evaluator::new(&store.dag, f);
    let mut primitive = Evaluator::new(&store.dag, antiderivative);
    confirm(store.symbols(f) | store.symbols(antiderivative), Points::Enough, |point| {
        let f = integrand.value(point);
        if !f.is_finite() || !f.is_real() {
            return Check::Unusable;
        }
        let dual = primitive.dual(point, Symbol::X);
        if !dual.value.is_finite() || !dual.slope.is_finite() {
            return Check::Unusable;
        }
        if f.norm() <= NEGLIGIBLE * (1.0 + dual.value.norm()) {
            return Check::Vanishes;
        }
        Check::Error((f - dual.slope).norm() / f.norm())
    })
}

/// Checks whether the function is real anywhere.
pub(crate) fn confirm_real(store: &Store, f: Id) -> Result<(), Reject> {
    let mut function = Evaluator::new(&store.dag, f);
    confirm(store.symbols(f), Points::Enough, |point| {
        let value = function.value(point);
        if value.is_finite() && value.is_real() {
            Check::Error(0.0)
        } else {
            Check::Unusable
        }
    })
}

/// Size of a sum relative to its terms; for a product, that of its smallest factor. Not finite where a
/// term is undefined.
pub(crate) struct Residual<'d> {
    /// The terms of each factor.
    factors: Vec<Vec<Evaluator<'d>>>,
}

impl<'d> Residual<'d> {
    pub(crate) fn new(dag: &'d Dag, root: Id) -> Residual<'d> {
        let factors = dag.factors(&root).iter().filter(|f| dag.number(**f).is_none());
        let terms_of = |factor: &Id| match dag.node(*factor) {
            Node::Add(span) => dag.span(span).iter().map(|t| Evaluator::new(dag, *t)).collect(),
            _ => vec![Evaluator::new(dag, *factor)],
        };
        Residual { factors: factors.map(terms_of).collect() }
    }

    pub(crate) fn at(&mut self, point: &Point) -> f64 {
        let mut least = f64::INFINITY;
        for terms in &mut self.factors {
            let (mut sum, mut largest) = (C64::ZERO, 0.0f64);
            for term in terms.iter_mut() {
                let value = term.value(point);
                if !value.is_finite() {
                    return f64::INFINITY;
                }
                sum = sum + value;
                largest = largest.max(value.norm());
            }
            // A factor of one term vanishes only where it is zero.
            let relative = if largest == 0.0 { 0.0 } else { sum.norm() / largest };
            least = least.min(relative);
        }
        least
    }
}
