//! Tasks: how problems with their solutions are made. One file and one row of [`TASKS`] each.

use std::time::Instant;

use crate::candidate::{confirm_antiderivative, Pair, Reject};
use crate::error::{Error, Result};
use crate::operators::Op;
use crate::prefix::{count_operators, write_tokens, Token};
use crate::random::Stream;
use crate::recipe::Recipe;
use crate::sample::FunctionSampler;
use crate::store::{Id, Store};
use crate::symbols::Symbol;

mod bwd;
mod derivative;
mod fwd;
mod ibp;
mod liouville;
mod ode;
mod present;
mod primitives;
mod sub;

/// Makes the candidates of one task; the defaults are those of integration.
pub(crate) trait Task {
    /// A random problem with its solution.
    fn candidate(&mut self, workshop: &mut Workshop) -> std::result::Result<Pair, Reject>;

    /// Tokens before those of the problem: `sub Y' f` is the equation `Y' - f = 0`.
    fn head(&self) -> Vec<Token> {
        vec![Token::operator(Op::Sub), Token::symbol(Symbol::Y1)]
    }

    /// Evaluates problem and solution together at test points.
    fn confirm(&self, store: &mut Store, pair: &Pair) -> std::result::Result<(), Reject> {
        confirm_antiderivative(store, pair.problem, pair.solution)
    }

    /// Whether examples have solutions.
    fn solved(&self) -> bool {
        true
    }
}

/// The tools of a task.
pub(crate) struct Workshop {
    pub(crate) store: Store,
    pub(crate) sampler: FunctionSampler,
    pub(crate) stream: Stream,
    pub(crate) clock: Clock,
}

/// A stage of a generator, for timing.
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

    /// Starts the clock without counting the time so far.
    pub(crate) fn restart(&mut self) {
        self.last = Instant::now();
    }

    /// Adds the time since the last call to `stage`.
    pub(crate) fn lap(&mut self, stage: Stage) {
        let now = Instant::now();
        self.nanoseconds[stage as usize] += (now - self.last).as_nanos() as u64;
        self.last = now;
    }
}

/// A row of the table of native tasks.
pub struct NativeTask {
    /// Name of the task.
    pub name: &'static str,
    /// One line for people.
    pub title: &'static str,
    /// Default range of operators of the functions that it samples, chosen so that the lengths of its
    /// examples are close to the published ones.
    pub operators: (u32, u32),
    new: fn(&Recipe) -> Result<Box<dyn Task>>,
}

const fn row(
    name: &'static str,
    title: &'static str,
    operators: (u32, u32),
    new: fn(&Recipe) -> Result<Box<dyn Task>>,
) -> NativeTask {
    NativeTask { name, title, operators, new }
}

/// The native tasks.
#[rustfmt::skip]
pub static TASKS: &[NativeTask] = &[
    row("bwd", "integration, backward: sample the antiderivative, differentiate it", (3, 15), |_| Ok(Box::new(bwd::Backward))),
    row("derivative", "differentiation: the derivative of a random function", (3, 15), |_| Ok(Box::new(derivative::Derivative))),
    row("fwd", "integration, forward: random integrands that computer algebra solves", (3, 15), |_| Ok(Box::new(fwd::Forward))),
    row("ibp", "integration by parts: products of which one integral is known", (1, 5), |recipe| Ok(Box::new(ibp::ByParts::new(recipe)?))),
    // Operators of the primitive.
    row("liouville", "integration by Liouville: quotients of sums over a tower of extensions", (1, 25), |recipe| Ok(Box::new(liouville::Liouville::new(recipe)))),
    row("ode1", "differential equations of first order", (5, 17), |_| Ok(Box::new(ode::Equation { second_order: false }))),
    row("ode2", "differential equations of second order", (6, 17), |_| Ok(Box::new(ode::Equation { second_order: true }))),
    row("sub", "integration by substitution: a known primitive of a random function", (2, 8), |recipe| Ok(Box::new(sub::Substitution::new(recipe)?))),
];

/// Default range of operators for tasks that are not native.
const OTHERS: (u32, u32) = (3, 15);

/// Default range of operators of the functions that a task samples.
pub fn default_operators(task: &str) -> (u32, u32) {
    TASKS.iter().find(|row| row.name == task).map_or(OTHERS, |row| row.operators)
}

/// The task of a recipe.
pub(crate) fn task_of(recipe: &Recipe) -> Result<Box<dyn Task>> {
    let Some(row) = TASKS.iter().find(|row| row.name == recipe.task) else {
        let names: Vec<&str> = TASKS.iter().map(|row| row.name).collect();
        let message = format!("unknown task '{}'; there is {}", recipe.task, names.join(", "));
        return Err(Error::Setting(message));
    };
    (row.new)(recipe)
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
    /// The sum without the terms that are free of `x`.
    pub(crate) fn without_constant(&mut self, id: Id) -> Result<Id> {
        let terms = self.dag.terms(&id);
        if terms.len() < 2 || terms.iter().all(|t| self.contains(*t, Symbol::X)) {
            return Ok(id);
        }
        let kept: Vec<Id> = terms.iter().copied().filter(|t| self.contains(*t, Symbol::X)).collect();
        self.raw_add(&kept)
    }
}
