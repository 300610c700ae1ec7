//! Infix and LaTeX printers. Both walk with an explicit stack and never write a number twice.

use crate::number::Number;
use crate::operators::Op;
use crate::store::{Dag, Id, Node};
use crate::symbols::Symbol;

/// Binding strength, from weak to strong.
const SUM: u8 = 1;
const PRODUCT: u8 = 2;
const POWER: u8 = 4;
const ATOM: u8 = 5;

/// A factor of a displayed product.
#[derive(Clone)]
enum Factor {
    Number(Number),
    Node(Id),
    /// Minus a sum.
    Negated(Id),
    /// A base with a positive exponent other than 1.
    Power(Id, Number),
}

/// A product split for display: `-2*x/(3*y)`.
struct Fraction {
    negative: bool,
    over: Vec<Factor>,
    under: Vec<Factor>,
}

impl Fraction {
    fn of(dag: &Dag, id: Id) -> Fraction {
        let mut fraction = Fraction { negative: false, over: Vec::new(), under: Vec::new() };
        for &factor in dag.factors(&id) {
            match dag.node(factor) {
                Node::Number(n) => {
                    let value = &dag.numbers[n as usize];
                    fraction.negative = value.is_negative();
                    let (num, den) = (Number::from(value.numer()).abs(), Number::from(value.denom()));
                    if !num.is_one() || dag.factors(&id).len() == 1 {
                        fraction.over.push(Factor::Number(num));
                    }
                    if !den.is_one() {
                        fraction.under.push(Factor::Number(den));
                    }
                }
                Node::Pow(base, exponent) => match dag.number(exponent) {
                    Some(e) if e.is_negative() && dag.number(base).is_none() => {
                        let e = e.neg();
                        fraction.under.push(if e.is_one() {
                            Factor::Node(base)
                        } else {
                            Factor::Power(base, e)
                        });
                    }
                    _ => fraction.over.push(Factor::Node(factor)),
                },
                _ => fraction.over.push(Factor::Node(factor)),
            }
        }
        if fraction.over.is_empty() {
            fraction.over.push(Factor::Number(Number::ONE));
        }
        fraction.absorb_sign(dag);
        fraction
    }

    /// Writes `-(x - 1)*y` as `y*(1 - x)`: the first sum that reads better with the opposite sign takes it.
    fn absorb_sign(&mut self, dag: &Dag) {
        if !self.negative {
            return;
        }
        let ends_negative = |factor: &Factor| match factor {
            Factor::Node(id) => match dag.node(*id) {
                Node::Add(span) => {
                    let terms = dag.span(span);
                    terms.len() == 2 && dag.number(dag.factors(&terms[1])[0]).is_some_and(Number::is_negative)
                }
                _ => false,
            },
            _ => false,
        };
        if let Some(factor) = self.over.iter_mut().chain(&mut self.under).find(|f| ends_negative(f)) {
            if let Factor::Node(id) = *factor {
                *factor = Factor::Negated(id);
                self.negative = false;
            }
        }
    }
}

