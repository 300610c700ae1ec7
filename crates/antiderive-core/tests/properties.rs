//! Properties of every expression, on random trees over the whole operator table.

use antiderive_core::evaluate::{Evaluator, Point};
use antiderive_core::expr::Expr;
use antiderive_core::number::Number;
use antiderive_core::numeric::{c, real, C64};
use antiderive_core::operators::{Meaning, Op, OPERATORS};
use antiderive_core::store::{Id, Store};
use antiderive_core::symbols::Symbol;
use antiderive_core::{parse, prefix, Error, Result};
use proptest::prelude::*;

/// An expression as it is typed, before any rewriting.
#[derive(Debug, Clone)]
enum Raw {
    Number(i64, i64),
    Symbol(&'static str),
    Unary(Op, Box<Raw>),
    Binary(Op, Box<Raw>, Box<Raw>),
}

fn ops(arity: u8) -> Vec<Op> {
    OPERATORS.iter().filter(|row| row.arity == arity).map(|row| row.op).collect()
}

fn raw(names: &'static [&'static str], smooth: bool) -> impl Strategy<Value = Raw> {
    let leaf = prop_oneof![
        3 => proptest::sample::select(names).prop_map(Raw::Symbol),
        2 => (-6i64..=6, 1i64..=4).prop_map(|(n, d)| Raw::Number(n, d)),
    ];
    let unary: Vec<Op> =
        ops(1).into_iter().filter(|op| !smooth || !matches!(op, Op::Abs | Op::Sign)).collect();
    leaf.prop_recursive(5, 24, 2, move |inner| {
        prop_oneof![
            2 => (proptest::sample::select(unary.clone()), inner.clone()).prop_map(|(op, a)| Raw::Unary(op, Box::new(a))),
            3 => (proptest::sample::select(ops(2)), inner.clone(), inner)
                .prop_map(|(op, a, b)| Raw::Binary(op, Box::new(a), Box::new(b))),
        ]
    })
}

const ALL: &[&str] = &["x", "y", "a0", "pi", "E", "I"];
/// Without `pi` and `E`: cancellation between constants does not show when the point moves.
const MOVABLE: &[&str] = &["x", "y", "a0", "I"];
const REAL: &[&str] = &["x", "y", "a0"];

fn build(raw: &Raw, store: &mut Store) -> Result<Id> {
    match raw {
        Raw::Number(n, d) => store.num(&Number::ratio(*n, *d)?),
        Raw::Symbol(name) => Ok(Id::symbol(Symbol::from_name(name).unwrap())),
        Raw::Unary(op, a) => {
            let a = build(a, store)?;
            store.apply(*op, a)
        }
        Raw::Binary(op, a, b) => {
            let (a, b) = (build(a, store)?, build(b, store)?);
            store.apply2(*op, a, b)
        }
    }
}

/// Relative noise put on every intermediate value, to find out how far a result can be trusted.
struct Noise(u64, f64);

impl Noise {
    fn put(&mut self, z: C64) -> C64 {
        if self.1 == 0.0 {
            return z;
        }
        let mut next = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
        };
        let (a, b) = (next(), next());
        z * c(1.0 + self.1 * a, self.1 * b)
    }
}

/// Whether rounding errors may hide a pole: `tanh(atanh(a0/a0))` is 1 in double precision, whether the quotient
/// is 1 or a little less.
fn near_pole(eval: fn(C64) -> C64, a: C64) -> bool {
    let (here, beside) = (eval(a), eval(a * real(1.0 + 1e-12)));
    (here - beside).norm() > 1e-4 * here.norm()
}

/// The value of the tree as typed, straight from the operator table.
fn value(raw: &Raw, point: &[(&str, C64)], noise: &mut Noise) -> C64 {
    let z = match raw {
        Raw::Number(n, d) => real(*n as f64 / *d as f64),
        Raw::Symbol("pi") => real(std::f64::consts::PI),
        Raw::Symbol("E") => real(std::f64::consts::E),
        Raw::Symbol("I") => c(0.0, 1.0),
        Raw::Symbol(name) => point.iter().find(|(n, _)| n == name).unwrap().1,
        Raw::Unary(op, a) => {
            let a = value(a, point, noise);
            match op.row().meaning {
                Meaning::Function(f) if near_pole(f.eval, a) => C64::NAN,
                Meaning::Function(f) => (f.eval)(a),
                Meaning::FixedPower(n, 1) => a.powi(n),
                Meaning::FixedPower(n, d) => a.pow(real(n as f64 / d as f64)),
                _ => unreachable!(),
            }
        }
        Raw::Binary(op, a, b) => {
            let (a, b) = (value(a, point, noise), value(b, point, noise));
            match op {
                Op::Add => a + b,
                Op::Sub => a - b,
                Op::Mul => a * b,
                Op::Div => a * b.recip(),
                _ => a.pow(b),
            }
        }
    };
    // Powers are never zero unless they underflow.
    let power = matches!(raw, Raw::Binary(Op::Pow, ..) | Raw::Unary(Op::Exp | Op::Sech | Op::Csch, _));
    if power && z == C64::ZERO {
        return C64::NAN;
    }
    // Beyond these sizes a partial result may be zero or infinite in another form of the expression.
    if z != C64::ZERO && !(1e-12..1e12).contains(&z.norm()) {
        return C64::NAN;
    }
    noise.put(z)
}

