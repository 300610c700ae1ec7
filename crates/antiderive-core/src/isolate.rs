//! Isolating a symbol: `lhs(c) = value` becomes `c = ...`, by undoing the operators on the path to `c`.
//!
//! An inverse function gives one branch. For a differential equation this is enough if the true value
//! differs from that branch by a constant factor or a constant term (`Branch`), since either drops out
//! when the isolated constant is differentiated. Otherwise there is no result: `y = sin(c*x)` gives
//! `c = asin(y)/x` only for small `x`, so it gives no equation that `sin(c*x)` solves everywhere.

use crate::error::Result;
use crate::operators::{On, Op, OPERATORS};
use crate::store::{Id, Node, Store};
use crate::symbols::{Symbol, SymbolKind};

/// How the true value may differ from the branch that was taken: by a factor and by a term, both
/// constant between singularities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Branch {
    factor: bool,
    term: bool,
}

impl Branch {
    fn exact(self) -> bool {
        self == Branch::default()
    }
}

impl Store {
    /// Solves `lhs = value` for `symbol`, up to constant factors and terms that depend on the branch.
    ///
    /// `None` where the symbol cannot be isolated, or where branches matter.
    pub(crate) fn isolate(&mut self, lhs: Id, symbol: Symbol, value: Id) -> Result<Option<Id>> {
        let (mut lhs, mut value, mut branch) = (lhs, value, Branch::default());
        while lhs != Id::symbol(symbol) {
            let step = match self.dag.node(lhs) {
                Node::Number(_) | Node::Symbol(_) => None,
                Node::Add(_) => self.undo_sum(lhs, symbol, value, branch)?,
                Node::Mul(_) => self.undo_product(lhs, symbol, value, branch)?,
                Node::Pow(base, exponent) => self.undo_power(base, exponent, symbol, value, branch)?,
                Node::Function(op, arg) => self.undo_function(op, arg, value, branch)?,
            };
            match step {
                Some(next) => (lhs, value, branch) = next,
                None => return Ok(None),
            }
        }
        Ok(Some(value))
    }

    /// Whether the expression depends on the variable or the unknown function.
    fn varies(&self, id: Id) -> bool {
        self.symbols(id) & (Symbol::X.bit() | Symbol::unknowns()) != 0
    }

    /// `a*k(c) + b = value` gives `k(c) = (value - b)/a`.
    fn undo_sum(&mut self, lhs: Id, symbol: Symbol, value: Id, mut branch: Branch) -> Result<Step> {
        let terms = self.dag.terms(&lhs).to_vec();
        let (with, without): (Vec<Id>, Vec<Id>) = terms.into_iter().partition(|t| self.contains(*t, symbol));
        let rest = self.add(&without)?;
        if branch.factor && rest != Id::ZERO {
            if self.varies(rest) {
                return Ok(None);
            }
            branch.term = true;
        }
        let value = self.sub(value, rest)?;
        if let [one] = with.as_slice() {
            return Ok(Some((*one, value, branch)));
        }
        let Some((coefficient, kernel)) = self.common_kernel(&with, symbol)? else { return Ok(None) };
        if branch.term && self.varies(coefficient) {
            return Ok(None);
        }
        Ok(Some((kernel, self.div(value, coefficient)?, branch)))
    }

    /// Writes a sum whose terms all contain `symbol` as a product of a part without and a part with it.
    fn common_kernel(&mut self, terms: &[Id], symbol: Symbol) -> Result<Option<(Id, Id)>> {
        let mut kernel: Option<Id> = None;
        let mut coefficients = Vec::new();
        for term in terms {
            let factors = self.dag.factors(term).to_vec();
            let (with, without): (Vec<Id>, Vec<Id>) =
                factors.into_iter().partition(|f| self.contains(*f, symbol));
            let own = self.mul(&with)?;
            let first = *kernel.get_or_insert(own);
            let ratio = if own == first { Id::ONE } else { self.div(own, first)? };
            if self.contains(ratio, symbol) {
                return Ok(None);
            }
            let mut coefficient = without;
            coefficient.push(ratio);
            coefficients.push(self.mul(&coefficient)?);
        }
        let coefficient = self.add(&coefficients)?;
        Ok(kernel.filter(|_| coefficient != Id::ZERO).map(|kernel| (coefficient, kernel)))
    }

