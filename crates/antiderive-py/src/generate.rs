//! Recipes and batches of examples.

use std::time::Duration;

use antiderive_core::candidate::REJECTS;
use antiderive_core::generate::{
    generate as generate_batch, skeleton_hash as hash_of, split_of as split, Split,
};
use antiderive_core::operators::Op;
use antiderive_core::recipe::Recipe;
use antiderive_core::tasks::{default_operators as default_sizes, STAGES, TASKS};
use antiderive_core::Error;
use numpy::IntoPyArray;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::to_python;

fn recipe_from(py: Python<'_>, settings: &Bound<'_, PyDict>) -> PyResult<Recipe> {
    let mut recipe = Recipe::default();
    for (key, value) in settings {
        let key: String = key.extract()?;
        match key.as_str() {
            "task" => recipe.task = value.extract()?,
            "seed" => recipe.seed = value.extract()?,
            "min_operators" => recipe.min_operators = value.extract()?,
            "max_operators" => recipe.max_operators = value.extract()?,
            "variable_weight" => recipe.variable_weight = value.extract()?,
            "integer_weight" => recipe.integer_weight = value.extract()?,
            "coefficients" => recipe.coefficients = value.extract()?,
            "coefficient_weight" => recipe.coefficient_weight = value.extract()?,
            "max_integer" => recipe.max_integer = value.extract()?,
            "weighted_shapes" => recipe.weighted_shapes = value.extract()?,
            "max_tokens" => recipe.max_tokens = value.extract()?,
            "operators" => {
                recipe.operators.clear();
                for (name, weight) in value.cast::<PyDict>()? {
                    let name: String = name.extract()?;
                    let op = Op::from_name(&name).ok_or_else(|| {
                        to_python(py, &Error::Setting(format!("unknown operator '{name}'")), None)
                    })?;
                    recipe.operators.push((op, weight.extract()?));
                }
            }
            _ => {
                return Err(to_python(
                    py,
                    &Error::Setting(format!("unknown setting '{key}' of a recipe")),
                    None,
                ))
            }
        }
    }
    recipe.validate().map_err(|e| to_python(py, &e, None))?;
    Ok(recipe)
}

/// Checks a recipe and returns the line from which the key of its random streams is made.
#[pyfunction]
pub fn recipe_text(py: Python<'_>, recipe: &Bound<'_, PyDict>) -> PyResult<String> {
    recipe_from(py, recipe).map(|r| r.text())
}

/// Examples `start .. start + count` of a recipe as numpy arrays.
#[pyfunction]
pub fn generate<'py>(
    py: Python<'py>,
    recipe: &Bound<'py, PyDict>,
    start: u64,
    count: usize,
    threads: usize,
) -> PyResult<Bound<'py, PyDict>> {
    let recipe = recipe_from(py, recipe)?;
    let (batch, times) =
        py.detach(|| generate_batch(&recipe, start, count, threads)).map_err(|e| to_python(py, &e, None))?;
    let splits: Vec<u8> = batch.skeletons.iter().map(|h| split_code(split(*h))).collect();
    let rejects = PyDict::new(py);
    for (name, count) in REJECTS.iter().zip(batch.rejects) {
        rejects.set_item(name, count)?;
    }
    let seconds = PyDict::new(py);
    for (name, nanoseconds) in STAGES.iter().zip(times) {
        seconds.set_item(name, Duration::from_nanos(nanoseconds).as_secs_f64())?;
    }
    let out = PyDict::new(py);
    out.set_item("problem_tokens", batch.problem_tokens.into_pyarray(py))?;
    out.set_item("problem_ends", batch.problem_ends.into_pyarray(py))?;
    out.set_item("solution_tokens", batch.solution_tokens.into_pyarray(py))?;
    out.set_item("solution_ends", batch.solution_ends.into_pyarray(py))?;
    out.set_item("skeletons", batch.skeletons.into_pyarray(py))?;
    out.set_item("splits", splits.into_pyarray(py))?;
    out.set_item("problem_operators", batch.problem_operators.into_pyarray(py))?;
    out.set_item("solution_operators", batch.solution_operators.into_pyarray(py))?;
    out.set_item("rejects", rejects)?;
    out.set_item("seconds", seconds)?;
    Ok(out)
}

fn split_code(split: Split) -> u8 {
    match split {
        Split::Train => 0,
        Split::Valid => 1,
        Split::Test => 2,
    }
}

/// Names of the tasks that the core makes examples of, with their titles.
#[pyfunction]
pub fn native_tasks(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let titles = PyDict::new(py);
    for row in TASKS {
        titles.set_item(row.name, row.title)?;
    }
    Ok(titles)
}

/// Fewest and most operators of the functions that a task samples by default.
#[pyfunction]
pub fn default_operators(task: &str) -> (u32, u32) {
    default_sizes(task)
}

/// Keyed hash of a skeleton, which decides the split.
#[pyfunction]
pub fn skeleton_hash(skeleton: &str) -> u64 {
    hash_of(skeleton)
}

/// The split of a skeleton hash: 0 train, 1 valid, 2 test.
#[pyfunction]
pub fn split_of(skeleton_hash: u64) -> u8 {
    split_code(split(skeleton_hash))
}
