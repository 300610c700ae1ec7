//! The tables of operators and symbols and the vocabulary, to read from Python.

use antiderive_core::operators::{Meaning, Reciprocal, OPERATORS};
use antiderive_core::prefix::{Token, VOCABULARY};
use antiderive_core::symbols::Symbol;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Rows of the operator table.
#[pyfunction]
pub fn operators(py: Python<'_>) -> PyResult<Vec<Bound<'_, PyDict>>> {
    OPERATORS
        .iter()
        .map(|row| {
            let out = PyDict::new(py);
            out.set_item("name", row.name)?;
            out.set_item("arity", row.arity)?;
            out.set_item("infix", row.infix)?;
            out.set_item("latex", row.latex)?;
            out.set_item("sympy", row.sympy)?;
            out.set_item("arb", row.arb)?;
            out.set_item("weight", row.weight)?;
            let (derivative, power) = match row.meaning {
                Meaning::Function(ref f) => (Some(f.derivative), None),
                Meaning::FixedPower(num, den) => (None, Some((num, den))),
                _ => (None, None),
            };
            out.set_item("derivative", derivative)?;
            out.set_item("power", power)?;
            let reciprocal =
                row.op.function().and_then(|f| f.reciprocal).map(|reciprocal| match reciprocal {
                    Reciprocal::Value(op) => ("value", op.row().name),
                    Reciprocal::Argument(op) => ("argument", op.row().name),
                });
            out.set_item("reciprocal", reciprocal)?;
            Ok(out)
        })
        .collect()
}

/// Name and kind of every symbol, in canonical order.
#[pyfunction]
pub fn symbols() -> Vec<(&'static str, &'static str)> {
    Symbol::all().map(|symbol| (symbol.name(), symbol.kind().name())).collect()
}

/// Token names, in the order of their ids.
#[pyfunction]
pub fn vocabulary() -> Vec<&'static str> {
    (0..VOCABULARY as u8).map(|i| Token(i).name()).collect()
}

/// How many expressions follow each token of the vocabulary; digits and signs have 0.
#[pyfunction]
pub fn arities() -> Vec<usize> {
    (0..VOCABULARY as u8).map(|i| Token(i).arity()).collect()
}