/// Something that is still to be written.
enum Work {
    /// An expression in a context that binds with this strength.
    Node(Id, u8),
    /// A factor in such a context.
    Factor(Factor, u8),
    /// A fraction without its sign.
    Fraction(Fraction),
    Text(&'static str),
    Owned(String),
}

use Work::{Owned, Text};

/// The notation-specific half of a printer.
trait Notation {
    fn number(&self, value: &Number, place: u8) -> String;
    fn symbol(&self, symbol: Symbol) -> String;
    fn open(&self) -> &'static str;
    fn close(&self) -> &'static str;
    /// Parts of `op(arg)`.
    fn function(&self, op: Op, arg: Id) -> Vec<Work>;
    /// Parts of a power with an exponent that is not 1/2.
    fn power(&self, dag: &Dag, base: Id, exponent: Exponent) -> Vec<Work>;
    fn root(&self, base: Id) -> Vec<Work>;
    fn fraction(&self, dag: &Dag, fraction: Fraction) -> Vec<Work>;
}

/// An exponent that is a node or a number made for display.
enum Exponent {
    Node(Id),
    Number(Number),
}

fn print(dag: &Dag, root: Id, notation: &dyn Notation) -> String {
    let mut out = String::new();
    let mut stack = vec![Work::Node(root, 0)];
    let mut parts: Vec<Work> = Vec::new();
    while let Some(work) = stack.pop() {
        match work {
            Text(text) => out.push_str(text),
            Owned(text) => out.push_str(&text),
            Work::Fraction(fraction) => parts = notation.fraction(dag, fraction),
            Work::Factor(Factor::Number(value), place) => out.push_str(&notation.number(&value, place)),
            Work::Factor(Factor::Node(id), place) => stack.push(Work::Node(id, place)),
            Work::Factor(Factor::Negated(id), place) => {
                let terms = dag.terms(&id);
                parts = enclose(sum(dag, terms, true), SUM < place, notation);
            }
            Work::Factor(Factor::Power(base, exponent), place) => {
                let power = if exponent == Number::HALF {
                    notation.root(base)
                } else {
                    notation.power(dag, base, Exponent::Number(exponent))
                };
                parts = enclose(power, POWER < place, notation);
            }
            Work::Node(id, place) => match dag.node(id) {
                Node::Number(n) => out.push_str(&notation.number(&dag.numbers[n as usize], place)),
                Node::Symbol(symbol) => out.push_str(&notation.symbol(symbol)),
                Node::Function(op, arg) => parts = notation.function(op, arg),
                Node::Pow(base, exponent) => match dag.number(exponent) {
                    Some(e) if *e == Number::HALF => parts = notation.root(base),
                    Some(e) if e.is_negative() && dag.number(base).is_none() => {
                        let fraction = vec![Work::Fraction(Fraction::of(dag, id))];
                        parts = enclose(fraction, PRODUCT < place, notation);
                    }
                    _ => {
                        let power = notation.power(dag, base, Exponent::Node(exponent));
                        parts = enclose(power, POWER < place, notation);
                    }
                },
                Node::Mul(_) => {
                    let fraction = Fraction::of(dag, id);
                    let negative = fraction.negative;
                    let mut inner = vec![Work::Fraction(fraction)];
                    if negative {
                        inner.insert(0, Text("-"));
                    }
                    parts = enclose(inner, PRODUCT < place, notation);
                }
                Node::Add(span) => parts = enclose(sum(dag, dag.span(span), false), SUM < place, notation),
            },
        }
        stack.extend(parts.drain(..).rev());
    }
    out
}

fn enclose(mut parts: Vec<Work>, needed: bool, notation: &dyn Notation) -> Vec<Work> {
    if needed {
        parts.insert(0, Text(notation.open()));
        parts.push(Text(notation.close()));
    }
    parts
}

/// Terms with their signs, all changed if `negated`; a sum that would start with a minus starts with its
/// last term instead, if that is positive (`1 - x`).
fn sum(dag: &Dag, terms: &[Id], negated: bool) -> Vec<Work> {
    let mut terms: Vec<(Id, Fraction)> = terms.iter().map(|t| (*t, Fraction::of(dag, *t))).collect();
    for (_, fraction) in &mut terms {
        fraction.negative ^= negated;
    }
    let negative = |term: Option<&(Id, Fraction)>| term.is_some_and(|(_, fraction)| fraction.negative);
    if negative(terms.first()) && !negative(terms.last()) {
        terms.rotate_right(1);
    }
    let mut parts = Vec::with_capacity(2 * terms.len());
    for (i, (term, fraction)) in terms.into_iter().enumerate() {
        match (i, fraction.negative) {
            (0, false) => {}
            (0, true) => parts.push(Text("-")),
            (_, false) => parts.push(Text(" + ")),
            (_, true) => parts.push(Text(" - ")),
        }
        match dag.node(term) {
            Node::Mul(_) | Node::Number(_) => parts.push(Work::Fraction(fraction)),
            _ => parts.push(Work::Node(term, PRODUCT)),
        }
    }
    parts
}

fn call(name: &'static str, open: &'static str, arg: Id, close: &'static str) -> Vec<Work> {
    vec![Text(name), Text(open), Work::Node(arg, 0), Text(close)]
}

struct Infix;

impl Notation for Infix {
    fn number(&self, value: &Number, place: u8) -> String {
        let plain = value.is_integer() && !value.is_negative();
        if plain || place <= SUM || (place == PRODUCT && !value.is_negative()) {
            value.to_string()
        } else {
            format!("({value})")
        }
    }

    fn symbol(&self, symbol: Symbol) -> String {
        symbol.name().into()
    }

    fn open(&self) -> &'static str {
        "("
    }

