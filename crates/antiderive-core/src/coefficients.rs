//! Symbolic constants, reduced to the fewest and named in order.
//!
//! A part of an expression that is free of the variable, and whose symbolic constants occur nowhere else, is
//! equivalent to one constant: `sqrt(a0)` alone becomes `a0`, `a0 + 1` becomes `a0`, and `2*a0*a1*x` becomes
//! `a0*x`. For the constants of a differential equation, Lample and Charton (2020, section 4.3) describe this
//! reduction.

use crate::candidate::CONSTANTS;
use crate::error::Result;
use crate::prefix::{write_tokens, Token, TokenKind};
use crate::store::{Id, Node, Store};
use crate::symbols::{symbols_in, Symbol, SymbolKind};

/// Occurrences of each symbol of a node, the node written out as a tree.
type Counts = [u32; 10];

impl Store {
    /// Replaces every part that is a constant in disguise by one of its symbols.
    pub(crate) fn reduce_constants(&mut self, root: Id) -> Result<Id> {
        if self.symbols(root) & coefficient_bits() == 0 {
            return Ok(root);
        }
        let mut current = self.rebuild(root, &mut |store, _, id| store.collect_constants(id))?;
        while let Some((part, node)) = self.disguised(current) {
            let symbol = self.representative(&part);
            current = self.rebuild(current, &mut |store, original, rebuilt| {
                if original != node {
                    return Ok(rebuilt);
                }
                let all = store.dag.arguments(node).as_slice().to_vec();
                if part.len() == 1 && part[0] == node {
                    return Ok(symbol);
                }
                let mut rest: Vec<Id> = all.into_iter().filter(|a| !part.contains(a)).collect();
                rest.push(symbol);
                match store.dag.node(node) {
                    Node::Add(_) => store.add(&rest),
                    _ => store.mul(&rest),
                }
            })?;
        }
        Ok(current)
    }

    /// `a0*x + 2*x` becomes `(a0 + 2)*x`.
    fn collect_constants(&mut self, id: Id) -> Result<Id> {
        let Node::Add(span) = self.dag.node(id) else { return Ok(id) };
        let bits = coefficient_bits();
        if self.symbols(id) & bits == 0 {
            return Ok(id);
        }
        let mut groups: Vec<(Id, Vec<Id>)> = Vec::new();
        for term in self.dag.span(span).to_vec() {
            let factors = self.dag.factors(&term).to_vec();
            let (constant, rest): (Vec<Id>, Vec<Id>) =
                factors.into_iter().partition(|f| self.symbols(*f) & !bits == 0);
            let (constant, rest) = (self.mul(&constant)?, self.mul(&rest)?);
            match groups.iter_mut().find(|(own, _)| *own == rest) {
                Some((_, constants)) => constants.push(constant),
                None => groups.push((rest, vec![constant])),
            }
        }
        let mut terms = Vec::with_capacity(groups.len());
        for (rest, constants) in groups {
            let constant = self.add(&constants)?;
            terms.push(self.mul(&[constant, rest])?);
        }
        self.add(&terms)
    }

    /// A part that is a constant in disguise, the largest first: a whole node (the part is the node) or
    /// some of the arguments of a sum or product.
    fn disguised(&self, root: Id) -> Option<(Vec<Id>, Id)> {
        let order = self.dag.postorder(root);
        let bits = coefficient_bits();
        let mut counts: Vec<Counts> = vec![[0; 10]; root.index() + 1];
        let mut times = vec![0u32; root.index() + 1];
        for id in &order {
            let mut own: Counts = [0; 10];
            if let Node::Symbol(symbol) = self.dag.node(*id) {
                if let Some(index) = coefficient_index(symbol) {
                    own[index] = 1;
                }
            }
            for arg in self.dag.arguments(*id).as_slice() {
                for (sum, more) in own.iter_mut().zip(counts[arg.index()]) {
                    *sum = sum.saturating_add(more);
                }
            }
            counts[id.index()] = own;
        }
        times[root.index()] = 1;
        for id in order.iter().rev() {
            for arg in self.dag.arguments(*id).as_slice() {
                times[arg.index()] = times[arg.index()].saturating_add(times[id.index()]);
            }
        }
        let all = counts[root.index()];
        // True if the symbols of these nodes, which occur together `times` times, occur nowhere else.
        let alone = |nodes: &[Id], times: u32| {
            (0..10).all(|index| {
                let own: u32 = nodes.iter().map(|n| counts[n.index()][index]).sum();
                own == 0 || own.saturating_mul(times) == all[index]
            })
        };
        for id in order.iter().rev() {
            let symbols = self.symbols(*id);
            if symbols & bits == 0 || matches!(self.dag.node(*id), Node::Symbol(_)) {
                continue;
            }
            if symbols & !bits == 0 {
                if alone(&[*id], times[id.index()]) {
                    return Some((vec![*id], *id));
                }
                continue;
            }
            if let Node::Add(span) | Node::Mul(span) = self.dag.node(*id) {
                let free = |a: &&Id| self.symbols(**a) & !bits == 0;
                let constant: Vec<Id> = self.dag.span(span).iter().filter(free).copied().collect();
                let symbolic = constant.iter().any(|a| self.symbols(*a) != 0);
                if symbolic && constant.len() > 1 && alone(&constant, times[id.index()]) {
                    return Some((constant, *id));
                }
            }
        }
        None
    }

