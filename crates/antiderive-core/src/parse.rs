//! The infix parser: what people type, read with two explicit stacks (Dijkstra's shunting yard).
//!
//! Beyond ordinary notation it reads `2x sin(x)^2`, `sin^2 x`, `e^x`, `|x|`, `√x`, `x²`, `·`, `×`, `÷`,
//! the unicode minus, and equations with `y'`, `y''`, `dy/dx`, `d^2y/dx^2`, `y(x)`. Text that has an
//! equals sign, a prime or a derivative is an ODE: there `y` is the unknown function `Y`. `log` and `ln`
//! are the natural logarithm. Nothing is ever evaluated as code.

use crate::collect::Value;
use crate::error::{Error, Result};
use crate::lexer::{error, is_prime, Call, Lexeme, Lexer, Notes};
use crate::operators::Op;
use crate::store::{Id, Store};
use crate::symbols::{Symbol, SymbolKind};

pub use crate::lexer::Note;

/// Longest text that is read, in characters.
pub const MAX_TEXT: usize = 1_000_000;

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

/// A formula as it was read.
#[derive(Debug)]
pub struct Reading {
    /// The expression.
    pub id: Id,
    /// The reading chosen, where the text has two.
    pub notes: Vec<Note>,
}

struct Parser<'s> {
    store: &'s mut Store,
    values: Vec<Value>,
    pending: Vec<(Pending, usize)>,
    equation: bool,
    notes: Notes,
    /// Powers are written `**`, as in programs, where `x**3/2` is no root.
    starred: bool,
}

