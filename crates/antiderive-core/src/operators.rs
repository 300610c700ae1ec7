//! The operator table: every operator is one row.
//!
//! Parser, printers, sampler, differentiator, evaluator, vocabulary and the isolation of constants read this
//! table; so do, in Python, the SymPy converter, the syntax of computer algebra systems, and ball arithmetic.
//! To add an operator, add a row, and its name to [`Op`] at the same position.

use crate::numeric as num;
use crate::numeric::C64;

/// Operators, in table order. The order is also that of the vocabulary and of functions in the
/// canonical order.
#[rustfmt::skip]
#[allow(missing_docs)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Op {
    Add, Sub, Mul, Div, Pow,
    Sqrt, Pow2, Pow3, Pow4, Pow5, Inv,
    Exp, Ln, Abs, Sign,
    Sin, Cos, Tan, Cot, Sec, Csc,
    Asin, Acos, Atan, Acot, Asec, Acsc,
    Sinh, Cosh, Tanh, Coth, Sech, Csch,
    Asinh, Acosh, Atanh, Acoth, Asech, Acsch,
}

/// How an operator becomes canonical nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meaning {
    /// `x + y`
    Sum,
    /// `x + (-1)*y`
    Difference,
    /// `x * y`
    Product,
    /// `x * y**(-1)`
    Quotient,
    /// `x ** y`
    Power,
    /// `x ** (numerator/denominator)`
    FixedPower(i64, i64),
    /// A function of one argument, a node of its own.
    Function(Function),
}

/// The part of a row that only functions of one argument have.
#[derive(Debug, Clone, Copy)]
pub struct Function {
    /// Derivative as a formula in the argument `x` and the function's own value `y`.
    pub derivative: &'static str,
    /// Value in complex double precision.
    pub eval: fn(C64) -> C64,
    /// Behavior under a change of sign of the argument.
    pub parity: Parity,
    /// The function `g` with `f(g(x)) = x` everywhere, if there is one.
    pub undoes: Option<Op>,
    /// The function of which this one is a reciprocal in some way, if there is one.
    pub reciprocal: Option<Reciprocal>,
    /// Whether the value is real at every real argument at which the function is defined.
    pub real: bool,
    /// How arguments with the same value differ.
    pub branches: Branches,
    /// Exact values: argument and value as formulas; an empty value marks a pole.
    pub values: &'static [(&'static str, &'static str)],
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.derivative == other.derivative && self.parity == other.parity && self.undoes == other.undoes
    }
}

/// Behavior under `x -> -x`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parity {
    /// `f(-x) = f(x)`
    Even,
    /// `f(-x) = -f(x)`
    Odd,
    /// Neither.
    None,
}

/// A function as a reciprocal in terms of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reciprocal {
    /// `1/g(x)`
    Value(Op),
    /// `g(1/x)`
    Argument(Op),
}

/// How the arguments with one value differ from the one that the inverse function gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Branches {
    /// By their sign.
    pub sign: On,
    /// By a term that is constant between singularities: multiples of a period.
    pub period: On,
}

/// The arguments at which a function repeats a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// None.
    Nowhere,
    /// Complex ones, of which at most one is real.
    Complex,
    /// Real ones.
    Real,
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Operator {
    /// The operator.
    pub op: Op,
    /// Token of the prefix form.
    pub name: &'static str,
    /// Number of arguments, 1 or 2.
    pub arity: u8,
    /// Infix sign or function name.
    pub infix: &'static str,
    /// LaTeX of the sign or the function name.
    pub latex: &'static str,
    /// Class or function of the `sympy` module; empty where SymPy has none.
    pub sympy: &'static str,
    /// Method of Arb's complex balls (python-flint); empty where Arb has none.
    pub arb: &'static str,
    /// Default weight when random functions are sampled.
    pub weight: u32,
    /// How it becomes canonical nodes.
    pub meaning: Meaning,
}

