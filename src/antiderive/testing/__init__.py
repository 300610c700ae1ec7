"""Hypothesis strategies and assertions, for this package's tests and for users' own."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from antiderive.errors import MissingExtraError

if TYPE_CHECKING:
    from antiderive.testing.assertions import assert_antiderivative, assert_same_value
    from antiderive.testing.strategies import expressions, formulas

__all__ = ["assert_antiderivative", "assert_same_value", "expressions", "formulas"]

_MODULES = {
    "assert_antiderivative": "assertions",
    "assert_same_value": "assertions",
    "expressions": "strategies",
    "formulas": "strategies",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  (PEP 562: Hypothesis is loaded when it is used)
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    except ImportError as error:
        if error.name != "hypothesis":
            raise
        raise MissingExtraError("antiderive.testing", "dev") from error
