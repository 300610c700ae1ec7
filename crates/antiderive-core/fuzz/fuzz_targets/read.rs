//! Any bytes, read as text, as token names or as token ids, give an expression or an error, never a panic, an
//! overflow or a hang. An expression survives every operation and reads back.

#![no_main]

use antiderive_core::expr::Expr;
use antiderive_core::parse::parse_expression;
use antiderive_core::prefix::{from_prefix, from_tokens, Token};
use antiderive_core::store::{Id, Store};
use antiderive_core::symbols::Symbol;
use libfuzzer_sys::fuzz_target;

fn use_it(store: &mut Store, id: Id) {
    let expr = Expr::export(store, id);
    let text = expr.to_string();
    assert_eq!(parse_expression(store, &text), Ok(id), "{text}");
    assert_eq!(from_tokens(store, &expr.tokens()), Ok(id), "{text}");
    let _ = antiderive_core::print::latex(expr.dag(), expr.root());
    let _ = store.diff(id, Symbol::X);
    let _ = store.skeleton(id);
    if store.size(id) < 500 {
        let _ = store.together(id);
        let _ = store.factor(id);
        let _ = store.expand(id);
        let _ = store.simplify(id);
    }
}

fuzz_target!(|data: &[u8]| {
    let mut store = Store::default();
    let tokens: Vec<Token> = data.iter().map(|b| Token(b % 128)).collect();
    if let Ok(id) = from_tokens(&mut store, &tokens) {
        use_it(&mut store, id);
    }
    if let Ok(text) = std::str::from_utf8(data) {
        store.clear();
        if let Ok(id) = parse_expression(&mut store, text) {
            use_it(&mut store, id);
        }
        store.clear();
        if let Ok(id) = from_prefix(&mut store, text) {
            use_it(&mut store, id);
        }
    }
});
