//! Random functions.

use crate::error::Result;
use crate::operators::Op;
use crate::random::{Stream, Weighted};
use crate::recipe::Recipe;
use crate::store::{Id, Store};
use crate::symbols::Symbol;
use crate::trees::{Shape, TreeSampler};

#[derive(Debug, Clone, Copy)]
enum Leaf {
    Variable,
    Integer,
    Coefficient,
}

/// Number of shapes tried to find one with enough leaves.
const MAX_SHAPES: usize = 100;

/// Samples functions of `x` by a recipe.
pub struct FunctionSampler {
    trees: TreeSampler,
    unary: Weighted<Op>,
    binary: Weighted<Op>,
    leaves: Weighted<Leaf>,
    max_integer: i64,
    coefficients: i64,
    operators: (i64, i64),
    shape: Vec<Shape>,
    stack: Vec<Id>,
}

impl FunctionSampler {
    /// Prepares the tables of a recipe.
    pub fn new(recipe: &Recipe) -> Result<FunctionSampler> {
        let of_arity = |arity| {
            Weighted::new(recipe.weights().into_iter().filter(move |(op, _)| op.row().arity == arity))
        };
        Ok(FunctionSampler {
            trees: TreeSampler::new(recipe.max_operators as usize, recipe.shape_weights())?,
            unary: of_arity(1),
            binary: of_arity(2),
            leaves: Weighted::new([
                (Leaf::Variable, recipe.variable_weight),
                (Leaf::Integer, recipe.integer_weight),
                (Leaf::Coefficient, if recipe.coefficients > 0 { recipe.coefficient_weight } else { 0 }),
            ]),
            max_integer: i64::from(recipe.max_integer),
            coefficients: i64::from(recipe.coefficients),
            operators: (i64::from(recipe.min_operators), i64::from(recipe.max_operators)),
            shape: Vec::new(),
            stack: Vec::new(),
        })
    }

    /// A function and the number of operators it was sampled with; an error if it is undefined or
    /// exceeds the limits of the store. Each of `constants` occurs at one leaf.
    pub fn sample(
        &mut self,
        store: &mut Store,
        stream: &mut Stream,
        constants: &[Symbol],
    ) -> (usize, Result<Id>) {
        let mut shape = std::mem::take(&mut self.shape);
        let mut operators = 0;
        for _ in 0..MAX_SHAPES {
            operators = stream.between(self.operators.0, self.operators.1) as usize;
            self.trees.sample(operators, stream, &mut shape);
            // One leaf more, for the variable.
            if constants.is_empty() || shape.iter().filter(|n| **n == Shape::Leaf).count() > constants.len() {
                break;
            }
        }
        let positions = positions_of(constants.len(), &shape, stream);
        let built = self.build(store, stream, &shape, constants, &positions);
        self.shape = shape;
        (operators, built)
    }

    /// Decorates a tree, last node first; leaf number `positions[i]` is `constants[i]`.
    fn build(
        &mut self,
        store: &mut Store,
        stream: &mut Stream,
        shape: &[Shape],
        constants: &[Symbol],
        positions: &[usize],
    ) -> Result<Id> {
        self.stack.clear();
        let mut leaf = 0;
        for node in shape.iter().rev() {
            let value = match node {
                Shape::Leaf => {
                    let constant = positions.iter().position(|position| *position == leaf);
                    leaf += 1;
                    match constant {
                        Some(which) => Id::symbol(constants[which]),
                        None => self.leaf(store, stream),
                    }
                }
                Shape::Unary => {
                    let op = self.unary.pick(stream);
                    let arg = self.pop();
                    store.apply(op, arg)?
                }
                Shape::Binary => {
                    let op = self.binary.pick(stream);
                    let (a, b) = (self.pop(), self.pop());
                    store.apply2(op, a, b)?
                }
            };
            self.stack.push(value);
        }
        Ok(self.pop())
    }

    fn leaf(&mut self, store: &mut Store, stream: &mut Stream) -> Id {
        match self.leaves.pick(stream) {
            Leaf::Variable => Id::symbol(Symbol::X),
            Leaf::Integer => {
                let n = stream.between(1, self.max_integer);
                store.int(n)
            }
            Leaf::Coefficient => {
                let n = stream.between(0, self.coefficients - 1);
                Id::symbol(Symbol::coefficient(n as usize))
            }
        }
    }

    fn pop(&mut self) -> Id {
        self.stack.pop().unwrap_or(Id::ZERO)
    }
}

/// Numbers of different leaves of a shape, one for each constant.
fn positions_of(count: usize, shape: &[Shape], stream: &mut Stream) -> Vec<usize> {
    let leaves = shape.iter().filter(|n| **n == Shape::Leaf).count();
    let mut positions: Vec<usize> = Vec::with_capacity(count);
    while positions.len() < count.min(leaves) {
        let position = stream.between(0, leaves as i64 - 1) as usize;
        if !positions.contains(&position) {
            positions.push(position);
        }
    }
    positions
}
