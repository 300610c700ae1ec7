//! Forward integration (Lample & Charton 2020, section 4.1): random integrands. This task makes only the
//! functions; their solutions, if there are any, come from computer algebra.

use super::{Task, Workshop};
use crate::candidate::{confirm_real, Pair, Reject};
use crate::store::Store;

/// The task.
pub(crate) struct Forward;

impl Task for Forward {
    fn candidate(&mut self, workshop: &mut Workshop) -> Result<Pair, Reject> {
        let function = workshop.function(&[])?;
        let problem = workshop.store.reindex_coefficients(function)?;
        Ok(Pair { problem, solution: problem })
    }

    fn confirm(&self, store: &mut Store, pair: &Pair) -> Result<(), Reject> {
        confirm_real(store, pair.problem)
    }

    fn solved(&self) -> bool {
        false
    }
}
