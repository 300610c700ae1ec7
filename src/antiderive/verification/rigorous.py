"""Rigorous evaluation in complex ball arithmetic (Arb, through python-flint).

Every value is a ball that contains the exact one, so a residual that excludes zero is a proof that the
candidate is wrong. Derivatives are carried along as dual numbers, with the derivative formulas of the
operator table; no symbolic derivative is involved. They are derivatives along the real line: those of ``abs``
and ``sign`` hold for complex values of their arguments, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from threading import RLock
from typing import Any, NamedTuple

import flint
from flint import acb, arb

from antiderive._core import operators
from antiderive.expressions import Expr
from antiderive.verification.parts import nodes_of

PRECISIONS = (192, 384, 768)
"""Bits tried in turn until the ball is small enough or excludes zero."""

DIGITS = 30
"""Decimal digits to which zero must be enclosed."""

Ball = Any
"""``flint.acb`` (python-flint is untyped)."""

Nodes = Sequence[tuple[str, Any]]
"""As ``Expr.nodes`` lists them."""

Point = Mapping[str, "complex | Fraction"]
"""Exact values of the symbols."""

_PRECISION = RLock()


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Sets the working precision of Arb for a while; it is global, so one thread at a time has it."""
    with _PRECISION:
        before = flint.ctx.prec
        flint.ctx.prec = bits
        try:
            yield
        finally:
            flint.ctx.prec = before


def _sign(z: Ball) -> Ball:
    return z / abs(z)


def _by_reciprocal(kind: str, function: Callable[[Ball], Ball]) -> Callable[[Ball], Ball]:
    """The function by the reciprocal of a value of ``function``, or of its argument."""
    return (lambda z: 1 / function(z)) if kind == "value" else (lambda z: function(1 / z))


@cache
def _functions() -> dict[str, Callable[[Ball], Ball]]:
    """Functions of balls by the token name of the operator."""
    # Arb has no absolute value that is a complex ball, and defines the sign otherwise.
    functions: dict[str, Callable[[Ball], Ball]] = {"abs": lambda z: acb(abs(z)), "sign": _sign}
    functions |= {row["name"]: getattr(acb, row["arb"]) for row in operators() if row["arb"]}
    for row in operators():
        if row["name"] not in functions and row["reciprocal"] is not None:
            kind, inner = row["reciprocal"]
            functions[row["name"]] = _by_reciprocal(kind, functions[inner])
    return functions


@cache
def _slopes() -> dict[str, Nodes]:
    """Nodes of the derivative of each function in its argument ``x`` and its own value ``y``."""
    formulas = {row["name"]: row["derivative"] for row in operators() if row["derivative"] is not None}
    return {name: tuple(Expr(formula).nodes()) for name, formula in formulas.items()}


def values_of(nodes: Nodes, point: Mapping[str, Ball]) -> list[Ball]:
    """The balls of all nodes of an expression; the root is last."""
    functions = _functions()
    made: list[Ball] = []
    for kind, value in nodes:
        if kind == "number":
            ball = acb(flint.fmpq(*value))
        elif kind == "symbol":
            ball = point[value] if value in point else _constant(value)
        elif kind == "add":
            ball = made[value[0]]
            for index in value[1:]:
                ball += made[index]
        elif kind == "mul":
            ball = made[value[0]]
            for index in value[1:]:
                ball *= made[index]
        elif kind == "pow":
            ball = made[value[0]] ** made[value[1]]
        else:
            ball = functions[kind](made[value[0]])
        made.append(ball)
    return made


def slopes_of(nodes: Nodes, values: Sequence[Ball], variable: str) -> list[Ball | None]:
    """Derivatives of all nodes along the real line; ``None`` stands for one that is exactly zero."""
    made: list[Ball | None] = []
    for index, (kind, value) in enumerate(nodes):
        slope: Ball | None = None
        if kind == "symbol":
            slope = acb(1) if value == variable else None
        elif kind == "add":
            for term in value:
                slope = _plus(slope, made[term])
        elif kind == "mul":
            slope = _slope_of_product([(values[factor], made[factor]) for factor in value])
        elif kind == "pow":
            base, exponent = value
            if made[base] is not None:
                lower = values[base] ** (values[exponent] - 1)
                slope = values[exponent] * lower * made[base]
            if made[exponent] is not None:
                slope = _plus(slope, values[index] * values[base].log() * made[exponent])
        elif kind != "number" and made[value[0]] is not None:
            slope = _slope_of_function(kind, values[value[0]], made[value[0]], values[index])
        made.append(slope)
    return made


def evaluate(expr: Expr, point: Mapping[str, Ball]) -> Ball:
    """The ball of an expression."""
    return values_of(nodes_of(expr), point)[-1]


def _constant(name: str) -> Ball:
    makers: dict[str, Callable[[], Ball]] = {
        "pi": acb.pi,
        "E": lambda: acb(1).exp(),
        "I": lambda: acb(0, 1),
    }
    return makers[name]()


def _slope_of_product(factors: Sequence[tuple[Ball, Ball | None]]) -> Ball | None:
    """The product rule, from left to right."""
    product, slope = factors[0]
    for value, of_factor in factors[1:]:
        if slope is not None:
            slope = slope * value
        if of_factor is not None:
            slope = _plus(slope, of_factor * product)
        product = product * value
    return slope


def _slope_of_function(kind: str, u: Ball, slope: Ball, value: Ball) -> Ball | None:
    """The chain rule; for ``abs`` and ``sign``, ``|u|' = Re(conj(u) u')/|u|`` along the real line."""
    if kind not in ("abs", "sign"):
        return values_of(_slopes()[kind], {"x": u, "y": value})[-1] * slope
    if u.imag == 0 and slope.imag == 0:
        return None if kind == "sign" else slope * u / abs(u)
    size = acb(abs(u))
    growth = acb((u.conjugate() * slope).real) / size
    return growth if kind == "abs" else (slope - value * growth) / size


