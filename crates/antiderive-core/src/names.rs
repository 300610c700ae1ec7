//! The names that people type: functions under all their names, and what a run of letters can mean.

use crate::lexer::{Call, Lexeme};
use crate::operators::{Op, OPERATORS};
use crate::symbols::{Symbol, SymbolKind};

/// Names beside those of the operator table.
const ALIASES: [(&str, Op); 34] = [
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
    ("arsech", Op::Asech),
    ("arcsch", Op::Acsch),
    ("tg", Op::Tan),
    ("ctg", Op::Cot),
    ("cotg", Op::Cot),
    ("cotan", Op::Cot),
    ("cosec", Op::Csc),
    ("arctg", Op::Atan),
    ("arcctg", Op::Acot),
    ("arccosec", Op::Acsc),
    ("sh", Op::Sinh),
    ("ch", Op::Cosh),
    ("th", Op::Tanh),
    ("cosech", Op::Csch),
];

const LOGARITHMS: [(&str, i64); 2] = [("log2", 2), ("log10", 10)];

const GREEK: [&str; 23] = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "omicron", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
];

/// Longest run of letters that is split; the longest name is far shorter.
const MAX_WORD: usize = 32;

/// Letters that stand for functions when a bracket follows.
const FUNCTION_LETTERS: [&str; 6] = ["f", "g", "h", "F", "G", "H"];

fn function_names() -> impl Iterator<Item = (&'static str, Op)> {
    let of_table = OPERATORS
        .iter()
        .filter(|row| row.op.function().is_some() || row.op == Op::Sqrt)
        .map(|row| (row.infix, row.op));
    of_table.chain(ALIASES)
}

/// The lexeme of one name; in an ODE `y` is the unknown.
pub(crate) fn lexeme_named(name: &str, ode: bool) -> Option<Lexeme> {
    if let Some((_, op)) = function_names().find(|(known, _)| *known == name) {
        return Some(Lexeme::Function(Call::of(op)));
    }
    if let Some((_, base)) = LOGARITHMS.iter().find(|(log, _)| *log == name) {
        return Some(Lexeme::Function(Call { base: Some(*base), ..Call::of(Op::Ln) }));
    }
    let name = match name {
        "e" => "E",
        "i" => "I",
        "Pi" | "PI" => "pi",
        "y" if ode => "Y",
        _ => name,
    };
    Symbol::from_name(name).map(Lexeme::Symbol)
}

/// Names run together, such as `xsin`, as lexemes with their offsets; `None` for what could as well be a
/// name that is not known. `called` tells whether a bracket follows.
pub(crate) fn split(word: &str, ode: bool, called: bool) -> Option<Vec<(Lexeme, usize)>> {
    if word.len() > MAX_WORD || is_greek(word) {
        return None;
    }
    let pieces = longest_names(word, ode)?;
    let plain = pieces.iter().all(|(lexeme, _)| matches!(lexeme, Lexeme::Symbol(_)));
    let ends_in_function = matches!(pieces.last(), Some((Lexeme::Function(_), _)));
    if called && !ends_in_function {
        return None;
    }
    let (mut parameters, mut after_function) = (0, false);
    for (index, (lexeme, _)) in pieces.iter().enumerate() {
        match lexeme {
            Lexeme::Symbol(symbol) => {
                let allowed = match *symbol {
                    Symbol::PI => index == 0,
                    Symbol::E => plain && index + 1 == pieces.len(),
                    Symbol::I => plain && pieces.len() == 2,
                    _ => true,
                };
                let parameter = symbol.kind() == SymbolKind::Parameter;
                parameters += usize::from(parameter);
                if !allowed || (after_function && symbol.kind() == SymbolKind::Constant) {
                    return None;
                }
                if parameter && (after_function || (plain && pieces.len() > 2)) {
                    return None;
                }
            }
            _ => after_function = true,
        }
    }
    let constants = pieces.iter().any(|(l, _)| matches!(l, Lexeme::Symbol(Symbol::E | Symbol::I)));
    let letters = if plain { 3 } else { pieces.len() };
    (parameters <= 1 && !(constants && parameters > 0) && pieces.len() <= letters).then_some(pieces)
}

