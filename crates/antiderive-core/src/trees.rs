//! Uniform sampling of unary-binary trees (Lample & Charton 2020, appendix C).
//!
//! `D(e, n)` counts the ways to complete a tree that has `e` empty places with `n` more operators. With
//! weights `l` for a leaf, `p1` for a unary and `p2` for a binary operator,
//!
//! ```text
//! D(0, n) = 0 for n > 0,   D(e, 0) = l^e,
//! D(e, n) = l*D(e-1, n) + p1*D(e, n-1) + p2*D(e+1, n-1)
//! ```
//!
//! The next operator stands at the `k`-th empty place, the `k` places before it becoming leaves, and is
//! unary with probability `l^k * p1 * D(e-k, n-1) / D(e, n)`, binary with `l^k * p2 * D(e-k+1, n-1) / D(e, n)`.
//! With all weights 1 every tree of `n` operators has the same probability; with weights it has one
//! proportional to the product of the weights of its nodes. All arithmetic is exact.

use crate::error::{Error, Result};
use crate::random::Stream;

/// A node of a tree shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Shape {
    /// No argument.
    Leaf,
    /// One argument.
    Unary,
    /// Two arguments.
    Binary,
}

/// Weights of the three kinds of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShapeWeights {
    /// Weight of a leaf.
    pub leaf: u32,
    /// Weight of a unary operator.
    pub unary: u32,
    /// Weight of a binary operator.
    pub binary: u32,
}

impl Default for ShapeWeights {
    fn default() -> Self {
        ShapeWeights { leaf: 1, unary: 1, binary: 1 }
    }
}

/// Samples tree shapes with a given number of operators.
#[derive(Debug, Clone)]
pub struct TreeSampler {
    weights: ShapeWeights,
    /// `table[n][e] = D(e, n)`
    table: Vec<Vec<u128>>,
}

impl TreeSampler {
    /// Prepares for trees of up to `max_operators` operators.
    ///
    /// An error if the counts do not fit into 128 bits (at more than 48 operators with weights 1).
    pub fn new(max_operators: usize, weights: ShapeWeights) -> Result<TreeSampler> {
        let overflow = || {
            Error::Setting(format!(
                "trees of {max_operators} operators are too many to count exactly in 128 bits; lower the number of operators or the weights"
            ))
        };
        if weights.leaf == 0 || weights.unary == 0 && weights.binary == 0 {
            return Err(Error::Setting(
                "leaves and at least one kind of operator need a positive weight".into(),
            ));
        }
        let (leaf, unary, binary) =
            (u128::from(weights.leaf), u128::from(weights.unary), u128::from(weights.binary));
        // A row for n needs e up to max_operators + 1 - n, and the one before it one more.
        let mut row = Vec::with_capacity(max_operators + 2);
        let mut power = 1u128;
        for _ in 0..=max_operators + 1 {
            row.push(power);
            power = power.checked_mul(leaf).ok_or_else(overflow)?;
        }
        let mut table = vec![row];
        for n in 1..=max_operators {
            let before = &table[n - 1];
            let mut row = vec![0u128];
            for e in 1..before.len() - 1 {
                let terms = [
                    row[e - 1].checked_mul(leaf),
                    before[e].checked_mul(unary),
                    before[e + 1].checked_mul(binary),
                ];
                let mut sum = 0u128;
                for term in terms {
                    sum = term.and_then(|t| sum.checked_add(t)).ok_or_else(overflow)?;
                }
                row.push(sum);
            }
            table.push(row);
        }
        Ok(TreeSampler { weights, table })
    }

    /// `D(empty, operators)`: the (weighted) number of ways to complete a tree.
    pub fn count(&self, empty: usize, operators: usize) -> u128 {
        self.table[operators][empty]
    }

    /// Samples a tree with `operators` operators and writes its nodes in prefix order.
    pub fn sample(&self, operators: usize, stream: &mut Stream, out: &mut Vec<Shape>) {
        out.clear();
        let mut empty = 1;
        for left in (1..=operators).rev() {
            let mut mark = stream.below(self.count(empty, left));
            let mut scale = 1u128;
            for leaves in 0..empty {
                let unary = scale * u128::from(self.weights.unary) * self.count(empty - leaves, left - 1);
                if mark < unary {
                    out.push(Shape::Unary);
                    empty -= leaves;
                    break;
                }
                mark -= unary;
                let binary =
                    scale * u128::from(self.weights.binary) * self.count(empty - leaves + 1, left - 1);
                if mark < binary {
                    out.push(Shape::Binary);
                    empty = empty - leaves + 1;
                    break;
                }
                mark -= binary;
                scale *= u128::from(self.weights.leaf);
                out.push(Shape::Leaf);
            }
        }
        out.extend(std::iter::repeat_n(Shape::Leaf, empty));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// All trees with `n` operators in prefix order.
    fn enumerate(n: usize) -> Vec<Vec<Shape>> {
        if n == 0 {
            return vec![vec![Shape::Leaf]];
        }
        let mut all = Vec::new();
        for inner in enumerate(n - 1) {
            all.push([&[Shape::Unary][..], &inner].concat());
        }
        for left in 0..n {
            for a in enumerate(left) {
                for b in enumerate(n - 1 - left) {
                    all.push([&[Shape::Binary][..], &a, &b].concat());
                }
            }
        }
        all
    }

    fn weight(tree: &[Shape], w: ShapeWeights) -> u128 {
        tree.iter()
            .map(|s| match s {
                Shape::Leaf => u128::from(w.leaf),
                Shape::Unary => u128::from(w.unary),
                Shape::Binary => u128::from(w.binary),
            })
            .product()
    }

    #[test]
    fn counts_are_those_of_the_enumeration() {
        for w in [ShapeWeights::default(), ShapeWeights { leaf: 2, unary: 3, binary: 5 }] {
            let sampler = TreeSampler::new(6, w).unwrap();
            for n in 0..=6 {
                let total: u128 = enumerate(n).iter().map(|t| weight(t, w)).sum();
                assert_eq!(sampler.count(1, n), total, "{n} operators");
            }
        }
    }

    #[test]
    fn samples_are_uniform_over_all_trees() {
        for w in [ShapeWeights::default(), ShapeWeights { leaf: 1, unary: 3, binary: 2 }] {
            let sampler = TreeSampler::new(4, w).unwrap();
            let trees = enumerate(4);
            let mut counts: BTreeMap<Vec<Shape>, u64> = trees.iter().map(|t| (t.clone(), 0)).collect();
            let samples = 200_000u64;
            let mut shape = Vec::new();
            for i in 0..samples {
                sampler.sample(4, &mut Stream::new(&[7; 32], i), &mut shape);
                *counts.get_mut(&shape).expect("a tree of the enumeration") += 1;
            }
            let total = sampler.count(1, 4) as f64;
            let chi2: f64 = counts
                .iter()
                .map(|(tree, seen)| {
                    let expected = samples as f64 * weight(tree, w) as f64 / total;
                    (*seen as f64 - expected).powi(2) / expected
                })
                .sum();
            // Mean k, deviation sqrt(2k); five deviations.
            let k = (trees.len() - 1) as f64;
            assert!(chi2 < k + 5.0 * (2.0 * k).sqrt(), "chi-square {chi2} with {k} degrees of freedom");
        }
    }

    #[test]
    fn too_many_trees_are_an_error() {
        assert!(TreeSampler::new(45, ShapeWeights::default()).is_ok());
        assert!(matches!(TreeSampler::new(100, ShapeWeights::default()), Err(Error::Setting(_))));
    }
}
