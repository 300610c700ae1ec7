//! Recipes: the settings that, together with an index, determine an example.

use std::fmt::Write as _;

use crate::error::{Error, Result};
use crate::operators::{Op, OPERATORS};
use crate::random::{key_of, Key};
use crate::trees::ShapeWeights;

/// Version of the generators; raised whenever the same recipe would give different bytes.
pub const GENERATOR_VERSION: u32 = 2;

/// Most operators of a sampled function.
const MAX_OPERATORS: u32 = 1000;
/// Largest sampling weight.
const MAX_WEIGHT: u32 = 1_000_000;
/// Most tokens of a problem or solution.
const MAX_TOKENS: u32 = 100_000;
/// Largest number of different coefficients in one example.
const MAX_COEFFICIENTS: u32 = 8;

/// Settings of random functions and of the examples made from them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// Name of the task.
    pub task: String,
    /// Seed.
    pub seed: u64,
    /// Fewest operators of a sampled function.
    pub min_operators: u32,
    /// Most operators of a sampled function.
    pub max_operators: u32,
    /// Operators with their weights.
    pub operators: Vec<(Op, u32)>,
    /// Weight of the variable among leaves.
    pub variable_weight: u32,
    /// Weight of integers among leaves.
    pub integer_weight: u32,
    /// Integers are from 1 to this.
    pub max_integer: u32,
    /// Largest number of different symbolic coefficients `a0`, `a1`, ... in one example.
    pub coefficients: u32,
    /// Weight of coefficients among leaves.
    pub coefficient_weight: u32,
    /// Whether tree shapes are sampled by the operators' weights instead of uniformly.
    pub weighted_shapes: bool,
    /// Longest problem or solution, in tokens.
    pub max_tokens: u32,
}

impl Default for Recipe {
    fn default() -> Self {
        Recipe {
            task: "bwd".into(),
            seed: 0,
            min_operators: 3,
            max_operators: 15,
            operators: OPERATORS
                .iter()
                .filter(|row| row.weight > 0)
                .map(|row| (row.op, row.weight))
                .collect(),
            variable_weight: 3,
            integer_weight: 1,
            max_integer: 5,
            coefficients: 0,
            coefficient_weight: 1,
            weighted_shapes: false,
            max_tokens: 512,
        }
    }
}

impl Recipe {
    /// Checks the settings against each other.
    pub fn validate(&self) -> Result<()> {
        let fail = |message: String| Err(Error::Setting(message));
        if self.min_operators < 1 || self.min_operators > self.max_operators {
            return fail(format!(
                "operators per function: {} to {} is no range of positive numbers",
                self.min_operators, self.max_operators
            ));
        }
        if self.max_operators > MAX_OPERATORS {
            return fail(format!(
                "{} operators per function; there may be {MAX_OPERATORS}",
                self.max_operators
            ));
        }
        if self.operators.iter().all(|(_, weight)| *weight == 0) {
            return fail("every operator has weight 0".into());
        }
        let leaves = [
            ("the variable", self.variable_weight),
            ("integers", self.integer_weight),
            ("coefficients", self.coefficient_weight),
        ];
        let operators = self.operators.iter().map(|(op, weight)| (op.row().name, *weight));
        if let Some((name, weight)) = operators.chain(leaves).find(|(_, weight)| *weight > MAX_WEIGHT) {
            return fail(format!("the weight of '{name}' is {weight}; the largest is {MAX_WEIGHT}"));
        }
        if self.variable_weight == 0 {
            return fail("the variable has weight 0: every function would be constant".into());
        }
        if self.integer_weight > 0 && self.max_integer < 1 {
            return fail("integers have a weight but the largest one is below 1".into());
        }
        if self.coefficients > MAX_COEFFICIENTS {
            return fail(format!(
                "{} coefficients; there may be {MAX_COEFFICIENTS} (a8 and a9 are constants of integration)",
                self.coefficients
            ));
        }
        if self.max_tokens < 8 {
            return fail(format!("at most {} tokens: nothing fits", self.max_tokens));
        }
        if self.max_tokens > MAX_TOKENS {
            return fail(format!("at most {} tokens; there may be {MAX_TOKENS}", self.max_tokens));
        }
        Ok(())
    }

    /// Weights of the tree shapes.
    pub fn shape_weights(&self) -> ShapeWeights {
        let total = |arity| {
            self.operators.iter().filter(|(op, _)| op.row().arity == arity).map(|(_, w)| *w).sum::<u32>()
        };
        let (unary, binary) = (total(1), total(2));
        if self.weighted_shapes {
            let coefficients = if self.coefficients > 0 { self.coefficient_weight } else { 0 };
            ShapeWeights { leaf: self.variable_weight + self.integer_weight + coefficients, unary, binary }
        } else {
            // Uniform over the shapes that the operators allow.
            ShapeWeights { leaf: 1, unary: u32::from(unary > 0), binary: u32::from(binary > 0) }
        }
    }

    /// The operators that are sampled, in the order of their table whatever the order in which they are given.
    pub fn weights(&self) -> Vec<(Op, u32)> {
        let mut operators = self.operators.clone();
        operators.retain(|(_, weight)| *weight > 0);
        operators.sort_by_key(|(op, _)| *op);
        operators
    }

    /// One line that holds every setting; equal recipes have equal lines.
    pub fn text(&self) -> String {
        let mut text = format!(
            "v{GENERATOR_VERSION} task={} seed={} operators={}..{} shapes={} tokens={} leaves=x:{},int:{}(1..{})",
            self.task,
            self.seed,
            self.min_operators,
            self.max_operators,
            if self.weighted_shapes { "weighted" } else { "uniform" },
            self.max_tokens,
            self.variable_weight,
            self.integer_weight,
            self.max_integer,
        );
        if self.coefficients > 0 {
            let _ = write!(text, ",coef:{}(a0..a{})", self.coefficient_weight, self.coefficients - 1);
        }
        for (op, weight) in self.weights() {
            let _ = write!(text, " {}:{weight}", op.row().name);
        }
        text
    }

    /// The key of the recipe's random streams.
    pub fn key(&self) -> Key {
        key_of(&self.text())
    }
}