/// Generic points: none lies on a branch cut of a short expression.
const POINTS: [[(&str, C64); 3]; 4] = [
    [
        ("x", C64 { re: 0.7137, im: 0.3329 }),
        ("y", C64 { re: -0.4271, im: 0.5713 }),
        ("a0", C64 { re: 1.3091, im: 0.2137 }),
    ],
    [
        ("x", C64 { re: -1.3719, im: 0.2441 }),
        ("y", C64 { re: 0.6317, im: -0.8831 }),
        ("a0", C64 { re: 0.7093, im: -0.1973 }),
    ],
    [
        ("x", C64 { re: 0.4733, im: -1.2151 }),
        ("y", C64 { re: 2.1319, im: 0.3547 }),
        ("a0", C64 { re: 2.2071, im: 0.4177 }),
    ],
    [
        ("x", C64 { re: -0.8329, im: -0.2917 }),
        ("y", C64 { re: -1.7231, im: -0.4153 }),
        ("a0", C64 { re: 0.3119, im: 0.1127 }),
    ],
];

/// The value of the tree if it can be trusted to five digits.
fn trusted(raw: &Raw, point: &[(&str, C64)]) -> Option<C64> {
    let exact = value(raw, point, &mut Noise(0, 0.0));
    let stable = (1..=12).all(|seed| {
        let noisy = value(raw, point, &mut Noise(seed, 1e-10));
        (noisy - exact).norm() <= 1e-7 * exact.norm()
    });
    (exact.is_finite() && stable).then_some(exact)
}

fn point_of(values: &[(&str, C64)]) -> Point {
    let mut point = Point::default();
    for (name, z) in values {
        point.set(Symbol::from_name(name).unwrap(), *z);
    }
    point
}

fn close(a: C64, b: C64) -> bool {
    (a - b).norm() <= 1e-6 * a.norm().max(b.norm())
}

/// Whether `b` has the value of the raw tree wherever that can be trusted.
fn keeps_value(raw: &Raw, store: &Store, id: Id) -> std::result::Result<(), TestCaseError> {
    for values in &POINTS {
        let Some(expected) = trusted(raw, values) else { continue };
        let got = Evaluator::new(store.dag(), id).value(&point_of(values));
        // Where terms cancel, a form shows its rounding errors when the point moves by a few of them.
        let nudged = values.map(|(name, z)| (name, z * real(1.0 + 1e-14)));
        let moved = Evaluator::new(store.dag(), id).value(&point_of(&nudged));
        if !close(got, moved) || (got - moved).norm() > 1e-9 * got.norm() {
            continue;
        }
        prop_assert!(
            close(expected, got),
            "{} at {:?}: {:?} became {:?}",
            Expr::export(store, id),
            values,
            expected,
            got
        );
    }
    Ok(())
}

