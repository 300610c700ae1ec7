//! The generator: examples by recipe and index, in parallel, with every rejection counted.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Mutex;

use siphasher::sip::SipHasher24;
use std::hash::Hasher;

use crate::candidate::{Reject, REJECTS};
use crate::error::{Error, Result};
use crate::prefix::{count_operators, write_tokens, Token};
use crate::random::{Key, Stream};
use crate::recipe::Recipe;
use crate::sample::FunctionSampler;
use crate::store::{Limits, Store};
use crate::tasks::{task_of, Clock, Stage, Task, Workshop, STAGES};

/// The split of a problem, decided by the keyed hash of its skeleton.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// For training.
    Train,
    /// For choosing among models.
    Valid,
    /// For reported figures.
    Test,
}

/// Key of the hash that decides the split; the same for every recipe, so that no test problem of one data set
/// is in the training data of another.
const SPLIT_KEY: (u64, u64) = (0x736b_656c_6574_6f6e, 0x616e_7469_6465_7269);

/// SipHash-2-4 of a skeleton's prefix form.
pub fn skeleton_hash(skeleton: &str) -> u64 {
    let mut hasher = SipHasher24::new_with_keys(SPLIT_KEY.0, SPLIT_KEY.1);
    hasher.write(skeleton.as_bytes());
    hasher.finish()
}

/// One in 50 skeletons is for testing, and another one in 50 for validation.
pub fn split_of(skeleton_hash: u64) -> Split {
    match (u128::from(skeleton_hash) * 100) >> 64 {
        0 | 1 => Split::Test,
        2 | 3 => Split::Valid,
        _ => Split::Train,
    }
}

/// Examples in flat arrays, in order of their indices.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Tokens of all problems.
    pub problem_tokens: Vec<u8>,
    /// End of each problem in `problem_tokens`.
    pub problem_ends: Vec<u64>,
    /// Tokens of all solutions.
    pub solution_tokens: Vec<u8>,
    /// End of each solution in `solution_tokens`.
    pub solution_ends: Vec<u64>,
    /// [`skeleton_hash`] of each problem.
    pub skeletons: Vec<u64>,
    /// Operators of each problem.
    pub problem_operators: Vec<u16>,
    /// Operators of each solution.
    pub solution_operators: Vec<u16>,
    /// Rejected candidates by reason ([`REJECTS`]).
    pub rejects: [u64; REJECTS.len()],
}

/// Nanoseconds spent in each stage ([`STAGES`]).
pub type Times = [u64; STAGES.len()];

impl Batch {
    /// Number of examples.
    pub fn len(&self) -> usize {
        self.skeletons.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.skeletons.is_empty()
    }

    fn append(&mut self, other: &Batch) {
        let shift =
            |ends: &mut Vec<u64>, from: &[u64], by: usize| ends.extend(from.iter().map(|e| e + by as u64));
        shift(&mut self.problem_ends, &other.problem_ends, self.problem_tokens.len());
        shift(&mut self.solution_ends, &other.solution_ends, self.solution_tokens.len());
        self.problem_tokens.extend_from_slice(&other.problem_tokens);
        self.solution_tokens.extend_from_slice(&other.solution_tokens);
        self.skeletons.extend_from_slice(&other.skeletons);
        self.problem_operators.extend_from_slice(&other.problem_operators);
        self.solution_operators.extend_from_slice(&other.solution_operators);
        for (total, more) in self.rejects.iter_mut().zip(other.rejects) {
            *total += more;
        }
    }
}

/// Candidates tried for one example before the recipe is rejected.
const MAX_ATTEMPTS: usize = 100_000;

/// Makes the examples of one recipe, one at a time. No state carries over from one example to the next.
pub struct Generator {
    recipe: Recipe,
    key: Key,
    task: Box<dyn Task>,
    head: Vec<Token>,
    workshop: Workshop,
    problem: Vec<Token>,
    solution: Vec<Token>,
}

impl Generator {
    /// Prepares a generator.
    pub fn new(recipe: &Recipe) -> Result<Generator> {
        recipe.validate()?;
        let task = task_of(recipe)?;
        let key = recipe.key();
        let workshop = Workshop {
            // Far more than fits into the tokens of an example, and far less than takes long.
            store: Store::new(Limits { number_bits: 256, size: 20_000, work: u64::MAX }),
            sampler: FunctionSampler::new(recipe)?,
            stream: Stream::new(&key, 0),
            clock: Clock::new(),
        };
        Ok(Generator {
            recipe: recipe.clone(),
            key,
            head: task.head(),
            task,
            workshop,
            problem: Vec::new(),
            solution: Vec::new(),
        })
    }

