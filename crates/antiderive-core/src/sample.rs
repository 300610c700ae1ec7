//! Random functions.

use crate::error::Result;
use crate::operators::Op;
use crate::random::{Stream, Weighted};
use crate::recipe::Recipe;
use crate::store::{Id, Store};
use crate::symbols::Symbol;
use crate::trees::{Shape, TreeSampler};

/// Samples functions of `x` by a recipe.
pub struct FunctionSampler {
    trees: TreeSampler,
    unary: Weighted<Op>,
    binary: Weighted<Op>,
    /// True for the variable, false for an integer.
    leaves: Weighted<bool>,
    max_integer: i64,
    operators: (i64, i64),
    shape: Vec<Shape>,
    stack: Vec<Id>,
}

impl FunctionSampler {
    /// Prepares the tables of a recipe.
    pub fn new(recipe: &Recipe) -> Result<FunctionSampler> {
        let of_arity = |arity| {
            let rows = recipe.operators.iter().copied();
            Weighted::new(rows.filter(move |(op, _)| op.row().arity == arity))
        };
        Ok(FunctionSampler {
            trees: TreeSampler::new(recipe.max_operators as usize, recipe.shape_weights())?,
            unary: of_arity(1),
            binary: of_arity(2),
            leaves: Weighted::new([(true, recipe.variable_weight), (false, recipe.integer_weight)]),
            max_integer: i64::from(recipe.max_integer),
            operators: (i64::from(recipe.min_operators), i64::from(recipe.max_operators)),
            shape: Vec::new(),
            stack: Vec::new(),
        })
    }

    /// A function and the number of operators it was sampled with; an error if it is undefined or
    /// beyond the limits of the store.
    pub fn sample(&mut self, store: &mut Store, stream: &mut Stream) -> (usize, Result<Id>) {
        let operators = stream.between(self.operators.0, self.operators.1) as usize;
        let mut shape = std::mem::take(&mut self.shape);
        self.trees.sample(operators, stream, &mut shape);
        let built = self.build(store, stream, &shape);
        self.shape = shape;
        (operators, built)
    }

    /// Decorates a tree, last node first.
    fn build(&mut self, store: &mut Store, stream: &mut Stream, shape: &[Shape]) -> Result<Id> {
        self.stack.clear();
        for node in shape.iter().rev() {
            let value = match node {
                Shape::Leaf => {
                    if self.leaves.pick(stream) {
                        Id::symbol(Symbol::X)
                    } else {
                        let n = stream.between(1, self.max_integer);
                        store.int(n)
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

    fn pop(&mut self) -> Id {
        self.stack.pop().unwrap_or(Id::ZERO)
    }
}
