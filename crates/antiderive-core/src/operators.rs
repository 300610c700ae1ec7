//! The operator table: every operator is one row.
//!
//! Parser, printers, sampler, differentiator, evaluator, vocabulary and the SymPy converter read this
//! table; adding an operator is adding a row (and its name to [`Op`], in the same place).

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
    /// Behaviour under a change of sign of the argument.
    pub parity: Parity,
    /// The function `g` with `f(g(x)) = x` everywhere, if there is one.
    pub undoes: Option<Op>,
    /// Exact values: argument and value as formulas; an empty value marks a pole.
    pub values: &'static [(&'static str, &'static str)],
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.derivative == other.derivative && self.parity == other.parity && self.undoes == other.undoes
    }
}

/// Behaviour under `x -> -x`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parity {
    /// `f(-x) = f(x)`
    Even,
    /// `f(-x) = -f(x)`
    Odd,
    /// Neither.
    None,
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
    /// Default weight when random functions are sampled.
    pub weight: u32,
    /// How it becomes canonical nodes.
    pub meaning: Meaning,
}

const fn row(
    op: Op,
    name: &'static str,
    (infix, latex, sympy): (&'static str, &'static str, &'static str),
    weight: u32,
    meaning: Meaning,
) -> Operator {
    let arity = match meaning {
        Meaning::FixedPower(..) | Meaning::Function(..) => 1,
        _ => 2,
    };
    Operator { op, name, arity, infix, latex, sympy, weight, meaning }
}

const fn fun(
    derivative: &'static str,
    eval: fn(C64) -> C64,
    parity: Parity,
    undoes: Option<Op>,
    values: &'static [(&'static str, &'static str)],
) -> Meaning {
    Meaning::Function(Function { derivative, eval, parity, undoes, values })
}

use Meaning::{Difference, FixedPower, Power, Product, Quotient, Sum};
use Parity::{Even, None as Neither, Odd};

/// The table. Values of `sin`, `cos`, ... at rational multiples of pi are computed, not listed.
#[rustfmt::skip]
pub static OPERATORS: [Operator; 39] = [
    row(Op::Add,   "add",   ("+",     r"+",                     "Add"),   10, Sum),
    row(Op::Sub,   "sub",   ("-",     r"-",                     ""),       3, Difference),
    row(Op::Mul,   "mul",   ("*",     r"\cdot",                 "Mul"),   10, Product),
    row(Op::Div,   "div",   ("/",     r"/",                     ""),       5, Quotient),
    row(Op::Pow,   "pow",   ("**",    r"^",                     "Pow"),    0, Power),
    row(Op::Sqrt,  "sqrt",  ("sqrt",  r"\sqrt",                 "sqrt"),   4, FixedPower(1, 2)),
    row(Op::Pow2,  "pow2",  ("",      "",                       ""),       4, FixedPower(2, 1)),
    row(Op::Pow3,  "pow3",  ("",      "",                       ""),       2, FixedPower(3, 1)),
    row(Op::Pow4,  "pow4",  ("",      "",                       ""),       1, FixedPower(4, 1)),
    row(Op::Pow5,  "pow5",  ("",      "",                       ""),       1, FixedPower(5, 1)),
    row(Op::Inv,   "inv",   ("",      "",                       ""),       0, FixedPower(-1, 1)),
    row(Op::Exp,   "exp",   ("exp",   r"\exp",                  "exp"),    4, fun("y", num::exp, Neither, Some(Op::Ln), &[("0", "1"), ("1", "E")])),
    row(Op::Ln,    "ln",    ("log",   r"\ln",                   "log"),    4, fun("1/x", num::ln, Neither, None, &[("0", ""), ("1", "0"), ("E", "1"), ("I", "I*pi/2")])),
    row(Op::Abs,   "abs",   ("abs",   r"\operatorname{abs}",    "Abs"),    0, fun("sign(x)", num::abs, Even, None, &[("I", "1")])),
    row(Op::Sign,  "sign",  ("sign",  r"\operatorname{sign}",   "sign"),   0, fun("0", num::sign, Odd, None, &[("0", "0"), ("I", "I")])),
    row(Op::Sin,   "sin",   ("sin",   r"\sin",                  "sin"),    4, fun("cos(x)", num::sin, Odd, Some(Op::Asin), &[])),
    row(Op::Cos,   "cos",   ("cos",   r"\cos",                  "cos"),    4, fun("-sin(x)", num::cos, Even, Some(Op::Acos), &[])),
    row(Op::Tan,   "tan",   ("tan",   r"\tan",                  "tan"),    4, fun("1 + y**2", num::tan, Odd, Some(Op::Atan), &[])),
    row(Op::Cot,   "cot",   ("cot",   r"\cot",                  "cot"),    0, fun("-1 - y**2", num::cot, Odd, Some(Op::Acot), &[])),
    row(Op::Sec,   "sec",   ("sec",   r"\sec",                  "sec"),    0, fun("y*tan(x)", num::sec, Even, Some(Op::Asec), &[])),
    row(Op::Csc,   "csc",   ("csc",   r"\csc",                  "csc"),    0, fun("-y*cot(x)", num::csc, Odd, Some(Op::Acsc), &[])),
    row(Op::Asin,  "asin",  ("asin",  r"\arcsin",               "asin"),   1, fun("1/sqrt(1 - x**2)", num::asin, Odd, None, &[("0", "0"), ("1", "pi/2"), ("1/2", "pi/6"), ("sqrt(2)/2", "pi/4"), ("sqrt(3)/2", "pi/3")])),
    row(Op::Acos,  "acos",  ("acos",  r"\arccos",               "acos"),   1, fun("-1/sqrt(1 - x**2)", num::acos, Neither, None, &[("0", "pi/2"), ("1", "0"), ("-1", "pi"), ("1/2", "pi/3"), ("-1/2", "2*pi/3"), ("sqrt(2)/2", "pi/4"), ("-sqrt(2)/2", "3*pi/4"), ("sqrt(3)/2", "pi/6"), ("-sqrt(3)/2", "5*pi/6")])),
    row(Op::Atan,  "atan",  ("atan",  r"\arctan",               "atan"),   1, fun("1/(1 + x**2)", num::atan, Odd, None, &[("0", "0"), ("1", "pi/4"), ("sqrt(3)", "pi/3"), ("sqrt(3)/3", "pi/6"), ("I", "")])),
    row(Op::Acot,  "acot",  ("acot",  r"\operatorname{arccot}", "acot"),   0, fun("-1/(1 + x**2)", num::acot, Odd, None, &[("0", "pi/2"), ("1", "pi/4"), ("sqrt(3)", "pi/6"), ("sqrt(3)/3", "pi/3"), ("I", "")])),
    row(Op::Asec,  "asec",  ("asec",  r"\operatorname{arcsec}", "asec"),   0, fun("1/(x**2*sqrt(1 - 1/x**2))", num::asec, Neither, None, &[("0", ""), ("1", "0"), ("-1", "pi"), ("2", "pi/3"), ("-2", "2*pi/3")])),
    row(Op::Acsc,  "acsc",  ("acsc",  r"\operatorname{arccsc}", "acsc"),   0, fun("-1/(x**2*sqrt(1 - 1/x**2))", num::acsc, Odd, None, &[("0", ""), ("1", "pi/2"), ("2", "pi/6")])),
    row(Op::Sinh,  "sinh",  ("sinh",  r"\sinh",                 "sinh"),   1, fun("cosh(x)", num::sinh, Odd, Some(Op::Asinh), &[("0", "0")])),
    row(Op::Cosh,  "cosh",  ("cosh",  r"\cosh",                 "cosh"),   1, fun("sinh(x)", num::cosh, Even, Some(Op::Acosh), &[("0", "1")])),
    row(Op::Tanh,  "tanh",  ("tanh",  r"\tanh",                 "tanh"),   1, fun("1 - y**2", num::tanh, Odd, Some(Op::Atanh), &[("0", "0")])),
    row(Op::Coth,  "coth",  ("coth",  r"\coth",                 "coth"),   0, fun("1 - y**2", num::coth, Odd, Some(Op::Acoth), &[("0", "")])),
    row(Op::Sech,  "sech",  ("sech",  r"\operatorname{sech}",   "sech"),   0, fun("-y*tanh(x)", num::sech, Even, Some(Op::Asech), &[("0", "1")])),
    row(Op::Csch,  "csch",  ("csch",  r"\operatorname{csch}",   "csch"),   0, fun("-y*coth(x)", num::csch, Odd, Some(Op::Acsch), &[("0", "")])),
    row(Op::Asinh, "asinh", ("asinh", r"\operatorname{arsinh}", "asinh"),  1, fun("1/sqrt(1 + x**2)", num::asinh, Odd, None, &[("0", "0")])),
    row(Op::Acosh, "acosh", ("acosh", r"\operatorname{arcosh}", "acosh"),  1, fun("1/(sqrt(x - 1)*sqrt(x + 1))", num::acosh, Neither, None, &[("0", "I*pi/2"), ("1", "0"), ("-1", "I*pi")])),
    row(Op::Atanh, "atanh", ("atanh", r"\operatorname{artanh}", "atanh"),  1, fun("1/(1 - x**2)", num::atanh, Odd, None, &[("0", "0"), ("1", "")])),
    row(Op::Acoth, "acoth", ("acoth", r"\operatorname{arcoth}", "acoth"),  0, fun("1/(1 - x**2)", num::acoth, Odd, None, &[("0", "I*pi/2"), ("1", "")])),
    row(Op::Asech, "asech", ("asech", r"\operatorname{arsech}", "asech"),  0, fun("-1/(x**2*sqrt(1/x - 1)*sqrt(1/x + 1))", num::asech, Neither, None, &[("0", ""), ("1", "0"), ("-1", "I*pi")])),
    row(Op::Acsch, "acsch", ("acsch", r"\operatorname{arcsch}", "acsch"),  0, fun("-1/(x**2*sqrt(1 + 1/x**2))", num::acsch, Odd, None, &[("0", "")])),
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
}
