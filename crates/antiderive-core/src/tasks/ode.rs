//! Differential equations with their solutions (Lample & Charton 2020, sections 4.3 and 4.4).
//!
//! A random `y = F(x, c)` is solved for the constant, `c = G(x, y)`; differentiating in `x` removes it, and
//! what remains is an equation of first order that `F` solves. With two constants this is done twice.

use super::{Stage, Task, Workshop};
use crate::candidate::{confirm, Check, Pair, Points, Reject, Residual, CONSTANTS};
use crate::error::Result as CoreResult;
use crate::evaluate::{Evaluator, Point};
use crate::numeric::{real, C64};
use crate::prefix::Token;
use crate::store::{Id, Store};
use crate::symbols::Symbol;

/// Equations of first or second order.
pub(crate) struct Equation {
    pub(crate) second_order: bool,
}

impl Task for Equation {
    fn head(&self) -> Vec<Token> {
        Vec::new()
    }

    fn candidate(&mut self, workshop: &mut Workshop) -> Result<Pair, Reject> {
        if self.second_order {
            second_order(workshop)
        } else {
            first_order(workshop)
        }
    }

    /// Substitutes the solution into the equation at points where it is real; the equation must vanish
    /// at all.
    fn confirm(&self, store: &mut Store, pair: &Pair) -> Result<(), Reject> {
        confirm_equation(store, pair)
    }
}

fn first_order(workshop: &mut Workshop) -> Result<Pair, Reject> {
    let function = workshop.function(&CONSTANTS[..1])?;
    let solution = workshop.store.reindex_coefficients(function)?;
    let equation = workshop
        .store
        .eliminate(solution, CONSTANTS[0], Id::symbol(Symbol::Y))?
        .ok_or(Reject::NotIsolated)?;
    finish(workshop, equation, solution, Symbol::Y1)
}

fn second_order(workshop: &mut Workshop) -> Result<Pair, Reject> {
    let function = workshop.function(&CONSTANTS)?;
    let solution = workshop.store.reindex_coefficients(function)?;
    let [c1, c2] = CONSTANTS;
    for (first, second) in [(c2, c1), (c1, c2)] {
        let store = &mut workshop.store;
        let Some(between) = store.eliminate(solution, first, Id::symbol(Symbol::Y))? else { continue };
        if !store.contains(between, second) {
            return Err(Reject::LowerOrder);
        }
        if let Some(equation) = store.eliminate_from_equation(between, second)? {
            return finish(workshop, equation, solution, Symbol::Y2);
        }
    }
    Err(Reject::NotIsolated)
}

impl Store {
    /// Solves `lhs = value` for the constant and differentiates, which removes it.
    fn eliminate(&mut self, lhs: Id, constant: Symbol, value: Id) -> CoreResult<Option<Id>> {
        let Some(isolated) = self.isolate(lhs, constant, value)? else { return Ok(None) };
        let slope = self.diff(isolated, Symbol::X)?;
        self.clear_equation(slope).map(Some)
    }

    /// Removes the constant from an equation in which it may occur several times: as it is, multiplied
    /// out, and with common factors taken out.
    fn eliminate_from_equation(&mut self, equation: Id, constant: Symbol) -> CoreResult<Option<Id>> {
        if let Some(found) = self.eliminate(equation, constant, Id::ZERO)? {
            return Ok(Some(found));
        }
        let expanded = self.expand(equation)?;
        if let Some(found) = self.eliminate(expanded, constant, Id::ZERO)? {
            return Ok(Some(found));
        }
        let factored = self.factor(expanded)?;
        self.eliminate(factored, constant, Id::ZERO)
    }
}

fn finish(workshop: &mut Workshop, equation: Id, solution: Id, highest: Symbol) -> Result<Pair, Reject> {
    if !workshop.store.contains(equation, highest) {
        return Err(Reject::LowerOrder);
    }
    let problem = workshop.presented(equation);
    workshop.clock.lap(Stage::Derive);
    Ok(Pair { problem, solution })
}

fn confirm_equation(store: &mut Store, pair: &Pair) -> Result<(), Reject> {
    let slope = store.diff(pair.solution, Symbol::X)?;
    let symbols = (store.symbols(pair.problem) | store.symbols(pair.solution)) & !Symbol::unknowns();
    let second_order = store.contains(pair.problem, Symbol::Y2);
    let mut solution = Evaluator::new(&store.dag, pair.solution);
    let mut slope = Evaluator::new(&store.dag, slope);
    let mut residual = Residual::new(&store.dag, pair.problem);
    confirm(symbols, Points::All, |point| {
        let first = solution.dual(point, Symbol::X);
        let mut unknown = vec![(Symbol::Y, first.value), (Symbol::Y1, first.slope)];
        if second_order {
            unknown.push((Symbol::Y2, slope.dual(point, Symbol::X).slope));
        }
        for (_, value) in &mut unknown {
            match real_value(*value) {
                Some(known) => *value = known,
                None => return Check::Unusable,
            }
        }
        let mut point = point.clone();
        for (symbol, value) in &unknown {
            point.set(*symbol, *value);
        }
        let error = residual.at(&point);
        if !error.is_finite() || error > DOUBT && ill_conditioned(&mut residual, &point, &unknown, error) {
            return Check::Unusable;
        }
        Check::Error(error)
    })
}

/// The value if it is real up to rounding errors. A solution may be real through complex intermediate
/// values, as `sinh(x + ln(x))` is for negative `x`, and then it lies on a different branch from the
/// equation.
fn real_value(z: C64) -> Option<C64> {
    (z.is_finite() && z.im.abs() <= 1e-9 * z.re.abs()).then(|| real(z.re))
}

/// Errors above this are examined.
const DOUBT: f64 = 1e-9;
/// Changes of the arguments by rounding errors, with a margin.
const ROUNDING: f64 = 1e-11;

/// Whether changes as small as rounding errors change the residual by a tenth. Then the residual is
/// only rounding error: `tanh` and similar functions saturate, so that a derivative is lost next to the
/// value.
fn ill_conditioned(residual: &mut Residual, point: &Point, unknown: &[(Symbol, C64)], error: f64) -> bool {
    let size = unknown.iter().map(|(_, z)| z.norm()).fold(0.0, f64::max);
    let x = point.get(Symbol::X);
    let by_unknown = unknown.iter().map(|(s, z)| (*s, *z + real(ROUNDING * size))).collect();
    let by_variable = vec![(Symbol::X, x + x.scale(ROUNDING))];
    [by_unknown, by_variable].into_iter().any(|changes: Vec<(Symbol, C64)>| {
        let mut changed = point.clone();
        for (symbol, value) in changes {
            changed.set(symbol, value);
        }
        let other = residual.at(&changed);
        !other.is_finite() || (other - error).abs() > 0.1 * error
    })
}