impl Parser<'_> {
    fn run(&mut self, lexemes: &[(Lexeme, usize)], end: usize) -> Result<Id> {
        let mut index = 0;
        let mut operand_next = true;
        while index < lexemes.len() {
            let (lexeme, at) = &lexemes[index];
            let starts_operand = match lexeme {
                Lexeme::Number(_) | Lexeme::Symbol(_) | Lexeme::Function(_) | Lexeme::Open(_) => true,
                Lexeme::Bar => operand_next || !self.bar_is_open(),
                _ => false,
            };
            if !operand_next && starts_operand {
                self.implicit_product(lexemes, index)?;
                operand_next = true;
            }
            index += 1;
            match lexeme {
                Lexeme::Number(value) => {
                    let id = self.store.num(value)?;
                    self.values.push(Value::Done(id));
                    operand_next = false;
                }
                Lexeme::Symbol(symbol) => {
                    self.values.push(Value::Done(Id::symbol(*symbol)));
                    operand_next = false;
                }
                Lexeme::Function(call) => index = self.function(*call, *at, lexemes, index)?,
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
                    self.note_on_sign(lexemes, index - 1);
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
        match (self.values.pop(), self.values.len()) {
            (Some(value), 0) => self.store.finish(value),
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
        mut index: usize,
    ) -> Result<usize> {
        let name = call.op.row().infix;
        if let Some((Lexeme::Operator('^'), _)) = lexemes.get(index) {
            match lexemes.get(index + 1) {
                Some((Lexeme::Number(n), _)) if n.to_i64().is_some() => {
                    call.power = n.to_i64();
                    index += 2;
                }
                _ => {
                    return error(at, format!("'{name}^' must be followed by a positive integer; write 1/{name}(x), {name}(x)^n or the inverse function's name"));
                }
            }
        }
        self.pending.push((Pending::Function(call), at));
        match lexemes.get(index) {
            None | Some((Lexeme::Close(_) | Lexeme::Operator('*' | '/' | '^' | '='), _)) => {
                error(at, format!("'{name}' needs an argument"))
            }
            _ => Ok(index),
        }
    }

    /// Writes the product sign that was left out before the lexeme at `index`.
    fn implicit_product(&mut self, lexemes: &[(Lexeme, usize)], index: usize) -> Result<()> {
        let (next, at) = &lexemes[index];
        let before = &lexemes[index - 1].0;
        if let (Lexeme::Number(_), Lexeme::Number(_)) = (before, next) {
            return error(*at, "two numbers side by side; a product is written with *");
        }
        if let Lexeme::Number(_) = next {
            self.notes.add(*at, "a number after what it multiplies is read as a factor");
        }
        if follows_exponent(lexemes, index) && matches!(next, Lexeme::Symbol(_) | Lexeme::Function(_)) {
            self.notes.add(*at, "a^2b is read as (a^2)*b; the other reading is written a^(2*b)");
        }
        let tight = self.in_bare_argument() && matches!(next, Lexeme::Number(_) | Lexeme::Symbol(_));
        if matches!(self.pending.last(), Some((Pending::Function(call), _)) if call.radical) {
            self.notes.add(*at, "√2 x is read as (√2)*x; the other reading is written √(2*x)");
        }
        if tight && matches!(self.pending.last(), Some((Pending::Function(call), _)) if call.op == Op::Sqrt) {
            self.notes.add(*at, "sqrt 2x is read as sqrt(2*x); the other reading is written sqrt(2)*x");
        } else if tight && !matches!(before, Lexeme::Number(_)) {
            self.notes.add(
                *at,
                "letters after a function without brackets are all its argument: sin a x is sin(a*x)",
            );
        }
        self.push_binary('*', if tight { TIGHT_PRODUCT } else { PRODUCT }, *at, true)
    }

    /// True if a function without brackets takes the product that follows: in `sin 2x` it belongs to the
    /// argument; a function or a bracket ends the argument, and a root sign has one operand only.
    fn in_bare_argument(&self) -> bool {
        let function = |p: &Pending| matches!(p, Pending::Function(call) if !call.radical);
        let signs = self.pending.iter().rev().take_while(|(p, _)| *p == Pending::Minus).count();
        let above = &self.pending[..self.pending.len() - signs];
        if signs > 0 {
            return above.last().is_some_and(|(p, _)| function(p));
        }
        above
            .iter()
            .rev()
            .take_while(|(p, _)| p.strength().is_some_and(|s| s >= APPLICATION))
            .find(|(p, _)| matches!(p, Pending::Function(_)))
            .is_some_and(|(p, _)| function(p))
    }

    /// Notes on the sign at `index` where people read it in two ways.
    fn note_on_sign(&mut self, lexemes: &[(Lexeme, usize)], index: usize) {
        let (sign, at) = &lexemes[index];
        let bare = matches!(
            self.pending.last(),
            Some((Pending::Function(_) | Pending::Binary(_, TIGHT_PRODUCT), _))
        );
        let superscript = matches!(lexemes.get(index + 1), Some((Lexeme::Number(_), after)) if after == at);
        let message = match sign {
            Lexeme::Operator('^') if matches!(self.pending.last(), Some((Pending::Binary('^', _), _))) => {
                "a^b^c is read as a^(b^c)"
            }
            Lexeme::Operator('^') if bare && !superscript => {
                "sin x^2 is read as sin(x^2), likewise for other functions"
            }
            Lexeme::Operator('^') if bare => "sin x² is read as sin(x²), likewise for other functions",
            Lexeme::Operator('*' | '/') if self.in_bare_argument() => {
                "the argument of a function without brackets ends at * and /: sin x/2 is (sin(x))/2"
            }
            Lexeme::Operator('/') if !self.starred && fraction_of_exponent(lexemes, index) => {
                "x^1/2 is read as (x^1)/2; the root is written x^(1/2)"
            }
            _ => return,
        };
        self.notes.add(*at, message);
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
        self.push_binary(sign, strength, at, false)
    }

    fn push_binary(&mut self, sign: char, strength: u8, at: usize, implicit: bool) -> Result<()> {
        while let Some((pending, _)) = self.pending.last().copied() {
            let binds = pending.strength().is_some_and(|s| s > strength || (s == strength && sign != '^'));
            if !binds {
                break;
            }
            if implicit && pending == Pending::Binary('/', PRODUCT) {
                self.notes.add(at, "a/b c is read as (a/b)*c; the other reading is written a/(b*c)");
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
            self.reduce(Pending::Function(Call::of(Op::Abs)))?;
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
            Pending::Minus => {
                let last = self.store.finish(last)?;
                Value::Done(self.store.neg(last)?)
            }
            Pending::Function(call) => {
                let last = self.store.finish(last)?;
                Value::Done(self.call(call, last)?)
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
                self.store.collect2(op, first, last)?
            }
            Pending::Group(_) => return Err(missing()),
        };
        self.values.push(value);
        Ok(())
    }

    fn call(&mut self, Call { op, base, power, .. }: Call, argument: Id) -> Result<Id> {
        let mut value = self.store.apply(op, argument)?;
        if let Some(base) = base {
            let base = self.store.int(base);
            let scale = self.store.apply(Op::Ln, base)?;
            value = self.store.div(value, scale)?;
        }
        match power {
            Some(power) => {
                let power = self.store.int(power);
                self.store.pow(value, power)
            }
            None => Ok(value),
        }
    }
}

/// True if the lexeme at `index` follows `^2`, not written as a superscript.
fn follows_exponent(lexemes: &[(Lexeme, usize)], index: usize) -> bool {
    match &lexemes[..index] {
        [.., (Lexeme::Operator('^'), sign), (Lexeme::Number(_), number)] => sign != number,
        [.., (Lexeme::Operator('^'), _), (Lexeme::Operator('-'), _), (Lexeme::Number(_), _)] => true,
        _ => false,
    }
}

/// True if `/` stands in `x^1/2`, where a root may be meant; `x^2/2` is the half of a square.
fn fraction_of_exponent(lexemes: &[(Lexeme, usize)], index: usize) -> bool {
    if !follows_exponent(lexemes, index) {
        return false;
    }
    match (&lexemes[index - 1].0, lexemes.get(index + 1)) {
        (Lexeme::Number(a), Some((Lexeme::Number(b), _))) => a.gcd(b).is_one(),
        _ => false,
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
    read(store, text).map(|reading| reading.id)
}

/// Reads a formula, with notes on what could have been read otherwise.
pub fn read(store: &mut Store, text: &str) -> Result<Reading> {
    // Characters are at most bytes, so this bounds what is copied.
    if text.len() > 4 * MAX_TEXT || text.chars().nth(MAX_TEXT).is_some() {
        return error(MAX_TEXT, format!("the text is longer than {MAX_TEXT} characters"));
    }
    let chars: Vec<char> = text.chars().collect();
    let ode = chars.iter().any(|c| is_prime(*c) || matches!(c, '=' | '″' | '"'))
        || text.contains("y/dx")
        || text.contains("y(x)");
    let (lexemes, mut notes) = Lexer::new(&chars, ode).run()?;
    check_equation(&lexemes, &mut notes)?;
    let starred = text.contains("**");
    let mut parser =
        Parser { store, values: Vec::new(), pending: Vec::new(), equation: false, notes, starred };
    let id = parser.run(&lexemes, chars.len())?;
    Ok(Reading { id, notes: parser.notes.0 })
}

/// An equation needs the unknown; without a derivative it is hardly meant as a differential equation.
fn check_equation(lexemes: &[(Lexeme, usize)], notes: &mut Notes) -> Result<()> {
    let Some((_, at)) = lexemes.iter().find(|(lexeme, _)| *lexeme == Lexeme::Operator('=')) else {
        return Ok(());
    };
    let holds = |test: fn(Symbol) -> bool| {
        lexemes.iter().any(|(lexeme, _)| matches!(lexeme, Lexeme::Symbol(symbol) if test(*symbol)))
    };
    if !holds(|symbol| symbol.kind() == SymbolKind::Unknown) {
        return error(*at, "an equation without the unknown y; an integrand has no '='");
    }
    if !holds(|symbol| symbol == Symbol::Y1 || symbol == Symbol::Y2) {
        notes.add(*at, "the equation has no derivative of y");
    }
    Ok(())
}
