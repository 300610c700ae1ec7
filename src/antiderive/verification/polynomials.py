"""Polynomials with rational coefficients (``flint.fmpq_mpoly``), to and from expressions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, TypeAlias

import flint

from antiderive.expressions import Expr

Poly: TypeAlias = Any
"""``flint.fmpq_mpoly`` (python-flint is untyped)."""

MAX_DEGREE = 24
"""Largest total degree that is expanded; a candidate of a higher one is treated as no polynomial."""


def ring(variables: tuple[str, ...]) -> Any:  # noqa: ANN401  (python-flint is untyped)
    """The polynomials in these variables."""
    return flint.fmpq_mpoly_ctx.get(variables, "lex")


def polynomial_of(expr: Expr, variables: tuple[str, ...]) -> Poly | None:
    """``expr`` as a polynomial in ``variables``; ``None`` if it is none or its degree is above the limit."""
    context = ring(variables)
    symbols = dict(zip(variables, context.gens(), strict=True))
    made: list[Poly | None] = []
    degrees: list[int] = []
    for kind, value in expr.nodes():
        poly, degree = None, 0
        if kind == "number":
            poly = context.constant(flint.fmpq(*value))
        elif kind == "symbol" and value in symbols:
            poly, degree = symbols[value], 1
        elif kind in ("add", "mul") and all(made[place] is not None for place in value):
            degree = (sum if kind == "mul" else max)(degrees[place] for place in value)
            poly = _folded(kind, [made[place] for place in value]) if degree <= MAX_DEGREE else None
        elif kind == "pow":
            base, exponent = made[value[0]], made[value[1]]
            power = _natural(exponent)
            if base is not None and power is not None and degrees[value[0]] * power <= MAX_DEGREE:
                poly, degree = base**power, degrees[value[0]] * power
        made.append(poly)
        degrees.append(degree)
    return made[-1]


def _folded(kind: str, parts: list[Poly]) -> Poly:
    total = parts[0]
    for part in parts[1:]:
        total = total + part if kind == "add" else total * part
    return total


def _natural(exponent: Poly | None) -> int | None:
    """The value of a constant polynomial that is an integer from 0 to the degree limit."""
    if exponent is None or not exponent.is_constant():
        return None
    value = exponent.leading_coefficient() if exponent != 0 else flint.fmpq(0)
    return int(value) if value.q == 1 and 0 <= value <= MAX_DEGREE else None


def expression_of(poly: Poly) -> Expr:
    """A polynomial as an expression in canonical form."""
    names = poly.context().names()
    terms = []
    for exponents, coefficient in poly.to_dict().items():
        factors = [f"({coefficient})"]
        factors += [f"{name}**{int(power)}" for name, power in zip(names, exponents, strict=True) if power]
        terms.append("*".join(factors))
    return Expr(" + ".join(terms) or "0")


def terms_of(poly: Poly) -> dict[tuple[int, ...], Fraction]:
    """Coefficients by exponents."""
    return {
        tuple(map(int, exponents)): Fraction(int(coefficient.p), int(coefficient.q))
        for exponents, coefficient in poly.to_dict().items()
    }
