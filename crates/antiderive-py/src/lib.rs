//! The native module `antiderive._core`: conversion between Python and `antiderive-core`, nothing else.

mod errors;
mod expr;
mod generate;
mod regular;
mod screen;
mod tables;

use pyo3::prelude::*;

/// The native core of antiderive.
#[pymodule]
mod _core {
    #[pymodule_export]
    use super::expr::{set_sympy_bridge, Expr};
    #[pymodule_export]
    use super::generate::{default_operators, generate, native_tasks, recipe_text, skeleton_hash, split_of};
    #[pymodule_export]
    use super::regular::special_stretches;
    #[pymodule_export]
    use super::screen::{screen_antiderivative, screen_pairs, screen_zero};
    #[pymodule_export]
    use super::tables::{arities, operators, symbols, vocabulary};

    #[pymodule_export]
    const GENERATOR_VERSION: u32 = antiderive_core::recipe::GENERATOR_VERSION;
}
