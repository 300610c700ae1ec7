//! Integration by parts (Lample & Charton 2020, section 4.2): for random `F` and `G` with derivatives `f`
//! and `g`, a known primitive of `f*G` gives one of `F*g`, which is `F*G` minus it; and the other way round.

use std::sync::Arc;

use super::primitives::Primitives;
use super::{integration_head, Stage, Task, Workshop};
use crate::candidate::{confirm_antiderivative, Pair, Reject};
use crate::error::Result as CoreResult;
use crate::prefix::Token;
use crate::recipe::Recipe;
use crate::store::{Id, Store};
use crate::symbols::Symbol;

/// The task.
pub(crate) struct ByParts {
    table: Arc<Primitives>,
}

impl ByParts {
    pub(crate) fn new(recipe: &Recipe) -> CoreResult<ByParts> {
        Ok(ByParts { table: Primitives::of(recipe)? })
    }
}

impl Task for ByParts {
    fn head(&self) -> Vec<Token> {
        integration_head()
    }

    fn candidate(&mut self, workshop: &mut Workshop) -> Result<Pair, Reject> {
        candidate(&self.table, workshop)
    }

    fn confirm(&self, store: &mut Store, pair: &Pair) -> Result<(), Reject> {
        confirm_antiderivative(store, pair.problem, pair.solution)
    }
}

pub(crate) fn candidate(table: &Primitives, workshop: &mut Workshop) -> Result<Pair, Reject> {
    let (one, other) = (factor(workshop)?, factor(workshop)?);
    // In the paper's letters: F, G, f, g.
    for (kept, differentiated) in [(one, other), (other, one)] {
        let store = &mut workshop.store;
        let kept_slope = store.diff(kept, Symbol::X)?;
        let remaining = store.mul(&[kept_slope, differentiated])?;
        let Some(primitive) = table.find(store, remaining)? else { continue };
        let slope = store.diff(differentiated, Symbol::X)?;
        let problem = store.mul(&[kept, slope])?;
        if !store.contains(problem, Symbol::X) {
            return Err(Reject::Constant);
        }
        if table.knows_at_first(store, problem)? {
            return Err(Reject::Known);
        }
        let product = store.mul(&[kept, differentiated])?;
        let solution = store.sub(product, primitive)?;
        let solution = store.without_constant(solution)?;
        return present(workshop, problem, solution);
    }
    workshop.clock.lap(Stage::Derive);
    Err(Reject::NoPrimitive)
}

/// A random function without additive constant.
fn factor(workshop: &mut Workshop) -> Result<Id, Reject> {
    let function = workshop.function(&[])?;
    Ok(workshop.store.without_constant(function)?)
}

/// Presents the pair: the integrand tidied, the primitive in the shorter of two forms, the coefficients
/// named in the order of the integrand.
pub(crate) fn present(workshop: &mut Workshop, problem: Id, solution: Id) -> Result<Pair, Reject> {
    workshop.clock.lap(Stage::Derive);
    let store = &mut workshop.store;
    let problem = store.tidy(problem);
    let mut shortest = store.tidy(solution);
    if let Ok(expanded) = store.expand(solution) {
        let expanded = store.tidy(expanded);
        if store.token_count(expanded) < store.token_count(shortest) {
            shortest = expanded;
        }
    }
    let names = store.coefficient_names(problem);
    let problem = store.subs(problem, &names)?;
    let solution = store.subs(shortest, &names)?;
    let solution = store.without_constant(solution)?;
    workshop.clock.lap(Stage::Simplify);
    Ok(Pair { problem, solution })
}
