//! The pieces of infix text: numbers, names run together or not, signs, primes and derivatives.

use crate::error::{Error, Result};
use crate::names::{is_differential, is_function_letter, lexeme_named, split, unknown};
use crate::number::Number;
use crate::operators::Op;
use crate::store::Limits;
use crate::symbols::Symbol;

/// A function that waits for its argument.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Call {
    pub op: Op,
    /// The base of `log2` and `log10`.
    pub base: Option<i64>,
    /// The power of `sin^2 x`.
    pub power: Option<i64>,
    /// The sign `√`, which reaches over one operand only.
    pub radical: bool,
}

impl Call {
    /// Of a function as such.
    pub(crate) fn of(op: Op) -> Call {
        Call { op, base: None, power: None, radical: false }
    }
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

/// A remark on text that has two readings: where, and which one was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Offset in characters from the start of the text.
    pub position: usize,
    /// The reading.
    pub message: String,
}

/// Most notes on one text.
const MAX_NOTES: usize = 8;

/// The notes on a text, each once.
#[derive(Debug, Default)]
pub(crate) struct Notes(pub(crate) Vec<Note>);

impl Notes {
    pub(crate) fn add(&mut self, position: usize, message: impl Into<String>) {
        let message = message.into();
        if self.0.len() < MAX_NOTES && self.0.iter().all(|note| note.message != message) {
            self.0.push(Note { position, message });
        }
    }
}

