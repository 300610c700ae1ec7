//! Substitution: a known primitive `G` of `g` and a random `u(x)` give the integrand `g(u)*u'` with the
//! primitive `G(u)`.

use std::sync::Arc;

use super::ibp::known_primitives;
use super::present::present;
use super::primitives::Primitives;
use super::{Task, Workshop};
use crate::candidate::{Pair, Reject};
use crate::error::Result as CoreResult;
use crate::recipe::Recipe;
use crate::store::Id;
use crate::symbols::Symbol;

/// The task.
pub(crate) struct Substitution {
    table: Arc<Primitives>,
}

impl Substitution {
    pub(crate) fn new(recipe: &Recipe) -> CoreResult<Substitution> {
        Ok(Substitution { table: known_primitives(recipe)? })
    }
}

impl Task for Substitution {
    fn candidate(&mut self, workshop: &mut Workshop) -> Result<Pair, Reject> {
        let inner = workshop.function(&[])?;
        let Workshop { store, stream, .. } = workshop;
        let (integrand, primitive) = self.table.pick(store, stream)?;
        let variable = [(Id::symbol(Symbol::X), inner)];
        let outer = store.subs(integrand, &variable)?;
        let slope = store.diff(inner, Symbol::X)?;
        let problem = store.mul(&[outer, slope])?;
        let solution = store.subs(primitive, &variable)?;
        let solution = store.without_constant(solution)?;
        if !store.contains(problem, Symbol::X) || !store.contains(solution, Symbol::X) {
            return Err(Reject::Constant);
        }
        present(workshop, problem, solution)
    }
}
