//! The arena in which expressions are built: hash-consed nodes with cached facts.
//!
//! Equal sub-expressions are one node, arguments come before the nodes that use them, and nothing is freed
//! until [`Store::clear`]: one store serves one operation or one generated example.

use std::cell::Cell;

use hashbrown::HashTable;

use crate::error::{Error, Result};
use crate::number::Number;
use crate::operators::Op;
use crate::symbols::Symbol;

/// Deepest nesting of an expression.
pub const MAX_DEPTH: u32 = 2000;

/// A node of a store or of a [`Dag`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub(crate) u32);

impl Id {
    /// 0
    pub const ZERO: Id = Id(SMALL_INT);
    /// 1
    pub const ONE: Id = Id(SMALL_INT + 1);
    /// -1
    pub const MINUS_ONE: Id = Id(SMALL_INT - 1);
    /// 2
    pub const TWO: Id = Id(SMALL_INT + 2);
    /// 1/2
    pub const HALF: Id = Id(2 * SMALL_INT + 1);

    /// Index into tables that run along the nodes.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The node of a symbol: symbols have fixed indices.
    #[inline]
    pub const fn symbol(symbol: Symbol) -> Id {
        Id(FIRST_SYMBOL + symbol.0 as u32)
    }
}

/// Integers from -16 to 16 have fixed indices at the start of every store, then 1/2, then the symbols.
const SMALL_INT: u32 = 16;
const FIRST_SYMBOL: u32 = 2 * SMALL_INT + 2;
const FIXED: usize = FIRST_SYMBOL as usize + crate::symbols::SYMBOLS.len();

/// A run of arguments in [`Dag::args`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    start: u32,
    len: u32,
}

/// A node. Differences, quotients and roots do not exist: they are sums, products and powers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Node {
    /// An exact number, by its index in [`Dag::numbers`].
    Number(u32),
    /// A symbol.
    Symbol(Symbol),
    /// A function of one argument.
    Function(Op, Id),
    /// Base and exponent.
    Pow(Id, Id),
    /// Two or more terms; a number stands last.
    Add(Span),
    /// Two or more factors; a number stands first.
    Mul(Span),
}

/// Nodes in an order in which arguments come first.
#[derive(Debug, Clone, Default)]
pub struct Dag {
    pub(crate) nodes: Vec<Node>,
    pub(crate) args: Vec<Id>,
    pub(crate) numbers: Vec<Number>,
}

impl Dag {
    /// The node at `id`.
    #[inline]
    pub fn node(&self, id: Id) -> Node {
        self.nodes[id.index()]
    }

    /// The arguments of a sum or product.
    #[inline]
    pub fn span(&self, span: Span) -> &[Id] {
        &self.args[span.start as usize..(span.start + span.len) as usize]
    }

    /// The number at `id`, if it is one.
    #[inline]
    pub fn number(&self, id: Id) -> Option<&Number> {
        match self.node(id) {
            Node::Number(n) => Some(&self.numbers[n as usize]),
            _ => None,
        }
    }

    /// The value of an integer node of 64 bits.
    pub fn integer(&self, id: Id) -> Option<i64> {
        self.number(id).and_then(Number::to_i64)
    }

    /// The arguments of a node, in order.
    pub fn arguments(&self, id: Id) -> Arguments<'_> {
        match self.node(id) {
            Node::Number(_) | Node::Symbol(_) => Arguments::Few([Id::ZERO; 2], 0),
            Node::Function(_, a) => Arguments::Few([a, Id::ZERO], 1),
            Node::Pow(a, b) => Arguments::Few([a, b], 2),
            Node::Add(span) | Node::Mul(span) => Arguments::Many(self.span(span)),
        }
    }

    /// Factors of a product, or the node itself.
    pub(crate) fn factors<'a>(&'a self, id: &'a Id) -> &'a [Id] {
        match self.node(*id) {
            Node::Mul(span) => self.span(span),
            _ => std::slice::from_ref(id),
        }
    }

    /// Terms of a sum, or the node itself.
    pub(crate) fn terms<'a>(&'a self, id: &'a Id) -> &'a [Id] {
        match self.node(*id) {
            Node::Add(span) => self.span(span),
            _ => std::slice::from_ref(id),
        }
    }

    /// Base and exponent of a factor; what is not a power has exponent 1.
    #[inline]
    pub(crate) fn base_exponent(&self, id: Id) -> (Id, Id) {
        match self.node(id) {
            Node::Pow(b, e) => (b, e),
            _ => (id, Id::ONE),
        }
    }

    /// The nodes that `root` is made of, arguments first, `root` last; the order depends on the
    /// structure alone.
    pub fn postorder(&self, root: Id) -> Vec<Id> {
        let mut seen = vec![false; root.index() + 1];
        let mut order = Vec::new();
        let mut stack = vec![(root, false)];
        while let Some((id, expanded)) = stack.pop() {
            if expanded {
                order.push(id);
                continue;
            }
            if std::mem::replace(&mut seen[id.index()], true) {
                continue;
            }
            stack.push((id, true));
            for &arg in self.arguments(id).as_slice().iter().rev() {
                if !seen[arg.index()] {
                    stack.push((arg, false));
                }
            }
        }
        order
    }
}

