//! A table of known primitives.
//!
//! An integrand is looked up without its constant factor, and a sum term by term. The table does not
//! know where its entries come from.

use std::collections::HashMap;
use std::hash::Hasher;

use siphasher::sip128::{Hasher128, SipHasher13};

use crate::error::Result;
use crate::prefix::{from_tokens, write_tokens, Token};
use crate::random::Stream;
use crate::store::{Id, Store};
use crate::symbols::Symbol;

/// Longest integrand and primitive of an entry, in tokens.
const MAX_TOKENS: usize = 40;

/// Integrands with their primitives.
#[derive(Default)]
pub(crate) struct Primitives {
    /// Index of each integrand's entry, by the hash of its tokens.
    indices: HashMap<u128, u32>,
    tokens: Vec<Token>,
    /// End of integrand and of primitive of each entry in `tokens`.
    ends: Vec<(u32, u32)>,
    /// Entries of the first generation.
    first_generation: u32,
}

impl Primitives {
    /// Ends the first generation; all later entries are found by a method.
    pub(crate) fn end_first_generation(&mut self) {
        self.first_generation = self.ends.len() as u32;
    }

    /// Adds an entry, or keeps the shorter primitive of two.
    pub(crate) fn add(&mut self, store: &mut Store, integrand: Id, primitive: Id) -> Result<()> {
        let (constant, integrand) = store.split_constant(integrand)?;
        if integrand == Id::ZERO || integrand == Id::ONE {
            return Ok(());
        }
        let primitive = store.div(primitive, constant)?;
        let start = self.tokens.len();
        write_tokens(&store.dag, integrand, &mut self.tokens);
        let middle = self.tokens.len();
        write_tokens(&store.dag, primitive, &mut self.tokens);
        let key = hash(&self.tokens[start..middle]);
        let length = self.tokens.len() - middle;
        let known = self.indices.get(&key).map(|index| self.entry(*index).1.len());
        if middle - start > MAX_TOKENS || length > MAX_TOKENS || known.is_some_and(|known| known <= length) {
            self.tokens.truncate(start);
            return Ok(());
        }
        self.indices.insert(key, self.ends.len() as u32);
        self.ends.push((middle as u32, self.tokens.len() as u32));
        Ok(())
    }

    /// Tokens of integrand and primitive.
    fn entry(&self, index: u32) -> (&[Token], &[Token]) {
        let start = if index == 0 { 0 } else { self.ends[index as usize - 1].1 as usize };
        let (middle, end) = self.ends[index as usize];
        (&self.tokens[start..middle as usize], &self.tokens[middle as usize..end as usize])
    }

    /// A random entry.
    pub(crate) fn pick(&self, store: &mut Store, stream: &mut Stream) -> Result<(Id, Id)> {
        let index = stream.between(0, self.ends.len() as i64 - 1) as u32;
        let (integrand, primitive) = self.entry(index);
        Ok((from_tokens(store, integrand)?, from_tokens(store, primitive)?))
    }

    /// A primitive of `integrand`: of the whole, or of its terms, also after multiplying out.
    pub(crate) fn find(&self, store: &mut Store, integrand: Id) -> Result<Option<Id>> {
        if let Some(found) = self.find_terms(store, integrand, self.ends.len() as u32)? {
            return Ok(Some(found));
        }
        let expanded = store.expand(integrand)?;
        if expanded == integrand {
            return Ok(None);
        }
        self.find_terms(store, expanded, self.ends.len() as u32)
    }

    /// Whether the integrand is a sum of derivatives of small functions.
    pub(crate) fn knows_at_first(&self, store: &mut Store, integrand: Id) -> Result<bool> {
        Ok(self.find_terms(store, integrand, self.first_generation)?.is_some())
    }

    /// The primitive of a sum from the entries before `limit`.
    fn find_terms(&self, store: &mut Store, integrand: Id, limit: u32) -> Result<Option<Id>> {
        if let Some(found) = self.find_whole(store, integrand, limit)? {
            return Ok(Some(found));
        }
        let terms = store.dag.terms(&integrand).to_vec();
        if terms.len() < 2 {
            return Ok(None);
        }
        let mut sum = Vec::with_capacity(terms.len());
        for term in terms {
            match self.find_whole(store, term, limit)? {
                Some(primitive) => sum.push(primitive),
                None => return Ok(None),
            }
        }
        store.add(&sum).map(Some)
    }

    /// The primitive of an integrand that is in the table, up to a constant factor.
    fn find_whole(&self, store: &mut Store, integrand: Id, limit: u32) -> Result<Option<Id>> {
        if !store.contains(integrand, Symbol::X) {
            return store.mul(&[integrand, Id::symbol(Symbol::X)]).map(Some);
        }
        let (constant, rest) = store.split_constant(integrand)?;
        let mut tokens = Vec::new();
        write_tokens(&store.dag, rest, &mut tokens);
        let Some(&index) = self.indices.get(&hash(&tokens)).filter(|index| **index < limit) else {
            return Ok(None);
        };
        let primitive = from_tokens(store, self.entry(index).1)?;
        store.mul(&[constant, primitive]).map(Some)
    }
}

fn hash(tokens: &[Token]) -> u128 {
    let mut hasher = SipHasher13::new();
    for token in tokens {
        hasher.write_u8(token.0);
    }
    hasher.finish128().as_u128()
}

impl Store {
    /// Splits off the factors that are free of `x`; a sum has coprime coefficients afterwards.
    fn split_constant(&mut self, id: Id) -> Result<(Id, Id)> {
        let factors = self.dag.factors(&id).to_vec();
        let (with, without): (Vec<Id>, Vec<Id>) =
            factors.into_iter().partition(|f| self.contains(*f, Symbol::X));
        let rest = self.mul(&with)?;
        let (content, rest) = self.primitive(rest, true)?;
        let (number, rest) = self.split_coefficient(rest)?;
        let number = self.num(&content.mul(&number))?;
        let mut constant = without;
        constant.push(number);
        Ok((self.mul(&constant)?, rest))
    }
}
