//! Differentiation: the problem is a function, the solution its derivative.

use super::{Stage, Task, Workshop};
use crate::candidate::{confirm_antiderivative, Pair, Reject};
use crate::prefix::Token;
use crate::store::{Id, Store};
use crate::symbols::Symbol;

/// The task.
pub(crate) struct Derivative;

impl Task for Derivative {
    fn head(&self) -> Vec<Token> {
        Vec::new()
    }

    fn candidate(&mut self, workshop: &mut Workshop) -> Result<Pair, Reject> {
        let function = workshop.function(&[])?;
        let problem = workshop.store.reindex_coefficients(function)?;
        let slope = workshop.store.diff(problem, Symbol::X)?;
        workshop.clock.lap(Stage::Derive);
        // Each derivative has one form: it depends only on the problem, not on a random choice.
        let solution = workshop.store.tidy(slope);
        workshop.clock.lap(Stage::Simplify);
        if solution == Id::ZERO {
            return Err(Reject::Constant);
        }
        Ok(Pair { problem, solution })
    }

    fn confirm(&self, store: &mut Store, pair: &Pair) -> Result<(), Reject> {
        confirm_antiderivative(store, pair.solution, pair.problem)
    }
}
