//! Where on the real line expressions are not known to be analytic.
//!
//! The line is bisected, by scale first and then by place, until every part of every expression is known to be
//! analytic on a piece ([`crate::rectangle`]) or the piece is too short to be of interest. What is left are the
//! *special* stretches; between them lie the cells, on which all parts are analytic, and that is proved.

use std::collections::VecDeque;
use std::ops::{Add, Mul};

use crate::error::Result;
use crate::expr::Expr;
use crate::interval::Interval;
use crate::numeric::C64;
use crate::operators::Op;
use crate::rectangle::{real, Rectangle};
use crate::store::{Dag, Id, Node, Store};
use crate::symbols::Symbol;

/// Why a stretch is no part of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It is as short as they get: a special point, or several that are not told apart.
    Point,
    /// It is beyond what is looked at closely: only parts of a circular function many periods from zero are to
    /// blame, or it is all but infinity.
    Far,
    /// Nothing could be found out: overflow, cancellation, or too much work.
    Unresolved,
    /// The problem is not real there.
    Outside,
}

/// A stretch of the line with special points.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// Its ends.
    pub ends: Interval,
    /// Why it is there.
    pub reason: Reason,
    /// The expressions that are to blame, a bit for each.
    pub expressions: u64,
}

/// What is looked for, and how hard.
#[derive(Debug, Clone, Copy)]
pub struct Search {
    /// What takes all real values.
    pub variable: Symbol,
    /// How many expressions, from the first, must be real for a place to be of interest.
    pub problems: usize,
    /// Periods of circular functions each way that are looked at.
    pub periods: f64,
    /// Pieces that are looked at.
    pub budget: usize,
}

/// A sub-expression and another form of it.
pub type Hint = (Expr, Expr);

/// Pieces this short, relative to their place, are not cut further.
const SHORT: f64 = 1.0 / (1u64 << 30) as f64;
/// Stretches this short, relative to their place, are points.
const THICK: f64 = 1e-6;
/// What is nearer to zero than this is taken for zero (powers of it must not vanish in double precision).
const TINY: f64 = 1e-60;
/// What is larger is as good as infinite.
const HUGE: f64 = 1e90;
/// Pieces after which those that fail even at single points are given up.
const PATIENCE: usize = 200;

/// The special stretches of the line, from the left. Every part of every expression is analytic between them.
///
/// Fails if the expressions are too large to be brought together.
pub fn special_stretches(expressions: &[Expr], search: Search, hints: &[Hint]) -> Result<Vec<Stretch>> {
    let mut store = Store::default();
    let mut bring = |e: &Expr| e.import(&mut store);
    let roots = expressions.iter().map(&mut bring).collect::<Result<Vec<_>>>()?;
    let forms = hints.iter().map(|(a, b)| Ok((bring(a)?, bring(b)?))).collect::<Result<Vec<_>>>()?;
    let mut parts = Parts::new(store.dag(), &roots, &forms, search);
    let mut found = Vec::new();
    let mut queue = VecDeque::from([Interval::ALL]);
    let mut pieces = 0;
    while let Some(piece) = queue.pop_front() {
        pieces += 1;
        if pieces > search.budget {
            let all = u64::MAX >> (64 - expressions.len());
            found.push(Stretch { ends: piece, reason: Reason::Unresolved, expressions: all });
            continue;
        }
        let seen = parts.examine(piece, is_short(piece, SHORT));
        if seen.blamed == 0 {
            continue;
        }
        let cut = cut_of(piece);
        let reason = if seen.outside {
            Some(Reason::Outside)
        } else if seen.far || piece.lo > HUGE || piece.hi < -HUGE {
            Some(Reason::Far)
        } else if is_short(piece, SHORT) {
            Some(Reason::Point)
        } else if pieces > PATIENCE && pieces % 4 == 0 && hopeless(&mut parts, piece, cut) {
            Some(Reason::Unresolved)
        } else {
            None
        };
        match reason {
            Some(reason) => found.push(Stretch { ends: piece, reason, expressions: seen.blamed }),
            None => {
                queue.extend([Interval { lo: piece.lo, hi: cut }, Interval { lo: cut, hi: piece.hi }]);
            }
        }
    }
    Ok(merged(found))
}

/// Whether parts fail even at single points of a piece, so that bisection will not help.
fn hopeless(parts: &mut Parts, piece: Interval, cut: f64) -> bool {
    let inner = [0.25, 0.6].map(|share| piece.lo + (piece.hi - piece.lo) * share);
    [cut, inner[0], inner[1]].into_iter().all(|x| parts.examine(Interval::exactly(x), false).blamed != 0)
}

