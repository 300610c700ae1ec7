"""Rigorous evaluation in complex ball arithmetic (Arb, through python-flint).

Every value is a ball that contains the exact one, so a residual that excludes zero is a proof that the
candidate is wrong. Derivatives are carried along as dual numbers, with the derivative formulas of the
operator table; no symbolic derivative is involved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import RLock
from typing import Any

import flint
from flint import acb, arb

from antiderive._core import operators
from antiderive.expressions import Expr

PRECISIONS = (192, 384, 768)
"""Bits tried in turn until the ball is small enough or excludes zero."""

DIGITS = 30
"""Decimal digits to which zero must be enclosed."""

Ball = Any
"""``flint.acb`` (python-flint is untyped)."""


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
def _slopes() -> dict[str, Expr]:
    """Derivative of each function in its argument ``x`` and its own value ``y``."""
    return {row["name"]: Expr(row["derivative"]) for row in operators() if row["derivative"] is not None}


@dataclass(frozen=True)
class Dual:
    """A ball with the ball of its derivative; ``None`` stands for a derivative that is exactly zero."""

    value: Ball
    slope: Ball | None


def evaluate(expr: Expr, point: Mapping[str, Ball], variable: str | None = None) -> list[Dual]:
    """Values (and derivatives with respect to ``variable``) of all nodes of ``expr``; the root is last."""
    constants = {"pi": acb.pi(), "E": acb(1).exp(), "I": acb(0, 1)}
    made: list[Dual] = []
    for kind, value in expr.nodes():
        if kind == "number":
            made.append(Dual(acb(flint.fmpq(*value)), None))
        elif kind == "symbol":
            ball = constants[value] if value in constants else point[value]
            made.append(Dual(ball, acb(1) if value == variable else None))
        else:
            made.append(_apply(kind, [made[place] for place in value]))
    return made


def _apply(kind: str, arguments: list[Dual]) -> Dual:
    if kind == "add":
        total = acb(0)
        slope: Ball | None = None
        for term in arguments:
            total += term.value
            slope = _plus(slope, term.slope)
        return Dual(total, slope)
    if kind == "mul":
        product = acb(1)
        slope = None
        for factor in arguments:
            slope = _plus(_times(slope, factor.value), _times(factor.slope, product))
            product *= factor.value
        return Dual(product, slope)
    if kind == "pow":
        return _power(*arguments)
    (argument,) = arguments
    value = _functions()[kind](argument.value)
    if argument.slope is None:
        return Dual(value, None)
    outer = evaluate(_slopes()[kind], {"x": argument.value, "y": value})[-1].value
    return Dual(value, outer * argument.slope)


def _plus(a: Ball | None, b: Ball | None) -> Ball | None:
    if a is None or b is None:
        return a if b is None else b
    return a + b


def _times(slope: Ball | None, value: Ball) -> Ball | None:
    return None if slope is None else slope * value


def _power(base: Dual, exponent: Dual) -> Dual:
    value = base.value**exponent.value
    slope = None
    if base.slope is not None:
        slope = exponent.value * base.value ** (exponent.value - 1) * base.slope
    if exponent.slope is not None:
        slope = _plus(slope, value * base.value.log() * exponent.slope)
    return Dual(value, slope)


@dataclass(frozen=True)
class Residual:
    """What is known of the residual at one point.

    Attributes:
        nonzero: it provably is not zero.
        digits: it is zero to this many digits, relative to the size of the problem there (0 if unknown).
    """

    nonzero: bool
    digits: int


def residual_of_antiderivative(
    integrand: Expr, candidate: Expr, variable: str, point: Mapping[str, complex]
) -> Residual:
    """The difference between the derivative of ``candidate`` and ``integrand`` at one point."""

    def difference(balls: Mapping[str, Ball]) -> tuple[Ball, Ball]:
        f = evaluate(integrand, balls)[-1].value
        slope = evaluate(candidate, balls, variable)[-1].slope
        return (acb(0) if slope is None else slope) - f, abs(f)

    return _settle(difference, point)


def residual_of_expression(residual: Expr, point: Mapping[str, complex]) -> Residual:
    """The value of an expression that should be zero, relative to its largest term."""

    def difference(balls: Mapping[str, Ball]) -> tuple[Ball, Ball]:
        made = evaluate(residual, balls)
        kind, arguments = residual.nodes()[-1]
        terms = [made[place].value for place in arguments] if kind == "add" else [made[-1].value]
        size = arb(0)
        for term in terms:
            size = size.max(abs(term))
        return made[-1].value, size

    return _settle(difference, point)


def is_real(expressions: Sequence[Expr], point: Mapping[str, complex]) -> bool:
    """Whether the values at a point are real, as far as the lowest precision tells."""
    with precision(PRECISIONS[0]):
        balls = {name: acb(z.real, z.imag) for name, z in point.items()}
        return all(evaluate(expression, balls)[-1].value.imag.contains(0) for expression in expressions)


def _settle(
    difference: Callable[[Mapping[str, Ball]], tuple[Ball, Ball]], point: Mapping[str, complex]
) -> Residual:
    """Raises the precision until the residual excludes zero or encloses it closely enough."""
    best = 0
    for bits in PRECISIONS:
        with precision(bits):
            balls = {name: acb(z.real, z.imag) for name, z in point.items()}
            residual, size = difference(balls)
            if not residual.is_finite() or not size.is_finite():
                continue
            if not residual.contains(0):
                return Residual(nonzero=True, digits=0)
            best = max(best, _digits(residual, size))
        if best >= DIGITS:
            break
    return Residual(nonzero=False, digits=best)


def _digits(residual: Ball, size: Ball) -> int:
    """Decimal digits by which the residual's ball is smaller than ``size``."""
    reach = abs(residual).abs_upper()
    least = size.abs_lower()
    if not least > 0:
        return 0
    if reach == 0:
        return int(flint.ctx.prec * 0.30103)
    ratio = (least / reach).log().mid() / arb(10).log().mid()
    return max(0, int(float(ratio)))
