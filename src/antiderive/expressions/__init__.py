"""Expressions: the native ``Expr`` and its bridges to other notations.

>>> from antiderive import Expr
>>> f = Expr("x*cos(x)")
>>> f.diff("x")
Expr('cos(x) - x*sin(x)')
>>> f.to_prefix()
'mul x cos x'
"""

from __future__ import annotations

from antiderive._core import Expr

__all__ = ["Expr"]