pub(crate) struct Lexer<'a> {
    chars: &'a [char],
    position: usize,
    ode: bool,
    out: Vec<(Lexeme, usize)>,
    notes: Notes,
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
        Lexer { chars, position: 0, ode, out: Vec::new(), notes: Notes::default() }
    }

    /// Splits the text into lexemes, each with its position.
    pub(crate) fn run(mut self) -> Result<(Vec<(Lexeme, usize)>, Notes)> {
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
                '√' => Lexeme::Function(Call { radical: true, ..Call::of(Op::Sqrt) }),
                '⁰' | '¹' | '²' | '³' | '⁴'..='⁹' => {
                    self.superscript()?;
                    continue;
                }
                _ if c.is_ascii_alphabetic() => {
                    self.word()?;
                    continue;
                }
                _ if is_prime(c) => {
                    return error(start, "a prime can only follow the unknown y, at most two of them")
                }
                _ => return error(start, format!("unexpected '{c}'")),
            };
            self.out.push((simple, start));
            self.position += 1;
        }
        Ok((self.out, self.notes))
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
        bounded(text.len())?;
        let Some(mut value) = Number::from_digits(&text) else {
            return error(start, "unexpected '.'");
        };
        let (exponent, end) = self.exponent(start, end)?;
        let scale = exponent - decimals as i64;
        if scale != 0 {
            bounded(scale.unsigned_abs() as usize)?;
            value = value.mul(&Number::int(10).pow(scale, u64::MAX)?);
        }
        self.position = end;
        self.out.push((Lexeme::Number(value), start));
        Ok(())
    }

    /// The power of ten of `1e-3`, and where the number ends.
    fn exponent(&mut self, start: usize, end: usize) -> Result<(i64, usize)> {
        let sign = match self.chars.get(end + 1) {
            Some('-' | '−' | '–') => -1,
            _ => 1,
        };
        let first = end + 1 + usize::from(sign < 0 || self.chars.get(end + 1) == Some(&'+'));
        let digits = self.chars.iter().skip(first).take_while(|c| c.is_ascii_digit()).count();
        if !matches!(self.chars.get(end), Some('e' | 'E')) || digits == 0 {
            return Ok((0, end));
        }
        bounded(if digits > 6 { usize::MAX } else { 0 })?;
        let text: String = self.chars[start..first + digits].iter().collect();
        let exponent =
            self.chars[first..first + digits].iter().fold(0, |n, c| 10 * n + i64::from(*c as u8 - b'0'));
        self.notes.add(start, format!("'{text}' is read as one number; a product with e is written with *"));
        Ok((sign * exponent, first + digits))
    }

    /// `x²` is `x^2`; `x¹²` is `x^12`.
    fn superscript(&mut self) -> Result<()> {
        const DIGITS: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        let start = self.position;
        let digit = |c: &char| DIGITS.chars().position(|s| s == *c).map(|d| char::from(b'0' + d as u8));
        let text: String = self.chars[start..].iter().map_while(digit).collect();
        bounded(text.len())?;
        self.position += text.len();
        let value = Number::from_digits(&text).unwrap_or(Number::ZERO);
        self.out.push((Lexeme::Operator('^'), start));
        self.out.push((Lexeme::Number(value), start));
        Ok(())
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
        let called = self.chars[self.position..].iter().find(|c| !c.is_whitespace()) == Some(&'(');
        match lexeme_named(&whole, self.ode) {
            Some(lexeme) => self.out.push((lexeme, start)),
            None if digits > 0 => {
                let function = matches!(lexeme_named(&whole[..letters], false), Some(Lexeme::Function(_)));
                let hint = if function {
                    "an argument is written in brackets"
                } else {
                    "coefficients are a0 to a9, a product is written with *"
                };
                return error(start, format!("unknown name '{}'; {hint}", shorten(&whole)));
            }
            None => self.run_together(&whole, start, called)?,
        }
        self.after_word(start)
    }

    /// Names without a sign between them: `xsin`, `2ax`.
    fn run_together(&mut self, word: &str, start: usize, called: bool) -> Result<()> {
        if is_differential(word) {
            let hint = "write an integrand without it, and a derivative as y' or dy/dx";
            return error(start, format!("'{}' holds a differential; {hint}", shorten(word)));
        }
        let Some(pieces) = split(word, self.ode, called) else {
            return error(start, unknown(word, called));
        };
        let exponent = matches!(
            &self.out[..],
            [.., (Lexeme::Operator('^'), _)] | [.., (Lexeme::Operator('^'), _), (Lexeme::Operator('-'), _)]
        );
        if exponent {
            return error(start, format!("put the exponent '{word}' in brackets, its product with *"));
        }
        let ends = pieces.iter().skip(1).map(|(_, offset)| *offset).chain([word.len()]);
        let parts: Vec<&str> = pieces.iter().zip(ends).map(|((_, from), to)| &word[*from..to]).collect();
        self.notes.add(start, format!("'{word}' is read as '{}'", parts.join(" ")));
        self.out.extend(pieces.into_iter().map(|(lexeme, offset)| (lexeme, start + offset)));
        Ok(())
    }

    /// Reads on after a symbol: the primes of the unknown, or a bracket that could be a call.
    fn after_word(&mut self, start: usize) -> Result<()> {
        let Some((Lexeme::Symbol(symbol), _)) = self.out.last() else {
            return Ok(());
        };
        let symbol = *symbol;
        if symbol == Symbol::Y {
            return self.unknown(start);
        }
        if matches!(symbol.name(), "d" | "D") {
            self.derivative_sign(symbol, start)?;
        }
        if self.chars.get(self.position) != Some(&'(') {
            return Ok(());
        }
        // As it was typed: e is E in the core.
        let name: String = self.chars[self.position - symbol.name().len()..self.position].iter().collect();
        let inner = self.bracketed();
        if inner.len() == 1 && inner[0].is_ascii_alphabetic() {
            let c = inner[0];
            return error(
                start,
                format!("'{name}({c})': {name} is no function; a product is written {name}*{c}"),
            );
        }
        if is_function_letter(symbol) {
            return error(start, format!("unknown function '{name}'; a product is written with *"));
        }
        if symbol != Symbol::X {
            self.notes.add(start, format!("'{name}(...)' is read as a product"));
        }
        Ok(())
    }

    /// `d/dx` and `d x` are not what they look like: here `d` is a parameter.
    fn derivative_sign(&mut self, symbol: Symbol, start: usize) -> Result<()> {
        let mut next = self.chars[self.position..].iter().filter(|c| !c.is_whitespace());
        let (first, second, third) = (next.next(), next.next(), next.next());
        let letter = |c: Option<&char>| c.is_some_and(char::is_ascii_alphabetic);
        let of_variable = matches!(first, Some('x' | 'y' | 'z' | 't')) && !letter(second);
        let quotient = first == Some(&'/') && second == Some(&'d');
        if symbol.name() == "d" && (of_variable || (quotient && (third.is_none() || letter(third)))) {
            let hint = "write an integrand without it, and a derivative as y' or dy/dx";
            return error(start, format!("'d' looks like a differential; {hint}, a product with *"));
        }
        if self.ode {
            let name = symbol.name();
            self.notes.add(start, format!("'{name}' is read as a parameter, not as a derivative"));
        }
        Ok(())
    }

    /// Contents of the bracket that opens here, without blanks; empty if they are long or hold a bracket.
    fn bracketed(&self) -> Vec<char> {
        const SHORT: usize = 24;
        let inner: Vec<char> = self.chars[self.position + 1..].iter().take(SHORT).copied().collect();
        match inner.iter().position(|c| matches!(c, '(' | ')')) {
            Some(end) if inner[end] == ')' => {
                inner[..end].iter().filter(|c| !c.is_whitespace()).copied().collect()
            }
            _ => Vec::new(),
        }
    }

    /// After the unknown: its primes and `(x)`.
    fn unknown(&mut self, start: usize) -> Result<()> {
        let primes = self.chars[self.position..].iter().take_while(|c| is_prime(**c)).count();
        let (count, width) = match primes {
            0 if matches!(self.chars.get(self.position), Some('″' | '"')) => (2, 1),
            n => (n, n),
        };
        if count >= Symbol::UNKNOWNS.len() {
            return error(start, "a derivative of order above 2 is not supported");
        }
        if let Some((lexeme, _)) = self.out.last_mut() {
            *lexeme = Lexeme::Symbol(Symbol::UNKNOWNS[count]);
        }
        self.position += width;
        self.order_in_brackets(start)?;
        self.argument_of_unknown(start)
    }

    /// `y^(3)` is the third derivative to some and a power to others.
    fn order_in_brackets(&self, start: usize) -> Result<()> {
        let rest = &self.chars[self.position..];
        let open = if rest.starts_with(&['^', '(']) {
            2
        } else if rest.starts_with(&['^', '{', '(']) {
            3
        } else {
            return Ok(());
        };
        let digits = rest[open..].iter().take_while(|c| c.is_ascii_digit()).count();
        if digits > 0 && rest.get(open + digits) == Some(&')') {
            return error(start, "'y^(n)' could be a derivative; write the power y^n without brackets, derivatives as y' and y''");
        }
        Ok(())
    }

    /// `y(x)` is the unknown itself, `y(0)` a condition.
    fn argument_of_unknown(&mut self, start: usize) -> Result<()> {
        if self.chars.get(self.position) != Some(&'(') {
            return Ok(());
        }
        let inner = self.bracketed();
        let constant =
            |c: &char| c.is_ascii_digit() || matches!(c, '.' | '-' | '−' | '+' | '/' | 'π' | 'p' | 'i' | '*');
        match inner[..] {
            ['x'] => {
                let closed = self.chars[self.position..].iter().position(|c| *c == ')').unwrap_or(0);
                self.position += closed + 1;
                Ok(())
            }
            [c] if c.is_ascii_alphabetic() => {
                error(start, format!("'y({c})': the unknown is a function of x, written y or y(x)"))
            }
            _ if !inner.is_empty() && inner.iter().all(constant) => {
                error(start, "a condition such as y(0) = 1 cannot be given; write the equation alone")
            }
            _ => {
                self.notes.add(start, "'y(...)' is read as a product");
                Ok(())
            }
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
        if self.chars[self.position] != 'd' {
            return None;
        }
        for (form, symbol) in FORMS {
            let form: Vec<char> = form.chars().collect();
            if self.chars[self.position..].starts_with(&form) {
                let end = self.position + form.len();
                if self.chars.get(end).is_some_and(char::is_ascii_alphanumeric) {
                    return None;
                }
                self.out.push((Lexeme::Symbol(symbol), self.position));
                return Some(end);
            }
        }
        None
    }
}

/// An error for numbers that no store would take, before time is spent on them.
fn bounded(digits: usize) -> Result<()> {
    let bits = Limits::default().number_bits;
    if digits as u64 > bits {
        return Err(Error::NumberTooLarge(bits));
    }
    Ok(())
}

fn shorten(word: &str) -> String {
    const SHOWN: usize = 32;
    if word.len() > SHOWN {
        format!("{}...", &word[..SHOWN])
    } else {
        word.to_string()
    }
}