fn is_short(piece: Interval, share: f64) -> bool {
    let size = piece.lo.abs().max(piece.hi.abs());
    size <= TINY || size.is_finite() && piece.hi - piece.lo <= share * size
}

/// A place inside a piece that is as good as never a special point: by scale while the ends differ in that.
fn cut_of(piece: Interval) -> f64 {
    let (lo, hi) = (piece.lo, piece.hi);
    if lo < 0.0 && hi > 0.0 {
        return 0.0;
    }
    if hi <= 0.0 {
        return -cut_of(Interval { lo: 0.0 - hi, hi: -lo });
    }
    if lo == 0.0 && hi.is_infinite() {
        1.127
    } else if hi.is_infinite() {
        if lo < 100.0 {
            lo * 19.3
        } else {
            lo * lo
        }
    } else if lo == 0.0 {
        if hi > 0.01 {
            hi / 19.3
        } else {
            hi * hi
        }
    } else if hi > 4.0 * lo {
        lo.sqrt() * hi.sqrt() * 1.0123
    } else {
        lo + (hi - lo) * 0.4871
    }
}

/// Neighbors as one, if they are there for the same reason; points and what was not resolved are told apart
/// by their length only then.
fn merged(mut found: Vec<Stretch>) -> Vec<Stretch> {
    found.sort_by(|a, b| a.ends.lo.total_cmp(&b.ends.lo));
    let special = |reason| matches!(reason, Reason::Point | Reason::Unresolved);
    let mut merged: Vec<Stretch> = Vec::new();
    for stretch in found {
        let alike = |a: Reason| a == stretch.reason || special(a) && special(stretch.reason);
        match merged.last_mut() {
            Some(last) if last.ends.hi >= stretch.ends.lo && alike(last.reason) => {
                last.ends.hi = stretch.ends.hi;
                last.expressions |= stretch.expressions;
            }
            _ => merged.push(stretch),
        }
    }
    for stretch in &mut merged {
        if special(stretch.reason) {
            let point = is_short(stretch.ends, THICK);
            stretch.reason = if point { Reason::Point } else { Reason::Unresolved };
        }
    }
    merged
}

/// What is known of all expressions on a piece.
struct Seen {
    /// A bit for each expression that is not known to be analytic.
    blamed: u64,
    /// Whether those are so only because of circular functions many periods out.
    far: bool,
    /// Whether the problem is known not to be real.
    outside: bool,
}

/// The parts of all expressions, and room for what is known of each on a piece.
struct Parts<'d> {
    dag: &'d Dag,
    /// Nodes that depend on the variable, arguments first, those of the problem before others.
    order: Vec<Id>,
    /// The expressions that contain a node, a bit for each.
    users: Vec<u64>,
    images: Vec<Rectangle>,
    depends: Vec<bool>,
    /// Lower bounds of the periods that circular functions inside a node are away from zero.
    turns: Vec<f64>,
    /// Whether a node of another form is known to be analytic.
    sound: Vec<bool>,
    roots: Vec<Id>,
    forms: Vec<(Id, Id)>,
    search: Search,
}

