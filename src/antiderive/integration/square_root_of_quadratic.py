"""Rational functions of the variable and one square root of a quadratic polynomial, completely.

The algebraic part by an ansatz with square roots over Horowitz and Ostrogradsky's denominators, the
logarithmic part from the residues at the poles, which are of the third kind on a curve of genus zero.
"""

from __future__ import annotations

from antiderive.expressions import Expr
from antiderive.integration.budget import GiveUpError, checkpoint
from antiderive.integration.expressions import arctangent, logarithm
from antiderive.integration.linear_systems import combination, solve
from antiderive.integration.quotients import (
    ONE,
    Quotient,
    coefficients,
    degree,
    monomial,
    number,
)
from antiderive.integration.radicals import roots, sign_of, square_root_of
from antiderive.integration.rational import SimplePart, function_factors, integrate_rational
from antiderive.integration.tower import Tower, X
from antiderive.integration.univariate import derivative, evaluate, factored, univariate
from antiderive.verification import Poly

_LARGEST_DEGREE = 60


def integrate_square_root(tower: Tower, f: Quotient, slot: int) -> Expr | None:
    """An antiderivative of a function of the variable and the square root in ``slot``."""
    parts = coefficients(f.numerator, slot)
    bottom = Quotient(f.denominator)
    total = Expr(0)
    if not parts[0].is_zero():
        total = integrate_rational(tower, Quotient(parts[0]) / bottom)
    if len(parts) == 1:
        return total
    over_root = tower.reduce(Quotient(parts[1]) / bottom * tower.generators[slot].power)
    rest = _integrate_over_root(tower, over_root, slot)
    return None if rest is None else total + rest


def _integrate_over_root(tower: Tower, b: Quotient, slot: int) -> Expr | None:
    """The integral of ``b/y``, ``b`` rational."""
    radicand, y = tower.generators[slot].power, tower.element(slot)
    inverse = tower.reduce(number(1) / y)
    found = function_factors(tower, b.denominator)
    common = ONE
    poles = []
    touches = False
    for factor, power in found:
        divides = degree(radicand.numerator.gcd(factor), X) > 0
        touches = touches or divides
        common = common * factor ** (power if divides else power - 1)
        if not divides:
            poles.append(factor)
    whole = sum(degree(factor, X) * power for factor, power in found)
    top = max(degree(b.numerator, X) - whole - 1, 0) + degree(common, X) + touches
    if top > _LARGEST_DEGREE:
        raise GiveUpError("a square root with too high a degree")
    elements = [tower.reduce(monomial(X, power) * y / Quotient(common)) for power in range(top + 1)]
    columns = [tower.reduce(tower.derivative(element)) for element in elements]
    shapes: list[tuple[Poly, Quotient]] = [(ONE, number(1))]
    shapes += [(factor, monomial(X, power)) for factor in poles for power in range(degree(factor, X))]
    columns += [tower.reduce(part / Quotient(factor) * inverse) for factor, part in shapes]
    values = solve(tower, tower.reduce(b * inverse), columns)
    if values is None:
        return None
    count = len(elements)
    total = tower.expression(combination(tower, values[:count], elements))
    simple: dict[str, SimplePart] = {}
    for (factor, part), value in zip(shapes, values[count:], strict=True):
        before = simple.get(str(factor))
        top_part = value * part + (before.numerator if before else number(0))
        simple[str(factor)] = SimplePart(tower.reduce(top_part), factor)
    for one in simple.values():
        if not one.numerator.is_zero:
            total = total + _third_kind(tower, one, slot)
    return total


def _third_kind(tower: Tower, part: SimplePart, slot: int) -> Expr:
    """The integral of ``c/(v*y)`` with an irreducible ``v``, or of ``c/y``."""
    if part.denominator.is_one():
        return tower.expression(part.numerator) * inverse_root_integral(tower, slot)
    v = univariate(Quotient(part.denominator))
    slope = derivative(v)
    fields = [one for one in tower.relations if tower.constant_slot(one)]
    pieces = factored(tower, v, fields) if len(v) > 2 and fields else [v]
    points: list[Quotient] = []
    for piece in pieces:
        found = roots(tower, piece)
        if found is None:
            raise GiveUpError("poles that are not expressed in radicals")
        points += found
    total = Expr(0)
    for point in points:
        checkpoint()
        residue = tower.reduce(evaluate(univariate(part.numerator), point) / evaluate(slope, point))
        total = total + tower.expression(residue) * _at_pole(tower, point, slot)
    return total


def _at_pole(tower: Tower, point: Quotient, slot: int) -> Expr:
    """The integral of ``1/((x - point)*y)``."""
    radicand, y = univariate(tower.generators[slot].power), tower.expression(tower.element(slot))
    value = tower.reduce(evaluate(radicand, point))
    slope = tower.reduce(evaluate(derivative(radicand), point))
    distance = tower.element(X) - point
    linear = tower.reduce(number(2) * value + slope * distance)
    negative = sign_of(tower, value) < 0
    root = square_root_of(tower, -value if negative else value)
    top = tower.expression(tower.reduce(linear / (number(2) * root)))
    factor = tower.expression(tower.reduce(number(1) / root))
    if negative:
        return factor * arctangent(top / y)
    discriminant = tower.reduce(slope * slope - number(4) * value * radicand[2])
    if sign_of(tower, discriminant) < 0 and sign_of(tower, value) > 0:
        return -factor * Expr.apply("atanh", top / y)
    return -factor * logarithm((top + y) / tower.expression(tower.reduce(distance)))


def inverse_root_integral(tower: Tower, slot: int) -> Expr:
    """The integral of ``1/y``."""
    radicand, y = univariate(tower.generators[slot].power), tower.expression(tower.element(slot))
    slope = tower.reduce(evaluate(derivative(radicand), tower.element(X)))
    leading = radicand[2]
    if sign_of(tower, leading) < 0:
        root = square_root_of(tower, -leading)
        discriminant = tower.reduce(radicand[1] * radicand[1] - number(4) * leading * radicand[0])
        factor = -tower.expression(tower.reduce(number(1) / root))
        if sign_of(tower, discriminant) > 0 and not tower.expression(discriminant).free_symbols:
            argument = tower.reduce(slope / square_root_of(tower, discriminant))
            return factor * Expr.apply("asin", tower.expression(argument))
        return factor * arctangent(tower.expression(tower.reduce(slope / (number(2) * root))) / y)
    root = square_root_of(tower, leading)
    factor = tower.expression(tower.reduce(number(1) / root))
    return factor * logarithm(tower.expression(tower.reduce(slope)) + 2 * tower.expression(root) * y)
