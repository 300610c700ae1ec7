"""Functions on a curve ``y^q = R(x)`` with given zeros and poles at infinity only.

A multiple of a divisor is looked for that is principal: first modulo a prime that splits all that is
algebraic, then exactly.
"""

from __future__ import annotations

from fractions import Fraction

from antiderive.integration.budget import GiveUpError, checkpoint
from antiderive.integration.curves import Curve, Place, divided_series, reversed_series, root_series, taylor
from antiderive.integration.quotients import Quotient, monomial, number
from antiderive.integration.radicals import root_of_unity
from antiderive.integration.residues_modulo_prime import Splitting, splitting
from antiderive.integration.tower import Tower, X
from antiderive.integration.univariate import Univariate, product, univariate

_MOST_ZEROS = 24
"""Zeros of a function whose logarithm is looked for, with multiplicity."""
_MULTIPLES = 24


def principal(curve: Curve, places: list[Place], multiplicities: list[int]) -> tuple[Quotient, int] | None:
    """A function whose divisor is a multiple of the given one, up to what the automorphisms cancel."""
    chosen = _conjugated(curve, places, multiplicities)
    size = sum(times for _, times in chosen)
    split = splitting(
        curve.tower, [place.y for place, _ in chosen] + [p.x for p, _ in chosen if p.x is not None]
    )
    if split is None:
        return None
    for multiple in range(1, _MULTIPLES + 1):
        if multiple * size > _MOST_ZEROS:
            break
        checkpoint()
        target = [(place, multiple * times) for place, times in chosen]
        shape = _shape(curve, multiple * size)
        if shape and _exists(curve, target, shape, split):
            function = _function(curve, target, shape)
            if function is not None:
                return function, multiple
    return None


def _conjugated(curve: Curve, places: list[Place], multiplicities: list[int]) -> list[tuple[Place, int]]:
    """Places with positive multiplicities: a negative one is moved to the conjugate places."""
    turn = root_of_unity(curve.tower, Fraction(1, curve.order))
    if turn is None:
        raise GiveUpError("a root of unity that is not expressed in square roots")
    chosen = []
    for place, times in zip(places, multiplicities, strict=True):
        if times > 0:
            chosen.append((place, times))
        elif times < 0:
            if curve.order % 2 == 0:
                chosen.append((Place(place.x, -place.y), -times))
                continue
            turned = [curve.tower.reduce(place.y * turn**power) for power in range(1, curve.order)]
            chosen += [(Place(place.x, y), -times) for y in turned]
    return chosen


def _shape(curve: Curve, zeros: int) -> list[tuple[int, int]]:
    """Pairs ``(power of y, power of x)`` of the functions with poles at infinity only."""
    top = Fraction(zeros, curve.order)
    shape: list[tuple[int, int]] = []
    for power in range(curve.order):
        _, growth = curve.basis_weight(power)
        exponents = range(int(top - growth) + 1 if top >= growth else 0)
        shape += [(power, exponent) for exponent in exponents]
    return shape


def _conditions(
    curve: Curve, target: list[tuple[Place, int]], shape: list[tuple[int, int]]
) -> list[list[Quotient]]:
    """Linear conditions on the coefficients for the zeros wanted."""
    tower = curve.tower
    rows: list[list[Quotient]] = []
    zeros = sum(times for _, times in target)
    for place, times in target:
        columns = []
        series: dict[int, Univariate] = {}
        for power, exponent in shape:
            if power not in series:
                series[power] = _basis_series(curve, place, power, times)
            columns.append(_times_power(curve, place, series[power], power, exponent, times, zeros))
        rows += [[column[row] for column in columns] for row in range(times)]
    return [[tower.reduce(entry) for entry in row] for row in rows]


def _basis_series(curve: Curve, place: Place, power: int, count: int) -> Univariate:
    """``y^power`` over its denominator as a series at a place."""
    tower = curve.tower
    bottom, _ = curve.basis_weight(power)
    root = root_series(curve, place.x, count)
    total: Univariate = [number(1)]
    for _ in range(power):
        total = product(tower, total, root)[:count]
    total = [tower.reduce(entry * place.y**power) for entry in total]
    poly = univariate(Quotient(bottom))
    below = reversed_series(poly, count) if place.x is None else taylor(tower, poly, place.x, count)
    return divided_series(tower, total + [number(0)] * count, below, count)


def _times_power(
    curve: Curve, place: Place, series: Univariate, power: int, exponent: int, count: int, zeros: int
) -> Univariate:
    """The first coefficients of a basis function times a power of the variable."""
    tower = curve.tower
    if place.x is not None:
        line: Univariate = [number(1)]
        for _ in range(exponent):
            line = product(tower, line, [place.x, number(1)])[:count]
        return (product(tower, line, series) + [number(0)] * count)[:count]
    _, growth = curve.basis_weight(power)
    down = Fraction(zeros, curve.order) - growth - exponent
    return ([number(0)] * int(down) + series + [number(0)] * count)[:count]


def _exists(
    curve: Curve, target: list[tuple[Place, int]], shape: list[tuple[int, int]], split: Splitting
) -> bool:
    """Whether the conditions have a solution modulo the prime."""
    rows = split.conditions(curve.order, curve, target, shape)
    return len(shape) > int(rows.rank())


def _function(curve: Curve, target: list[tuple[Place, int]], shape: list[tuple[int, int]]) -> Quotient | None:
    """The function with the zeros wanted."""
    tower = curve.tower
    values = _null_vector(tower, _conditions(curve, target, shape), len(shape))
    if values is None:
        return None
    total = number(0)
    for (power, exponent), value in zip(shape, values, strict=True):
        if not value.is_zero:
            bottom, _ = curve.basis_weight(power)
            total = total + value * monomial(X, exponent) * curve.y**power / Quotient(bottom)
    return tower.reduce(total)


def _null_vector(tower: Tower, rows: list[list[Quotient]], width: int) -> list[Quotient] | None:
    """A vector that all rows annihilate, by elimination."""
    pivots: list[int] = []
    done: list[list[Quotient]] = []
    rows = [list(row) for row in rows]
    for column in range(width):
        checkpoint()
        row = next((one for one in rows if not one[column].is_zero), None)
        if row is None:
            continue
        rows = [one for one in rows if one is not row]
        inverse = tower.reduce(number(1) / row[column])
        row = [tower.reduce(entry * inverse) for entry in row]
        for other in rows + done:
            factor = other[column]
            if not factor.is_zero:
                for place in range(width):
                    if not row[place].is_zero:
                        other[place] = tower.reduce(other[place] - factor * row[place])
        pivots.append(column)
        done.append(row)
    free = [column for column in range(width) if column not in pivots]
    if not free:
        return None
    values = [number(0)] * width
    values[free[0]] = number(1)
    for column, row in zip(pivots, done, strict=True):
        values[column] = -row[free[0]]
    return values
