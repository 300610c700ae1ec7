//! The prefix token form: `add mul INT+ 2 x sin x`.
//!
//! Sums and products are binarized to the right, digits follow `INT+` or `INT-`, a fraction is a `div`
//! of two integers, an exponent of 1/2 is `sqrt`.

use crate::collect::Value;
use crate::error::{Error, Result};
use crate::number::Number;
use crate::operators::{Op, OPERATORS};
use crate::store::{Dag, Id, Node, Store};
use crate::symbols::{Symbol, SymbolKind, SYMBOLS};

/// A token: an index into the vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token(pub u8);

/// The meaning of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// Padding, begin, end.
    Special,
    /// An operator; takes its arity.
    Operator(Op),
    /// A symbol.
    Symbol(Symbol),
    /// `INT+` (false) or `INT-` (true), followed by digits.
    Sign(bool),
    /// A decimal digit.
    Digit(u8),
}

/// Names of the special tokens, in vocabulary order.
pub const SPECIAL: [&str; 3] = ["<pad>", "<bos>", "<eos>"];
const FIRST_OPERATOR: usize = SPECIAL.len();
const FIRST_SYMBOL: usize = FIRST_OPERATOR + OPERATORS.len();
/// Symbols of the vocabulary, in canonical order: constants, coefficients, variables, the unknown.
const SYMBOL_TOKENS: [u8; 20] = {
    let mut tokens = [0; 20];
    let (mut count, mut index) = (0, 0);
    while index < SYMBOLS.len() {
        let symbol = index as u8;
        if !matches!(Symbol(symbol).kind(), SymbolKind::Parameter | SymbolKind::Placeholder) {
            tokens[count] = symbol;
            count += 1;
        }
        index += 1;
    }
    assert!(count == tokens.len());
    tokens
};
const PLUS: usize = FIRST_SYMBOL + SYMBOL_TOKENS.len();
const FIRST_DIGIT: usize = PLUS + 2;
/// Number of tokens in a model's vocabulary. Single-letter parameters and the placeholder of skeletons have
/// tokens above it, so any expression can be written but a model never sees those.
pub const VOCABULARY: usize = FIRST_DIGIT + 10;

impl Token {
    const MINUS: Token = Token(PLUS as u8 + 1);
    const PLUS: Token = Token(PLUS as u8);

    /// The token of an operator.
    pub fn operator(op: Op) -> Token {
        Token((FIRST_OPERATOR + op as usize) as u8)
    }

    fn digit(digit: u8) -> Token {
        Token(FIRST_DIGIT as u8 + digit)
    }

    /// The token of a symbol.
    pub fn symbol(symbol: Symbol) -> Token {
        match SYMBOL_TOKENS.iter().position(|s| *s == symbol.0) {
            Some(index) => Token((FIRST_SYMBOL + index) as u8),
            None => Token(VOCABULARY as u8 + symbol.0),
        }
    }

    /// The meaning of the token; `None` for a number that is not a token.
    pub fn kind(self) -> Option<TokenKind> {
        let index = self.0 as usize;
        Some(match index {
            _ if index < FIRST_OPERATOR => TokenKind::Special,
            _ if index < FIRST_SYMBOL => TokenKind::Operator(OPERATORS[index - FIRST_OPERATOR].op),
            _ if index < PLUS => TokenKind::Symbol(Symbol(SYMBOL_TOKENS[index - FIRST_SYMBOL])),
            _ if index < FIRST_DIGIT => TokenKind::Sign(index != PLUS),
            _ if index < VOCABULARY => TokenKind::Digit((index - FIRST_DIGIT) as u8),
            _ => {
                let symbol = Symbol::all().nth(index - VOCABULARY)?;
                match symbol.kind() {
                    SymbolKind::Parameter | SymbolKind::Placeholder => TokenKind::Symbol(symbol),
                    _ => return None,
                }
            }
        })
    }

