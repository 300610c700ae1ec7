"""How many digits it takes to see a difference between expressions, going by their constants.

A residual that is zero to thirty digits says nothing of what is smaller: ``cos(x)*(1 + 10^-60)`` and
``cos(x) + exp(-1000)`` look like ``cos(x)``. The constants that stand in the expressions tell how small a
difference they can make. Of the parts that depend on the variable some may drown at all points that were
looked at: :func:`without_effect` tells, as screening does in double precision.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flint import arb

from antiderive.expressions import CONSTANTS, Expr
from antiderive.verification.parts import depending, nodes_of
from antiderive.verification.rigorous import (
    DIGITS,
    PRECISIONS,
    Ball,
    Point,
    exact,
    precision,
    slopes_of,
    values_of,
)

MOST_DIGITS = 1000
"""More than this are not looked at."""

_SHORT = 32
"""Numbers of up to this many bits make no difference."""

_SMALL = 10
"""Decimal digits up to which a constant is of ordinary size."""

_BITS = 768
_FINE_BITS = 4096
_LOOKS = 2


@lru_cache(maxsize=256)
def digits_to_tell(expressions: tuple[Expr, ...]) -> int | None:
    """Digits to which a residual of these expressions must vanish; ``None`` if there is no saying."""
    lost = 0.0
    for expression in expressions:
        nodes = nodes_of(expression)
        for kind, value in nodes:
            if kind == "number":
                bits = max(abs(value[0]).bit_length(), value[1].bit_length())
                lost += max(0, bits - _SHORT) * math.log10(2)
        lost += _lost_in_constants(nodes)
    return int(DIGITS + lost) if lost <= MOST_DIGITS else None


def _lost_in_constants(nodes: Sequence[tuple[str, Any]]) -> float:
    """Digits that the constants of sums and functions can hide; infinite if that cannot be seen."""
    constant: list[bool] = []
    for kind, value in nodes:
        if kind in ("number", "symbol"):
            constant.append(kind == "number" or value in CONSTANTS)
        else:
            constant.append(all(constant[index] for index in value))
    made_up = [
        kind not in ("number", "symbol") and is_constant
        for (kind, _), is_constant in zip(nodes, constant, strict=True)
    ]
    if not any(made_up):
        return 0.0
    constants = [
        node if is_constant else _ANYTHING for node, is_constant in zip(nodes, constant, strict=True)
    ]
    with precision(_BITS):
        made = values_of(constants, {})
        return sum(_lost(node, made, made_up, own) for node, own in zip(nodes, constant, strict=True))


_ANYTHING = ("number", (1, 1))
"""What stands for a node that is no constant: it is not looked at."""


def _lost(node: tuple[str, Any], made: Sequence[Ball], made_up: Sequence[bool], constant: bool) -> float:
    kind, value = node
    if kind == "add":
        sizes = [abs(made[index]) for index in value if made_up[index]]
        return sum(max(0.0, abs(_log10(size)) - _SMALL) for size in sizes if not size.contains(0))
    if constant and kind not in ("number", "symbol", "mul", "pow", "abs", "sign", "exp"):
        return _saturation(kind, made[value[0]])
    return 0.0


def _saturation(kind: str, argument: Ball) -> float:
    """Digits below which a change of the argument's share shows in the value of a function."""
    share = _share(kind, argument)
    if share is None:
        return 0.0
    if share.contains(0):
        return math.inf if share < arb(10) ** -DIGITS else 0.0
    return max(0.0, -_log10(share) - _SMALL)


def _share(kind: str, argument: Ball) -> Any | None:  # noqa: ANN401  (python-flint is untyped)
    """How much a function changes with its argument, as shares of both; ``None`` where it is not finite."""
    nodes = nodes_of(Expr.apply(kind, Expr("x")))
    values = values_of(nodes, {"x": argument})
    value, slope = values[-1], slopes_of(nodes, values, "x")[-1]
    if slope is None or not (value.is_finite() and slope.is_finite()):
        return None
    effect = abs(slope * argument)
    return effect if value.contains(0) else effect / abs(value)


def without_effect(expressions: Sequence[Expr], points: Sequence[Point]) -> bool:
    """Whether some term of a sum or argument of a function makes no difference at any of the points.

    A zero in disguise makes none, and need not: what is zero to a thousand digits at some points is taken for
    one.
    """
    return any(_left(expression, points) for expression in expressions)


def _left(expression: Expr, points: Sequence[Point]) -> bool:
    nodes = nodes_of(expression)
    symbols = frozenset(value for kind, value in nodes if kind == "symbol" and value not in CONSTANTS)
    varies = depending(expression, symbols)
    left = {
        (index, part)
        for index, (kind, parts) in enumerate(nodes)
        if kind not in ("number", "symbol", "mul", "pow", "sign")
        for part in parts
        if varies[part]
    }
    for point in points:
        if not left:
            return False
        made = _values(nodes, point, PRECISIONS[0])
        left = {part for part in left if not _matters(nodes, made, *part)}
    for point in points[:_LOOKS]:
        made = _values(nodes, point, _FINE_BITS) if left else []
        left = {(index, part) for index, part in left if not made[part].contains(0)}
    return bool(left)


def _values(nodes: Sequence[tuple[str, Any]], point: Point, bits: int) -> list[Ball]:
    with precision(bits):
        return values_of(nodes, {name: exact(value) for name, value in point.items()})


def _matters(nodes: Sequence[tuple[str, Any]], made: Sequence[Ball], index: int, part: int) -> bool:
    kind, parts = nodes[index]
    if kind == "add":
        largest = arb(0)
        for term in parts:
            largest = largest.max(abs(made[term]))
        return bool(abs(made[part]) > largest * arb(10) ** -DIGITS)
    share = _share(kind, made[part])
    return share is not None and bool(share > arb(10) ** -DIGITS)


def _log10(size: Any) -> float:  # noqa: ANN401  (python-flint is untyped)
    return float((size.log() / arb(10).log()).mid())
