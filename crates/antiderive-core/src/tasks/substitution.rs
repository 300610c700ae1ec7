//! Substitution: a known primitive `G` of `g` and a random `u(x)` give the integrand `g(u)*u'` with the
//! primitive `G(u)`.

use std::sync::Arc;

use super::primitives::Primitives;
use super::{by_parts, integration_head, Task, Workshop};
use crate::candidate::{confirm_antiderivative, Pair, Reject};
use crate::error::Result as CoreResult;
use crate::prefix::Token;
use crate::recipe::Recipe;
use crate::store::{Id, Store};
use crate::symbols::Symbol;

/// The task.
pub(crate) struct Substitution {
    table: Arc<Primitives>,
}

impl Substitution {
    pub(crate) fn new(recipe: &Recipe) -> CoreResult<Substitution> {
        Ok(Substitution { table: Primitives::of(recipe)? })
    }
}

impl Task for Substitution {
    fn head(&self) -> Vec<Token> {
        integration_head()
    }

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
        by_parts::present(workshop, problem, solution)
    }

    fn confirm(&self, store: &mut Store, pair: &Pair) -> Result<(), Reject> {
        confirm_antiderivative(store, pair.problem, pair.solution)
    }
}