/// The arguments of one node.
pub enum Arguments<'a> {
    /// Up to two, held inline.
    Few([Id; 2], usize),
    /// A run in the argument table.
    Many(&'a [Id]),
}

impl Arguments<'_> {
    /// As a slice.
    pub fn as_slice(&self) -> &[Id] {
        match self {
            Arguments::Few(ids, len) => &ids[..*len],
            Arguments::Many(ids) => ids,
        }
    }
}

/// Facts about a node, computed when it is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    hash: u32,
    /// Nesting depth; a leaf has 1.
    pub depth: u16,
    /// Number of nodes when written out as a tree.
    pub size: u32,
    /// The symbols that occur ([`Symbol::bit`]).
    pub symbols: u64,
}

/// Bounds of a store; past them constructors return an error.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bits of the numerator or denominator of a number.
    pub number_bits: u64,
    /// Nodes of an expression when written out as a tree.
    pub size: u32,
    /// Arguments looked at since the store was empty; bounds the time.
    pub work: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { number_bits: 8192, size: 1_000_000, work: 10_000_000 }
    }
}

/// An arena of canonical expressions.
pub struct Store {
    pub(crate) dag: Dag,
    pub(crate) facts: Vec<Facts>,
    table: HashTable<Id>,
    pub(crate) limits: Limits,
    /// Work done since the store was empty.
    work: Cell<u64>,
    /// Empty vectors kept for reuse, so that building a node allocates nothing in the long run.
    spare: Vec<Vec<Id>>,
}

impl Default for Store {
    fn default() -> Self {
        Store::new(Limits::default())
    }
}

impl Store {
    /// An empty store.
    pub fn new(limits: Limits) -> Store {
        let mut store = Store {
            dag: Dag::default(),
            facts: Vec::new(),
            table: HashTable::new(),
            limits,
            work: Cell::new(0),
            spare: Vec::new(),
        };
        let leaf = |symbols| Facts { hash: 0, depth: 1, size: 1, symbols };
        let small = i64::from(SMALL_INT);
        for number in (-small..=small).map(Number::int).chain([Number::HALF]) {
            store.dag.nodes.push(Node::Number(store.dag.numbers.len() as u32));
            store.dag.numbers.push(number);
            store.facts.push(leaf(0));
        }
        for symbol in Symbol::all() {
            store.dag.nodes.push(Node::Symbol(symbol));
            store.facts.push(leaf(symbol.bit()));
        }
        store
    }

    /// Forgets every expression; the memory is kept for the next ones.
    pub fn clear(&mut self) {
        self.dag.nodes.truncate(FIXED);
        self.facts.truncate(FIXED);
        self.dag.args.clear();
        self.dag.numbers.truncate(FIRST_SYMBOL as usize);
        self.table.clear();
        self.work.set(0);
    }

    /// Counts work; [`Store::check_work`] tells when it is too much.
    #[inline]
    pub(crate) fn count_work(&self, amount: usize) {
        self.work.set(self.work.get().saturating_add(amount as u64));
    }

    /// Counts arithmetic with this number: a long one is copied and reduced, in time quadratic in its length.
    #[inline]
    pub(crate) fn count_number(&self, number: &Number) {
        if let Number::Big(_) = number {
            let words = number.bits() as usize / 64;
            self.count_work(16 + 2 * words * words);
        }
    }

    /// An error once more work was done than the store allows.
    #[inline]
    pub(crate) fn check_work(&self) -> Result<()> {
        if self.work.get() > self.limits.work {
            return Err(Error::Bound { what: "the computation", bound: self.limits.work as usize });
        }
        Ok(())
    }

    /// The nodes, to read.
    pub fn dag(&self) -> &Dag {
        &self.dag
    }

    /// Number of nodes held.
    pub fn len(&self) -> usize {
        self.dag.nodes.len()
    }

    /// Whether nothing but the fixed nodes is held.
    pub fn is_empty(&self) -> bool {
        self.len() == FIXED
    }

