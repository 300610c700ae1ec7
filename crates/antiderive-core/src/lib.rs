//! The engine of antiderive: exact expressions in canonical form, calculus, numerics, and generators of
//! problems with their solutions.

mod calculus;
pub mod candidate;
mod canonical;
mod coefficients;
mod collect;
pub mod error;
pub mod evaluate;
pub mod expr;
mod functions;
pub mod generate;
pub mod interval;
mod isolate;
mod lexer;
mod names;
pub mod number;
pub mod numeric;
pub mod operators;
mod order;
pub mod parse;
mod power;
pub mod prefix;
pub mod print;
pub mod random;
pub mod recipe;
pub mod rectangle;
pub mod regular;
mod rewrite;
mod sample;
pub mod screen;
mod skeleton;
pub mod store;
pub mod symbols;
pub mod tasks;
pub mod trees;

pub use error::{Error, Result};
