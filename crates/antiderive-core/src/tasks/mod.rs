//! Tasks: how problems with their solutions are made. One file each.

use std::time::Instant;

use crate::candidate::{Pair, Reject};
use crate::error::{Error, Result};
use crate::prefix::{count_operators, write_tokens, Token};
use crate::random::Stream;
use crate::recipe::Recipe;
use crate::sample::FunctionSampler;
use crate::store::{Id, Store};
use crate::symbols::Symbol;

mod bwd;
mod by_parts;
mod derivative;
mod fwd;
mod liouville;
mod ode;
mod primitives;
mod substitution;

/// Makes candidates of one task.
pub(crate) trait Task {
    /// Tokens before those of the problem.
    fn head(&self) -> Vec<Token>;

    /// A random problem with its solution.
    fn candidate(&mut self, workshop: &mut Workshop) -> std::result::Result<Pair, Reject>;

    /// Evaluates problem and solution together at test points.
    fn confirm(&self, store: &mut Store, pair: &Pair) -> std::result::Result<(), Reject>;

    /// Whether examples have solutions.
    fn solved(&self) -> bool {
        true
    }
}

/// What a task works with.
pub(crate) struct Workshop {
    pub(crate) store: Store,
    pub(crate) sampler: FunctionSampler,
    pub(crate) stream: Stream,
    pub(crate) clock: Clock,
}

/// Where the time of a generator goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Stage {
    /// Sampling functions and making them canonical.
    Sample,
    /// Derivatives, inversions, products: the problem from what was sampled.
    Derive,
    /// Simplified presentation.
    Simplify,
    /// Tokens.
    Write,
    /// The numeric check.
    Confirm,
    /// Skeleton and its hash.
    Skeleton,
}

/// Names of the stages, in the order of [`Stage`].
pub const STAGES: [&str; 6] = ["sample", "derive", "simplify", "write", "confirm", "skeleton"];

/// Sums up the time of each stage.
pub(crate) struct Clock {
    last: Instant,
    pub(crate) nanoseconds: [u64; STAGES.len()],
}

impl Clock {
    pub(crate) fn new() -> Clock {
        Clock { last: Instant::now(), nanoseconds: [0; STAGES.len()] }
    }

    /// Books no time to what came before.
    pub(crate) fn restart(&mut self) {
        self.last = Instant::now();
    }

    /// Books the time since the last call to `stage`.
    pub(crate) fn lap(&mut self, stage: Stage) {
        let now = Instant::now();
        self.nanoseconds[stage as usize] += (now - self.last).as_nanos() as u64;
        self.last = now;
    }
}

/// Names of the native tasks.
pub const TASKS: [&str; 8] = ["bwd", "derivative", "fwd", "ibp", "liouville", "ode1", "ode2", "sub"];

/// Fewest and most operators of the functions that a task samples by default, so that the lengths of its
/// examples are near the published ones; for `liouville`, of the primitive.
pub fn default_operators(task: &str) -> (u32, u32) {
    match task {
        "ibp" => (1, 5),
        "liouville" => (1, 25),
        "ode1" => (5, 17),
        "ode2" => (6, 17),
        "sub" => (2, 8),
        _ => (3, 15),
    }
}

/// The task of a recipe.
pub(crate) fn task_of(recipe: &Recipe) -> Result<Box<dyn Task>> {
    Ok(match recipe.task.as_str() {
        "bwd" => Box::new(bwd::Backward),
        "derivative" => Box::new(derivative::Derivative),
        "ode1" => Box::new(ode::FirstOrder),
        "ode2" => Box::new(ode::SecondOrder),
        "ibp" => Box::new(by_parts::ByParts::new(recipe)?),
        "sub" => Box::new(substitution::Substitution::new(recipe)?),
        "liouville" => Box::new(liouville::Liouville::new(recipe)),
        "fwd" => Box::new(fwd::Forward),
        name => {
            return Err(Error::Setting(format!("unknown task '{name}'; there is {}", TASKS.join(", "))));
        }
    })
}

/// The tokens before an integrand: `sub Y' f` is the equation `Y' - f = 0`.
pub(crate) fn integration_head() -> Vec<Token> {
    vec![Token::operator(crate::operators::Op::Sub), Token::symbol(Symbol::Y1)]
}

impl Workshop {
    /// A random function of `x` in which each of `constants` occurs, without additive constant, its
    /// symbolic constants reduced.
    pub(crate) fn function(&mut self, constants: &[Symbol]) -> std::result::Result<Id, Reject> {
        let (operators, function) = self.sampler.sample(&mut self.store, &mut self.stream, constants);
        self.clock.lap(Stage::Sample);
        let store = &mut self.store;
        let complete = |store: &Store, function: Id| {
            store.contains(function, Symbol::X) && constants.iter().all(|c| store.contains(function, *c))
        };
        let mut function = function?;
        if complete(store, function) {
            function = store.reduce_constants(function)?;
        }
        self.clock.lap(Stage::Derive);
        if !complete(store, function) {
            return Err(Reject::Constant);
        }
        if 2 * operators_of(store, function) < operators {
            return Err(Reject::Shrunk);
        }
        Ok(function)
    }

    /// The expression itself, or half of the time its simplified form.
    pub(crate) fn presented(&mut self, id: Id) -> Id {
        self.clock.lap(Stage::Derive);
        let simplified = if self.stream.coin() { self.store.tidy(id) } else { id };
        self.clock.lap(Stage::Simplify);
        simplified
    }
}

fn operators_of(store: &Store, id: Id) -> usize {
    let mut tokens = Vec::new();
    write_tokens(&store.dag, id, &mut tokens);
    count_operators(&tokens)
}

impl Store {
    /// The sum without its terms that are free of `x`.
    pub(crate) fn without_constant(&mut self, id: Id) -> Result<Id> {
        let terms = self.dag.terms(&id);
        if terms.len() < 2 || terms.iter().all(|t| self.contains(*t, Symbol::X)) {
            return Ok(id);
        }
        let kept: Vec<Id> = terms.iter().copied().filter(|t| self.contains(*t, Symbol::X)).collect();
        self.raw_add(&kept)
    }
}