    /// Appends example `index` to `batch`.
    pub fn example(&mut self, index: u64, batch: &mut Batch) -> Result<()> {
        self.workshop.stream = Stream::new(&self.key, index);
        self.workshop.clock.restart();
        for _ in 0..MAX_ATTEMPTS {
            match self.candidate(batch) {
                Ok(()) => return Ok(()),
                Err(reject) => batch.rejects[reject as usize] += 1,
            }
        }
        Err(Error::Setting(format!(
            "example {index}: {MAX_ATTEMPTS} candidates in a row were rejected; the recipe allows hardly any example"
        )))
    }

    fn candidate(&mut self, batch: &mut Batch) -> std::result::Result<(), Reject> {
        self.workshop.store.clear();
        let pair = self.task.candidate(&mut self.workshop);
        let Workshop { store, clock, .. } = &mut self.workshop;
        clock.lap(Stage::Derive);
        let pair = pair?;
        self.problem.clear();
        self.problem.extend(&self.head);
        write_tokens(&store.dag, pair.problem, &mut self.problem);
        self.solution.clear();
        if self.task.solved() {
            write_tokens(&store.dag, pair.solution, &mut self.solution);
        }
        let max = self.recipe.max_tokens as usize;
        if self.problem.len() > max || self.solution.len() > max {
            return Err(Reject::TooLong);
        }
        clock.lap(Stage::Write);
        let confirmed = self.task.confirm(store, &pair);
        clock.lap(Stage::Confirm);
        confirmed?;
        let skeleton = store.skeleton(pair.problem)?;
        batch.problem_tokens.extend(self.problem.iter().map(|t| t.0));
        batch.problem_ends.push(batch.problem_tokens.len() as u64);
        batch.solution_tokens.extend(self.solution.iter().map(|t| t.0));
        batch.solution_ends.push(batch.solution_tokens.len() as u64);
        batch.skeletons.push(skeleton_hash(&skeleton));
        batch.problem_operators.push(count_operators(&self.problem) as u16);
        batch.solution_operators.push(count_operators(&self.solution) as u16);
        clock.lap(Stage::Skeleton);
        Ok(())
    }
}

/// Most examples of one call; their bytes are held in memory.
const MAX_COUNT: usize = 1 << 26;
/// Most threads of one call.
const MAX_THREADS: usize = 1024;
/// Examples per unit of work of a thread.
const BLOCK: usize = 256;

/// Examples `start .. start + count` of a recipe, the same bytes for any number of threads, and the time
/// that all threads together spent in each stage.
pub fn generate(recipe: &Recipe, start: u64, count: usize, threads: usize) -> Result<(Batch, Times)> {
    let end = start.checked_add(count as u64);
    if end.is_none() {
        return Err(Error::Setting(format!("examples {start} and {count} more pass the largest index")));
    }
    if count > MAX_COUNT {
        return Err(Error::Setting(format!("{count} examples in one call; there may be {MAX_COUNT}")));
    }
    let blocks = count.div_ceil(BLOCK);
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<Option<Result<Batch>>>> = Mutex::new((0..blocks).map(|_| None).collect());
    let times: Mutex<Times> = Mutex::default();
    let work = || {
        let mut generator = match Generator::new(recipe) {
            Ok(generator) => generator,
            Err(error) => return Err(error),
        };
        loop {
            let block = next.fetch_add(1, Ordering::Relaxed);
            if block >= blocks {
                if let Ok(mut times) = times.lock() {
                    let own = generator.workshop.clock.nanoseconds;
                    times.iter_mut().zip(own).for_each(|(sum, more)| *sum += more);
                }
                return Ok(());
            }
            let mut batch = Batch::default();
            let from = block * BLOCK;
            let result = (from..(from + BLOCK).min(count))
                .try_for_each(|i| generator.example(start + i as u64, &mut batch))
                .map(|()| batch);
            if let Ok(mut done) = done.lock() {
                done[block] = Some(result);
            }
        }
    };
    let threads = threads.clamp(1, blocks.clamp(1, MAX_THREADS));
    if threads == 1 {
        work()?;
    } else {
        std::thread::scope(|scope| {
            let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            handles.into_iter().try_for_each(|handle| match handle.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })?;
    }
    let mut all = Batch::default();
    for block in done.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner).into_iter().flatten() {
        all.append(&block?);
    }
    Ok((all, times.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)))
}
