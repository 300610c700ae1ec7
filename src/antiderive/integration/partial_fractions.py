"""Partial fractions over the rational numbers, for denominators with linear and quadratic factors."""

from __future__ import annotations

from antiderive._core import Expr
from antiderive.integration.budget import GiveUpError
from antiderive.integration.embedding import embed
from antiderive.integration.expressions import factors_of, subexpressions
from antiderive.integration.linear_systems import solve
from antiderive.integration.quotients import Quotient, degree, monomial, number
from antiderive.integration.radicals import sign_of
from antiderive.integration.rational import function_factors
from antiderive.integration.tower import Kind, X
from antiderive.integration.univariate import univariate

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
    shapes = [
        (monomial(X, place), Quotient(factor**times))
        for factor, power in found
        for times in range(1, power + 1)
        for place in range(degree(factor, X))
    ]
    growth = degree(f.numerator, X) - degree(f.denominator, X)
    shapes = [(monomial(X, place), number(1)) for place in range(growth + 1)] + shapes
    values = solve(tower, f, [top / bottom for top, bottom in shapes])
    if values is None:
        raise GiveUpError("a rational function without partial fractions")  # it always has them
    total = Expr(0)
    by_bottom: dict[str, tuple[Quotient, Quotient]] = {}
    for (top, bottom), value in zip(shapes, values, strict=True):
        before = by_bottom.get(str(bottom), (number(0), bottom))[0]
        by_bottom[str(bottom)] = (before + value * top, bottom)
    for top, bottom in by_bottom.values():
        if top.is_zero:
            continue
        if degree(bottom.numerator, X) == 2 and len(univariate(bottom)) == 3:
            low, middle, high = univariate(bottom)
            if sign_of(tower, middle * middle - number(4) * high * low) >= 0:
                return None
            parts = univariate(top) + [number(0)]
            slope = parts[1] / (number(2) * high)
            rest = parts[0] - slope * middle
            derivative = number(2) * high * tower.element(X) + middle
            if not slope.is_zero:
                total = total + tower.expression(slope) * tower.expression(derivative) / tower.expression(
                    bottom
                )
            if not rest.is_zero:
                if not middle.is_zero:
                    return None
                total = total + tower.expression(rest) / tower.expression(bottom)
        else:
            total = total + tower.expression(top) / tower.expression(bottom)
    return total


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
