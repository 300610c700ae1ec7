"""Hypothesis strategies and assertions, for this package's tests and for users' own."""

from __future__ import annotations

from antiderive.errors import MissingExtraError

try:
    from antiderive.testing.strategies import expressions, formulas
except ImportError as error:
    if error.name != "hypothesis":
        raise
    raise MissingExtraError("antiderive.testing", "dev") from error

from antiderive.testing.assertions import assert_antiderivative, assert_same_value

__all__ = ["assert_antiderivative", "assert_same_value", "expressions", "formulas"]
