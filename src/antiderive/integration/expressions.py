"""Small helpers on expressions that every method needs."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from random import Random

from antiderive.errors import AntideriveError
from antiderive.expressions import Expr

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
    """The sign of a constant expression where parameters are positive; 0 if it is not real or not clear."""
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


def top(expression: Expr) -> tuple[str, list[Expr]]:
    """The outermost operation and what it is applied to; numbers and symbols have no arguments."""
    kind, value = expression.nodes()[-1]
    if kind in ("number", "symbol"):
        return kind, []
    parts = _subexpressions(expression)
    return kind, [parts[place] for place in value]


def factors_of(expression: Expr) -> list[Expr]:
    """The factors of a product; one for anything else."""
    kind, arguments = top(expression)
    return arguments if kind == "mul" else [expression]


def number_of(expression: Expr) -> Fraction | None:
    """The rational number that an expression is, if it is one."""
    kind, value = expression.nodes()[-1]
    return Fraction(*value) if kind == "number" else None


def linear_of(expression: Expr, variable: str) -> tuple[Expr, Expr] | None:
    """``(a, b)`` if the expression is ``a*x + b`` with ``a`` not zero and both free of ``x``."""
    if variable not in expression.free_symbols:
        return None
    if expression.nodes()[-1] == ("symbol", variable):
        return Expr(1), Expr(0)
    slope = expression.diff(variable)
    if slope == 0 or variable in slope.free_symbols:
        return None
    rest = (expression - slope * Expr(variable)).expand()
    return None if variable in rest.free_symbols else (slope, rest)
