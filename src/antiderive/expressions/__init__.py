"""Expressions: the native ``Expr``, its tokens, the vocabulary, rows of tokens and the split by skeleton.

>>> from antiderive import Expr
>>> f = Expr("x*cos(x)")
>>> f.diff("x")
Expr('cos(x) - x*sin(x)')
>>> f.to_prefix()
'mul x cos x'
"""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from antiderive._core import Expr, set_sympy_bridge
from antiderive.expressions.symbols import COEFFICIENTS, CONSTANTS, UNKNOWNS
from antiderive.lazy import lazy_exports

if TYPE_CHECKING:
    from antiderive.expressions.rows import TokenRows
    from antiderive.expressions.split import Split
    from antiderive.expressions.vocabulary import Vocabulary

__all__ = ["COEFFICIENTS", "CONSTANTS", "UNKNOWNS", "Expr", "Split", "TokenRows", "Vocabulary"]


def _sympy_bridge() -> ModuleType:
    # SymPy is loaded at the first conversion.
    from antiderive.expressions import sympy

    return sympy


set_sympy_bridge(_sympy_bridge)

# numpy is loaded when rows are used.
__getattr__ = lazy_exports(__name__, {"Split": ".split", "TokenRows": ".rows", "Vocabulary": ".vocabulary"})
