//! Time of one example and of the steps that users call, with criterion.

use antiderive_core::expr::Expr;
use antiderive_core::generate::{generate, Batch, Generator};
use antiderive_core::prefix::{from_tokens, Token};
use antiderive_core::recipe::Recipe;
use antiderive_core::screen::screen_antiderivative;
use antiderive_core::store::Store;
use antiderive_core::symbols::Symbol;
use criterion::{criterion_group, criterion_main, Criterion, Throughput};

/// Problems and solutions of the default recipe as expressions.
fn pairs(count: usize) -> Vec<(Expr, Expr)> {
    let (batch, _) = generate(&Recipe::default(), 0, count, 1).expect("examples");
    let mut store = Store::default();
    let mut read = |tokens: &[u8]| {
        store.clear();
        let tokens: Vec<Token> = tokens.iter().map(|t| Token(*t)).collect();
        let id = from_tokens(&mut store, &tokens).expect("a generated expression");
        Expr::export(&store, id)
    };
    let (mut p, mut s) = (0, 0);
    (0..count)
        .map(|i| {
            let (from, with) = (p, s);
            (p, s) = (batch.problem_ends[i] as usize, batch.solution_ends[i] as usize);
            // The first two tokens are those of the equation: `sub Y'`.
            (read(&batch.problem_tokens[from + 2..p]), read(&batch.solution_tokens[with..s]))
        })
        .collect()
}

fn benches(c: &mut Criterion) {
    let mut group = c.benchmark_group("bwd");
    group.throughput(Throughput::Elements(1));
    let mut generator = Generator::new(&Recipe::default()).expect("the default recipe");
    let mut index = 0;
    group.bench_function("accepted example", |b| {
        b.iter(|| {
            let mut batch = Batch::default();
            generator.example(index, &mut batch).expect("an example");
            index += 1;
            batch
        });
    });
    group.finish();

    let pairs = pairs(1000);
    let texts: Vec<String> = pairs.iter().map(|(_, solution)| solution.to_string()).collect();
    let mut group = c.benchmark_group("functions");
    group.throughput(Throughput::Elements(1));
    let mut store = Store::default();
    let mut next = (0..1000).cycle();
    group.bench_function("parse, canonicalize, differentiate, print", |b| {
        b.iter(|| {
            store.clear();
            let id = Expr::parse(&mut store, &texts[next.next().unwrap_or(0)])
                .and_then(|e| e.import(&mut store))
                .expect("a formula");
            let derivative = store.diff(id, Symbol::X).expect("a derivative");
            Expr::export(&store, derivative).to_string()
        });
    });
    group.bench_function("simplify", |b| {
        b.iter(|| {
            store.clear();
            let id = pairs[next.next().unwrap_or(0)].0.import(&mut store).expect("an expression");
            store.simplify(id)
        });
    });
    group.bench_function("screen a candidate", |b| {
        b.iter(|| {
            let (problem, solution) = &pairs[next.next().unwrap_or(0)];
            screen_antiderivative(problem, solution, Symbol::X, 0)
        });
    });
    group.finish();
}

criterion_group!(engine, benches);
criterion_main!(engine);