    /// The token's name.
    pub fn name(self) -> &'static str {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        match self.kind() {
            Some(TokenKind::Operator(op)) => op.row().name,
            Some(TokenKind::Symbol(symbol)) => symbol.name(),
            Some(TokenKind::Sign(negative)) => ["INT+", "INT-"][usize::from(negative)],
            Some(TokenKind::Digit(d)) => DIGITS[d as usize],
            Some(TokenKind::Special) => SPECIAL[self.0 as usize],
            None => "<none>",
        }
    }

    /// The token with this name.
    pub fn from_name(name: &str) -> Option<Token> {
        if let [digit @ b'0'..=b'9'] = name.as_bytes() {
            return Some(Token::digit(digit - b'0'));
        }
        match name {
            "INT+" => Some(Token::PLUS),
            "INT-" => Some(Token::MINUS),
            _ => Op::from_name(name)
                .map(Token::operator)
                .or_else(|| Symbol::from_name(name).map(Token::symbol))
                .or_else(|| SPECIAL.iter().position(|s| *s == name).map(|i| Token(i as u8))),
        }
    }

    /// Number of argument expressions that follow: 0 for symbols, digits and signs.
    pub fn arity(self) -> usize {
        match self.kind() {
            Some(TokenKind::Operator(op)) => op.row().arity as usize,
            _ => 0,
        }
    }
}

/// Something that is still to be written.
enum Work {
    Node(Id),
    /// The rest of a sum or product, from this argument on.
    Rest(Id, u32),
}

/// Appends the tokens of `root` to `out`.
pub fn write_tokens(dag: &Dag, root: Id, out: &mut Vec<Token>) {
    let mut stack = vec![Work::Node(root)];
    while let Some(work) = stack.pop() {
        match work {
            Work::Rest(id, from) => write_rest(dag, id, from, out, &mut stack),
            Work::Node(id) => match dag.node(id) {
                Node::Number(n) => write_number(&dag.numbers[n as usize], out),
                Node::Symbol(symbol) => out.push(Token::symbol(symbol)),
                Node::Function(op, arg) => {
                    out.push(Token::operator(op));
                    stack.push(Work::Node(arg));
                }
                Node::Pow(base, exponent) => {
                    if dag.number(exponent) == Some(&Number::HALF) {
                        out.push(Token::operator(Op::Sqrt));
                    } else {
                        out.push(Token::operator(Op::Pow));
                        stack.push(Work::Node(exponent));
                    }
                    stack.push(Work::Node(base));
                }
                Node::Add(_) | Node::Mul(_) => write_rest(dag, id, 0, out, &mut stack),
            },
        }
    }
}

fn write_rest(dag: &Dag, id: Id, from: u32, out: &mut Vec<Token>, stack: &mut Vec<Work>) {
    let (op, args) = match dag.node(id) {
        Node::Add(span) => (Op::Add, dag.span(span)),
        Node::Mul(span) => (Op::Mul, dag.span(span)),
        _ => return,
    };
    let index = from as usize;
    if index + 1 < args.len() {
        out.push(Token::operator(op));
        stack.push(Work::Rest(id, from + 1));
    }
    stack.push(Work::Node(args[index]));
}

fn write_number(value: &Number, out: &mut Vec<Token>) {
    match value {
        Number::Small(n, 1) => write_small(*n, out),
        Number::Small(n, d) => {
            out.push(Token::operator(Op::Div));
            write_small(*n, out);
            write_small(*d, out);
        }
        Number::Big(_) => {
            if !value.is_integer() {
                out.push(Token::operator(Op::Div));
            }
            write_integer(value.is_negative(), &value.numer().to_string(), out);
            if !value.is_integer() {
                write_integer(false, &value.denom().to_string(), out);
            }
        }
    }
}

/// Sign and digits of a 64-bit integer, without an allocation.
fn write_small(n: i64, out: &mut Vec<Token>) {
    out.push(if n < 0 { Token::MINUS } else { Token::PLUS });
    let first = out.len();
    let mut rest = n.unsigned_abs();
    loop {
        out.push(Token::digit((rest % 10) as u8));
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out[first..].reverse();
}

fn write_integer(negative: bool, digits: &str, out: &mut Vec<Token>) {
    out.push(if negative { Token::MINUS } else { Token::PLUS });
    out.extend(digits.bytes().filter(u8::is_ascii_digit).map(|b| Token::digit(b - b'0')));
}

/// Joins token names with spaces.
pub fn join(tokens: &[Token], out: &mut String) {
    for (i, token) in tokens.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        out.push_str(token.name());
    }
}