    /// The set of symbols in `id` (see [`Symbol::bit`]).
    #[inline]
    pub fn symbols(&self, id: Id) -> u64 {
        self.facts[id.index()].symbols
    }

    /// Whether `symbol` occurs in `id`.
    #[inline]
    pub fn contains(&self, id: Id, symbol: Symbol) -> bool {
        self.symbols(id) & symbol.bit() != 0
    }

    /// Nesting depth of `id`.
    pub fn depth(&self, id: Id) -> u32 {
        u32::from(self.facts[id.index()].depth)
    }

    /// Number of nodes of `id` written out as a tree.
    pub fn size(&self, id: Id) -> u32 {
        self.facts[id.index()].size
    }

    /// The number at `id`, if it is one.
    #[inline]
    pub fn number(&self, id: Id) -> Option<&Number> {
        self.dag.number(id)
    }

    /// The node of an integer.
    pub fn int(&mut self, n: i64) -> Id {
        if n.unsigned_abs() <= u64::from(SMALL_INT) {
            return Id((n + i64::from(SMALL_INT)) as u32);
        }
        self.intern_number(&Number::int(n))
    }

    /// The node of a number; refuses one above the store's limit.
    pub fn num(&mut self, value: &Number) -> Result<Id> {
        match value {
            Number::Small(n, 1) => Ok(self.int(*n)),
            Number::Small(1, 2) => Ok(Id::HALF),
            _ if value.bits() > self.limits.number_bits => {
                Err(Error::NumberTooLarge(self.limits.number_bits))
            }
            _ => Ok(self.intern_number(value)),
        }
    }

    fn intern_number(&mut self, value: &Number) -> Id {
        self.count_number(value);
        let hash = hash_number(value);
        let (dag, facts) = (&self.dag, &self.facts);
        let found = self.table.find(u64::from(hash) << 32 | u64::from(hash), |id| {
            facts[id.index()].hash == hash && dag.number(*id) == Some(value)
        });
        if let Some(id) = found {
            return *id;
        }
        let node = Node::Number(self.dag.numbers.len() as u32);
        self.dag.numbers.push(value.clone());
        self.push(node, Facts { hash, depth: 1, size: 1, symbols: 0 })
    }

    fn push(&mut self, node: Node, facts: Facts) -> Id {
        let id = Id(self.dag.nodes.len() as u32);
        self.dag.nodes.push(node);
        self.facts.push(facts);
        let all = &self.facts;
        let key = |hash: u32| u64::from(hash) << 32 | u64::from(hash);
        self.table.insert_unique(key(facts.hash), id, |id| key(all[id.index()].hash));
        id
    }

    /// Makes or finds a node with the arguments `args`; the caller guarantees that it is canonical.
    fn intern(&mut self, tag: u32, args: &[Id], make: impl FnOnce(Span) -> Node) -> Result<Id> {
        self.count_work(args.len());
        self.check_work()?;
        let mut mixed = u64::from(tag) ^ 0x9e37_79b9_7f4a_7c15;
        for arg in args {
            mixed = (mixed.rotate_left(26) ^ u64::from(arg.0)).wrapping_mul(0xf135_7aea_2e62_a9c5);
        }
        let hash = (mixed >> 32) as u32;
        let (dag, facts) = (&self.dag, &self.facts);
        let found = self.table.find(u64::from(hash) << 32 | u64::from(hash), |id| {
            facts[id.index()].hash == hash
                && dag.node(*id).tag() == tag
                && dag.arguments(*id).as_slice() == args
        });
        if let Some(id) = found {
            return Ok(*id);
        }
        let (mut depth, mut size, mut symbols) = (0, 1u32, 0);
        for arg in args {
            let f = &self.facts[arg.index()];
            depth = depth.max(f.depth);
            size = size.saturating_add(f.size);
            symbols |= f.symbols;
        }
        if u32::from(depth) >= MAX_DEPTH {
            return Err(Error::TooDeep(MAX_DEPTH));
        }
        if size > self.limits.size {
            return Err(Error::TooLarge(self.limits.size));
        }
        let span = Span { start: self.dag.args.len() as u32, len: args.len() as u32 };
        let node = make(span);
        if matches!(node, Node::Add(_) | Node::Mul(_)) {
            self.dag.args.extend_from_slice(args);
        }
        Ok(self.push(node, Facts { hash, depth: depth + 1, size, symbols }))
    }

    pub(crate) fn raw_add(&mut self, terms: &[Id]) -> Result<Id> {
        match terms {
            [] => Ok(Id::ZERO),
            [one] => Ok(*one),
            _ => self.intern(TAG_ADD, terms, Node::Add),
        }
    }

