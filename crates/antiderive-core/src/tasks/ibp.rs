//! Integration by parts (Lample & Charton 2020, section 4.2): for random `F` and `G` with derivatives `f`
//! and `g`, a known primitive of `f*G` gives one of `F*g`, which is `F*G` minus it; and the other way round.

//!
//! The known primitives are a table that depends only on the recipe: the first generation has derivatives of
//! small random functions, and each later one adds what integration by parts finds with the table so far.

use std::sync::{Arc, Mutex, PoisonError};

use super::present::present;
use super::primitives::Primitives;
use super::{Clock, Stage, Task, Workshop};
use crate::candidate::{Pair, Reject};
use crate::error::Result as CoreResult;
use crate::prefix::{from_tokens, write_tokens};
use crate::random::{key_of, Stream};
use crate::recipe::Recipe;
use crate::sample::FunctionSampler;
use crate::store::{Id, Limits, Store};
use crate::symbols::Symbol;

/// Operators of the functions that the first generation is made from.
const SMALL: (u32, u32) = (1, 4);
/// Random functions, and random pairs, that a generation is made from.
const DRAWS: [u64; 3] = [30_000, 20_000, 20_000];

/// The task.
pub(crate) struct ByParts {
    table: Arc<Primitives>,
}

impl ByParts {
    pub(crate) fn new(recipe: &Recipe) -> CoreResult<ByParts> {
        Ok(ByParts { table: known_primitives(recipe)? })
    }
}

impl Task for ByParts {
    fn candidate(&mut self, workshop: &mut Workshop) -> Result<Pair, Reject> {
        by_parts(&self.table, workshop)
    }
}

/// An integrand and its primitive, by parts with the primitives of `table`.
fn by_parts(table: &Primitives, workshop: &mut Workshop) -> Result<Pair, Reject> {
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

/// The table of a recipe; the last few tables stay in memory.
pub(crate) fn known_primitives(recipe: &Recipe) -> CoreResult<Arc<Primitives>> {
    static KEPT: Mutex<Vec<(String, Arc<Primitives>)>> = Mutex::new(Vec::new());
    const KEEP: usize = 4;
    let text = format!("primitives {}", recipe.text());
    // Held while building, so that a table is built once and not by every thread.
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, table)) = kept.iter().find(|(own, _)| *own == text) {
        return Ok(table.clone());
    }
    let table = Arc::new(build(recipe, &text)?);
    if kept.len() == KEEP {
        kept.remove(0);
    }
    kept.push((text, table.clone()));
    Ok(table)
}

fn build(recipe: &Recipe, text: &str) -> CoreResult<Primitives> {
    let small = Recipe { min_operators: SMALL.0, max_operators: SMALL.1, ..recipe.clone() };
    let key = key_of(text);
    let mut workshop = Workshop {
        store: Store::new(Limits { number_bits: 256, size: 2000, work: u64::MAX }),
        sampler: FunctionSampler::new(&small)?,
        stream: Stream::new(&key, 0),
        clock: Clock::new(),
    };
    let mut table = Primitives::default();
    for draw in 0..DRAWS[0] {
        workshop.store.clear();
        workshop.stream = Stream::new(&key, draw);
        // Failures are skipped; rejections are not counted here.
        let _ = add_derivative(&mut table, &mut workshop);
    }
    table.end_first_generation();
    for (generation, draws) in DRAWS.iter().enumerate().skip(1) {
        let mut found = Vec::new();
        for draw in 0..*draws {
            workshop.store.clear();
            workshop.stream = Stream::new(&key, (generation as u64) << 40 | draw);
            if let Ok(pair) = by_parts(&table, &mut workshop) {
                let write = |id| {
                    let mut tokens = Vec::new();
                    write_tokens(&workshop.store.dag, id, &mut tokens);
                    tokens
                };
                found.push((write(pair.problem), write(pair.solution)));
            }
        }
        for (integrand, primitive) in found {
            workshop.store.clear();
            let integrand = from_tokens(&mut workshop.store, &integrand)?;
            let primitive = from_tokens(&mut workshop.store, &primitive)?;
            table.add(&mut workshop.store, integrand, primitive)?;
        }
    }
    Ok(table)
}

fn add_derivative(table: &mut Primitives, workshop: &mut Workshop) -> Result<(), Reject> {
    let primitive = factor(workshop)?;
    let store = &mut workshop.store;
    let slope = store.diff(primitive, Symbol::X)?;
    let integrand = store.tidy(slope);
    Ok(table.add(store, integrand, primitive)?)
}