    fn undo_product(&mut self, lhs: Id, symbol: Symbol, value: Id, branch: Branch) -> Result<Step> {
        let factors = self.dag.factors(&lhs).to_vec();
        let (with, without): (Vec<Id>, Vec<Id>) =
            factors.into_iter().partition(|f| self.contains(*f, symbol));
        let [one] = with.as_slice() else { return Ok(None) };
        let rest = self.mul(&without)?;
        if branch.term && self.varies(rest) {
            return Ok(None);
        }
        Ok(Some((*one, self.div(value, rest)?, branch)))
    }

    fn undo_power(
        &mut self,
        base: Id,
        exponent: Id,
        symbol: Symbol,
        value: Id,
        mut branch: Branch,
    ) -> Result<Step> {
        if branch.term {
            return Ok(None);
        }
        if !self.contains(exponent, symbol) {
            let Some(number) = self.dag.number(exponent).cloned() else {
                // Real for a positive base only, where the inverse is unique.
                let inverse = self.pow(exponent, Id::MINUS_ONE)?;
                let root = self.pow(value, inverse)?;
                return Ok(branch.exact().then_some((base, root, branch)));
            };
            // An integer power has several roots; a fractional power is inverted exactly.
            branch.factor |= number.is_integer() && !number.abs().is_one();
            let inverse = self.num(&number.recip()?)?;
            return Ok(Some((base, self.pow(value, inverse)?, branch)));
        }
        if self.contains(base, symbol) {
            return Ok(None);
        }
        let ln = self.apply(Op::Ln, base)?;
        if branch.factor {
            if self.varies(ln) {
                return Ok(None);
            }
            branch = Branch { factor: false, term: true };
        }
        let logarithm = self.apply(Op::Ln, value)?;
        Ok(Some((exponent, self.div(logarithm, ln)?, branch)))
    }

    /// Whether real arguments may give a value that is not real: the expression contains a logarithm, a
    /// root, or an inverse function that is not real everywhere.
    fn may_be_complex(&self, id: Id) -> bool {
        self.dag.postorder(id).into_iter().any(|node| match self.dag.node(node) {
            Node::Function(op, _) => !op.function().is_some_and(|f| f.real),
            Node::Pow(_, exponent) => !self.number(exponent).is_some_and(crate::number::Number::is_integer),
            _ => false,
        })
    }

    fn undo_function(&mut self, op: Op, arg: Id, value: Id, branch: Branch) -> Result<Step> {
        let Some(inverse) = inverse_of(op) else { return Ok(None) };
        // An argument that may be complex counts even where the value is real: tanh(ln(ln(u))) is real where
        // ln(u) is negative, and not on the branch of atanh.
        let complex = self.may_be_complex(arg);
        let next = match (op, branch) {
            // ln(m*v) = ln(v) + constant, exp(v + k) = exp(v) * constant
            (Op::Exp, Branch { factor: true, term: false }) => Branch { factor: false, term: true },
            (Op::Ln, Branch { factor: false, term: true }) => Branch { factor: true, term: false },
            (_, branch) if !branch.exact() => return Ok(None),
            _ => op.function().map_or(Branch::default(), |f| {
                let lost = |on| on == On::Real || on == On::Complex && complex;
                Branch { factor: lost(f.branches.sign), term: lost(f.branches.period) }
            }),
        };
        Ok(Some((arg, self.apply(inverse, value)?, next)))
    }
}

/// The remaining problem: `lhs`, `value`, branch.
type Step = Option<(Id, Id, Branch)>;

/// The inverse function, on the real branch that the operator table names.
fn inverse_of(op: Op) -> Option<Op> {
    let undone = op.function().and_then(|f| f.undoes);
    undone.or_else(|| {
        OPERATORS.iter().find(|row| row.op.function().and_then(|f| f.undoes) == Some(op)).map(|row| row.op)
    })
}

impl Store {
    /// `equation = 0` with denominators cleared and without factors that never vanish; powers of a
    /// factor become the factor, and the first term is positive.
    pub(crate) fn clear_equation(&mut self, equation: Id) -> Result<Id> {
        let mut current = equation;
        for _ in 0..3 {
            let joined = self.together(current)?;
            let factored = self.factor(joined)?;
            let mut kept = Vec::new();
            for factor in self.dag.factors(&factored).to_vec() {
                if self.never_vanishes(factor) {
                    continue;
                }
                let (base, exponent) = self.dag.base_exponent(factor);
                let base = if self.number(exponent).is_some() { base } else { factor };
                kept.push(self.primitive(base, true)?.1);
            }
            let next = self.mul(&kept)?;
            let next = self.split_coefficient(next)?.1;
            if next == current {
                break;
            }
            current = next;
        }
        Ok(current)
    }

