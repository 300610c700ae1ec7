//! The pieces of infix text: numbers, names run together or not, signs, primes and derivatives.

use crate::error::{Error, Result};
use crate::number::Number;
use crate::operators::{Op, OPERATORS};
use crate::symbols::{Symbol, SymbolKind};

/// Names in addition to those of the operator table.
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
pub(crate) struct Call {
    pub op: Op,
    /// The base of `log2` and `log10`.
    pub base: Option<i64>,
    /// The power of `sin^2 x`.
    pub power: Option<i64>,
}

/// A piece of the text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Lexeme {
    Number(Number),
    Symbol(Symbol),
    Function(Call),
    /// `+ - * / ^ =`
    Operator(char),
    Open(char),
    Close(char),
    Bar,
}

pub(crate) struct Lexer<'a> {
    chars: &'a [char],
    position: usize,
    ode: bool,
    out: Vec<(Lexeme, usize)>,
}

pub(crate) fn error<T>(position: usize, message: impl Into<String>) -> Result<T> {
    Err(Error::Parse { message: message.into(), position })
}

pub(crate) fn is_prime(c: char) -> bool {
    matches!(c, '\'' | '’' | '′')
}

impl<'a> Lexer<'a> {
    /// Over these characters; in an ODE `y` is the unknown.
    pub(crate) fn new(chars: &'a [char], ode: bool) -> Lexer<'a> {
        Lexer { chars, position: 0, ode, out: Vec::new() }
    }

    /// Splits the text into lexemes, each with its position.
    pub(crate) fn run(mut self) -> Result<Vec<(Lexeme, usize)>> {
        while let Some(&c) = self.chars.get(self.position) {
            let start = self.position;
            let simple = match c {
                _ if c.is_whitespace() => {
                    self.position += 1;
                    continue;
                }
                '0'..='9' | '.' => {
                    self.number()?;
                    continue;
                }
                '*' if self.chars.get(start + 1) == Some(&'*') => {
                    self.position += 1;
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
            self.position += 1;
        }
        Ok(self.out)
    }

    fn number(&mut self) -> Result<()> {
        let start = self.position;
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
        self.position = end;
        self.out.push((Lexeme::Number(value), start));
        Ok(())
    }

    /// `x²` is `x^2`; `x¹²` is `x^12`.
    fn superscript(&mut self) {
        let start = self.position;
        let mut value = Number::ZERO;
        while let Some(digit) =
            self.chars.get(self.position).and_then(|c| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|s| s == *c))
        {
            value = value.mul(&Number::int(10)).add(&Number::int(digit as i64));
            self.position += 1;
        }
        self.out.push((Lexeme::Operator('^'), start));
        self.out.push((Lexeme::Number(value), start));
    }

    /// A run of letters, with the digits that follow: a name, or several names run together.
    fn word(&mut self) -> Result<()> {
        let start = self.position;
        if let Some(end) = self.leibniz() {
            self.position = end;
            return Ok(());
        }
        let count =
            |from: usize, test: fn(&char) -> bool| self.chars[from..].iter().take_while(|c| test(c)).count();
        let letters = count(start, char::is_ascii_alphabetic);
        let digits = count(start + letters, char::is_ascii_digit);
        let whole: String = self.chars[start..start + letters + digits].iter().collect();
        self.position = start + letters + digits;
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
        let called = self.chars[self.position..].iter().find(|c| !c.is_whitespace()) == Some(&'(');
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
        let primes = self.chars[self.position..].iter().take_while(|c| is_prime(**c)).count();
        let (count, width) = match primes {
            0 if self.chars.get(self.position) == Some(&'″') => (2, 1),
            0 if self.chars.get(self.position) == Some(&'"') => (2, 1),
            n => (n, n),
        };
        if count < Symbol::UNKNOWNS.len() {
            *lexeme = Lexeme::Symbol(Symbol::UNKNOWNS[count]);
            self.position += width;
        }
        if self.chars[self.position..].starts_with(&['(', 'x', ')']) {
            self.position += 3;
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
            if self.chars[self.position..].starts_with(&form) {
                self.out.push((Lexeme::Symbol(symbol), self.position));
                return Some(self.position + form.len());
            }
        }
        None
    }
}
