//! The infix parser: what people type, read with two explicit stacks (Dijkstra's shunting yard).
//!
//! Beyond ordinary notation it reads `2x sin(x)^2`, `sin^2 x`, `e^x`, `|x|`, `√x`, `x²`, `·`, `×`, `÷`,
//! the unicode minus, and equations with `y'`, `y''`, `dy/dx`, `d^2y/dx^2`, `y(x)`. Text that has an
//! equals sign, a prime or a derivative is an ODE: there `y` is the unknown function `Y`. `log` and `ln`
//! are the natural logarithm. Nothing is ever evaluated as code.

use crate::error::{Error, Result};
use crate::lexer::{error, is_prime, Call, Lexeme, Lexer};
use crate::operators::Op;
use crate::store::{Id, Store};

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

struct Parser<'s> {
    store: &'s mut Store,
    values: Vec<Id>,
    pending: Vec<(Pending, usize)>,
    equation: bool,
}

impl Parser<'_> {
    fn run(mut self, lexemes: &[(Lexeme, usize)], end: usize) -> Result<Id> {
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
                self.implicit_product(lexeme, *at)?;
                operand_next = true;
            }
            index += 1;
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
    let lexemes = Lexer::new(&chars, ode).run()?;
    let parser = Parser { store, values: Vec::new(), pending: Vec::new(), equation: false };
    parser.run(&lexemes, chars.len())
}
