//! The one error type of the core.

use thiserror::Error;

/// Why an expression could not be built, read or transformed.
///
/// Every fallible function of this crate returns it. Each message says what was wrong and, where a
/// bound was met, which bound it was.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Error {
    /// The value does not exist: a division by zero, `ln(0)`, `tan(pi/2)`.
    #[error("{0} is undefined")]
    Undefined(String),
    /// A number grew past the limit of the store.
    #[error("a number of more than {0} bits: it is too large to compute exactly")]
    NumberTooLarge(u64),
    /// The expression nests deeper than [`crate::store::MAX_DEPTH`].
    #[error("the expression nests deeper than {0} levels")]
    TooDeep(u32),
    /// The expression, written out as a tree, is larger than the limit.
    #[error("the expression has more than {0} parts when written out")]
    TooLarge(u32),
    /// A rewrite met its bound before it ended.
    #[error("{what} stopped at its bound of {bound} steps")]
    Bound {
        /// The rewrite.
        what: &'static str,
        /// The bound it met.
        bound: usize,
    },
    /// Text that is not a formula: what is wrong and where (a character offset).
    #[error("{message} at column {}", position + 1)]
    Parse {
        /// What is wrong and what to write instead.
        message: String,
        /// Offset in characters from the start of the text.
        position: usize,
    },
    /// A token sequence that is not one well-formed expression.
    #[error("token {position}: {message}")]
    Prefix {
        /// What is wrong.
        message: String,
        /// Index of the token.
        position: usize,
    },
    /// The operation does not exist for this argument.
    #[error("{0}")]
    Unsupported(String),
    /// A setting that contradicts another or lies outside its range.
    #[error("{0}")]
    Setting(String),
}

/// Result with the crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
