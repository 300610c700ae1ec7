//! Immutable expressions that own their nodes.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::error::Result;
use crate::prefix::{count_operators, write_tokens, Token};
use crate::store::{Dag, Id, Node, Store};

/// An expression in canonical form. Equal when the canonical forms are equal; cheap to clone.
///
/// To compute with expressions, bring them into a [`Store`] and take the result out again:
///
/// ```
/// use antiderive_core::expr::Expr;
/// use antiderive_core::store::Store;
/// use antiderive_core::symbols::Symbol;
///
/// let mut store = Store::default();
/// let f = Expr::parse(&mut store, "x*cos(x)")?;
/// let id = f.import(&mut store)?;
/// let derivative = store.diff(id, Symbol::X)?;
/// assert_eq!(Expr::export(&store, derivative).to_string(), "cos(x) - x*sin(x)");
/// # Ok::<(), antiderive_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Expr(Arc<Dag>);

impl Expr {
    /// Reads infix text.
    pub fn parse(store: &mut Store, text: &str) -> Result<Expr> {
        let id = crate::parse::parse_expression(store, text)?;
        Ok(Expr::export(store, id))
    }

    /// Takes an expression out of a store.
    pub fn export(store: &Store, id: Id) -> Expr {
        Expr(Arc::new(store.export(id)))
    }

    /// Brings the expression into a store.
    pub fn import(&self, store: &mut Store) -> Result<Id> {
        store.import(&self.0, self.root())
    }

    /// The nodes, arguments first, the root last.
    pub fn dag(&self) -> &Dag {
        &self.0
    }

    /// The root.
    pub fn root(&self) -> Id {
        Id(self.0.nodes.len() as u32 - 1)
    }

    /// The node at an index of [`Expr::dag`].
    pub fn node_at(&self, index: usize) -> Id {
        Id(index as u32)
    }

    /// The set of symbols ([`crate::symbols::Symbol::bit`]).
    pub fn symbols(&self) -> u64 {
        self.0.nodes.iter().fold(0, |set, node| set | if let Node::Symbol(s) = node { s.bit() } else { 0 })
    }

    /// The tokens of the prefix form.
    pub fn tokens(&self) -> Vec<Token> {
        let mut tokens = Vec::new();
        write_tokens(&self.0, self.root(), &mut tokens);
        tokens
    }

    /// Number of operators of the prefix form.
    pub fn operators(&self) -> usize {
        count_operators(&self.tokens())
    }
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.nodes == other.0.nodes
                && self.0.args == other.0.args
                && self.0.numbers == other.0.numbers)
    }
}

impl Eq for Expr {}

impl Hash for Expr {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.nodes.hash(state);
        self.0.args.hash(state);
        self.0.numbers.hash(state);
    }
}

impl std::fmt::Display for Expr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&crate::print::infix(&self.0, self.root()))
    }
}
