//! Presentation of a pair of integrand and primitive that was composed from known ones.

use super::{Stage, Workshop};
use crate::candidate::{Pair, Reject};
use crate::store::Id;

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
