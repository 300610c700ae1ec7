//! Backward integration (Lample & Charton 2020, section 4.2): sample the answer, differentiate it.

use super::{Stage, Task, Workshop};
use crate::candidate::{Pair, Reject};
use crate::store::Id;
use crate::symbols::Symbol;

/// The task.
pub(crate) struct Backward;

impl Task for Backward {
    /// A random `F` without additive constant, and `F'`, half of the time in simplified form.
    fn candidate(&mut self, workshop: &mut Workshop) -> Result<Pair, Reject> {
        let function = workshop.function(&[])?;
        let solution = workshop.store.without_constant(function)?;
        let solution = workshop.store.reindex_coefficients(solution)?;
        let problem = workshop.store.diff(solution, Symbol::X)?;
        let problem = workshop.presented(problem);
        if problem == Id::ZERO {
            return Err(Reject::Constant);
        }
        workshop.clock.lap(Stage::Derive);
        Ok(Pair { problem, solution })
    }
}
