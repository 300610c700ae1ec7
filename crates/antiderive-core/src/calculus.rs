//! Differentiation and substitution.

use crate::error::{Error, Result};
use crate::functions::{formulas, Template};
use crate::number::Number;
use crate::operators::Op;
use crate::store::{Id, Node, Store};
use crate::symbols::Symbol;

/// An empty entry of a memo table.
const EMPTY: Id = Id(u32::MAX);

impl Store {
    /// The derivative of `root` with respect to `symbol`.
    ///
    /// The unknown is a function of `x`, so with respect to `x` `Y` becomes `Y'` and `Y'` becomes `Y''`.
    /// `abs` and `sign` are differentiated as on the real line.
    pub fn diff(&mut self, root: Id, symbol: Symbol) -> Result<Id> {
        let mut depends = symbol.bit();
        if symbol == Symbol::X {
            depends |= Symbol::unknowns();
        }
        let mut memo = vec![EMPTY; root.index() + 1];
        let mut stack = vec![(root, false)];
        while let Some((id, ready)) = stack.pop() {
            if memo[id.index()] != EMPTY {
                continue;
            }
            if self.symbols(id) & depends == 0 {
                memo[id.index()] = Id::ZERO;
            } else if ready {
                self.count_work(1);
                memo[id.index()] = self.derivative(id, symbol, &memo)?;
            } else {
                stack.push((id, true));
                for &arg in self.dag.arguments(id).as_slice() {
                    if memo[arg.index()] == EMPTY {
                        stack.push((arg, false));
                    }
                }
            }
        }
        Ok(memo[root.index()])
    }

    /// The derivative of one node from those of its arguments.
    fn derivative(&mut self, id: Id, symbol: Symbol, memo: &[Id]) -> Result<Id> {
        match self.dag.node(id) {
            Node::Number(_) => Ok(Id::ZERO),
            Node::Symbol(s) if s == symbol => Ok(Id::ONE),
            Node::Symbol(Symbol::Y) => Ok(Id::symbol(Symbol::Y1)),
            Node::Symbol(Symbol::Y1) => Ok(Id::symbol(Symbol::Y2)),
            Node::Symbol(s) => {
                Err(Error::Unsupported(format!("the derivative of {} is not represented", s.name())))
            }
            Node::Function(op, arg) => {
                let outer = self.instantiate(&formulas(op).derivative, arg, id)?;
                self.mul(&[outer, memo[arg.index()]])
            }
            Node::Pow(base, exponent) => self.derivative_of_power(id, base, exponent, memo),
            Node::Add(span) => {
                let mut terms = self.take_ids();
                terms.extend(self.dag.span(span).iter().map(|t| memo[t.index()]).filter(|d| *d != Id::ZERO));
                let sum = self.add(&terms)?;
                self.give_ids(terms);
                Ok(sum)
            }
            Node::Mul(span) => {
                let mut terms = self.take_ids();
                let mut factors = self.take_ids();
                for index in 0..self.dag.span(span).len() {
                    let slope = memo[self.dag.span(span)[index].index()];
                    if slope == Id::ZERO {
                        continue;
                    }
                    factors.clear();
                    factors.extend_from_slice(self.dag.span(span));
                    factors[index] = slope;
                    terms.push(self.mul(&factors)?);
                }
                let sum = self.add(&terms)?;
                self.give_ids(terms);
                self.give_ids(factors);
                Ok(sum)
            }
        }
    }

    /// `(b^e)' = e*b^(e-1)*b'` for constant `e`, `b^e*ln(b)*e'` for constant `b`, else the sum of both.
    fn derivative_of_power(&mut self, id: Id, base: Id, exponent: Id, memo: &[Id]) -> Result<Id> {
        let (base_slope, exponent_slope) = (memo[base.index()], memo[exponent.index()]);
        let mut by_base = Id::ZERO;
        if base_slope != Id::ZERO {
            let lower = match self.number(exponent) {
                Some(e) => {
                    let lower = e.sub(&Number::ONE);
                    self.num(&lower)?
                }
                None => self.add(&[exponent, Id::MINUS_ONE])?,
            };
            let power = self.pow(base, lower)?;
            by_base = self.mul(&[exponent, power, base_slope])?;
        }
        if exponent_slope == Id::ZERO {
            return Ok(by_base);
        }
        let ln = self.apply(Op::Ln, base)?;
        let by_exponent = self.mul(&[id, ln, exponent_slope])?;
        self.add(&[by_base, by_exponent])
    }

    /// The formula of a template, with the argument as `x` and the function's value as `y`.
    pub(crate) fn instantiate(&mut self, template: &Template, x: Id, y: Id) -> Result<Id> {
        let mut map = self.take_ids();
        let mut args = self.take_ids();
        for index in 0..template.dag.nodes.len() {
            let node = template.dag.nodes[index];
            args.clear();
            args.extend(template.dag.arguments(Id(index as u32)).as_slice().iter().map(|a| map[a.index()]));
            let made = match node {
                Node::Number(n) => self.num(&template.dag.numbers[n as usize])?,
                Node::Symbol(s) if s == Symbol::X => x,
                Node::Symbol(s) if s.name() == "y" => y,
                other => self.remake(other, &args)?,
            };
            map.push(made);
        }
        let result = map[template.root.index()];
        self.give_ids(map);
        self.give_ids(args);
        Ok(result)
    }

    /// The canonical form of a node of this kind with other arguments.
    pub(crate) fn remake(&mut self, node: Node, args: &[Id]) -> Result<Id> {
        match node {
            Node::Number(n) => {
                let value = self.dag.numbers[n as usize].clone();
                self.num(&value)
            }
            Node::Symbol(s) => Ok(Id::symbol(s)),
            Node::Function(op, _) => self.apply(op, args[0]),
            Node::Pow(..) => self.pow(args[0], args[1]),
            Node::Add(_) => self.add(args),
            Node::Mul(_) => self.mul(args),
        }
    }

    /// Rebuilds `root` from the leaves up: `visit` gets each original node with its rebuilt form and
    /// returns the final form. Shared nodes are visited once.
    pub(crate) fn rebuild(
        &mut self,
        root: Id,
        visit: &mut dyn FnMut(&mut Store, Id, Id) -> Result<Id>,
    ) -> Result<Id> {
        let order = self.dag.postorder(root);
        let mut map = vec![EMPTY; root.index() + 1];
        let mut args = Vec::new();
        self.count_work(order.len());
        for id in order {
            self.check_work()?;
            args.clear();
            let mut changed = false;
            for arg in self.dag.arguments(id).as_slice() {
                args.push(map[arg.index()]);
                changed |= map[arg.index()] != *arg;
            }
            let same = if changed { self.remake(self.dag.node(id), &args)? } else { id };
            map[id.index()] = visit(self, id, same)?;
        }
        Ok(map[root.index()])
    }

    /// Replaces every occurrence of the first of each pair by the second, all at once.
    pub fn subs(&mut self, root: Id, pairs: &[(Id, Id)]) -> Result<Id> {
        self.rebuild(root, &mut |_, original, rebuilt| {
            Ok(pairs.iter().find(|(from, _)| *from == original).map_or(rebuilt, |(_, to)| *to))
        })
    }
}