    pub(crate) fn raw_mul(&mut self, factors: &[Id]) -> Result<Id> {
        match factors {
            [] => Ok(Id::ONE),
            [one] => Ok(*one),
            _ => self.intern(TAG_MUL, factors, Node::Mul),
        }
    }

    pub(crate) fn raw_pow(&mut self, base: Id, exponent: Id) -> Result<Id> {
        if exponent == Id::ONE {
            return Ok(base);
        }
        self.intern(TAG_POW, &[base, exponent], |_| Node::Pow(base, exponent))
    }

    pub(crate) fn raw_function(&mut self, op: Op, arg: Id) -> Result<Id> {
        self.intern(TAG_FUNCTION + op as u32, &[arg], |_| Node::Function(op, arg))
    }

    /// An empty vector from the spare ones.
    pub(crate) fn take_ids(&mut self) -> Vec<Id> {
        self.spare.pop().unwrap_or_default()
    }

    /// Gives a vector back for reuse.
    pub(crate) fn give_ids(&mut self, mut ids: Vec<Id>) {
        ids.clear();
        self.spare.push(ids);
    }

    /// Copies `root` of `dag`, whose nodes are canonical, into this store.
    pub fn import(&mut self, dag: &Dag, root: Id) -> Result<Id> {
        let mut map = vec![Id::ZERO; dag.nodes.len()];
        let mut args = self.take_ids();
        for id in dag.postorder(root) {
            args.clear();
            args.extend(dag.arguments(id).as_slice().iter().map(|a| map[a.index()]));
            map[id.index()] = match dag.node(id) {
                Node::Number(n) => self.num(&dag.numbers[n as usize])?,
                Node::Symbol(s) => Id::symbol(s),
                Node::Function(op, _) => self.raw_function(op, args[0])?,
                Node::Pow(..) => self.raw_pow(args[0], args[1])?,
                Node::Add(_) => self.raw_add(&args)?,
                Node::Mul(_) => self.raw_mul(&args)?,
            };
        }
        self.give_ids(args);
        Ok(map[root.index()])
    }

    /// Copies the nodes of `root` out, in an order that depends on the structure alone, so that equal
    /// expressions have equal dags. The root is the last node.
    pub fn export(&self, root: Id) -> Dag {
        let order = self.dag.postorder(root);
        let mut map = vec![Id::ZERO; root.index() + 1];
        let mut out = Dag::default();
        out.nodes.reserve_exact(order.len());
        for (index, id) in order.into_iter().enumerate() {
            let node = match self.dag.node(id) {
                Node::Number(n) => {
                    out.numbers.push(self.dag.numbers[n as usize].clone());
                    Node::Number(out.numbers.len() as u32 - 1)
                }
                Node::Symbol(s) => Node::Symbol(s),
                Node::Function(op, a) => Node::Function(op, map[a.index()]),
                Node::Pow(a, b) => Node::Pow(map[a.index()], map[b.index()]),
                Node::Add(span) => Node::Add(out.copy_span(self.dag.span(span), &map)),
                Node::Mul(span) => Node::Mul(out.copy_span(self.dag.span(span), &map)),
            };
            out.nodes.push(node);
            map[id.index()] = Id(index as u32);
        }
        out
    }
}

impl Dag {
    fn copy_span(&mut self, ids: &[Id], map: &[Id]) -> Span {
        let start = self.args.len() as u32;
        self.args.extend(ids.iter().map(|id| map[id.index()]));
        Span { start, len: ids.len() as u32 }
    }
}

const TAG_POW: u32 = 2;
const TAG_ADD: u32 = 3;
const TAG_MUL: u32 = 4;
const TAG_FUNCTION: u32 = 8;

impl Node {
    /// A number that identifies the kind of node (and the function).
    fn tag(self) -> u32 {
        match self {
            Node::Number(_) => 0,
            Node::Symbol(_) => 1,
            Node::Pow(..) => TAG_POW,
            Node::Add(_) => TAG_ADD,
            Node::Mul(_) => TAG_MUL,
            Node::Function(op, _) => TAG_FUNCTION + op as u32,
        }
    }
}

fn hash_number(value: &Number) -> u32 {
    let mixed = match value {
        Number::Small(n, d) => ((*n as u64).rotate_left(26) ^ *d as u64).wrapping_mul(0xf135_7aea_2e62_a9c5),
        Number::Big(b) => {
            let low = |x: &num_bigint::BigInt| x.iter_u64_digits().next().unwrap_or(0);
            (low(b.numer()).rotate_left(26) ^ low(b.denom())).wrapping_mul(0xf135_7aea_2e62_a9c5)
        }
    };
    (mixed >> 32) as u32
}
