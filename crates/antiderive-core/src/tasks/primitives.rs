//! A table of known primitives, built from the recipe alone.
//!
//! The first generation holds derivatives of small random functions; each later one adds what integration
//! by parts finds with the table so far. An integrand is looked up without its constant factor, and a sum
//! term by term.

use std::sync::{Arc, Mutex};

use siphasher::sip128::{Hasher128, SipHasher13};
use std::collections::HashMap;
use std::hash::Hasher;

use super::{by_parts, Clock, Workshop};
use crate::candidate::Reject;
use crate::error::Result;
use crate::prefix::{from_tokens, write_tokens, Token};
use crate::random::{key_of, Stream};
use crate::recipe::Recipe;
use crate::sample::FunctionSampler;
use crate::store::{Id, Limits, Store};
use crate::symbols::Symbol;

/// Operators of the functions that the first generation is made from.
const SMALL: (u32, u32) = (1, 4);
/// Random functions, and random pairs, that a generation is made from.
const DRAWS: [u64; 3] = [30_000, 20_000, 20_000];
/// Longest integrand and primitive of an entry, in tokens.
const MAX_TOKENS: usize = 40;

/// Integrands with their primitives.
pub(crate) struct Primitives {
    places: HashMap<u128, u32>,
    tokens: Vec<Token>,
    /// End of integrand and of primitive of each entry in `tokens`.
    ends: Vec<(u32, u32)>,
    /// Entries of the first generation.
    first_generation: u32,
}

impl Primitives {
    /// The table of a recipe; the last few are kept.
    pub(crate) fn of(recipe: &Recipe) -> Result<Arc<Primitives>> {
        static KEPT: Mutex<Vec<(String, Arc<Primitives>)>> = Mutex::new(Vec::new());
        const KEEP: usize = 4;
        let text = format!("primitives {}", recipe.text());
        // Held while building, so that a table is built once and not by every thread.
        let mut kept = KEPT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((_, table)) = kept.iter().find(|(own, _)| *own == text) {
            return Ok(table.clone());
        }
        let table = Arc::new(Primitives::build(recipe, &text)?);
        if kept.len() == KEEP {
            kept.remove(0);
        }
        kept.push((text, table.clone()));
        Ok(table)
    }

    fn build(recipe: &Recipe, text: &str) -> Result<Primitives> {
        let small = Recipe { min_operators: SMALL.0, max_operators: SMALL.1, ..recipe.clone() };
        let key = key_of(text);
        let mut workshop = Workshop {
            store: Store::new(Limits { number_bits: 256, size: 2000 }),
            sampler: FunctionSampler::new(&small)?,
            stream: Stream::new(&key, 0),
            clock: Clock::new(),
        };
        let mut table =
            Primitives { places: HashMap::new(), tokens: Vec::new(), ends: Vec::new(), first_generation: 0 };
        for draw in 0..DRAWS[0] {
            workshop.store.clear();
            workshop.stream = Stream::new(&key, draw);
            // What cannot be had is left out; nothing is counted here.
            let _ = table.add_derivative(&mut workshop);
        }
        table.first_generation = table.ends.len() as u32;
        for (generation, draws) in DRAWS.iter().enumerate().skip(1) {
            let mut found = Vec::new();
            for draw in 0..*draws {
                workshop.store.clear();
                workshop.stream = Stream::new(&key, (generation as u64) << 40 | draw);
                if let Ok(pair) = by_parts::candidate(&table, &mut workshop) {
                    let write = |id| {
                        let mut tokens = Vec::new();
                        write_tokens(&workshop.store.dag, id, &mut tokens);
                        tokens
                    };
                    found.push((write(pair.problem), write(pair.solution)));
                }
            }
            for (integrand, primitive) in found {
                workshop.store.clear();
                let integrand = from_tokens(&mut workshop.store, &integrand)?;
                let primitive = from_tokens(&mut workshop.store, &primitive)?;
                table.add(&mut workshop.store, integrand, primitive)?;
            }
        }
        Ok(table)
    }

    fn add_derivative(&mut self, workshop: &mut Workshop) -> std::result::Result<(), Reject> {
        let function = workshop.function(&[])?;
        let store = &mut workshop.store;
        let primitive = store.without_constant(function)?;
        let slope = store.diff(primitive, Symbol::X)?;
        let integrand = store.tidy(slope);
        Ok(self.add(store, integrand, primitive)?)
    }

    /// Adds an entry, or keeps the shorter primitive of two.
    fn add(&mut self, store: &mut Store, integrand: Id, primitive: Id) -> Result<()> {
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
        let known = self.places.get(&key).map(|place| self.entry(*place).1.len());
        if middle - start > MAX_TOKENS || length > MAX_TOKENS || known.is_some_and(|known| known <= length) {
            self.tokens.truncate(start);
            return Ok(());
        }
        self.places.insert(key, self.ends.len() as u32);
        self.ends.push((middle as u32, self.tokens.len() as u32));
        Ok(())
    }

    /// Tokens of integrand and primitive.
    fn entry(&self, place: u32) -> (&[Token], &[Token]) {
        let start = if place == 0 { 0 } else { self.ends[place as usize - 1].1 as usize };
        let (middle, end) = self.ends[place as usize];
        (&self.tokens[start..middle as usize], &self.tokens[middle as usize..end as usize])
    }

    /// A random entry.
    pub(crate) fn pick(&self, store: &mut Store, stream: &mut Stream) -> Result<(Id, Id)> {
        let place = stream.between(0, self.ends.len() as i64 - 1) as u32;
        let (integrand, primitive) = self.entry(place);
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
        let Some(&place) = self.places.get(&hash(&tokens)).filter(|place| **place < limit) else {
            return Ok(None);
        };
        let primitive = from_tokens(store, self.entry(place).1)?;
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
