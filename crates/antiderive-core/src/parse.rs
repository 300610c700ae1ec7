//! The infix parser: what people type, read with two explicit stacks (Dijkstra's shunting yard).
//!
//! Beyond ordinary notation it reads `2x sin(x)^2`, `sin^2 x`, `e^x`, `|x|`, `√x`, `x²`, `·`, `×`, `÷`,
//! the unicode minus, and equations with `y'`, `y''`, `dy/dx`, `d^2y/dx^2`, `y(x)`. Text that has an
//! equals sign, a prime or a derivative is an ODE: there `y` is the unknown function `Y`. `log` and `ln`
//! are the natural logarithm. Nothing is ever evaluated as code.

use crate::error::{Error, Result};
use crate::number::Number;
use crate::operators::{Op, OPERATORS};
use crate::store::{Id, Store};
use crate::symbols::{Symbol, SymbolKind};

/// Longest text that is read, in characters.
pub const MAX_TEXT: usize = 1_000_000;

/// Names beside those of the operator table.
const ALIASES: [(&str, Op); 22] = [
    ("ln", Op::Ln),
    ("log", Op::Ln),
    ("Abs", Op::Abs),
    ("sgn", Op::Sign),
    ("arcsin", Op::Asin),
    ("arccos", Op::Acos),
    ("arctan", Op::Atan),
    ("arccot", Op::Acot),
    ("arcsec", Op::Asec),
    ("arccsc", Op::Acsc),
    ("arcsinh", Op::Asinh),
    ("arccosh", Op::Acosh),
    ("arctanh", Op::Atanh),
    ("arccoth", Op::Acoth),
    ("arcsech", Op::Asech),
    ("arccsch", Op::Acsch),
    ("arsinh", Op::Asinh),
    ("arcosh", Op::Acosh),
    ("artanh", Op::Atanh),
    ("arcoth", Op::Acoth),
    ("tg", Op::Tan),
    ("ctg", Op::Cot),
];

fn function_named(name: &str) -> Option<Op> {
    let in_table = OPERATORS
        .iter()
        .find(|row| row.infix == name && (row.op.function().is_some() || row.op == Op::Sqrt))
        .map(|row| row.op);
    in_table.or_else(|| ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, op)| *op))
}

/// A function that waits for its argument.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Call {
    op: Op,
    /// The base of `log2` and `log10`.
    base: Option<i64>,
    /// The power of `sin^2 x`.
    power: Option<i64>,
}

/// A piece of the text.
#[derive(Debug, Clone, PartialEq)]
enum Lexeme {
    Number(Number),
    Symbol(Symbol),
    Function(Call),
    /// `+ - * / ^ =`
    Operator(char),
    Open(char),
    Close(char),
    Bar,
}

struct Lexer<'a> {
    chars: &'a [char],
    place: usize,
    ode: bool,
    out: Vec<(Lexeme, usize)>,
}

fn error<T>(position: usize, message: impl Into<String>) -> Result<T> {
    Err(Error::Parse { message: message.into(), position })
}

fn is_prime(c: char) -> bool {
    matches!(c, '\'' | '’' | '′')
}

