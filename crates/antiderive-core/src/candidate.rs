//! What every task's generator returns: a pair, or the reason why there is none.

use crate::error::Error;
use crate::numeric::{real, C64};
use crate::store::Id;

/// Why a candidate was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Reject {
    /// A division by zero or a pole: the function does not exist.
    Undefined,
    /// A number, the depth or the size passed a limit.
    TooLarge,
    /// The solution or the problem is constant.
    Constant,
    /// The canonical form has less than half of the operators sampled.
    Shrunk,
    /// Problem or solution has more tokens than the recipe allows.
    TooLong,
    /// No test point at which the problem is real and the solution exists.
    NowhereDefined,
    /// Problem and solution could not be confirmed against each other numerically.
    Unconfirmed,
}

/// Names of the reasons, in the order of [`Reject`].
pub const REJECTS: [&str; 7] =
    ["undefined", "too_large", "constant", "shrunk", "too_long", "nowhere_defined", "unconfirmed"];

impl From<Error> for Reject {
    fn from(error: Error) -> Self {
        match error {
            Error::Undefined(_) => Reject::Undefined,
            _ => Reject::TooLarge,
        }
    }
}

/// Points of the real line at which candidates are tested; none is special to any operator.
pub const TEST_POINTS: [f64; 18] = [
    0.437, 1.269, -0.352, 2.183, -1.417, 0.113, 3.671, -2.739, 0.871, -0.784, 5.327, -4.619, 1.731, -0.067,
    8.153, -7.391, 0.029, 12.847,
];

/// Problem and solution of one candidate.
pub struct Pair {
    /// The problem (for integration, the integrand).
    pub problem: Id,
    /// The solution.
    pub solution: Id,
}

/// The real test points as complex numbers.
pub(crate) fn test_points() -> impl Iterator<Item = C64> {
    TEST_POINTS.iter().map(|x| real(*x))
}
