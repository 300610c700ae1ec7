//! Skeletons: expressions with their numeric constants abstracted away.
//!
//! Every sub-expression without symbols becomes the placeholder `#`; factors `#` are dropped and equal
//! terms or factors are kept once, so that `x`, `2*x` and `-x/3`, or `x + x**2` and `3*x - x**5 + x**7`,
//! have one skeleton.

use crate::error::Result;
use crate::prefix::to_prefix;
use crate::store::{Id, Node, Store};
use crate::symbols::Symbol;

impl Store {
    /// The skeleton of `root` in prefix form.
    pub fn skeleton(&mut self, root: Id) -> Result<String> {
        let id = self.skeleton_node(root)?;
        Ok(to_prefix(&self.dag, id))
    }

    /// The skeleton as a node. It is not in canonical form and must not be passed to the constructors.
    fn skeleton_node(&mut self, root: Id) -> Result<Id> {
        let hole = Id::symbol(Symbol::PLACEHOLDER);
        let mut map = vec![hole; root.index() + 1];
        for id in self.dag.postorder(root) {
            if self.symbols(id) == 0 {
                continue;
            }
            map[id.index()] = match self.dag.node(id) {
                Node::Number(_) => hole,
                Node::Symbol(_) => id,
                Node::Function(op, arg) => self.raw_function(op, map[arg.index()])?,
                Node::Pow(base, exponent) => self.raw_pow(map[base.index()], map[exponent.index()])?,
                node @ (Node::Add(span) | Node::Mul(span)) => {
                    let mut parts: Vec<Id> = self.dag.span(span).iter().map(|p| map[p.index()]).collect();
                    let product = matches!(node, Node::Mul(_));
                    if product {
                        parts.retain(|p| *p != hole);
                    }
                    parts.sort_by(|a, b| self.compare(*a, *b));
                    parts.dedup();
                    if product {
                        self.raw_mul(&parts)?
                    } else {
                        self.raw_add(&parts)?
                    }
                }
            };
        }
        Ok(map[root.index()])
    }
}
