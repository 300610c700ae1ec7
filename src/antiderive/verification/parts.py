"""The parts of an expression as expressions of their own."""

from __future__ import annotations

import operator
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any

from antiderive.expressions import Expr

_JOINS = {"add": operator.add, "mul": operator.mul, "pow": operator.pow}


@lru_cache(maxsize=512)
def nodes_of(expression: Expr) -> tuple[tuple[str, Any], ...]:
    """The nodes, arguments first; kept, because they are looked at for every point."""
    return tuple(expression.nodes())


def subexpressions(expression: Expr) -> list[Expr]:
    """What every node stands for, in the order of the nodes."""
    made: list[Expr] = []
    for kind, value in nodes_of(expression):
        if kind == "number":
            made.append(Expr(Fraction(*value)))
        elif kind == "symbol":
            made.append(Expr.from_prefix(value))
        elif kind in _JOINS:
            made.append(reduce(_JOINS[kind], (made[index] for index in value)))
        else:
            made.append(Expr.apply(kind, made[value[0]]))
    return made


def arguments_of(expression: Expr, kind: str) -> list[Expr]:
    """The arguments of a root of this kind (``add``, ``mul``, ``pow``); of another, the expression itself."""
    root, value = nodes_of(expression)[-1]
    if root != kind:
        return [expression]
    made = subexpressions(expression)
    return [made[index] for index in value]


def depending(expression: Expr, symbols: frozenset[str]) -> list[bool]:
    """Whether every node contains one of the symbols."""
    found: list[bool] = []
    for kind, value in nodes_of(expression):
        if kind == "symbol":
            found.append(value in symbols)
        else:
            found.append(kind != "number" and any(found[index] for index in value))
    return found
