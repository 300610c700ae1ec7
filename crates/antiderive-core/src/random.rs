//! Counter-based randomness: every example has a stream of its own.

use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use siphasher::sip128::SipHasher24;

/// The random stream of one example: ChaCha8 with the recipe's hash as key and the index as stream number.
pub struct Stream(ChaCha8Rng);

/// The 256-bit key of a recipe.
pub type Key = [u8; 32];

/// The key of a recipe's text: two SipHash-2-4-128 under different keys.
pub fn key_of(text: &str) -> Key {
    let mut key = [0; 32];
    for (half, k) in key.chunks_exact_mut(16).zip([0x616e_7469u64, 0x6465_7269]) {
        let hash = SipHasher24::new_with_keys(k, 0).hash(text.as_bytes());
        half.copy_from_slice(&hash.as_bytes());
    }
    key
}

impl Stream {
    /// The stream of example `index`.
    pub fn new(key: &Key, index: u64) -> Stream {
        let mut rng = ChaCha8Rng::from_seed(*key);
        rng.set_stream(index);
        Stream(rng)
    }

    /// An integer from `0..bound`, exactly uniform (by rejection); `bound` must not be 0.
    pub fn below(&mut self, bound: u128) -> u128 {
        debug_assert!(bound > 0);
        let mask = u128::MAX >> (bound - 1).leading_zeros().min(127);
        loop {
            let mut value = u128::from(self.0.next_u64());
            if mask > u128::from(u64::MAX) {
                value |= u128::from(self.0.next_u64()) << 64;
            }
            let value = value & mask;
            if value < bound {
                return value;
            }
        }
    }

    /// An integer from `low..=high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low) as u128 + 1) as i64
    }

    /// True with probability 1/2.
    pub fn coin(&mut self) -> bool {
        self.0.next_u32() & 1 == 1
    }

    /// A real number from `low..high` with 53 random bits.
    pub fn uniform(&mut self, low: f64, high: f64) -> f64 {
        let unit = (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        low + (high - low) * unit
    }
}

/// Choices with integer weights.
#[derive(Debug, Clone)]
pub struct Weighted<T> {
    /// Choices with the sum of the weights up to and including their own.
    choices: Vec<(T, u64)>,
}

impl<T: Copy> Weighted<T> {
    /// From pairs of choice and weight; those of weight 0 are left out.
    pub fn new(pairs: impl IntoIterator<Item = (T, u32)>) -> Weighted<T> {
        let mut total = 0;
        let choices = pairs
            .into_iter()
            .filter(|(_, weight)| *weight > 0)
            .map(|(choice, weight)| {
                total += u64::from(weight);
                (choice, total)
            })
            .collect();
        Weighted { choices }
    }

    /// Sum of the weights.
    pub fn total(&self) -> u64 {
        self.choices.last().map_or(0, |(_, total)| *total)
    }

    /// A choice with probability proportional to its weight; there must be at least one.
    pub fn pick(&self, stream: &mut Stream) -> T {
        let mark = stream.below(u128::from(self.total())) as u64;
        let index = self.choices.partition_point(|(_, upto)| *upto <= mark);
        self.choices[index].0
    }
}