    /// Whether a factor never vanishes: numbers, reciprocals, exponentials, hyperbolic cosines, and
    /// constants.
    fn never_vanishes(&self, factor: Id) -> bool {
        let variable = |s: Symbol| matches!(s.kind(), SymbolKind::Variable | SymbolKind::Unknown);
        match self.dag.node(factor) {
            Node::Number(_) | Node::Function(Op::Exp | Op::Cosh, _) => true,
            Node::Pow(base, exponent) => {
                self.number(exponent).is_some_and(crate::number::Number::is_negative)
                    || self.is_positive_constant(base)
            }
            _ => !crate::symbols::symbols_in(self.symbols(factor)).any(variable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expr::Expr;
    use crate::parse::parse_expression;

    /// `a8` from `y = F(x, a8)`.
    fn isolated(function: &str) -> Option<String> {
        let mut store = Store::default();
        let lhs = parse_expression(&mut store, function).expect("a formula");
        let found = store.isolate(lhs, Symbol::A8, Id::symbol(Symbol::Y)).expect("defined");
        found.map(|id| Expr::export(&store, id).to_string())
    }

    #[test]
    fn operators_on_the_path_are_undone() {
        for (function, constant) in [
            ("a8 + x", "Y - x"),
            ("a8*x", "Y/x"),
            ("x/(a8 - 3)", "x/Y + 3"),
            ("exp(a8*x)", "log(Y)/x"),
            ("x**a8", "log(Y)/log(x)"),
            ("sqrt(a8 + x)", "Y**2 - x"),
            ("asin(a8*x)", "sin(Y)/x"),
            ("a8*x + a8*sin(x)", "Y/(x + sin(x))"),
            ("tanh(a8**3 + x)", "(atanh(Y) - x)**(1/3)"),
        ] {
            assert_eq!(isolated(function).as_deref(), Some(constant), "{function}");
        }
    }

    #[test]
    fn branches_that_differ_by_a_constant_are_taken() {
        // The lost sign or multiple of pi is constant, and its derivative is zero.
        for (function, constant) in [
            ("a8**2*x", "sqrt(Y/x)"),
            ("tan(a8 + x)", "atan(Y) - x"),
            ("exp(a8**2*x)", "sqrt(log(Y)/x)"),
            ("cosh(a8*x)", "acosh(Y)/x"),
        ] {
            assert_eq!(isolated(function).as_deref(), Some(constant), "{function}");
        }
    }

    #[test]
    fn branches_that_matter_are_refused() {
        for function in [
            "sin(a8*x)",
            "sin(a8 + x)",
            "(a8 + x)**2",
            "tan(a8*x)",
            "cos(a8*x + 1)",
            "cosh(a8 + x)",
            "abs(a8 + x)",
        ] {
            assert_eq!(isolated(function), None, "{function}");
        }
    }

    #[test]
    fn what_has_no_elementary_inverse_is_refused() {
        for function in ["a8 + exp(a8)", "a8**2 + a8*x", "a8**a8", "sign(a8)"] {
            assert_eq!(isolated(function), None, "{function}");
        }
    }

    #[test]
    fn equations_are_cleared() {
        let mut store = Store::default();
        for (equation, cleared) in [
            ("Y'/x - Y/x**2", "x*Y' - Y"),
            ("-2*exp(x)*(Y' - Y)", "Y - Y'"),
            ("(Y' - 1)**2/cosh(x)", "Y' - 1"),
            ("x*(Y' - 1)", "x*(Y' - 1)"),
        ] {
            let id = parse_expression(&mut store, equation).expect("a formula");
            let found = store.clear_equation(id).expect("defined");
            let expected = parse_expression(&mut store, cleared).expect("a formula");
            let (found, expected) = (Expr::export(&store, found), Expr::export(&store, expected));
            assert_eq!(found.to_string(), expected.to_string(), "{equation}");
        }
    }
}