    /// The symbol that a part becomes: a constant of the equation if it holds one, else its first.
    fn representative(&self, part: &[Id]) -> Id {
        let symbols = part.iter().fold(0, |all, id| all | self.symbols(*id));
        let constants = CONSTANTS.iter().find(|c| symbols & c.bit() != 0);
        let first = constants.copied().or_else(|| symbols_in(symbols).next());
        first.map_or(Id::ONE, Id::symbol)
    }

    /// The symbolic constants of `root` with the names they get when they are named in the order in which
    /// the tokens of `root` name them: coefficients `a0`, `a1`, ..., and the constants of differential
    /// equations in a range of names of their own.
    pub(crate) fn coefficient_names(&self, root: Id) -> Vec<(Id, Id)> {
        let mut pairs = Vec::new();
        if self.symbols(root) & coefficient_bits() == 0 {
            return pairs;
        }
        let mut tokens: Vec<Token> = Vec::new();
        write_tokens(&self.dag, root, &mut tokens);
        let mut seen = 0u64;
        let mut constants = CONSTANTS.iter();
        let mut coefficients = (0..10).map(Symbol::coefficient);
        for token in tokens {
            let Some(TokenKind::Symbol(symbol)) = token.kind() else { continue };
            if symbol.kind() != SymbolKind::Coefficient || seen & symbol.bit() != 0 {
                continue;
            }
            seen |= symbol.bit();
            let name =
                if CONSTANTS.contains(&symbol) { constants.next().copied() } else { coefficients.next() };
            pairs.push((Id::symbol(symbol), Id::symbol(name.unwrap_or(symbol))));
        }
        pairs
    }

    /// Renames symbolic constants in order ([`Store::coefficient_names`]).
    pub(crate) fn reindex_coefficients(&mut self, root: Id) -> Result<Id> {
        let mut current = root;
        // New names may change the canonical order, which may change the names; a few rounds settle it.
        for _ in 0..4 {
            let names = self.coefficient_names(current);
            if names.iter().all(|(old, new)| old == new) {
                break;
            }
            current = self.subs(current, &names)?;
        }
        Ok(current)
    }
}

fn coefficient_index(symbol: Symbol) -> Option<usize> {
    (0..10).find(|index| Symbol::coefficient(*index) == symbol)
}

/// The bits of `a0` to `a9`.
pub(crate) fn coefficient_bits() -> u64 {
    (0..10).fold(0, |bits, index| bits | Symbol::coefficient(index).bit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::Expr;
    use crate::parse::parse_expression;

    #[track_caller]
    fn reduces(text: &str, expected: &str) {
        let mut store = Store::default();
        let id = parse_expression(&mut store, text).expect("a formula");
        let reduced = store.reduce_constants(id).expect("defined");
        let named = store.reindex_coefficients(reduced).expect("defined");
        let expected = parse_expression(&mut store, expected).expect("a formula");
        let show = |id| Expr::export(&store, id).to_string();
        assert_eq!(show(named), show(expected), "{text}");
    }

    #[test]
    fn constants_in_disguise_become_one() {
        reduces("sqrt(a0)*x", "a0*x");
        reduces("(a0 + 1)*x", "a0*x");
        reduces("2*a0*a1*x", "a0*x");
        reduces("x**(3*a2)", "x**a0");
        reduces("a0*x + 2*x", "a0*x");
        reduces("sin(x + a0 + a1)", "sin(x + a0)");
        reduces("exp(a8)*x + sin(a9)", "a8*x + a9");
        reduces("pi*a0*x + exp(x)", "a0*x + exp(x)");
    }

    #[test]
    fn constants_that_occur_elsewhere_are_kept() {
        reduces("a0*x + a0**2", "a0**2 + a0*x");
        reduces("a0*a1*x + a0 + a1*x**2", "a0*a1*x + a0 + a1*x**2");
        reduces("sin(a0*x)*exp(a0)", "sin(a0*x)*exp(a0)");
    }

    #[test]
    fn names_follow_the_order_of_the_tokens() {
        reduces("a5*x + sin(a2*x)", "a0*x + sin(a1*x)");
        reduces("a3*sin(x)", "a0*sin(x)");
    }

    #[test]
    fn constants_of_an_equation_absorb_coefficients() {
        reduces("a0*a8*x", "a8*x");
        reduces("a9*x + 1 + sin(x)", "a8*x + 1 + sin(x)");
    }
}
