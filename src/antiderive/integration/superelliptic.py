"""Simple radical extensions of any genus: ``A(x)*y`` with ``y^q`` a polynomial.

Trager's thesis, chapters 5 and 6, for curves ``y^q = R(x)``: the residues of the integrand give divisors; where
a multiple of such a divisor is principal, the function that it belongs to is the argument of a logarithm
(integrals of Goursat's pseudo-elliptic kind). Which multiple it is, is found modulo a prime that splits all
that is algebraic; only then the function is computed exactly. What is left must be the derivative of an
algebraic function.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce as fold
from math import gcd, lcm
from typing import TYPE_CHECKING

import flint

from antiderive._core import Expr
from antiderive.integration.budget import GiveUpError, checkpoint
from antiderive.integration.expressions import logarithm
from antiderive.integration.linear_systems import combination, has_no_solution, solve
from antiderive.integration.quotients import (
    ONE,
    RING,
    Poly,
    Quotient,
    degree,
    factors,
    monomial,
    number,
    rational,
)
from antiderive.integration.radicals import constant_root, root_of_unity, roots, square_root_of
from antiderive.integration.residues_modulo_prime import Splitting, splitting
from antiderive.integration.steps import Step
from antiderive.integration.tower import X, Tower
from antiderive.integration.univariate import (
    Univariate,
    evaluate,
    product,
    shifted,
    univariate,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from antiderive.integration.problem import Problem
    from antiderive.integration.search import Search

_LARGEST_ORDER = 6
_MOST_ZEROS = 24
"""Zeros of a function whose logarithm is looked for, with multiplicity."""
_MULTIPLES = 24
_MOST_POINTS = 8
_LARGEST_DEGREE = 60


@dataclass(frozen=True)
class Curve:
    """``y^order = product of factor^exponent`` over irreducible factors, ``y`` an element of a tower.

    Attributes:
        tower: where it lives.
        y: the function, in normal form.
        order: ``q``.
        radicand: the polynomial ``y^q``.
        branches: irreducible factors with exponents between 0 and ``q``.
    """

    tower: Tower
    y: Quotient
    order: int
    radicand: Quotient
    branches: list[tuple[Poly, int]]

    @property
    def degree(self) -> int:
        """Degree of the radicand."""
        return degree(self.radicand.numerator, X)

    @property
    def genus(self) -> int:
        """The genus, by Riemann and Hurwitz."""
        total = -2 * self.order
        for factor, exponent in self.branches:
            total += degree(factor, X) * (self.order - gcd(exponent, self.order))
        total += self.order - gcd(self.degree, self.order)
        return total // 2 + 1

    def basis_weight(self, power: int) -> tuple[Poly, Fraction]:
        """The denominator that ``y^power`` may have, and its order of growth with it."""
        bottom, growth = ONE, Fraction(power * self.degree, self.order)
        for factor, exponent in self.branches:
            down = power * exponent // self.order
            bottom = bottom * factor**down
            growth -= down * degree(factor, X)
        return bottom, growth


@dataclass(frozen=True)
class Place:
    """A point of the curve where it does not branch.

    Attributes:
        x: its abscissa, or ``None`` at infinity.
        y: the value of ``y``; at infinity that of ``y/x^(degree/order)``.
    """

    x: Quotient | None
    y: Quotient


def integrate_superelliptic(search: Search, problem: Problem) -> Iterator[Step]:
    """The integral of ``A*y``, or of a sum of such functions with different roots, term by term."""
    tower, f = problem.field
    components = characters(tower, f)
    if len(components) != 1:
        return
    curve, coefficient = _curve(tower, components[0])
    if curve is None or curve.order > _LARGEST_ORDER or curve.genus == 0:
        return
    after = _integral(curve, coefficient)
    if after is not None:
        yield Step("logarithmic part on a curve", problem.integrand, after, problem.variable)


def characters(tower: Tower, f: Quotient) -> list[Quotient]:
    """The parts of an element that have the same roots in the same powers."""
    kept = [slot for slot in tower.relations if not tower.constant_slot(slot)]
    parts: dict[tuple[int, ...], dict[tuple[int, ...], object]] = {}
    for exponents, coefficient in f.numerator.to_dict().items():
        parts.setdefault(tuple(exponents[slot] for slot in kept), {})[exponents] = coefficient
    bottom = Quotient(f.denominator)
    return [tower.reduce(Quotient(RING.from_dict(part)) / bottom) for part in parts.values()]


def _curve(tower: Tower, part: Quotient) -> tuple[Curve | None, Quotient]:
    """The curve of one part ``A*y`` and ``A``."""
    kept = [slot for slot in tower.relations if not tower.constant_slot(slot)]
    exponents = next(iter(part.numerator.to_dict()))
    powers = {slot: exponents[slot] for slot in kept if exponents[slot]}
    if not powers:
        return None, part
    order = lcm(*[tower.generators[slot].order for slot in powers])
    root, radicand = number(1), number(1)
    for slot, power in powers.items():
        generator = tower.generators[slot]
        root = root * monomial(slot, power)
        radicand = radicand * generator.power ** (power * order // generator.order)
    if tower.functions(radicand) != {X}:
        return None, part
    found = _signed(radicand)
    common = fold(gcd, [exponent for _, exponent in found], order)
    if common > 1:
        order //= common
        found = [(factor, exponent // common) for factor, exponent in found]
    coefficient = tower.reduce(part / root)
    branches, outer = [], number(1)
    for factor, exponent in found:
        whole, rest = divmod(exponent, order)
        outer = outer * Quotient(factor) ** whole
        if rest:
            branches.append((factor, rest))
    y = tower.reduce(root / outer)
    power = tower.reduce(y**order)
    if not tower.constant_poly(power.denominator) or not branches:
        return None, part
    return Curve(tower, y, order, power, branches), tower.reduce(coefficient * outer)


def _signed(element: Quotient) -> list[tuple[Poly, int]]:
    over = factors(element.numerator)[1]
    under = [] if element.is_polynomial else [(one, -power) for one, power in factors(element.denominator)[1]]
    return [(one, power) for one, power in over + under if degree(one, X)]


def curve_of(tower: Tower, f: Quotient) -> tuple[Curve, Quotient] | None:
    """The curve of an element ``A*y`` and ``A``, if it is of that form."""
    components = characters(tower, f)
    if len(components) != 1:
        return None
    curve, coefficient = _curve(tower, components[0])
    return None if curve is None or curve.order > _LARGEST_ORDER else (curve, coefficient)


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
        found = _principal(curve, [place for place, _ in residues], multiplicities)
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
    from antiderive.integration.univariate import factored

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
    from antiderive.integration.radicals import sign_of

    if curve.order % 2 and sign_of(curve.tower, value) < 0:
        return -constant_root(curve.tower, -value, curve.order)
    return constant_root(curve.tower, value, curve.order)


def _residue(curve: Curve, coefficient: Quotient, x: Quotient, power: int) -> Quotient:
    """The residue of ``A*y`` at a place over ``x``, over the value of ``y`` there."""
    tower = curve.tower
    top = _taylor(tower, univariate(Quotient(coefficient.numerator)), x, power)
    bottom = _taylor(tower, univariate(Quotient(coefficient.denominator)), x, 2 * power)[power:]
    series = _divided_series(tower, top, bottom, power)
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
    series = _divided_series(tower, _reversed(top, count), _reversed(bottom, count), count)
    root = root_series(curve, None, count)
    residue = number(0)
    for place in range(count):
        residue = residue + series[place] * root[count - 1 - place]
    y = _ordinate(curve, univariate(curve.radicand)[-1])
    return [(Place(None, y), tower.reduce(-residue * y))]


def _reversed(poly: Univariate, count: int) -> Univariate:
    return (list(reversed(poly)) + [number(0)] * count)[:count]


def _taylor(tower: Tower, poly: Univariate, x: Quotient, count: int) -> Univariate:
    return (shifted(tower, poly, x) + [number(0)] * count)[:count]


def _divided_series(tower: Tower, top: Univariate, bottom: Univariate, count: int) -> Univariate:
    inverse = tower.reduce(number(1) / bottom[0])
    made: Univariate = []
    for place in range(count):
        total = top[place] if place < len(top) else number(0)
        for back in range(1, place + 1):
            if back < len(bottom):
                total = total - bottom[back] * made[place - back]
        made.append(tower.reduce(total * inverse))
    return made


def root_series(curve: Curve, x: Quotient | None, count: int) -> Univariate:
    """``y`` over its value at a place, as a power series; at infinity in ``1/x`` and without the leading power."""
    tower, order = curve.tower, curve.order
    if x is None:
        r = _reversed(univariate(curve.radicand), count + 1)
    else:
        r = _taylor(tower, univariate(curve.radicand), x, count + 1)
    inverse = tower.reduce(number(1) / r[0])
    made = [number(1)]
    for place in range(1, count):
        total = number(0)
        for back in range(1, place + 1):
            weight = Fraction(back, order) - (place - back)
            total = total + number(weight) * r[back] * made[place - back]
        made.append(tower.reduce(total * inverse * number(Fraction(1, place))))
    return made


def _independent(residues: list[Quotient]) -> list[tuple[Quotient, list[int]]]:
    """A basis of the rational span of the residues, each with the integers before it in all of them."""
    if not residues:
        return []
    common = fold(lcm_poly, [residue.denominator for residue in residues])
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


def lcm_poly(first: Poly, second: Poly) -> Poly:
    """The least common multiple of two denominators."""
    from antiderive.integration.quotients import least_common_multiple

    return least_common_multiple(first, second)


# --- functions with given zeros


def _principal(curve: Curve, places: list[Place], multiplicities: list[int]) -> tuple[Quotient, int] | None:
    """A function whose divisor is a multiple of the given one, up to what the automorphisms cancel."""
    chosen = _conjugated(curve, places, multiplicities)
    size = sum(times for _, times in chosen)
    split = splitting(curve.tower, [place.y for place, _ in chosen] + [p.x for p, _ in chosen if p.x is not None])
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
            for power in range(1, curve.order):
                y = curve.tower.reduce(place.y * turn**power)
                chosen.append((Place(place.x, y), -times))
    return chosen


def _shape(curve: Curve, zeros: int) -> list[tuple[int, int]]:
    """Pairs ``(power of y, power of x)`` of the functions with poles at infinity only, of the order wanted."""
    top = Fraction(zeros, curve.order)
    shape = []
    for power in range(curve.order):
        _, growth = curve.basis_weight(power)
        for exponent in range(int(top - growth) + 1 if top >= growth else 0):
            shape.append((power, exponent))
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
    below = _reversed(poly, count) if place.x is None else _taylor(tower, poly, place.x, count)
    return _divided_series(tower, total + [number(0)] * count, below, count)


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
    return len(shape) > rows.rank()


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
