//! Double-precision screening of candidates.

use antiderive_core::screen::{
    screen_antiderivative as antiderivative, screen_pairs as pairs_at_once, screen_zero as zero, Screened,
    Screening,
};
use antiderive_core::symbols::Symbol;
use antiderive_core::Error;
use num_complex::Complex64;
use pyo3::prelude::*;
use std::collections::HashMap;

use crate::errors::to_python;
use crate::expr::Expr;

type Samples = Vec<(HashMap<&'static str, Complex64>, f64)>;

fn name(status: Screening) -> &'static str {
    match status {
        Screening::Agrees => "agrees",
        Screening::Disagrees => "disagrees",
        Screening::Doubtful => "doubtful",
        Screening::Untested => "untested",
        Screening::Undefined => "undefined",
    }
}

fn result(screened: Screened) -> (&'static str, Samples) {
    let status = name(screened.status);
    let samples = screened
        .samples
        .into_iter()
        .map(|s| {
            (s.values.into_iter().map(|(k, v)| (k.name(), Complex64::new(v.re, v.im))).collect(), s.error)
        })
        .collect();
    (status, samples)
}

fn symbol(py: Python<'_>, name: &str) -> PyResult<Symbol> {
    Symbol::from_name(name)
        .ok_or_else(|| to_python(py, &Error::Setting(format!("unknown symbol '{name}'")), None))
}

/// Compares an integrand with the derivative of a candidate at random points.
#[pyfunction]
pub fn screen_antiderivative(
    py: Python<'_>,
    integrand: Expr,
    candidate: Expr,
    variable: &str,
    seed: u64,
) -> PyResult<(&'static str, Samples)> {
    let variable = symbol(py, variable)?;
    Ok(result(py.detach(|| antiderivative(&integrand.0, &candidate.0, variable, seed))))
}

/// Compares many integrands with the derivatives of their candidates.
#[pyfunction]
pub fn screen_pairs(
    py: Python<'_>,
    pairs: Vec<(Expr, Expr)>,
    variable: &str,
    seed: u64,
) -> PyResult<Vec<&'static str>> {
    let variable = symbol(py, variable)?;
    let pairs: Vec<_> = pairs.into_iter().map(|(f, candidate)| (f.0, candidate.0)).collect();
    Ok(py.detach(|| pairs_at_once(&pairs, variable, seed)).into_iter().map(name).collect())
}

/// Checks whether an expression is zero at random points.
#[pyfunction]
pub fn screen_zero(
    py: Python<'_>,
    residual: Expr,
    variable: &str,
    seed: u64,
) -> PyResult<(&'static str, Samples)> {
    let variable = symbol(py, variable)?;
    Ok(result(py.detach(|| zero(&residual.0, variable, seed))))
}