/// A row of an operator that becomes sums, products and powers.
const fn operator(
    op: Op,
    name: &'static str,
    (infix, latex, sympy): (&'static str, &'static str, &'static str),
    weight: u32,
    meaning: Meaning,
) -> Operator {
    let arity = if let FixedPower(..) = meaning { 1 } else { 2 };
    Operator { op, name, arity, infix, latex, sympy, arb: "", weight, meaning }
}

/// A row of a function of one argument.
const fn function(
    op: Op,
    name: &'static str,
    (infix, latex, sympy, arb): (&'static str, &'static str, &'static str, &'static str),
    weight: u32,
    function: Function,
) -> Operator {
    Operator { op, name, arity: 1, infix, latex, sympy, arb, weight, meaning: Meaning::Function(function) }
}

/// A function with the columns that all functions have; the methods of [`Function`] set the others.
const fn of(derivative: &'static str, eval: fn(C64) -> C64, parity: Parity) -> Function {
    let branches = Branches { sign: Nowhere, period: Nowhere };
    Function { derivative, eval, parity, undoes: None, reciprocal: None, real: true, branches, values: &[] }
}

impl Function {
    const fn undoes(mut self, op: Op) -> Function {
        self.undoes = Some(op);
        self
    }

    const fn reciprocal(mut self, reciprocal: Reciprocal) -> Function {
        self.reciprocal = Some(reciprocal);
        self
    }

    const fn partly_real(mut self) -> Function {
        self.real = false;
        self
    }

    const fn branches(mut self, sign: On, period: On) -> Function {
        self.branches = Branches { sign, period };
        self
    }

    const fn values(mut self, values: &'static [(&'static str, &'static str)]) -> Function {
        self.values = values;
        self
    }
}

use Meaning::{Difference, FixedPower, Power, Product, Quotient, Sum};
use On::{Complex, Nowhere, Real};
use Parity::{Even, None as Neither, Odd};
use Reciprocal::{Argument, Value};

/// The table. Values of `sin`, `cos`, ... at rational multiples of pi are computed, not listed.
#[rustfmt::skip]
pub static OPERATORS: [Operator; 39] = [
    operator(Op::Add,   "add",   ("+",     r"+",                    "Add"),            10, Sum),
    operator(Op::Sub,   "sub",   ("-",     r"-",                    ""),               3, Difference),
    operator(Op::Mul,   "mul",   ("*",     r"\cdot",                "Mul"),            10, Product),
    operator(Op::Div,   "div",   ("/",     r"/",                    ""),               5, Quotient),
    operator(Op::Pow,   "pow",   ("**",    r"^",                    "Pow"),            0, Power),
    operator(Op::Sqrt,  "sqrt",  ("sqrt",  r"\sqrt",                "sqrt"),           4, FixedPower(1, 2)),
    operator(Op::Pow2,  "pow2",  ("",      "",                      ""),               4, FixedPower(2, 1)),
    operator(Op::Pow3,  "pow3",  ("",      "",                      ""),               2, FixedPower(3, 1)),
    operator(Op::Pow4,  "pow4",  ("",      "",                      ""),               1, FixedPower(4, 1)),
    operator(Op::Pow5,  "pow5",  ("",      "",                      ""),               1, FixedPower(5, 1)),
    operator(Op::Inv,   "inv",   ("",      "",                      ""),               0, FixedPower(-1, 1)),
    function(Op::Exp,   "exp",   ("exp",   r"\exp",                 "exp",   "exp"),   4, of("y", num::exp, Neither).undoes(Op::Ln).branches(Nowhere, Complex).values(&[("0", "1"), ("1", "E")])),
    function(Op::Ln,    "ln",    ("log",   r"\ln",                  "log",   "log"),   4, of("1/x", num::ln, Neither).partly_real().values(&[("0", ""), ("1", "0"), ("E", "1"), ("I", "I*pi/2")])),
    function(Op::Abs,   "abs",   ("abs",   r"\operatorname{abs}",   "Abs",   ""),      0, of("sign(x)", num::abs, Even).values(&[("I", "1")])),
    function(Op::Sign,  "sign",  ("sign",  r"\operatorname{sign}",  "sign",  ""),      0, of("0", num::sign, Odd).values(&[("0", "0"), ("I", "I")])),
    function(Op::Sin,   "sin",   ("sin",   r"\sin",                 "sin",   "sin"),   4, of("cos(x)", num::sin, Odd).undoes(Op::Asin).branches(Real, Real)),
    function(Op::Cos,   "cos",   ("cos",   r"\cos",                 "cos",   "cos"),   4, of("-sin(x)", num::cos, Even).undoes(Op::Acos).branches(Real, Real)),
    function(Op::Tan,   "tan",   ("tan",   r"\tan",                 "tan",   "tan"),   4, of("1 + y**2", num::tan, Odd).undoes(Op::Atan).branches(Nowhere, Real)),
    function(Op::Cot,   "cot",   ("cot",   r"\cot",                 "cot",   "cot"),   0, of("-1 - y**2", num::cot, Odd).undoes(Op::Acot).reciprocal(Value(Op::Tan)).branches(Nowhere, Real)),
    function(Op::Sec,   "sec",   ("sec",   r"\sec",                 "sec",   "sec"),   0, of("y*tan(x)", num::sec, Even).undoes(Op::Asec).reciprocal(Value(Op::Cos)).branches(Real, Real)),
    function(Op::Csc,   "csc",   ("csc",   r"\csc",                 "csc",   "csc"),   0, of("-y*cot(x)", num::csc, Odd).undoes(Op::Acsc).reciprocal(Value(Op::Sin)).branches(Real, Real)),
    function(Op::Asin,  "asin",  ("asin",  r"\arcsin",              "asin",  "asin"),  1, of("1/sqrt(1 - x**2)", num::asin, Odd).partly_real().values(&[("0", "0"), ("1", "pi/2"), ("1/2", "pi/6"), ("sqrt(2)/2", "pi/4"), ("sqrt(3)/2", "pi/3")])),
    function(Op::Acos,  "acos",  ("acos",  r"\arccos",              "acos",  "acos"),  1, of("-1/sqrt(1 - x**2)", num::acos, Neither).partly_real().values(&[("0", "pi/2"), ("1", "0"), ("-1", "pi"), ("1/2", "pi/3"), ("-1/2", "2*pi/3"), ("sqrt(2)/2", "pi/4"), ("-sqrt(2)/2", "3*pi/4"), ("sqrt(3)/2", "pi/6"), ("-sqrt(3)/2", "5*pi/6")])),
    function(Op::Atan,  "atan",  ("atan",  r"\arctan",              "atan",  "atan"),  1, of("1/(1 + x**2)", num::atan, Odd).values(&[("0", "0"), ("1", "pi/4"), ("sqrt(3)", "pi/3"), ("sqrt(3)/3", "pi/6"), ("I", "")])),
    function(Op::Acot,  "acot",  ("acot",  r"\operatorname{arccot}", "acot",  ""),      0, of("-1/(1 + x**2)", num::acot, Odd).reciprocal(Argument(Op::Atan)).values(&[("0", "pi/2"), ("1", "pi/4"), ("sqrt(3)", "pi/6"), ("sqrt(3)/3", "pi/3"), ("I", "")])),
    function(Op::Asec,  "asec",  ("asec",  r"\operatorname{arcsec}", "asec",  ""),      0, of("1/(x**2*sqrt(1 - 1/x**2))", num::asec, Neither).reciprocal(Argument(Op::Acos)).partly_real().values(&[("0", ""), ("1", "0"), ("-1", "pi"), ("2", "pi/3"), ("-2", "2*pi/3")])),
    function(Op::Acsc,  "acsc",  ("acsc",  r"\operatorname{arccsc}", "acsc",  ""),      0, of("-1/(x**2*sqrt(1 - 1/x**2))", num::acsc, Odd).reciprocal(Argument(Op::Asin)).partly_real().values(&[("0", ""), ("1", "pi/2"), ("2", "pi/6")])),
    function(Op::Sinh,  "sinh",  ("sinh",  r"\sinh",                "sinh",  "sinh"),  1, of("cosh(x)", num::sinh, Odd).undoes(Op::Asinh).branches(Complex, Complex).values(&[("0", "0")])),
    function(Op::Cosh,  "cosh",  ("cosh",  r"\cosh",                "cosh",  "cosh"),  1, of("sinh(x)", num::cosh, Even).undoes(Op::Acosh).branches(Real, Complex).values(&[("0", "1")])),
    function(Op::Tanh,  "tanh",  ("tanh",  r"\tanh",                "tanh",  "tanh"),  1, of("1 - y**2", num::tanh, Odd).undoes(Op::Atanh).branches(Nowhere, Complex).values(&[("0", "0")])),
    function(Op::Coth,  "coth",  ("coth",  r"\coth",                "coth",  "coth"),  0, of("1 - y**2", num::coth, Odd).undoes(Op::Acoth).reciprocal(Value(Op::Tanh)).branches(Nowhere, Complex).values(&[("0", "")])),
    function(Op::Sech,  "sech",  ("sech",  r"\operatorname{sech}",  "sech",  "sech"),  0, of("-y*tanh(x)", num::sech, Even).undoes(Op::Asech).reciprocal(Value(Op::Cosh)).branches(Real, Complex).values(&[("0", "1")])),
    function(Op::Csch,  "csch",  ("csch",  r"\operatorname{csch}",  "csch",  "csch"),  0, of("-y*coth(x)", num::csch, Odd).undoes(Op::Acsch).reciprocal(Value(Op::Sinh)).branches(Complex, Complex).values(&[("0", "")])),
    function(Op::Asinh, "asinh", ("asinh", r"\operatorname{arsinh}", "asinh", "asinh"), 1, of("1/sqrt(1 + x**2)", num::asinh, Odd).values(&[("0", "0")])),
    function(Op::Acosh, "acosh", ("acosh", r"\operatorname{arcosh}", "acosh", "acosh"), 1, of("1/(sqrt(x - 1)*sqrt(x + 1))", num::acosh, Neither).partly_real().values(&[("0", "I*pi/2"), ("1", "0"), ("-1", "I*pi")])),
    function(Op::Atanh, "atanh", ("atanh", r"\operatorname{artanh}", "atanh", "atanh"), 1, of("1/(1 - x**2)", num::atanh, Odd).partly_real().values(&[("0", "0"), ("1", "")])),
    function(Op::Acoth, "acoth", ("acoth", r"\operatorname{arcoth}", "acoth", ""),      0, of("1/(1 - x**2)", num::acoth, Odd).reciprocal(Argument(Op::Atanh)).partly_real().values(&[("0", "I*pi/2"), ("1", "")])),
    function(Op::Asech, "asech", ("asech", r"\operatorname{arsech}", "asech", ""),      0, of("-1/(x**2*sqrt(1/x - 1)*sqrt(1/x + 1))", num::asech, Neither).reciprocal(Argument(Op::Acosh)).partly_real().values(&[("0", ""), ("1", "0"), ("-1", "I*pi")])),
    function(Op::Acsch, "acsch", ("acsch", r"\operatorname{arcsch}", "acsch", ""),      0, of("-1/(x**2*sqrt(1 + 1/x**2))", num::acsch, Odd).reciprocal(Argument(Op::Asinh)).values(&[("0", "")])),
];

impl Op {
    /// The row of this operator.
    #[inline]
    pub fn row(self) -> &'static Operator {
        &OPERATORS[self as usize]
    }

    /// The operator with this token name.
    pub fn from_name(name: &str) -> Option<Op> {
        OPERATORS.iter().find(|row| row.name == name).map(|row| row.op)
    }

    /// The function part of the row, for functions of one argument.
    #[inline]
    pub fn function(self) -> Option<&'static Function> {
        match &self.row().meaning {
            Meaning::Function(f) => Some(f),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_at_their_operator() {
        for (i, row) in OPERATORS.iter().enumerate() {
            assert_eq!(row.op as usize, i, "{}", row.name);
            assert_eq!(Op::from_name(row.name), Some(row.op));
        }
    }

    #[test]
    fn undoing_is_mutual_in_value() {
        let z = num::c(0.3, 0.2);
        for row in &OPERATORS {
            if let Some(inner) = row.op.function().and_then(|f| f.undoes) {
                let value = (row.op.function().unwrap().eval)((inner.function().unwrap().eval)(z));
                assert!((value - z).norm() < 1e-14, "{}", row.name);
            }
        }
    }

    fn functions() -> impl Iterator<Item = (&'static str, &'static Function)> {
        OPERATORS.iter().filter_map(|row| row.op.function().map(|f| (row.name, f)))
    }

    #[test]
    fn reciprocals_have_the_value_of_the_function() {
        let z = num::c(0.3, 0.2);
        for (name, f) in functions() {
            let value = match f.reciprocal {
                Some(Value(op)) => (op.function().unwrap().eval)(z).recip(),
                Some(Argument(op)) => (op.function().unwrap().eval)(z.recip()),
                None => continue,
            };
            assert!(((f.eval)(z) - value).norm() < 1e-13, "{name}");
        }
    }

    #[test]
    fn real_functions_are_real_on_the_real_line() {
        for (name, f) in functions() {
            let values = [-2.7, -1.4, -0.6, -0.2, 0.3, 0.7, 1.6, 3.1].map(|x| (f.eval)(num::real(x)));
            assert_eq!(values.iter().all(|value| value.is_real()), f.real, "{name}");
        }
    }

    #[test]
    fn branches_are_where_the_inverse_loses_the_argument() {
        let reals = [-7.3, -2.1, -0.4, 0.4, 2.1, 7.3].map(num::real);
        let complex = [num::c(0.4, 7.3), num::c(-0.4, 2.1), num::c(2.1, -7.3)];
        for (name, f) in functions() {
            let Some(inverse) = f.undoes else { continue };
            let inverse = inverse.function().unwrap().eval;
            let lost = |z: &C64| (inverse((f.eval)(*z)) - *z).norm() > 1e-6;
            let Branches { sign, period } = f.branches;
            assert_eq!(reals.iter().any(lost), sign == Real || period == Real, "{name}");
            assert_eq!(complex.iter().any(lost), sign != Nowhere || period != Nowhere, "{name}");
        }
    }
}
