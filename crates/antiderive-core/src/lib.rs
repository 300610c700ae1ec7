//! The engine of antiderive: exact expressions in canonical form, calculus, numerics, and generators of
//! problems with their solutions.

mod canonical;
pub mod error;
mod functions;
pub mod number;
pub mod numeric;
pub mod operators;
mod order;
pub mod parse;
pub mod prefix;
pub mod print;
pub mod store;
pub mod symbols;

pub use error::{Error, Result};
