"""Small helpers on expressions that every method needs."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from random import Random

from antiderive._core import Expr
from antiderive.errors import AntideriveError

HALF = Fraction(1, 2)
IMAGINARY = Expr("I")


def logarithm(argument: Expr) -> Expr:
    """``log(argument)``."""
    return Expr.apply("ln", argument)


def square_root(argument: Expr) -> Expr:
    """``sqrt(argument)``."""
    return argument**HALF


def arctangent(argument: Expr) -> Expr:
    """``atan(argument)``."""
    return Expr.apply("atan", argument)


@lru_cache(maxsize=256)
def _subexpressions(expression: Expr) -> tuple[Expr, ...]:
    made: list[Expr] = []
    for kind, value in expression.nodes():
        if kind == "number":
            made.append(Expr(Fraction(*value)))
        elif kind == "symbol":
            made.append(Expr(value))
        elif kind == "pow":
            made.append(made[value[0]] ** made[value[1]])
        elif kind in ("add", "mul"):
            total = made[value[0]]
            for place in value[1:]:
                total = total + made[place] if kind == "add" else total * made[place]
            made.append(total)
        else:
            made.append(Expr.apply(kind, made[value[0]]))
    return tuple(made)


def subexpressions(expression: Expr) -> list[Expr]:
    """The expression of every node, in the order of ``nodes()``: parts before wholes."""
    return list(_subexpressions(expression))


def terms(expression: Expr) -> list[Expr]:
    """The summands of a sum; one for anything else."""
    kind, value = expression.nodes()[-1]
    parts = _subexpressions(expression)
    return [parts[place] for place in value] if kind == "add" else [expression]


def approximate(constant: Expr) -> complex | None:
    """The value where parameters take random positive values, the same ones every time."""
    random = Random(7)  # noqa: S311  (a sample, no secret)
    try:
        return constant.evaluate(**{name: random.uniform(0.5, 2.0) for name in sorted(constant.free_symbols)})
    except (AntideriveError, ArithmeticError, ValueError):
        return None


def sign(constant: Expr) -> int:
    """The sign of a constant expression where parameters are positive; 0 if it is not real or not clear.

    """
    random = Random(7)  # noqa: S311  (a sample, no secret)
    try:
        value = constant.evaluate(
            **{name: random.uniform(0.5, 2.0) for name in sorted(constant.free_symbols)}
        )
    except (AntideriveError, ArithmeticError, ValueError):
        return 0
    if not abs(value) > 0 or abs(value.imag) > 1e-9 * abs(value):
        return 0
    return 1 if value.real > 0 else -1
