"""Rational solutions of ``y' + w*y = g`` with rational functions ``w`` and ``g``: all bounds are proved.

Bronstein, *Symbolic Integration I*, chapter 6, over the rational functions of the variable: at every pole and
at infinity the leading terms bound the order of a solution; what is left is a linear system.
"""

from __future__ import annotations

from dataclasses import dataclass

from antiderive.integration.linear_systems import has_no_solution
from antiderive.integration.quotients import Quotient, degree, monomial, number
from antiderive.integration.rational import function_factors
from antiderive.integration.tower import Tower, X
from antiderive.integration.univariate import (
    Univariate,
    derivative,
    division,
    element_of,
    factored,
    inverse_modulo,
    product,
    univariate,
)


@dataclass(frozen=True)
class Bounds:
    """A solution is ``q/denominator`` with a polynomial ``q`` of at most this degree.

    Attributes:
        denominator: what the poles of a solution are bounded by.
        degree: the bound on the degree of the numerator; negative if there is none but zero.
    """

    denominator: Quotient
    degree: int


def has_no_rational_solution(tower: Tower, w: Quotient, g: Quotient) -> Bounds | None:
    """The bounds within which there provably is no solution; ``None`` if there is one."""
    if g.is_zero:
        return None
    bounds = _bounds(tower, w, g)
    if bounds.degree < 0:
        return bounds
    columns = []
    for power in range(bounds.degree + 1):
        y = tower.reduce(monomial(X, power) / bounds.denominator)
        columns.append(tower.reduce(tower.derivative(y) + w * y))
    return bounds if has_no_solution(tower, g, columns) else None


def _bounds(tower: Tower, w: Quotient, g: Quotient) -> Bounds:
    fields = [slot for slot in tower.relations if tower.constant_slot(slot)]
    denominator = number(1)
    poles = {str(f): f for element in (w, g) for f, _ in function_factors(tower, element.denominator)}
    for factor in poles.values():
        poly = univariate(Quotient(factor))
        for piece in factored(tower, poly, fields) if len(poly) > 2 and fields else [poly]:
            order = _order_at(tower, piece, w, g)
            if order > 0:
                denominator = denominator * element_of(piece) ** order
    denominator = tower.reduce(denominator)
    top = _growth_bound(tower, w, g) + len(univariate(denominator)) - 1
    return Bounds(denominator, top)


def _order_at(tower: Tower, piece: Univariate, w: Quotient, g: Quotient) -> int:
    """A bound on the order of a pole of a solution at the zeros of an irreducible polynomial."""
    a, b = _multiplicity(tower, piece, w), _multiplicity(tower, piece, g)
    if a >= 2:
        return max(0, b - a)
    bound = max(0, b - 1)
    if a == 1:
        residue = _residue(tower, piece, w)
        if residue is not None:
            bound = max(bound, residue)
    return bound


def _multiplicity(tower: Tower, piece: Univariate, element: Quotient) -> int:
    """The order of the pole of an element."""
    count = 0
    for poly, signature in ((element.denominator, 1), (element.numerator, -1)):
        rest = univariate(tower.reduce(Quotient(poly)))
        while len(rest) >= len(piece):
            ratio, remainder = division(tower, rest, piece)
            if remainder:
                break
            rest = ratio
            count += signature
    return count


def _residue(tower: Tower, piece: Univariate, w: Quotient) -> int | None:
    """The residue at a simple pole, if it is an integer."""
    cofactor = division(tower, univariate(Quotient(w.denominator)), piece)[0]
    below = product(tower, cofactor, derivative(piece))
    value = division(
        tower,
        product(tower, univariate(Quotient(w.numerator)), inverse_modulo(tower, below, piece)),
        piece,
    )[1]
    if len(value) != 1:
        return 0 if not value else None
    number_value = value[0].rational
    return None if number_value is None or number_value.denominator != 1 else int(number_value)


def _growth_bound(tower: Tower, w: Quotient, g: Quotient) -> int:
    """A bound on the growth of a solution: numerator less denominator degree."""
    right = degree(g.numerator, X) - degree(g.denominator, X)
    if w.is_zero:
        return max(right + 1, 0)
    v = degree(w.numerator, X) - degree(w.denominator, X)
    if v >= 0:
        return right - v
    if v < -1:
        return max(right + 1, 0)
    leading = univariate(Quotient(w.numerator))[-1] / univariate(Quotient(w.denominator))[-1]
    value = tower.reduce(leading).rational
    if value is not None and value.denominator == 1:
        return max(right + 1, -int(value))
    return right + 1