impl Lexer<'_> {
    fn run(mut self) -> Result<Vec<(Lexeme, usize)>> {
        while let Some(&c) = self.chars.get(self.place) {
            let start = self.place;
            let simple = match c {
                _ if c.is_whitespace() => {
                    self.place += 1;
                    continue;
                }
                '0'..='9' | '.' => {
                    self.number()?;
                    continue;
                }
                '*' if self.chars.get(start + 1) == Some(&'*') => {
                    self.place += 1;
                    Lexeme::Operator('^')
                }
                '+' | '*' | '/' | '^' | '=' => Lexeme::Operator(c),
                '-' | '−' | '–' => Lexeme::Operator('-'),
                '·' | '×' | '⋅' | '∗' => Lexeme::Operator('*'),
                '÷' | '∕' => Lexeme::Operator('/'),
                '(' | '[' | '{' => Lexeme::Open(c),
                ')' | ']' | '}' => Lexeme::Close(c),
                '|' => Lexeme::Bar,
                'π' => Lexeme::Symbol(Symbol::PI),
                '√' => Lexeme::Function(Call { op: Op::Sqrt, base: None, power: None }),
                '⁰' | '¹' | '²' | '³' | '⁴'..='⁹' => {
                    self.superscript();
                    continue;
                }
                _ if c.is_ascii_alphabetic() => {
                    self.word()?;
                    continue;
                }
                _ if is_prime(c) => return error(start, "a prime can only follow the unknown y"),
                _ => return error(start, format!("unexpected '{c}'")),
            };
            self.out.push((simple, start));
            self.place += 1;
        }
        Ok(self.out)
    }

    fn number(&mut self) -> Result<()> {
        let start = self.place;
        let digits = |from: usize| self.chars[from..].iter().take_while(|c| c.is_ascii_digit()).count();
        let whole = digits(start);
        let mut text: String = self.chars[start..start + whole].iter().collect();
        let mut end = start + whole;
        let mut decimals = 0;
        if self.chars.get(end) == Some(&'.') {
            decimals = digits(end + 1);
            text.extend(&self.chars[end + 1..end + 1 + decimals]);
            end += 1 + decimals;
        }
        if self.chars.get(end) == Some(&'.') {
            return error(end, "unexpected '.'");
        }
        if text.len() > 20_000 {
            return error(start, "a number of more than 20000 digits");
        }
        let Some(mut value) = Number::from_digits(&text) else {
            return error(start, "unexpected '.'");
        };
        if decimals > 0 {
            value = value.mul(&Number::int(10).pow(-(decimals as i64), u64::MAX)?);
        }
        self.place = end;
        self.out.push((Lexeme::Number(value), start));
        Ok(())
    }

    /// `x²` is `x^2`; `x¹²` is `x^12`.
    fn superscript(&mut self) {
        let start = self.place;
        let mut value = Number::ZERO;
        while let Some(digit) =
            self.chars.get(self.place).and_then(|c| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|s| s == *c))
        {
            value = value.mul(&Number::int(10)).add(&Number::int(digit as i64));
            self.place += 1;
        }
        self.out.push((Lexeme::Operator('^'), start));
        self.out.push((Lexeme::Number(value), start));
    }

    /// A run of letters, with the digits that follow: a name, or several names run together.
    fn word(&mut self) -> Result<()> {
        let start = self.place;
        if let Some(end) = self.leibniz() {
            self.place = end;
            return Ok(());
        }
        let count =
            |from: usize, test: fn(&char) -> bool| self.chars[from..].iter().take_while(|c| test(c)).count();
        let letters = count(start, char::is_ascii_alphabetic);
        let digits = count(start + letters, char::is_ascii_digit);
        let whole: String = self.chars[start..start + letters + digits].iter().collect();
        self.place = start + letters + digits;
        if digits > 0 {
            return match self.name(&whole) {
                Some(lexeme) => {
                    self.out.push((lexeme, start));
                    Ok(())
                }
                None => error(
                    start,
                    format!("unknown name '{whole}'; coefficients are a0 to a9, a product is written with *"),
                ),
            };
        }
        let pieces = self.split(&whole);
        let called = self.chars[self.place..].iter().find(|c| !c.is_whitespace()) == Some(&'(');
        let letters_only =
            pieces.iter().all(|(l, _)| matches!(l, Lexeme::Symbol(s) if s.kind() != SymbolKind::Constant));
        let parameters = pieces
            .iter()
            .filter(|(l, _)| matches!(l, Lexeme::Symbol(s) if s.kind() == SymbolKind::Parameter))
            .count();
        let suspicious = pieces.len() > 1
            && (parameters > 1
                || (letters_only && pieces.len() > 2 && parameters > 0)
                || (called && !matches!(pieces.last(), Some((Lexeme::Function(_), _)))));
        if pieces.is_empty() || suspicious {
            let kind = if called { "function" } else { "name" };
            return error(start, format!("unknown {kind} '{whole}'; a product of letters is written with *"));
        }
        for (lexeme, offset) in pieces {
            self.out.push((lexeme, start + offset));
        }
        if let Some((Lexeme::Symbol(symbol), _)) = self.out.last() {
            if *symbol == Symbol::Y || (symbol.name() == "y" && self.ode) {
                self.unknown();
            }
        }
        Ok(())
    }

    /// Longest known names from the left; empty if there are none.
    fn split(&self, word: &str) -> Vec<(Lexeme, usize)> {
        let mut pieces = Vec::new();
        let mut from = 0;
        while from < word.len() {
            let piece = (from + 1..=word.len()).rev().find_map(|to| Some((self.name(&word[from..to])?, to)));
            let Some((lexeme, to)) = piece else {
                return Vec::new();
            };
            pieces.push((lexeme, from));
            from = to;
        }
        pieces
    }

    fn name(&self, name: &str) -> Option<Lexeme> {
        if let Some(op) = function_named(name) {
            return Some(Lexeme::Function(Call { op, base: None, power: None }));
        }
        if let Some((_, base)) = [("log2", 2), ("log10", 10)].iter().find(|(log, _)| *log == name) {
            return Some(Lexeme::Function(Call { op: Op::Ln, base: Some(*base), power: None }));
        }
        let name = match name {
            "e" => "E",
            "i" => "I",
            "Pi" | "PI" => "pi",
            "y" if self.ode => "Y",
            _ => name,
        };
        Symbol::from_name(name).map(Lexeme::Symbol)
    }

    /// After the unknown: its primes and `(x)`.
    fn unknown(&mut self) {
        let Some((lexeme, _)) = self.out.last_mut() else { return };
        let primes = self.chars[self.place..].iter().take_while(|c| is_prime(**c)).count();
        let (count, width) = match primes {
            0 if self.chars.get(self.place) == Some(&'″') => (2, 1),
            0 if self.chars.get(self.place) == Some(&'"') => (2, 1),
            n => (n, n),
        };
        if count <= 2 {
            *lexeme = Lexeme::Symbol([Symbol::Y, Symbol::Y1, Symbol::Y2][count]);
            self.place += width;
        }
        if self.chars[self.place..].starts_with(&['(', 'x', ')']) {
            self.place += 3;
        }
    }

    /// `dy/dx`, `d^2y/dx^2`, `d²y/dx²`: the end of the text matched.
    fn leibniz(&mut self) -> Option<usize> {
        const FORMS: [(&str, Symbol); 4] = [
            ("dy/dx", Symbol::Y1),
            ("d^2y/dx^2", Symbol::Y2),
            ("d**2y/dx**2", Symbol::Y2),
            ("d²y/dx²", Symbol::Y2),
        ];
        for (form, symbol) in FORMS {
            let form: Vec<char> = form.chars().collect();
            if self.chars[self.place..].starts_with(&form) {
                self.out.push((Lexeme::Symbol(symbol), self.place));
                return Some(self.place + form.len());
            }
        }
        None
    }
}

