"""Curves ``y^q = R(x)`` over the constants of a tower: their places and series at these."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce as fold
from math import gcd, lcm

from antiderive.integration.quotients import (
    ONE,
    RING,
    Quotient,
    degree,
    factors,
    monomial,
    number,
)
from antiderive.integration.tower import Tower, X
from antiderive.integration.univariate import Univariate, shifted, univariate
from antiderive.verification import Poly

_LARGEST_ORDER = 6


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


def characters(tower: Tower, f: Quotient) -> list[Quotient]:
    """The parts of an element that have the same roots in the same powers."""
    kept = [slot for slot in tower.relations if not tower.constant_slot(slot)]
    parts: dict[tuple[int, ...], dict[tuple[int, ...], object]] = {}
    for exponents, coefficient in f.numerator.to_dict().items():
        parts.setdefault(tuple(exponents[slot] for slot in kept), {})[exponents] = coefficient
    bottom = Quotient(f.denominator)
    return [tower.reduce(Quotient(RING.from_dict(part)) / bottom) for part in parts.values()]


def curve_of(tower: Tower, f: Quotient) -> tuple[Curve, Quotient] | None:
    """The curve of an element ``A*y`` and ``A``, if it is of that form."""
    components = characters(tower, f)
    if len(components) != 1:
        return None
    curve, coefficient = made_curve(tower, components[0])
    return None if curve is None or curve.order > _LARGEST_ORDER else (curve, coefficient)


def made_curve(tower: Tower, part: Quotient) -> tuple[Curve | None, Quotient]:
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


def taylor(tower: Tower, poly: Univariate, x: Quotient, count: int) -> Univariate:
    """The first Taylor coefficients of a polynomial."""
    return (shifted(tower, poly, x) + [number(0)] * count)[:count]


def reversed_series(poly: Univariate, count: int) -> Univariate:
    """The first coefficients of a polynomial, highest first: its series at infinity."""
    return (list(reversed(poly)) + [number(0)] * count)[:count]


def divided_series(tower: Tower, top: Univariate, bottom: Univariate, count: int) -> Univariate:
    """The first coefficients of a quotient of power series."""
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
    """``y`` over its value at a place, as a power series; at infinity in ``1/x``."""
    tower, order = curve.tower, curve.order
    if x is None:
        r = reversed_series(univariate(curve.radicand), count + 1)
    else:
        r = taylor(tower, univariate(curve.radicand), x, count + 1)
    inverse = tower.reduce(number(1) / r[0])
    made = [number(1)]
    for place in range(1, count):
        total = number(0)
        for back in range(1, place + 1):
            weight = Fraction(back, order) - (place - back)
            total = total + number(weight) * r[back] * made[place - back]
        made.append(tower.reduce(total * inverse * number(Fraction(1, place))))
    return made
