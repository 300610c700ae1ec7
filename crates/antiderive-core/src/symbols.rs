//! The closed set of symbols an expression may contain.

/// The kind of a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// A fixed number: `pi`, `E`, `I`.
    Constant,
    /// The placeholder of a number in a skeleton.
    Placeholder,
    /// A symbolic coefficient `a0` .. `a9`.
    Coefficient,
    /// Any other single letter that a person may use for a parameter.
    Parameter,
    /// A variable `x y z t`.
    Variable,
    /// The unknown function of an ODE and its derivatives: `Y Y' Y''`.
    Unknown,
}

impl SymbolKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            SymbolKind::Constant => "constant",
            SymbolKind::Placeholder => "placeholder",
            SymbolKind::Coefficient => "coefficient",
            SymbolKind::Parameter => "parameter",
            SymbolKind::Variable => "variable",
            SymbolKind::Unknown => "unknown",
        }
    }
}

/// A symbol: an index into [`SYMBOLS`], which is also its rank in the canonical order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub(crate) u8);

/// Names of all symbols in canonical order.
#[rustfmt::skip]
pub const SYMBOLS: [&str; 64] = [
    "pi", "E", "I", "#",
    "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9",
    "A", "B", "C", "D", "F", "G", "H", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U",
    "V", "W", "X", "Z",
    "a", "b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "u", "v",
    "w",
    "x", "y", "z", "t",
    "Y", "Y'", "Y''",
];

/// LaTeX of the symbols whose LaTeX is not their name.
const LATEX: [(&str, &str); 7] =
    [("pi", r"\pi"), ("E", "e"), ("I", "i"), ("#", r"\square"), ("Y", "y"), ("Y'", "y'"), ("Y''", "y''")];

impl Symbol {
    /// The circle constant.
    pub const PI: Symbol = Symbol(0);
    /// Euler's number.
    pub const E: Symbol = Symbol(1);
    /// The imaginary unit.
    pub const I: Symbol = Symbol(2);
    /// The placeholder of a number in a skeleton.
    pub const PLACEHOLDER: Symbol = Symbol(3);
    /// The first constant of the solution of a differential equation, as the published data have it.
    pub const A8: Symbol = Symbol(12);
    /// The second one.
    pub const A9: Symbol = Symbol(13);
    /// The variable `x`.
    pub const X: Symbol = Symbol(57);
    /// The unknown function.
    pub const Y: Symbol = Symbol(61);
    /// Its first derivative.
    pub const Y1: Symbol = Symbol(62);
    /// Its second derivative.
    pub const Y2: Symbol = Symbol(63);

    /// The unknown function and its derivatives, by order.
    pub const UNKNOWNS: [Symbol; 3] = [Symbol::Y, Symbol::Y1, Symbol::Y2];

    /// The set of the unknown function and its derivatives ([`Symbol::bit`]).
    pub fn unknowns() -> u64 {
        Symbol::UNKNOWNS.iter().fold(0, |set, unknown| set | unknown.bit())
    }

    /// The coefficient `a0` .. `a9` with this number.
    pub(crate) fn coefficient(number: usize) -> Symbol {
        Symbol(4 + number.min(9) as u8)
    }

    /// All symbols.
    pub fn all() -> impl Iterator<Item = Symbol> {
        (0..SYMBOLS.len() as u8).map(Symbol)
    }

    /// The symbol with this name.
    pub fn from_name(name: &str) -> Option<Symbol> {
        SYMBOLS.iter().position(|s| *s == name).map(|i| Symbol(i as u8))
    }

    /// Its name, as in the prefix form.
    pub fn name(self) -> &'static str {
        SYMBOLS[self.0 as usize]
    }

    /// Its LaTeX.
    pub fn latex(self) -> String {
        let name = self.name();
        match LATEX.iter().find(|(n, _)| *n == name) {
            Some((_, latex)) => (*latex).to_string(),
            None if self.kind() == SymbolKind::Coefficient => format!("a_{{{}}}", &name[1..]),
            None => name.to_string(),
        }
    }

    /// What the symbol stands for.
    pub const fn kind(self) -> SymbolKind {
        match self.0 {
            0..=2 => SymbolKind::Constant,
            3 => SymbolKind::Placeholder,
            4..=13 => SymbolKind::Coefficient,
            14..=56 => SymbolKind::Parameter,
            57..=60 => SymbolKind::Variable,
            _ => SymbolKind::Unknown,
        }
    }

    /// The bit of this symbol in a set of symbols; constants have none.
    pub fn bit(self) -> u64 {
        if self.kind() == SymbolKind::Constant {
            0
        } else {
            1 << self.0
        }
    }
}

/// The symbols in a bit set, in canonical order.
pub fn symbols_in(mask: u64) -> impl Iterator<Item = Symbol> {
    Symbol::all().filter(move |s| mask & s.bit() != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_symbols_are_where_the_constants_say() {
        for (symbol, name) in [
            (Symbol::PI, "pi"),
            (Symbol::E, "E"),
            (Symbol::I, "I"),
            (Symbol::PLACEHOLDER, "#"),
            (Symbol::X, "x"),
            (Symbol::Y, "Y"),
            (Symbol::Y1, "Y'"),
            (Symbol::Y2, "Y''"),
        ] {
            assert_eq!(Symbol::from_name(name), Some(symbol));
        }
    }

    #[test]
    fn kinds_follow_the_names() {
        let unknown = |s: &Symbol| s.kind() == SymbolKind::Unknown;
        assert!(Symbol::all().filter(unknown).eq(Symbol::UNKNOWNS));
        for symbol in Symbol::all() {
            let name = symbol.name();
            let kind = match name {
                "pi" | "E" | "I" => SymbolKind::Constant,
                "#" => SymbolKind::Placeholder,
                "x" | "y" | "z" | "t" => SymbolKind::Variable,
                "Y" | "Y'" | "Y''" => SymbolKind::Unknown,
                _ if name.len() == 2 => SymbolKind::Coefficient,
                _ => SymbolKind::Parameter,
            };
            assert_eq!(symbol.kind(), kind, "{name}");
        }
    }
}