/// The prefix form of `root`.
pub fn to_prefix(dag: &Dag, root: Id) -> String {
    let mut tokens = Vec::new();
    write_tokens(dag, root, &mut tokens);
    let mut out = String::with_capacity(tokens.len() * 4);
    join(&tokens, &mut out);
    out
}

/// Number of operators in a token sequence.
pub fn count_operators(tokens: &[Token]) -> usize {
    tokens.iter().filter(|t| t.arity() > 0).count()
}

/// Reads one expression from tokens.
pub fn from_tokens(store: &mut Store, tokens: &[Token]) -> Result<Id> {
    let fail = |position, message: String| Err(Error::Prefix { message, position });
    let mut stack: Vec<Value> = Vec::new();
    // Digits met since the last sign, last digit first.
    let mut digits = String::new();
    for (position, token) in tokens.iter().enumerate().rev() {
        let kind = token.kind();
        if !digits.is_empty() && !matches!(kind, Some(TokenKind::Digit(_) | TokenKind::Sign(_))) {
            return fail(position + 1, "a digit without INT+ or INT- before it".into());
        }
        match kind {
            Some(TokenKind::Digit(digit)) => digits.push(char::from(b'0' + digit)),
            Some(TokenKind::Sign(negative)) => {
                if digits.len() as u64 * 3 > store.limits.number_bits {
                    return Err(Error::NumberTooLarge(store.limits.number_bits));
                }
                let text: String = digits.chars().rev().collect();
                let Some(value) = Number::from_digits(&text) else {
                    return fail(position, format!("{} without digits", token.name()));
                };
                digits.clear();
                let number = store.num(&if negative { value.neg() } else { value })?;
                stack.push(Value::Done(number));
            }
            Some(TokenKind::Symbol(symbol)) if symbol != Symbol::PLACEHOLDER => {
                stack.push(Value::Done(Id::symbol(symbol)));
            }
            Some(TokenKind::Operator(op)) => {
                let arity = op.row().arity as usize;
                let (first, second) = (stack.pop(), if arity == 2 { stack.pop() } else { None });
                let value = match (first, second) {
                    (Some(a), Some(b)) => store.collect2(op, a, b)?,
                    (Some(a), None) if arity == 1 => {
                        let argument = store.finish(a)?;
                        Value::Done(store.apply(op, argument)?)
                    }
                    _ => return fail(position, format!("'{}' lacks an argument", token.name())),
                };
                stack.push(value);
            }
            Some(TokenKind::Special | TokenKind::Symbol(_)) | None => {
                return fail(position, format!("'{}' is not part of an expression", token.name()));
            }
        }
    }
    if !digits.is_empty() {
        return fail(0, "a digit without INT+ or INT- before it".into());
    }
    match (stack.pop(), stack.len()) {
        (None, _) => fail(0, "no expression".into()),
        (Some(one), 0) => store.finish(one),
        (Some(_), more) => fail(0, format!("{} expressions where one is expected", more + 1)),
    }
}

/// Reads one expression from its prefix form.
pub fn from_prefix(store: &mut Store, text: &str) -> Result<Id> {
    let mut tokens = Vec::new();
    for (position, name) in text.split_whitespace().enumerate() {
        let unknown = || Error::Prefix { message: format!("unknown token '{}'", shorten(name)), position };
        tokens.push(Token::from_name(name).ok_or_else(unknown)?);
    }
    from_tokens(store, &tokens)
}

fn shorten(name: &str) -> String {
    if name.chars().count() > 20 {
        name.chars().take(20).chain("...".chars()).collect()
    } else {
        name.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_has_one_name() {
        for index in 0..=u8::MAX {
            let token = Token(index);
            if token.kind().is_some() {
                assert_eq!(Token::from_name(token.name()), Some(token), "{}", token.name());
            }
        }
        assert!((0..VOCABULARY).all(|i| Token(i as u8).kind().is_some()));
    }
}
