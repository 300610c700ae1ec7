//! Core errors as the package's Python exceptions.

use antiderive_core::Error;
use pyo3::prelude::*;

/// The Python exception for `error`; `text` is the input, used to show the position of an error.
pub fn to_python(py: Python<'_>, error: &Error, text: Option<&str>) -> PyErr {
    let class = match error {
        Error::Parse { .. } | Error::Prefix { .. } => "ParseError",
        Error::Undefined(_) => "UndefinedError",
        Error::NumberTooLarge(_) | Error::TooDeep(_) | Error::TooLarge(_) | Error::Bound { .. } => {
            "LimitError"
        }
        Error::Unsupported(_) => "UnsupportedError",
        Error::Setting(_) => "SettingError",
    };
    let raise = || -> PyResult<PyErr> {
        let class = py.import("antiderive.errors")?.getattr(class)?;
        let value = match error {
            Error::Parse { message, position } => class.call1((message, text, position))?,
            Error::Prefix { .. } => class.call1((error.to_string(), py.None(), py.None()))?,
            _ => class.call1((error.to_string(),))?,
        };
        Ok(PyErr::from_value(value))
    };
    raise().unwrap_or_else(|failure| failure)
}
