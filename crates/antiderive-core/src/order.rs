//! The canonical order of factors and terms.
//!
//! It reads naturally: constants before symbols before sums before functions in a product, higher
//! powers first and constants last in a sum. Distinct nodes of one store are distinct expressions, so
//! the first difference decides and no comparison needs to backtrack: both orders are plain loops.

use std::cmp::Ordering;

use crate::store::{Dag, Id, Node, Store};

/// What to compare next.
enum Step {
    Done(Ordering),
    Factor(Id, Id),
    Term(Id, Id),
}

impl Store {
    /// Order of factors in a product; also the total order of expressions.
    pub(crate) fn compare(&self, a: Id, b: Id) -> Ordering {
        self.run(Step::Factor(a, b))
    }

    /// Order of terms in a sum, coefficients aside.
    pub(crate) fn compare_terms(&self, a: Id, b: Id) -> Ordering {
        self.run(Step::Term(a, b))
    }

    fn run(&self, mut step: Step) -> Ordering {
        loop {
            self.count_work(1);
            step = match step {
                Step::Done(order) => return order,
                Step::Factor(a, b) if a == b => return Ordering::Equal,
                Step::Factor(a, b) => self.step_factor(a, b),
                Step::Term(a, b) if a == b => return Ordering::Equal,
                Step::Term(a, b) => self.step_term(a, b),
            }
        }
    }

    fn is_constant(&self, id: Id) -> bool {
        self.symbols(id) == 0
    }

    fn step_factor(&self, a: Id, b: Id) -> Step {
        // Constants first.
        let by_constant = self.is_constant(b).cmp(&self.is_constant(a));
        if by_constant.is_ne() {
            return Step::Done(by_constant);
        }
        let dag = &self.dag;
        let ((base_a, exp_a), (base_b, exp_b)) = (dag.base_exponent(a), dag.base_exponent(b));
        if base_a != base_b {
            // A power whose base is the other factor's base is handled below, so this makes progress.
            return self.step_base(base_a, base_b);
        }
        // The higher power first, symbolic exponents before numbers.
        match (dag.number(exp_a), dag.number(exp_b)) {
            (Some(m), Some(n)) => Step::Done(n.cmp(m)),
            (None, Some(_)) => Step::Done(Ordering::Less),
            (Some(_), None) => Step::Done(Ordering::Greater),
            (None, None) => Step::Factor(exp_a, exp_b),
        }
    }

    fn step_base(&self, a: Id, b: Id) -> Step {
        let dag = &self.dag;
        match (dag.node(a), dag.node(b)) {
            (Node::Number(_), Node::Number(_)) => Step::Done(dag.number(a).cmp(&dag.number(b))),
            (Node::Symbol(s), Node::Symbol(t)) => Step::Done(s.cmp(&t)),
            (Node::Function(f, u), Node::Function(g, v)) => {
                if f == g {
                    Step::Factor(u, v)
                } else {
                    Step::Done(f.cmp(&g))
                }
            }
            (Node::Add(s), Node::Add(t)) => first_difference(dag.span(s), dag.span(t), Step::Term),
            (Node::Mul(s), Node::Mul(t)) => first_difference(dag.span(s), dag.span(t), Step::Factor),
            (Node::Pow(..), Node::Pow(..)) => Step::Factor(a, b),
            (x, y) => Step::Done(rank(x).cmp(&rank(y))),
        }
    }

    /// Constants last; then by the factors that are not constant, then by the constant ones, then by
    /// the coefficient.
    fn step_term(&self, a: Id, b: Id) -> Step {
        let by_constant = self.is_constant(a).cmp(&self.is_constant(b));
        if by_constant.is_ne() {
            return Step::Done(by_constant);
        }
        let dag = &self.dag;
        let (factors_a, factors_b) = (dag.factors(&a), dag.factors(&b));
        let split = |factors: &[Id]| factors.iter().take_while(|f| self.is_constant(**f)).count();
        let (constants_a, rest_a) = factors_a.split_at(split(factors_a));
        let (constants_b, rest_b) = factors_b.split_at(split(factors_b));
        if rest_a != rest_b {
            return first_difference_longer(rest_a, rest_b);
        }
        let (constants_a, constants_b) = (without_number(dag, constants_a), without_number(dag, constants_b));
        if constants_a != constants_b {
            return first_difference_longer(constants_a, constants_b);
        }
        Step::Done(dag.number(factors_a[0]).cmp(&dag.number(factors_b[0])))
    }
}

fn without_number<'a>(dag: &Dag, factors: &'a [Id]) -> &'a [Id] {
    match factors {
        [first, rest @ ..] if dag.number(*first).is_some() => rest,
        _ => factors,
    }
}

/// The first pair that differs decides; a shorter list comes first.
fn first_difference(a: &[Id], b: &[Id], next: fn(Id, Id) -> Step) -> Step {
    match a.iter().zip(b).find(|(x, y)| x != y) {
        Some((x, y)) => next(*x, *y),
        None => Step::Done(a.len().cmp(&b.len())),
    }
}

/// The first pair of factors that differs decides; a longer list comes first (`x*y` before `x`).
fn first_difference_longer(a: &[Id], b: &[Id]) -> Step {
    match a.iter().zip(b).find(|(x, y)| x != y) {
        Some((x, y)) => Step::Factor(*x, *y),
        None => Step::Done(b.len().cmp(&a.len())),
    }
}

fn rank(node: Node) -> u8 {
    match node {
        Node::Number(_) => 0,
        Node::Symbol(_) => 1,
        Node::Add(_) => 2,
        Node::Mul(_) => 3,
        Node::Pow(..) => 4,
        Node::Function(..) => 5,
    }
}