fn within_limits<T>(result: Result<T>) -> Option<T> {
    result.ok()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn canonical_form_keeps_the_value(raw in raw(ALL, false)) {
        let mut store = Store::default();
        match build(&raw, &mut store) {
            Ok(id) => keeps_value(&raw, &store, id)?,
            Err(Error::Undefined(what)) => {
                prop_assert!(POINTS.iter().all(|p| trusted(&raw, p).is_none()), "{what} but it has a value");
            }
            Err(_) => {}
        }
    }

    #[test]
    fn canonical_form_is_idempotent(raw in raw(ALL, false)) {
        let mut store = Store::default();
        if let Some(id) = within_limits(build(&raw, &mut store)) {
            let expr = Expr::export(&store, id);
            let mut other = Store::default();
            let again = expr.import(&mut other).unwrap();
            // Rebuilding through the constructors: a substitution that touches every leaf.
            let rebuilt = other.subs(again, &[]).unwrap();
            prop_assert_eq!(again, rebuilt);
            let read = prefix::from_tokens(&mut other, &expr.tokens());
            prop_assert_eq!(read.map(|id| Expr::export(&other, id).to_string()), Ok(expr.to_string()));
        }
    }

    #[test]
    fn infix_reads_back(raw in raw(ALL, false)) {
        let mut store = Store::default();
        if let Some(id) = within_limits(build(&raw, &mut store)) {
            let text = Expr::export(&store, id).to_string();
            let read = parse::parse_expression(&mut store, &text);
            prop_assert_eq!(read, Ok(id), "{}", text);
        }
    }

    #[test]
    fn derivative_is_that_of_the_dual_numbers(raw in raw(ALL, true)) {
        let mut store = Store::default();
        let Some(id) = within_limits(build(&raw, &mut store)) else { return Ok(()) };
        let Some(derivative) = within_limits(store.diff(id, Symbol::X)) else { return Ok(()) };
        for values in &POINTS {
            if trusted(&raw, values).is_none() { continue }
            let point = point_of(values);
            let slope = Evaluator::new(store.dag(), id).dual(&point, Symbol::X).slope;
            let symbolic = Evaluator::new(store.dag(), derivative).value(&point);
            // Cancellation between large terms is no disagreement.
            let mut nearby = values.to_vec();
            nearby[0].1 = nearby[0].1 * real(1.0 + 1e-9);
            let moved = Evaluator::new(store.dag(), derivative).value(&point_of(&nearby));
            if !slope.is_finite() || !symbolic.is_finite() || !close(symbolic, moved) || symbolic.norm() < 1e-6 { continue }
            prop_assert!(close(slope, symbolic), "{:?} and {:?}", slope, symbolic);
        }
    }

    #[test]
    fn derivative_is_the_limit_of_differences(raw in raw(REAL, true)) {
        let mut store = Store::default();
        let Some(id) = within_limits(build(&raw, &mut store)) else { return Ok(()) };
        let Some(derivative) = within_limits(store.diff(id, Symbol::X)) else { return Ok(()) };
        for values in &POINTS {
            let at = |h: f64| {
                let mut moved = values.to_vec();
                moved[0].1 = moved[0].1 + real(h);
                trusted(&raw, &moved)
            };
            let h = 1e-3;
            let (Some(a), Some(b), Some(c), Some(d)) = (at(-2.0 * h), at(-h), at(h), at(2.0 * h)) else { continue };
            // Central differences of orders 2 and 4: compare only where they agree.
            let second = (c - b).scale(1.0 / (2.0 * h));
            let fourth = ((c - b).scale(8.0) - (d - a)).scale(1.0 / (12.0 * h));
            let got = Evaluator::new(store.dag(), derivative).value(&point_of(values));
            let size = a.norm().max(d.norm());
            if (second - fourth).norm() > 1e-4 * fourth.norm() || fourth.norm() <= 1e-5 * size { continue }
            prop_assert!((got - fourth).norm() <= 1e-3 * fourth.norm(), "{:?} and {:?}", got, fourth);
        }
    }

    #[test]
    fn rewrites_keep_the_value(raw in raw(MOVABLE, false)) {
        let mut store = Store::default();
        let Some(id) = within_limits(build(&raw, &mut store)) else { return Ok(()) };
        for rewrite in [Store::expand, Store::together, Store::factor] {
            if let Some(id) = within_limits(rewrite(&mut store, id)) {
                keeps_value(&raw, &store, id)?;
            }
        }
        let simple = store.simplify(id);
        keeps_value(&raw, &store, simple)?;
        let tidy = store.tidy(id);
        keeps_value(&raw, &store, tidy)?;
        prop_assert!(store.token_count(tidy) <= store.token_count(id));
    }

    #[test]
    fn skeletons_do_not_see_constants(raw in raw(REAL, false), scale in 2i64..50) {
        let mut store = Store::default();
        let Some(id) = within_limits(build(&raw, &mut store)) else { return Ok(()) };
        let factor = store.int(scale);
        let Some(scaled) = within_limits(store.mul(&[factor, id])) else { return Ok(()) };
        // A sum takes the factor into its terms, which may then lose or gain a common one.
        if store.symbols(id) != 0 {
            prop_assert_eq!(store.skeleton(id), store.skeleton(scaled));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,60}") {
        let mut store = Store::default();
        let _ = parse::parse_expression(&mut store, &text);
        let _ = prefix::from_prefix(&mut store, &text);
    }

    #[test]
    fn formula_like_text_is_read_or_refused(text in "[xyae0-9+*/^()|=' .,'pisncolgqrtEI-]{0,60}") {
        let mut store = Store::default();
        if let Ok(id) = parse::parse_expression(&mut store, &text) {
            let printed = Expr::export(&store, id).to_string();
            prop_assert_eq!(parse::parse_expression(&mut store, &printed), Ok(id), "{}", printed);
        }
    }

    #[test]
    fn any_tokens_are_read_or_refused(tokens in proptest::collection::vec(any::<u8>(), 0..80)) {
        let mut store = Store::default();
        let tokens: Vec<prefix::Token> = tokens.into_iter().map(prefix::Token).collect();
        let _ = prefix::from_tokens(&mut store, &tokens);
    }
}

/// Cases per property; `PROPTEST_CASES` sets another number.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(2000)
}

#[test]
fn deep_input_is_an_error_not_an_overflow() {
    let mut store = Store::default();
    for text in [
        "sin(".repeat(100_000) + "x" + &")".repeat(100_000),
        "-".repeat(200_000) + "x",
        "x^".repeat(100_000) + "x",
    ] {
        let result = parse::parse_expression(&mut store, &text);
        assert!(!matches!(result, Err(Error::Parse { .. })) || text.len() > 300_000, "{result:?}");
        store.clear();
    }
    let tokens = "sin ".repeat(100_000) + "x";
    assert!(matches!(prefix::from_prefix(&mut store, &tokens), Err(Error::TooDeep(_))));
}
