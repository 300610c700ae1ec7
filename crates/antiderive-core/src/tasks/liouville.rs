//! Integrands that are elementary by Liouville's theorem (after Barket, England & Gerhard 2024).
//!
//! An elementary primitive of a function in a tower of extensions of `Q(x)` is a function of the tower plus
//! a sum of constant multiples of logarithms of functions of the tower. So a tower of exponentials and
//! logarithms is chosen, a rational part, and logarithms (or arc tangents, which are pairs of complex
//! ones); the derivative, over one denominator, is the integrand. It has the shape of a quotient of sums,
//! which neither random integrands nor derivatives of random functions have.

use super::{Stage, Task, Workshop};
use crate::candidate::{Pair, Reject};
use crate::error::Result as CoreResult;
use crate::number::Number;
use crate::operators::Op;
use crate::random::Stream;
use crate::recipe::Recipe;
use crate::store::{Id, Store};
use crate::symbols::Symbol;

/// The task.
pub(crate) struct Liouville {
    max_integer: i64,
    coefficients: i64,
    max_operators: u32,
}

/// Most extensions of a tower.
const MAX_EXTENSIONS: i64 = 2;
/// Most logarithmic terms.
const MAX_LOGARITHMS: i64 = 2;
/// Most terms and largest degree of a polynomial.
const MAX_TERMS: i64 = 3;
const MAX_DEGREE: i64 = 2;

impl Liouville {
    pub(crate) fn new(recipe: &Recipe) -> Liouville {
        Liouville {
            max_integer: i64::from(recipe.max_integer.max(1)),
            coefficients: i64::from(recipe.coefficients),
            max_operators: recipe.max_operators,
        }
    }

    /// A small integer, or now and then a symbolic coefficient.
    fn constant(&self, store: &mut Store, stream: &mut Stream) -> Id {
        if self.coefficients > 0 && stream.between(0, 4) == 0 {
            return Id::symbol(Symbol::coefficient(stream.between(0, self.coefficients - 1) as usize));
        }
        let n = stream.between(1, self.max_integer);
        store.int(if stream.coin() { n } else { -n })
    }

    /// A sum of monomials in the generators of a tower.
    fn polynomial(&self, store: &mut Store, stream: &mut Stream, tower: &[Id]) -> CoreResult<Id> {
        let mut terms = Vec::new();
        for _ in 0..stream.between(1, MAX_TERMS) {
            let mut factors = vec![self.constant(store, stream)];
            for degree in 0..stream.between(0, 2) {
                // The last extension occurs more often than the others, so that it matters.
                let last = tower.len() as i64 - 1;
                let index = if degree == 0 && stream.coin() { last } else { stream.between(0, last) };
                let exponent = stream.between(1, MAX_DEGREE);
                let exponent = store.int(exponent);
                factors.push(store.pow(tower[index as usize], exponent)?);
            }
            terms.push(store.mul(&factors)?);
        }
        store.add(&terms)
    }

    /// `x` and random exponentials and logarithms, each over those before it.
    fn tower(&self, store: &mut Store, stream: &mut Stream) -> CoreResult<Vec<Id>> {
        let mut tower = vec![Id::symbol(Symbol::X)];
        for _ in 0..stream.between(0, MAX_EXTENSIONS) {
            let argument = self.polynomial(store, stream, &tower)?;
            let argument = if stream.between(0, 3) == 0 {
                let below = self.polynomial(store, stream, &tower)?;
                store.div(argument, below)?
            } else {
                argument
            };
            if store.contains(argument, Symbol::X) {
                let op = if stream.coin() { Op::Exp } else { Op::Ln };
                tower.push(store.apply(op, argument)?);
            }
        }
        Ok(tower)
    }

    fn primitive(&self, store: &mut Store, stream: &mut Stream) -> CoreResult<Id> {
        let tower = self.tower(store, stream)?;
        let mut terms = Vec::new();
        let logarithms = stream.between(0, MAX_LOGARITHMS);
        if logarithms == 0 || stream.coin() {
            let above = self.polynomial(store, stream, &tower)?;
            let below = if stream.coin() { self.polynomial(store, stream, &tower)? } else { Id::ONE };
            terms.push(store.div(above, below)?);
        }
        for _ in 0..logarithms {
            let argument = self.polynomial(store, stream, &tower)?;
            let op = if stream.between(0, 3) == 0 { Op::Atan } else { Op::Ln };
            let value = store.apply(op, argument)?;
            let (above, below) = (self.constant(store, stream), stream.between(1, 3));
            let share = store.num(&Number::ratio(1, below)?)?;
            terms.push(store.mul(&[above, share, value])?);
        }
        store.add(&terms)
    }
}

impl Task for Liouville {
    fn candidate(&mut self, workshop: &mut Workshop) -> Result<Pair, Reject> {
        let Workshop { store, stream, clock, .. } = workshop;
        let primitive = self.primitive(store, stream)?;
        let primitive = store.reduce_constants(primitive)?;
        let primitive = store.without_constant(primitive)?;
        let solution = store.reindex_coefficients(primitive)?;
        clock.lap(Stage::Sample);
        if !store.contains(solution, Symbol::X) {
            return Err(Reject::Constant);
        }
        if super::operators_of(store, solution) > self.max_operators as usize {
            return Err(Reject::TooLong);
        }
        let slope = store.diff(solution, Symbol::X)?;
        let joined = store.together(slope)?;
        let problem = store.expand_numerator(joined)?;
        clock.lap(Stage::Derive);
        if problem == Id::ZERO {
            return Err(Reject::Constant);
        }
        Ok(Pair { problem, solution })
    }
}

impl Store {
    /// A quotient with its numerator multiplied out and divided by what all its terms share.
    fn expand_numerator(&mut self, id: Id) -> CoreResult<Id> {
        let factors = self.dag.factors(&id).to_vec();
        let denominator = |store: &Store, factor: &Id| {
            let (_, exponent) = store.dag.base_exponent(*factor);
            store.number(exponent).is_some_and(Number::is_negative)
        };
        let (below, above): (Vec<Id>, Vec<Id>) = factors.into_iter().partition(|f| denominator(self, f));
        let above = self.mul(&above)?;
        let above = self.expand(above)?;
        let above = self.factor(above)?;
        let mut all = below;
        all.push(above);
        self.mul(&all)
    }
}