/// Longest known names from the left.
fn longest_names(word: &str, ode: bool) -> Option<Vec<(Lexeme, usize)>> {
    let mut pieces = Vec::new();
    let mut from = 0;
    while from < word.len() {
        let named = |to: usize| Some((lexeme_named(&word[from..to], ode)?, to));
        let (lexeme, to) = (from + 1..=word.len()).rev().find_map(named)?;
        pieces.push((lexeme, from));
        from = to;
    }
    Some(pieces)
}

/// True if a word ends in a differential such as `dx`.
pub(crate) fn is_differential(word: &str) -> bool {
    matches!(word.as_bytes(), [.., b'd', b'x' | b'y' | b'z' | b't' | b'u' | b'Y'])
}

/// True if a bracket after this symbol makes it a function.
pub(crate) fn is_function_letter(symbol: Symbol) -> bool {
    FUNCTION_LETTERS.contains(&symbol.name())
}

fn is_greek(word: &str) -> bool {
    GREEK.contains(&word.to_ascii_lowercase().as_str())
}

/// The message for an unknown name.
pub(crate) fn unknown(word: &str, called: bool) -> String {
    let shown: String = if word.len() > MAX_WORD { format!("{}...", &word[..MAX_WORD]) } else { word.into() };
    let kind = if called { "function" } else { "name" };
    if is_greek(word) {
        return format!("unknown {kind} '{shown}'; parameters are single Latin letters");
    }
    let near = near_names(word);
    let hint = match &near[..] {
        [] => String::new(),
        [one] => format!("; did you mean '{one}'?"),
        [first @ .., last] => format!("; did you mean '{}' or '{last}'?", first.join("', '")),
    };
    format!("unknown {kind} '{shown}'{hint}; a product of letters is written with *")
}

/// Up to three names of functions that differ little from `word`, nearest first.
fn near_names(word: &str) -> Vec<&'static str> {
    if word.len() < 2 || word.len() > MAX_WORD {
        return Vec::new();
    }
    let word = word.to_ascii_lowercase();
    let most = if word.len() < 4 { 1 } else { 2 };
    let names = function_names().map(|(name, _)| name).chain(LOGARITHMS.map(|(name, _)| name));
    let mut near: Vec<(usize, &str)> = names
        .map(|name| (distance(word.as_bytes(), name.as_bytes()), name))
        .filter(|(d, name)| *d <= most && *d < name.len() && name.len() > 2)
        .collect();
    near.sort_unstable();
    near.dedup();
    let nearest = near.first().map_or(0, |(d, _)| *d);
    near.into_iter().filter(|(d, _)| *d == nearest).take(3).map(|(_, name)| name).collect()
}

/// Fewest letters to insert, remove, replace or swap with their neighbor.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let swapped = if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    rows[i - 2][j - 2] + 1
                } else {
                    usize::MAX
                };
                replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(swapped)
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_those_that_were_meant() {
        assert_eq!(near_names("sinn"), ["sign", "sin", "sinh"]);
        assert_eq!(near_names("sqtr"), ["sqrt"]);
        assert_eq!(near_names("Cos"), ["cos"]);
        assert!(near_names("foo").is_empty());
    }

    #[test]
    fn words_are_split_only_where_nothing_else_is_meant() {
        for word in ["xsin", "sinx", "xy", "ax", "xe", "ix", "pix", "sinxcosx"] {
            assert!(split(word, false, false).is_some(), "{word}");
        }
        for word in
            ["xi", "eta", "zeta", "sinn", "Si", "Ei", "li", "erf", "sinc", "ab", "axy", "Sin", "exsin"]
        {
            assert!(split(word, false, false).is_none(), "{word}");
        }
    }
}