    fn close(&self) -> &'static str {
        ")"
    }

    fn function(&self, op: Op, arg: Id) -> Vec<Work> {
        call(op.row().infix, "(", arg, ")")
    }

    fn root(&self, base: Id) -> Vec<Work> {
        self.function(Op::Sqrt, base)
    }

    fn power(&self, _dag: &Dag, base: Id, exponent: Exponent) -> Vec<Work> {
        let exponent = match exponent {
            Exponent::Node(id) => Work::Node(id, ATOM),
            Exponent::Number(value) => Owned(self.number(&value, ATOM)),
        };
        vec![Work::Node(base, ATOM), Text("**"), exponent]
    }

    fn fraction(&self, _dag: &Dag, fraction: Fraction) -> Vec<Work> {
        let product = |factors: Vec<Factor>| {
            let mut parts = Vec::new();
            for factor in factors {
                if !parts.is_empty() {
                    parts.push(Text("*"));
                }
                parts.push(Work::Factor(factor, POWER));
            }
            parts
        };
        let several = fraction.under.len() > 1;
        let mut parts = product(fraction.over);
        let under = product(fraction.under);
        if !under.is_empty() {
            parts.push(Text("/"));
            parts.extend(enclose(under, several, self));
        }
        parts
    }
}

struct Latex;

impl Notation for Latex {
    fn number(&self, value: &Number, place: u8) -> String {
        let sign = if value.is_negative() { "-" } else { "" };
        let text = if value.is_integer() {
            value.to_string()
        } else {
            format!(r"{sign}\frac{{{}}}{{{}}}", value.abs().numer(), value.denom())
        };
        if place > SUM && value.is_negative() || place == ATOM && !value.is_integer() {
            format!(r"\left({text}\right)")
        } else {
            text
        }
    }

    fn symbol(&self, symbol: Symbol) -> String {
        symbol.latex()
    }

    fn open(&self) -> &'static str {
        r"\left("
    }

    fn close(&self) -> &'static str {
        r"\right)"
    }

    fn function(&self, op: Op, arg: Id) -> Vec<Work> {
        match op {
            Op::Exp => vec![Text("e^{"), Work::Node(arg, 0), Text("}")],
            Op::Abs => vec![Text(r"\left|"), Work::Node(arg, 0), Text(r"\right|")],
            _ => call(op.row().latex, r"\left(", arg, r"\right)"),
        }
    }

    fn root(&self, base: Id) -> Vec<Work> {
        vec![Text(r"\sqrt{"), Work::Node(base, 0), Text("}")]
    }

    fn power(&self, dag: &Dag, base: Id, exponent: Exponent) -> Vec<Work> {
        let exponent = match exponent {
            Exponent::Node(id) => Work::Node(id, 0),
            Exponent::Number(value) => Owned(self.number(&value, 0)),
        };
        // A function written with braces or bars, or a root, needs parentheses before an exponent.
        let bare = matches!(dag.node(base), Node::Symbol(_) | Node::Number(_) | Node::Add(_) | Node::Mul(_));
        let base =
            if bare { vec![Work::Node(base, ATOM)] } else { enclose(vec![Work::Node(base, 0)], true, self) };
        base.into_iter().chain([Text("^{"), exponent, Text("}")]).collect()
    }

    fn fraction(&self, dag: &Dag, fraction: Fraction) -> Vec<Work> {
        let product = |factors: Vec<Factor>, alone: bool| {
            let mut parts = Vec::new();
            let many = factors.len() > 1;
            for factor in factors {
                if !parts.is_empty() {
                    parts.push(Text(if starts_with_digit(dag, &factor) { r" \cdot " } else { " " }));
                }
                parts.push(Work::Factor(factor, if many || !alone { PRODUCT } else { 0 }));
            }
            parts
        };
        if fraction.under.is_empty() {
            return product(fraction.over, false);
        }
        let mut parts = vec![Text(r"\frac{")];
        parts.extend(product(fraction.over, true));
        parts.push(Text("}{"));
        parts.extend(product(fraction.under, true));
        parts.push(Text("}"));
        parts
    }
}

fn starts_with_digit(dag: &Dag, factor: &Factor) -> bool {
    let mut id = match factor {
        Factor::Number(_) => return true,
        Factor::Negated(_) => return false,
        Factor::Node(id) | Factor::Power(id, _) => *id,
    };
    if let Node::Pow(base, exponent) = dag.node(id) {
        if dag.number(exponent) == Some(&Number::HALF) {
            return false;
        }
        id = base;
    }
    dag.number(id).is_some_and(|n| !n.is_negative())
}

/// Infix text that [`crate::parse`] reads back: `x*cos(x)`, `x**2/(x + 1)`.
pub fn infix(dag: &Dag, root: Id) -> String {
    print(dag, root, &Infix)
}

/// LaTeX for display.
pub fn latex(dag: &Dag, root: Id) -> String {
    print(dag, root, &Latex)
}
