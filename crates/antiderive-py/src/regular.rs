//! Stretches of the real line on which expressions are not known to be analytic.

use antiderive_core::regular::{special_stretches as stretches, Reason, Search};
use antiderive_core::symbols::Symbol;
use antiderive_core::Error;
use pyo3::prelude::*;

use crate::errors::to_python;
use crate::expr::Expr;

type Stretches = Vec<(f64, f64, &'static str, Vec<usize>)>;

/// Ends, reason (`point`, `far`, `unresolved`, `outside`) and the expressions to blame, from the left.
///
/// The first `problems` expressions must be real for a place to be of interest; `hints` are other forms of
/// sub-expressions.
#[pyfunction]
pub fn special_stretches(
    py: Python<'_>,
    expressions: Vec<Expr>,
    problems: usize,
    variable: &str,
    periods: f64,
    budget: usize,
    hints: Vec<(Expr, Expr)>,
) -> PyResult<Stretches> {
    let variable = Symbol::from_name(variable)
        .ok_or_else(|| to_python(py, &Error::Setting(format!("unknown symbol '{variable}'")), None))?;
    if expressions.is_empty() || expressions.len() > 64 {
        return Err(to_python(py, &Error::Setting("from 1 to 64 expressions at once".into()), None));
    }
    let expressions: Vec<_> = expressions.into_iter().map(|e| e.0).collect();
    let hints: Vec<_> = hints.into_iter().map(|(part, form)| (part.0, form.0)).collect();
    let search = Search { variable, problems, periods, budget };
    let found = py.detach(|| stretches(&expressions, search, &hints)).map_err(|e| to_python(py, &e, None))?;
    let blamed = |bits: u64| (0..64).filter(|place| bits >> place & 1 == 1).collect();
    let name = |reason| match reason {
        Reason::Point => "point",
        Reason::Far => "far",
        Reason::Unresolved => "unresolved",
        Reason::Outside => "outside",
    };
    Ok(found.iter().map(|s| (s.ends.lo, s.ends.hi, name(s.reason), blamed(s.expressions))).collect())
}
