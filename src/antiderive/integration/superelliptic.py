"""Simple radical extensions of any genus: ``A(x)*y`` with ``y^q`` a polynomial.

Trager's thesis, chapters 5 and 6, for curves ``y^q = R(x)``: the residues of the integrand give divisors;
where a multiple of such a divisor is principal, the function that it belongs to is the argument of a
logarithm (integrals of Goursat's pseudo-elliptic kind). Which multiple it is, is found modulo a prime that
splits all that is algebraic; only then the function is computed exactly. What is left must be the derivative
of an algebraic function.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce as fold
from math import lcm
from typing import TYPE_CHECKING

import flint

from antiderive.expressions import Expr
from antiderive.integration.budget import GiveUpError
from antiderive.integration.curves import (
    Curve,
    Place,
    curve_of,
    divided_series,
    reversed_series,
    root_series,
    taylor,
)
from antiderive.integration.divisors import principal
from antiderive.integration.expressions import logarithm
from antiderive.integration.linear_systems import combination, has_no_solution, solve
from antiderive.integration.quotients import (
    ONE,
    RING,
    Quotient,
    degree,
    factors,
    least_common_multiple,
    monomial,
    number,
    rational,
)
from antiderive.integration.radicals import constant_root, root_of_unity, roots, sign_of, square_root_of
from antiderive.integration.steps import Step
from antiderive.integration.tower import Tower, X
from antiderive.integration.univariate import Univariate, evaluate, factored, univariate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from antiderive.integration.problem import Problem
    from antiderive.integration.search import Search

_MOST_POINTS = 8
_LARGEST_DEGREE = 60


def integrate_superelliptic(search: Search, problem: Problem) -> Iterator[Step]:  # noqa: ARG001  (as every method)
    """The integral of ``A*y``, or of a sum of such functions with different roots, term by term."""
    found = curve_of(*problem.field)
    if found is None or found[0].genus == 0:
        return
    after = _integral(*found)
    if after is not None:
        yield Step("logarithmic part on a curve", problem.integrand, after, problem.variable)


def has_no_algebraic_integral(curve: Curve, coefficient: Quotient) -> bool:
    """Whether ``A*y`` provably has no residues and is not the derivative of an algebraic function."""
    if any(not residue.is_zero for _, residue in _places(curve, coefficient)):
        return False
    left = curve.tower.reduce(coefficient * curve.y)
    _, columns = _algebraic_columns(curve, left)
    return has_no_solution(curve.tower, left, columns)


# --- residues


def _integral(curve: Curve, coefficient: Quotient) -> Expr | None:
    tower = curve.tower
    places = _places(curve, coefficient)
    residues = [(place, residue) for place, residue in places if not residue.is_zero]
    total, left = Expr(0), tower.reduce(coefficient * curve.y)
    for value, multiplicities in _independent([residue for _, residue in residues]):
        found = principal(curve, [place for place, _ in residues], multiplicities)
        if found is None:
            return None
        function, multiple = found
        factor = tower.reduce(value / number(multiple))
        slope = _character(curve, tower.reduce(tower.derivative(function) / function))
        left = tower.reduce(left - factor * slope)
        total = total + _logarithms(curve, function, factor)
    rest = _algebraic_part(curve, left)
    return None if rest is None else rest + total


def _places(curve: Curve, coefficient: Quotient) -> list[tuple[Place, Quotient]]:
    """One place over every pole that is no branch point, with the residue there."""
    tower = curve.tower
    found: list[tuple[Place, Quotient]] = []
    branching = {str(factor) for factor, _ in curve.branches}
    for factor, power in factors(coefficient.denominator)[1]:
        if not degree(factor, X) or str(factor) in branching:
            continue
        for x in _abscissae(tower, univariate(Quotient(factor))):
            value = tower.reduce(evaluate(univariate(curve.radicand), x))
            if value.is_zero:
                continue
            y = _ordinate(curve, value)
            residue = _residue(curve, coefficient, x, power)
            found.append((Place(x, y), tower.reduce(residue * y)))
    if curve.degree % curve.order == 0:
        found += _at_infinity(curve, coefficient)
    if len(found) > _MOST_POINTS:
        raise GiveUpError("too many poles on a curve")
    return found


def _abscissae(tower: Tower, poly: Univariate) -> list[Quotient]:
    fields = [slot for slot in tower.relations if tower.constant_slot(slot)]
    points: list[Quotient] = []
    for piece in factored(tower, poly, fields) if len(poly) > 2 and fields else [poly]:
        found = roots(tower, piece)
        if found is None:
            raise GiveUpError("poles that are not expressed in radicals")
        points += found
    return points


def _ordinate(curve: Curve, value: Quotient) -> Quotient:
    if curve.order == 2:
        return square_root_of(curve.tower, value)
    if curve.order % 2 and sign_of(curve.tower, value) < 0:
        return -constant_root(curve.tower, -value, curve.order)
    return constant_root(curve.tower, value, curve.order)


def _residue(curve: Curve, coefficient: Quotient, x: Quotient, power: int) -> Quotient:
    """The residue of ``A*y`` at a place over ``x``, over the value of ``y`` there."""
    tower = curve.tower
    top = taylor(tower, univariate(Quotient(coefficient.numerator)), x, power)
    bottom = taylor(tower, univariate(Quotient(coefficient.denominator)), x, 2 * power)[power:]
    series = divided_series(tower, top, bottom, power)
    root = root_series(curve, x, power)
    total = number(0)
    for place in range(power):
        total = total + series[place] * root[power - 1 - place]
    return tower.reduce(total)


def _at_infinity(curve: Curve, coefficient: Quotient) -> list[tuple[Place, Quotient]]:
    tower = curve.tower
    top, bottom = univariate(Quotient(coefficient.numerator)), univariate(Quotient(coefficient.denominator))
    growth = len(top) - len(bottom) + curve.degree // curve.order
    if growth < -1:
        return []
    count = growth + 2
    series = divided_series(tower, reversed_series(top, count), reversed_series(bottom, count), count)
    root = root_series(curve, None, count)
    residue = number(0)
    for place in range(count):
        residue = residue + series[place] * root[count - 1 - place]
    y = _ordinate(curve, univariate(curve.radicand)[-1])
    return [(Place(None, y), tower.reduce(-residue * y))]


def _independent(residues: list[Quotient]) -> list[tuple[Quotient, list[int]]]:
    """A basis of the rational span of the residues, each with the integers before it in all of them."""
    if not residues:
        return []
    common = fold(least_common_multiple, [residue.denominator for residue in residues])
    vectors = [(residue * Quotient(common)).numerator.to_dict() for residue in residues]
    keys = sorted({key for vector in vectors for key in vector})
    matrix = flint.fmpq_mat(len(keys), len(residues))
    for column, vector in enumerate(vectors):
        for row, key in enumerate(keys):
            matrix[row, column] = vector.get(key, 0)
    reduced, rank = matrix.rref()
    found = []
    for row in range(rank):
        entries = [rational(reduced[row, column]) for column in range(len(residues))]
        pivot = next(column for column, entry in enumerate(entries) if entry)
        scale = lcm(*[entry.denominator for entry in entries])
        found.append((residues[pivot] / number(scale), [int(entry * scale) for entry in entries]))
    return found


# --- putting the answer together


def _character(curve: Curve, element: Quotient) -> Quotient:
    """``q`` times the part of an element that is a rational function times ``y``."""
    tower = curve.tower
    wanted = _exponents(tower, curve.y)
    terms = {
        exponents: coefficient
        for exponents, coefficient in element.numerator.to_dict().items()
        if _root_exponents(tower, exponents) == wanted
    }
    part = tower.reduce(Quotient(RING.from_dict(terms)) / Quotient(element.denominator))
    return tower.reduce(part * number(curve.order))


def _exponents(tower: Tower, element: Quotient) -> tuple[int, ...]:
    return _root_exponents(tower, next(iter(element.numerator.to_dict())))


def _root_exponents(tower: Tower, exponents: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(exponents[slot] for slot in tower.relations if not tower.constant_slot(slot))


def _logarithms(curve: Curve, function: Quotient, factor: Quotient) -> Expr:
    """The sum over the conjugates of ``factor*root of unity*log(conjugate)``."""
    tower = curve.tower
    turn = root_of_unity(tower, Fraction(1, curve.order))
    if turn is None:
        raise GiveUpError("a root of unity that is not expressed in square roots")
    total = Expr(0)
    parts = _by_power(curve, function)
    for place in range(curve.order):
        conjugate = number(0)
        for power, part in parts.items():
            conjugate = conjugate + part * turn ** (place * power)
        weight = tower.reduce(factor * turn ** ((-place) % curve.order))
        total = total + tower.expression(weight) * logarithm(tower.expression(tower.reduce(conjugate)))
    return total


def _by_power(curve: Curve, function: Quotient) -> dict[int, Quotient]:
    """The parts of a function with ``y^0, y^1, ...``."""
    tower = curve.tower
    powers = {_exponents(tower, tower.reduce(curve.y**power)): power for power in range(curve.order)}
    terms: dict[int, dict[tuple[int, ...], object]] = {}
    for exponents, coefficient in function.numerator.to_dict().items():
        power = powers[_root_exponents(tower, exponents)]
        terms.setdefault(power, {})[exponents] = coefficient
    bottom = Quotient(function.denominator)
    return {power: Quotient(RING.from_dict(part)) / bottom for power, part in terms.items()}


def _algebraic_part(curve: Curve, left: Quotient) -> Expr | None:
    """The algebraic function whose derivative is what the logarithms have left."""
    if left.is_zero:
        return Expr(0)
    elements, columns = _algebraic_columns(curve, left)
    values = solve(curve.tower, left, columns)
    return None if values is None else curve.tower.expression(combination(curve.tower, values, elements))


def _algebraic_columns(curve: Curve, left: Quotient) -> tuple[list[Quotient], list[Quotient]]:
    """All functions ``b*y`` whose derivative can be the given one, by their poles, and their derivatives."""
    tower = curve.tower
    coefficient = tower.reduce(left / curve.y)
    branching = {str(factor) for factor, _ in curve.branches}
    bottom = ONE
    for factor, power in factors(coefficient.denominator)[1]:
        if degree(factor, X):
            bottom = bottom * factor ** (power if str(factor) in branching else power - 1)
    growth = degree(coefficient.numerator, X) - degree(coefficient.denominator, X)
    top = max(growth + 1, 0) + degree(bottom, X) + 1
    if top > _LARGEST_DEGREE:
        raise GiveUpError("an algebraic part of too high a degree")
    elements = [tower.reduce(monomial(X, power) * curve.y / Quotient(bottom)) for power in range(top + 1)]
    return elements, [tower.reduce(tower.derivative(element)) for element in elements]
