"""Names of the symbols that an expression may contain, by kind, in canonical order.

This module does not know which symbols a problem may use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive._core import symbols

if TYPE_CHECKING:
    from antiderive._core import SymbolKind


def _names(kind: SymbolKind) -> tuple[str, ...]:
    return tuple(name for name, own in symbols() if own == kind)


CONSTANTS = _names("constant")
"""Fixed numbers: ``pi``, ``E`` and ``I``. They do not count among the symbols of an expression."""

COEFFICIENTS = _names("coefficient")
"""Symbolic coefficients: ``a0`` to ``a9``, the parameters that the vocabulary knows."""

UNKNOWNS = _names("unknown")
"""The unknown function of an ODE and its derivatives by order: ``Y``, ``Y'`` and ``Y''``."""
