"""Partial fractions over the rational numbers, for denominators with linear and quadratic factors."""

from __future__ import annotations

from antiderive.expressions import Expr
from antiderive.integration.budget import GiveUpError
from antiderive.integration.embedding import embed
from antiderive.integration.expressions import factors_of, subexpressions
from antiderive.integration.linear_systems import solve
from antiderive.integration.quotients import ONE, Quotient, degree, monomial, number
from antiderive.integration.radicals import sign_of
from antiderive.integration.rational import function_factors
from antiderive.integration.tower import Kind, Tower, X
from antiderive.integration.univariate import Univariate, element_of, univariate
from antiderive.verification import Poly

_LARGEST_DEGREE = 12


def partial_fractions(integrand: Expr, variable: str) -> Expr | None:
    """The sum of partial fractions, quadratic ones split into a logarithmic derivative and the rest.

    Squares of quadratic denominators and quadratic ones with real roots are left to the machinery.
    """
    if not _may_be_rational(integrand, variable):
        return None
    tower, f = embed(integrand, variable)
    if {tower.kind(slot) for slot in tower.functions(f)} != {Kind.VARIABLE} or tower.relations:
        return None
    found = function_factors(tower, f.denominator)
    if not found or degree(f.numerator, X) + degree(f.denominator, X) > _LARGEST_DEGREE:
        return None
    if any(degree(factor, X) > 2 or (degree(factor, X) == 2 and power > 1) for factor, power in found):
        return None
    parts = _decomposed(tower, f, found)
    total = Expr(0)
    for factor, top, bottom in parts:
        if degree(factor, X) == 2:
            split = _split_quadratic(tower, univariate(top), univariate(bottom))
            if split is None:
                return None
            total = total + split
        else:
            total = total + tower.expression(top) / tower.expression(bottom)
    return total


_Part = tuple[Poly, Quotient, Quotient]
"""An irreducible factor, and numerator and denominator of the fraction over one of its powers."""


def _decomposed(tower: Tower, f: Quotient, found: list[tuple[Poly, int]]) -> list[_Part]:
    growth = degree(f.numerator, X) - degree(f.denominator, X)
    shapes: list[_Part] = [(ONE, monomial(X, place), number(1)) for place in range(growth + 1)]
    shapes += [
        (factor, monomial(X, place), Quotient(factor**times))
        for factor, power in found
        for times in range(1, power + 1)
        for place in range(degree(factor, X))
    ]
    values = solve(tower, f, [top / bottom for _, top, bottom in shapes])
    if values is None:
        raise GiveUpError("a rational function without partial fractions")  # it always has them
    collected: dict[str, _Part] = {}
    for (factor, top, bottom), value in zip(shapes, values, strict=True):
        before = collected.get(str(bottom), (factor, number(0), bottom))[1]
        collected[str(bottom)] = (factor, before + value * top, bottom)
    return [part for part in collected.values() if not part[1].is_zero]


def _split_quadratic(tower: Tower, top: Univariate, bottom: Univariate) -> Expr | None:
    """A multiple of the logarithmic derivative and a constant over the denominator."""
    low, middle, high = bottom
    if sign_of(tower, middle * middle - number(4) * high * low) >= 0:
        return None
    constant, linear = [*top, number(0)][:2]
    slope = linear / (number(2) * high)
    rest = constant - slope * middle
    if not (rest.is_zero or middle.is_zero):
        return None
    below = tower.expression(element_of(bottom))
    derivative = number(2) * high * tower.element(X) + middle
    first = tower.expression(slope) * tower.expression(derivative) / below
    return first + tower.expression(rest) / below


def _may_be_rational(integrand: Expr, variable: str) -> bool:
    """A cheap test: no functions, no roots, and some denominator."""
    below = False
    for (kind, value), part in zip(integrand.nodes(), subexpressions(integrand), strict=True):
        if kind in ("number", "symbol", "add", "mul") or variable not in part.free_symbols:
            continue
        if kind != "pow":
            return False
        exponent_kind, exponent = integrand.nodes()[value[1]]
        if exponent_kind != "number" or exponent[1] != 1:
            return False
        below = below or exponent[0] < 0
    return below and bool(factors_of(integrand))