def _plus(a: Ball | None, b: Ball | None) -> Ball | None:
    if a is None or b is None:
        return a if b is None else b
    return a + b


@dataclass(frozen=True)
class Residual:
    """What is known of the residual at one point.

    Attributes:
        nonzero: it provably is not zero.
        digits: it is zero to this many digits, relative to the size of the problem there (0 if unknown).
        real: the problem is real there, as far as balls can see, and so are the arguments of its ``abs`` and
            ``sign``, which are functions of real numbers.
    """

    nonzero: bool
    digits: int
    real: bool = True


class _Look(NamedTuple):
    """Balls of one precision: the residual, the size it is measured by, another if that may be zero."""

    residual: Ball
    size: Ball
    scale: Ball
    real: bool


def residual_of_antiderivative(
    integrand: Expr, candidate: Expr, variable: str, point: Point, digits: int = DIGITS
) -> Residual:
    """The difference between the derivative of ``candidate`` and ``integrand`` at one point."""

    def look(balls: Mapping[str, Ball]) -> _Look:
        made = values_of(nodes_of(integrand), balls)
        nodes, f = nodes_of(candidate), made[-1]
        slope = slopes_of(nodes, values_of(nodes, balls), variable)[-1]
        size = abs(f)
        scale = _magnitude(integrand, made) if size.contains(0) else size
        return _Look((acb(0) if slope is None else slope) - f, size, scale, _is_real(integrand, made))

    return _settle(look, point, digits)


def residual_of_expression(residual: Expr, point: Point, digits: int = DIGITS) -> Residual:
    """The value of an expression that should be zero, relative to its largest term."""

    def look(balls: Mapping[str, Ball]) -> _Look:
        made = values_of(nodes_of(residual), balls)
        kind, arguments = nodes_of(residual)[-1]
        terms = [made[index] for index in arguments] if kind == "add" else [made[-1]]
        size = arb(0)
        for term in terms:
            size = size.max(abs(term))
        real = _sizes_are_real(residual, made) and all(term.imag.contains(0) for term in terms)
        scale = _magnitude(residual, made) if size.contains(0) else size
        return _Look(made[-1], size, scale, real)

    return _settle(look, point, digits)


def _is_real(expression: Expr, made: Sequence[Ball]) -> bool:
    return bool(made[-1].imag.contains(0)) and _sizes_are_real(expression, made)


def _sizes_are_real(expression: Expr, made: Sequence[Ball]) -> bool:
    return all(
        made[value[0]].imag.contains(0) for kind, value in nodes_of(expression) if kind in ("abs", "sign")
    )


def sizes_are_real(expression: Expr, point: Point) -> bool:
    """Whether the arguments of ``abs`` and ``sign`` in an expression are real at a point."""
    if not any(kind in ("abs", "sign") for kind, _ in nodes_of(expression)):
        return True
    with precision(PRECISIONS[0]):
        balls = {name: exact(value) for name, value in point.items()}
        return _sizes_are_real(expression, values_of(nodes_of(expression), balls))


def _magnitude(expression: Expr, made: Sequence[Ball]) -> Ball:
    """How large the value would be if terms did not cancel: what a value that may be zero is measured by."""
    sizes: list[Ball] = []
    for (kind, value), ball in zip(nodes_of(expression), made, strict=True):
        own = abs(ball)
        if kind == "add":
            own = sum((sizes[index] for index in value), arb(0))
        elif kind == "mul":
            own = arb(1)
            for index in value:
                own *= sizes[index]
        elif kind not in ("number", "symbol") and own.contains(0):
            own = sizes[value[0]]
        sizes.append(own)
    return sizes[-1]


_ROOM = 1.25
"""Bits that are worked with for each that is needed: some are lost on the way."""


def _settle(look: Callable[[Mapping[str, Ball]], _Look], point: Point, digits: int) -> Residual:
    """Raises the precision until the residual excludes zero or encloses it closely enough."""
    best = 0
    real = True
    lowest = max(PRECISIONS[0], int(digits * 3.322 * _ROOM))
    highest = lowest * PRECISIONS[-1] // PRECISIONS[0]
    for bits in (lowest * step // PRECISIONS[0] for step in PRECISIONS):
        with precision(bits):
            balls = {name: exact(value) for name, value in point.items()}
            seen = look(balls)
            if not seen.residual.is_finite() or not seen.size.is_finite():
                continue
            real = seen.real
            if not seen.residual.contains(0):
                return Residual(nonzero=True, digits=0, real=real)
            size = seen.scale if bits == highest else seen.size
            best = max(best, _digits(seen.residual, size))
        if best >= digits:
            break
    return Residual(nonzero=False, digits=best, real=real)


def exact(value: complex | Fraction) -> Ball:
    """The ball of a number that is exactly known."""
    if isinstance(value, Fraction):
        return acb(flint.fmpq(value.numerator, value.denominator))
    return acb(value.real, value.imag)


_MOST_DIGITS = 1e9


def _digits(residual: Ball, size: Ball) -> int:
    """Decimal digits by which the residual's ball is smaller than ``size``."""
    reach = abs(residual).abs_upper()
    if reach == 0:
        return int(flint.ctx.prec * 0.30103)
    least = size.abs_lower()
    if not least > 0:
        return 0
    ratio = (least / reach).log().mid() / arb(10).log().mid()
    return int(max(0.0, min(float(ratio), _MOST_DIGITS)))