impl<'d> Parts<'d> {
    fn new(dag: &'d Dag, roots: &[Id], forms: &[(Id, Id)], search: Search) -> Parts<'d> {
        let len = dag.nodes.len();
        let mut parts = Parts {
            dag,
            order: Vec::new(),
            users: vec![0; len],
            images: vec![Rectangle::ALL; len],
            depends: vec![false; len],
            turns: vec![0.0; len],
            sound: vec![true; len],
            roots: roots.to_vec(),
            forms: forms.to_vec(),
            search,
        };
        // Other forms first: they have to be known where they help.
        let mut seen = vec![false; len];
        for root in forms.iter().map(|(_, form)| *form).chain(roots.iter().copied()) {
            parts.take(root, &mut seen);
        }
        for (number, &root) in roots.iter().enumerate() {
            for id in dag.postorder(root) {
                parts.users[id.index()] |= 1 << number;
            }
        }
        parts
    }

    /// Puts the nodes of a root in order; what does not depend on the variable is the same on all pieces.
    fn take(&mut self, root: Id, seen: &mut [bool]) {
        for id in self.dag.postorder(root) {
            if std::mem::replace(&mut seen[id.index()], true) {
                continue;
            }
            let depends = match self.dag.node(id) {
                Node::Symbol(s) => s == self.search.variable,
                _ => self.dag.arguments(id).as_slice().iter().any(|a| self.depends[a.index()]),
            };
            self.depends[id.index()] = depends;
            if depends {
                self.order.push(id);
            } else {
                self.images[id.index()] = self.image(id, Interval::ZERO).0;
            }
        }
    }

    /// Looks at a piece: thoroughly, or until one part is not known to be analytic.
    fn examine(&mut self, piece: Interval, thorough: bool) -> Seen {
        let mut seen = Seen { blamed: 0, far: true, outside: false };
        let problems = (1 << self.search.problems) - 1;
        for place in 0..self.order.len() {
            let id = self.order[place];
            let (mut image, analytic) = self.image(id, piece);
            for (node, form) in &self.forms {
                if *node == id && self.sound[form.index()] {
                    image = image.common(self.images[form.index()]);
                }
            }
            self.images[id.index()] = image;
            let turns = self.turns_of(id);
            self.turns[id.index()] = turns;
            let users = self.users[id.index()];
            if !self.forms.is_empty() {
                let arguments = self.dag.arguments(id);
                self.sound[id.index()] =
                    analytic && arguments.as_slice().iter().all(|a| self.sound[a.index()]);
            }
            if !analytic {
                seen.blamed |= users;
                seen.far &= users == 0 || turns > self.search.periods;
                if !thorough && !seen.far {
                    break;
                }
            }
            if users & problems != 0 {
                let off = match self.dag.node(id) {
                    Node::Function(Op::Abs | Op::Sign, a) => self.images[a.index()].is_off_real_line(),
                    _ => false,
                };
                let is_root = || self.roots[..self.search.problems].contains(&id);
                seen.outside |= off || image.is_off_real_line() && is_root();
            }
        }
        seen
    }

    fn image(&self, id: Id, piece: Interval) -> (Rectangle, bool) {
        let at = |id: &Id| self.images[id.index()];
        match self.dag.node(id) {
            Node::Number(n) => (number(&self.dag.numbers[n as usize]), true),
            Node::Symbol(s) => (symbol(s, self.search.variable, piece), true),
            Node::Function(op, argument) => match at(&argument).single() {
                // What is the same on all of the piece is analytic, whatever the function makes of it.
                Some(value) if piece.lo < piece.hi => constant(op, value),
                _ => at(&argument).image(op),
            },
            Node::Pow(base, exponent) => match self.dag.number(exponent) {
                Some(n) => at(&base).power(n.to_f64(), n.is_integer()),
                None if self.depends[base.index()] => at(&base).general_power(at(&exponent)),
                // A constant to a power is exponential, whatever it is.
                None => (at(&base).general_power(at(&exponent)).0, true),
            },
            Node::Add(span) => {
                (self.dag.span(span).iter().fold(Rectangle::ZERO, |sum, t| sum.add(at(t))), true)
            }
            Node::Mul(span) => {
                (self.dag.span(span).iter().fold(Rectangle::ONE, |product, f| product.mul(at(f))), true)
            }
        }
    }

    fn turns_of(&self, id: Id) -> f64 {
        let inside =
            self.dag.arguments(id).as_slice().iter().map(|a| self.turns[a.index()]).fold(0.0, f64::max);
        match self.dag.node(id) {
            Node::Function(Op::Sin | Op::Cos | Op::Tan | Op::Cot | Op::Sec | Op::Csc, argument) => {
                let angle = self.images[argument.index()].re.abs().lo;
                inside.max(angle / std::f64::consts::TAU)
            }
            _ => inside,
        }
    }
}

/// The value of a function of a single value, if it has one.
fn constant(op: Op, argument: C64) -> (Rectangle, bool) {
    let value = op.function().map_or(C64::NAN, |function| (function.eval)(argument));
    if value.is_finite() {
        let part = |x: f64| if x == 0.0 { Interval::ZERO } else { Interval::about(x) };
        (Rectangle { re: part(value.re), im: part(value.im) }, true)
    } else {
        (Rectangle::ALL, false)
    }
}

fn number(value: &crate::number::Number) -> Rectangle {
    let x = value.to_f64();
    let exact = value.is_integer() && x.abs() < 9e15;
    real(if exact { Interval::exactly(x) } else { Interval::about(x) })
}

fn symbol(symbol: Symbol, variable: Symbol, piece: Interval) -> Rectangle {
    if symbol == variable {
        real(piece)
    } else if symbol == Symbol::PI {
        real(Interval::pi())
    } else if symbol == Symbol::E {
        real(Interval::about(std::f64::consts::E))
    } else if symbol == Symbol::I {
        Rectangle { re: Interval::ZERO, im: Interval::ONE }
    } else {
        real(Interval::ALL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretches(texts: &[&str]) -> Vec<Stretch> {
        let read = |text: &&str| Expr::parse(&mut Store::default(), text).unwrap();
        let expressions: Vec<Expr> = texts.iter().map(read).collect();
        let search = Search { variable: Symbol::X, problems: 0, periods: 2.0, budget: 1500 };
        special_stretches(&expressions, search, &[]).unwrap()
    }

    /// Special points, to three digits.
    fn points(text: &str) -> Vec<f64> {
        let of = |s: &Stretch| (s.reason == Reason::Point).then_some(0.5 * (s.ends.lo + s.ends.hi));
        stretches(&[text]).iter().filter_map(of).map(|x| (x * 1000.0).round() / 1000.0 + 0.0).collect()
    }

    #[test]
    fn arguments_give_the_points_away() {
        for (text, expected) in [
            ("x*cos(x) + exp(x)*sinh(x)/3 + atan(x^2)", vec![]),
            ("log(x)", vec![0.0]),
            ("1/(x^2 - 1)", vec![-1.0, 1.0]),
            ("abs((x + 15)*(x + 16))", vec![-16.0, -15.0]),
            ("log((x - 100)^3)", vec![100.0]),
            ("abs(log(x) - 20)", vec![0.0, 485_165_195.41]),
            ("sqrt(exp(x/50) - 3)", vec![54.931]),
            ("acosh(x) + asin(x)", vec![-1.0, 1.0]),
            ("abs(x^5 - x - 1)", vec![1.167]),
            ("sqrt(x^2 + 1)*log(2 + sin(x))", vec![]),
            ("acos(sign(x - 2))", vec![2.0]),
        ] {
            let found = points(text);
            assert_eq!(found.len(), expected.len(), "{text}: {found:?}");
            assert!(
                found.iter().zip(&expected).all(|(a, b)| (a - b).abs() <= 2e-3 * (1.0 + 1e-5 * b)),
                "{found:?}"
            );
        }
    }

    #[test]
    fn periodic_points_are_found_for_a_few_periods_at_their_own_scale() {
        for scale in ["1000", "1", "1/1000"] {
            let found = stretches(&[&format!("atan(tan(x*{scale}))")]);
            let points = found.iter().filter(|s| s.reason == Reason::Point).count();
            assert!((4..=10).contains(&points), "{scale}: {points}");
            assert!(found.iter().any(|s| s.reason == Reason::Far));
            assert!(!found.iter().any(|s| s.reason == Reason::Unresolved));
        }
    }

    #[test]
    fn the_expressions_to_blame_are_named() {
        let found = stretches(&["log(x)", "abs(x - 2)"]);
        assert_eq!(found.iter().map(|s| s.expressions).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn where_the_problem_is_not_real_nothing_is_looked_for() {
        let read = |text: &str| Expr::parse(&mut Store::default(), text).unwrap();
        let pair = [read("1/sqrt(1 - x^2)"), read("atan(x/sqrt(1 - x^2))")];
        let search = Search { variable: Symbol::X, problems: 1, periods: 2.0, budget: 300 };
        let found = special_stretches(&pair, search, &[]).unwrap();
        assert!(found.iter().all(|s| s.reason != Reason::Unresolved || s.ends.lo.abs() < 1.01), "{found:?}");
        assert!(found.iter().any(|s| s.reason == Reason::Outside));
    }

    #[test]
    fn other_forms_help_where_terms_cancel() {
        let read = |text: &str| Expr::parse(&mut Store::default(), text).unwrap();
        let sum = read("log(x + sqrt(x^2 + 1))");
        let search = Search { variable: Symbol::X, problems: 0, periods: 2.0, budget: 300 };
        let hint = (read("x + sqrt(x^2 + 1)"), read("1/(sqrt(x^2 + 1) - x)"));
        let expressions = [sum];
        assert!(!special_stretches(&expressions, search, &[]).unwrap().is_empty());
        let helped = special_stretches(&expressions, search, &[hint]).unwrap();
        assert!(helped.iter().all(|s| s.reason == Reason::Far));
    }

    #[test]
    fn overflow_ends_what_can_be_found() {
        let found = stretches(&["sqrt(exp(2*x) - exp(x) + 1)"]);
        assert!(found.iter().any(|s| s.reason == Reason::Unresolved && s.ends.lo > 300.0));
        assert!(!found.iter().any(|s| s.ends.lo > -50.0 && s.ends.hi < 300.0));
    }
}