/// An operator waiting for its right operand.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Pending {
    Binary(char, u8),
    Minus,
    /// A function without parentheses, or one whose parentheses are about to open.
    Function(Call),
    /// An open bracket; the closing one that fits it.
    Group(char),
}

const EQUALS: u8 = 0;
const SUM: u8 = 1;
const PRODUCT: u8 = 2;
const NEGATION: u8 = 3;
const APPLICATION: u8 = 4;
/// An implicit product inside the argument of a function without parentheses: `sin 2x`.
const TIGHT_PRODUCT: u8 = 5;
const POWER: u8 = 6;

impl Pending {
    fn strength(self) -> Option<u8> {
        match self {
            Pending::Binary(_, strength) => Some(strength),
            Pending::Minus => Some(NEGATION),
            Pending::Function(..) => Some(APPLICATION),
            Pending::Group(_) => None,
        }
    }
}

struct Parser<'s> {
    store: &'s mut Store,
    values: Vec<Id>,
    pending: Vec<(Pending, usize)>,
    equation: bool,
}

impl Parser<'_> {
    fn run(mut self, lexemes: &[(Lexeme, usize)], end: usize) -> Result<Id> {
        let mut place = 0;
        let mut operand_next = true;
        while place < lexemes.len() {
            let (lexeme, at) = &lexemes[place];
            let starts_operand = match lexeme {
                Lexeme::Number(_) | Lexeme::Symbol(_) | Lexeme::Function(_) | Lexeme::Open(_) => true,
                Lexeme::Bar => operand_next || !self.bar_is_open(),
                _ => false,
            };
            if !operand_next && starts_operand {
                self.implicit_product(lexeme, *at)?;
                operand_next = true;
            }
            place += 1;
            match lexeme {
                Lexeme::Number(value) => {
                    let id = self.store.num(value)?;
                    self.values.push(id);
                    operand_next = false;
                }
                Lexeme::Symbol(symbol) => {
                    self.values.push(Id::symbol(*symbol));
                    operand_next = false;
                }
                Lexeme::Function(call) => place = self.function(*call, *at, lexemes, place)?,
                Lexeme::Open(bracket) => self.pending.push((Pending::Group(closing(*bracket)), *at)),
                Lexeme::Bar if operand_next => self.pending.push((Pending::Group('|'), *at)),
                Lexeme::Bar => self.close('|', *at)?,
                Lexeme::Close(bracket) => {
                    if operand_next {
                        return error(*at, format!("expected an operand before '{bracket}'"));
                    }
                    self.close(*bracket, *at)?;
                }
                Lexeme::Operator(sign @ ('+' | '-')) if operand_next => {
                    if *sign == '-' {
                        self.pending.push((Pending::Minus, *at));
                    }
                }
                Lexeme::Operator(sign) => {
                    if operand_next {
                        return error(*at, format!("expected an operand, found '{sign}'"));
                    }
                    self.binary(*sign, *at)?;
                    operand_next = true;
                }
            }
        }
        if operand_next {
            let message = if lexemes.is_empty() {
                "expected a formula"
            } else {
                "the formula ends where an operand is expected"
            };
            return error(end, message);
        }
        while let Some((pending, at)) = self.pending.pop() {
            if let Pending::Group(bracket) = pending {
                return error(at, format!("'{}' is never closed", opening(bracket)));
            }
            self.reduce(pending)?;
        }
        match self.values[..] {
            [value] => Ok(value),
            _ => error(end, "expected one formula"),
        }
    }

    fn bar_is_open(&self) -> bool {
        self.pending.iter().rev().find_map(|(p, _)| match p {
            Pending::Group(bracket) => Some(*bracket == '|'),
            _ => None,
        }) == Some(true)
    }

    /// Reads the optional `^n` of `sin^2(x)` and leaves the function waiting for its argument.
    fn function(
        &mut self,
        mut call: Call,
        at: usize,
        lexemes: &[(Lexeme, usize)],
        mut place: usize,
    ) -> Result<usize> {
        let name = call.op.row().infix;
        if let Some((Lexeme::Operator('^'), _)) = lexemes.get(place) {
            match lexemes.get(place + 1) {
                Some((Lexeme::Number(n), _)) if n.to_i64().is_some() => {
                    call.power = n.to_i64();
                    place += 2;
                }
                _ => {
                    return error(at, format!("'{name}^' must be followed by a positive integer; write 1/{name}(x), {name}(x)^n or the inverse function's name"));
                }
            }
        }
        self.pending.push((Pending::Function(call), at));
        match lexemes.get(place) {
            None | Some((Lexeme::Close(_) | Lexeme::Operator('*' | '/' | '^' | '='), _)) => {
                error(at, format!("'{name}' needs an argument"))
            }
            _ => Ok(place),
        }
    }

    /// Writes the product sign that was left out.
    fn implicit_product(&mut self, next: &Lexeme, at: usize) -> Result<()> {
        // In `sin 2x` the product belongs to the argument; a function or bracket ends the argument.
        let in_argument = self
            .pending
            .iter()
            .rev()
            .take_while(|(p, _)| p.strength().is_some_and(|s| s >= APPLICATION))
            .any(|(p, _)| matches!(p, Pending::Function(..)));
        let tight = in_argument && matches!(next, Lexeme::Number(_) | Lexeme::Symbol(_));
        self.push_binary('*', if tight { TIGHT_PRODUCT } else { PRODUCT }, at)
    }

    fn binary(&mut self, sign: char, at: usize) -> Result<()> {
        let strength = match sign {
            '=' => {
                if self.equation || self.pending.iter().any(|(p, _)| p.strength().is_none()) {
                    return error(at, "unexpected '='");
                }
                self.equation = true;
                EQUALS
            }
            '+' | '-' => SUM,
            '^' => POWER,
            _ => PRODUCT,
        };
        self.push_binary(sign, strength, at)
    }

    fn push_binary(&mut self, sign: char, strength: u8, at: usize) -> Result<()> {
        while let Some((pending, _)) = self.pending.last().copied() {
            let binds = pending.strength().is_some_and(|s| s > strength || (s == strength && sign != '^'));
            if !binds {
                break;
            }
            self.pending.pop();
            self.reduce(pending)?;
        }
        self.pending.push((Pending::Binary(sign, strength), at));
        Ok(())
    }

    fn close(&mut self, bracket: char, at: usize) -> Result<()> {
        loop {
            let Some((pending, opened)) = self.pending.pop() else {
                return error(at, format!("'{bracket}' without '{}'", opening(bracket)));
            };
            if let Pending::Group(expected) = pending {
                if expected != bracket {
                    return error(
                        at,
                        format!("'{bracket}' closes the '{}' of column {}", opening(expected), opened + 1),
                    );
                }
                break;
            }
            self.reduce(pending)?;
        }
        if bracket == '|' {
            self.reduce(Pending::Function(Call { op: Op::Abs, base: None, power: None }))?;
        }
        // The brackets were those of a call: f(u)^2 is the square of the value.
        if let Some((pending @ Pending::Function(..), _)) = self.pending.last().copied() {
            self.pending.pop();
            self.reduce(pending)?;
        }
        Ok(())
    }

    fn reduce(&mut self, pending: Pending) -> Result<()> {
        let missing = || Error::Parse { message: "an operand is missing".into(), position: 0 };
        let last = self.values.pop().ok_or_else(missing)?;
        let value = match pending {
            Pending::Minus => self.store.neg(last)?,
            Pending::Function(Call { op, base, power }) => {
                let mut value = self.store.apply(op, last)?;
                if let Some(base) = base {
                    let base = self.store.int(base);
                    let scale = self.store.apply(Op::Ln, base)?;
                    value = self.store.div(value, scale)?;
                }
                match power {
                    Some(power) => {
                        let power = self.store.int(power);
                        self.store.pow(value, power)?
                    }
                    None => value,
                }
            }
            Pending::Binary(sign, _) => {
                let first = self.values.pop().ok_or_else(missing)?;
                let op = match sign {
                    '+' => Op::Add,
                    '-' | '=' => Op::Sub,
                    '*' => Op::Mul,
                    '/' => Op::Div,
                    _ => Op::Pow,
                };
                self.store.apply2(op, first, last)?
            }
            Pending::Group(_) => return Err(missing()),
        };
        self.values.push(value);
        Ok(())
    }
}

fn closing(open: char) -> char {
    match open {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        other => other,
    }
}

fn opening(close: char) -> char {
    match close {
        ')' => '(',
        ']' => '[',
        '}' => '{',
        other => other,
    }
}

/// Reads a formula. An equation `l = r` is read as `l - r`.
pub fn parse_expression(store: &mut Store, text: &str) -> Result<Id> {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() > MAX_TEXT {
        return error(MAX_TEXT, format!("the text is longer than {MAX_TEXT} characters"));
    }
    let ode = chars.iter().any(|c| is_prime(*c) || matches!(c, '=' | '″' | '"'))
        || text.contains("y/dx")
        || text.contains("y(x)");
    let lexemes = Lexer { chars: &chars, place: 0, ode, out: Vec::new() }.run()?;
    let parser = Parser { store, values: Vec::new(), pending: Vec::new(), equation: false };
    parser.run(&lexemes, chars.len())
}
