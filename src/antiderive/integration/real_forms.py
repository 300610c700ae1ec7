"""The real part of an antiderivative that was found with complex numbers.

If the integrand is real, the imaginary part of an antiderivative is constant, so the real part is one too.
Symbols count as real, and so do roots and logarithms of what is real; the answer is verified like any other.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from antiderive.expressions import Expr
from antiderive.integration.expressions import (
    arctangent,
    logarithm,
    number_of,
    square_root,
    subexpressions,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

Parts: TypeAlias = tuple[Expr, Expr]
"""Real and imaginary part."""

_ZERO, _ONE = Expr(0), Expr(1)
_HALF = Fraction(1, 2)
_LARGEST_POWER = 12
_LARGEST_SIZE = 4000


def real_part(expression: Expr) -> Expr | None:
    """The real part, if every operation that meets complex numbers is one that is split here."""
    parts = complex_parts(expression)
    return None if parts is None else parts[0]


def complex_parts(expression: Expr) -> Parts | None:
    """Real and imaginary part of an expression."""
    whole = subexpressions(expression)
    made: list[Parts] = []
    for place, (kind, value) in enumerate(expression.nodes()):
        parts: Parts | None
        if kind in ("number", "symbol"):
            parts = (_ZERO, _ONE) if value == "I" else (whole[place], _ZERO)
        elif all(made[one][1] == 0 for one in value):
            parts = _rebuilt(kind, [made[one][0] for one in value]), _ZERO
        else:
            parts = _split(kind, [made[one] for one in value])
        if parts is None or parts[0].operators + parts[1].operators > _LARGEST_SIZE:
            return None
        made.append(parts)
    return made[-1]


def _rebuilt(kind: str, arguments: list[Expr]) -> Expr:
    if kind == "pow":
        return arguments[0] ** arguments[1]
    if kind in ("add", "mul"):
        total = arguments[0]
        for other in arguments[1:]:
            total = total + other if kind == "add" else total * other
        return total
    return Expr.apply(kind, arguments[0])


def _split(kind: str, arguments: list[Parts]) -> Parts | None:
    if kind == "add":
        return sum_of([u for u, _ in arguments]), sum_of([v for _, v in arguments])
    if kind == "mul":
        total = arguments[0]
        for other in arguments[1:]:
            total = _product(total, other)
        return total
    if kind == "pow":
        return _power(arguments[0], arguments[1])
    function = _FUNCTIONS.get(kind)
    return None if function is None else function(*arguments[0])


def sum_of(terms: list[Expr]) -> Expr:
    """The sum."""
    total = _ZERO
    for term in terms:
        total = total + term
    return total


def _product(first: Parts, second: Parts) -> Parts:
    (a, b), (c, d) = first, second
    if d == 0:
        return a * c, b * c
    return a * c - b * d, a * d + b * c


def _power(base: Parts, exponent: Parts) -> Parts | None:
    if exponent[1] != 0:
        slope = logarithm(base[0])
        return None if base[1] != 0 else _exponential(exponent[0] * slope, exponent[1] * slope)
    power = number_of(exponent[0])
    if power is None or power.denominator > 2 or abs(power) > _LARGEST_POWER:
        return None
    if power.denominator == 2:
        base = _square_root(*base)
    return _whole_power(base, power.numerator)


def _whole_power(base: Parts, power: int) -> Parts:
    total: Parts = (_ONE, _ZERO)
    for _ in range(abs(power)):
        total = _product(total, base)
    total = total[0].expand(), total[1].expand()
    if power > 0:
        return total
    norm = squared_norm(*base) ** abs(power)
    return total[0] / norm, -total[1] / norm


def squared_norm(u: Expr, v: Expr) -> Expr:
    """``u^2 + v^2``, simplified."""
    return (u**2 + v**2).expand().simplify()


def _square_root(u: Expr, v: Expr) -> Parts:
    size = square_root(squared_norm(u, v))
    first = square_root((size + u) / 2)
    return first, v / (2 * first)


def _argument(u: Expr, v: Expr) -> Expr:
    """The argument of ``u + I*v``, up to a constant on intervals: jumps where the part below has zeros."""
    if u == 0 or v == 0:
        return _ZERO
    if _zeros(u) > _zeros(v):
        return -arctangent((u / v).simplify())
    return arctangent((v / u).simplify())


_SWEEP = np.linspace(-5.03, 5.07, 102)


def _zeros(part: Expr) -> int:
    """Changes of sign along the real line of ``x``, or else of the first symbol; the others are sampled."""
    random = Random(5)  # noqa: S311  (a sample, no secret)
    values: dict[str, ArrayLike] = {name: random.uniform(0.5, 2.0) for name in sorted(part.free_symbols)}
    variable = "x" if "x" in values else next(iter(values), None)
    if variable is None:
        return 0
    values[variable] = _SWEEP
    found = np.asarray(part.evaluate(**values))
    real = found[np.isfinite(found) & (abs(found.imag) < 1e-9 * (1 + abs(found)))].real
    return int(np.count_nonzero(np.diff(np.sign(real))))


def _logarithm(u: Expr, v: Expr) -> Parts:
    if u == 0:
        return logarithm(v), _ZERO
    return logarithm(squared_norm(u, v)) * _HALF, _argument(u, v)


def _exponential(u: Expr, v: Expr) -> Parts:
    size = Expr.apply("exp", u)
    return size * Expr.apply("cos", v), size * Expr.apply("sin", v)


def _arctangent(u: Expr, v: Expr) -> Parts:
    real = (_argument(1 - v, u) + _argument(1 + v, u)) * _HALF
    imaginary = logarithm(squared_norm(u, 1 + v) / squared_norm(u, 1 - v)) * Fraction(1, 4)
    return real, imaginary


def _hyperbolic_arctangent(u: Expr, v: Expr) -> Parts:
    real = logarithm(squared_norm(1 + u, v) / squared_norm(1 - u, v)) * Fraction(1, 4)
    if u == 0:
        return _ZERO, arctangent(v)
    imaginary = (_argument(1 + u, v) + _argument(1 - u, v)) * _HALF
    return real, imaginary


def _pair(u: Expr, v: Expr, first: tuple[str, str], second: tuple[str, str], sign: int) -> Parts:
    def of(name: str, argument: Expr) -> Expr:
        return Expr.apply(name, argument)

    return of(first[0], u) * of(first[1], v), sign * of(second[0], u) * of(second[1], v)


_FUNCTIONS: dict[str, Callable[[Expr, Expr], Parts]] = {
    "ln": _logarithm,
    "exp": _exponential,
    "atan": _arctangent,
    "atanh": _hyperbolic_arctangent,
    "sin": lambda u, v: _pair(u, v, ("sin", "cosh"), ("cos", "sinh"), 1),
    "cos": lambda u, v: _pair(u, v, ("cos", "cosh"), ("sin", "sinh"), -1),
    "sinh": lambda u, v: _pair(u, v, ("sinh", "cos"), ("cosh", "sin"), 1),
    "cosh": lambda u, v: _pair(u, v, ("cosh", "cos"), ("sinh", "sin"), 1),
}
