"""Polynomials in one variable whose coefficients are constants of a tower.

They are lists of coefficients, lowest power first, without leading zeros. Coefficients are kept in normal
form, so arithmetic is right over algebraic constants too.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TypeAlias

from antiderive.integration.budget import GiveUpError, checkpoint
from antiderive.integration.quotients import (
    GENERATORS,
    Quotient,
    coefficients,
    degree,
    factors,
    least_common_multiple,
    number,
    slots,
)
from antiderive.integration.tower import Tower, X
from antiderive.verification import Poly

Univariate: TypeAlias = list[Quotient]

_SHIFTS = (0, 1, -1, 2, 3)


def univariate(element: Quotient, slot: int = X) -> Univariate:
    """An element whose denominator is free of ``slot`` as a polynomial in it."""
    bottom = Quotient(element.denominator)
    if element.is_zero:
        return []
    parts = coefficients(element.numerator, slot)
    return [Quotient(part) / bottom if not part.is_zero() else number(0) for part in parts]


def element_of(poly: Univariate, slot: int = X) -> Quotient:
    """A polynomial as an element."""
    return evaluate(poly, Quotient(GENERATORS[slot]))


def evaluate(poly: Univariate, point: Quotient) -> Quotient:
    """The value at a point, not in normal form."""
    total = number(0)
    for coefficient in reversed(poly):
        total = total * point + coefficient
    return total


def trimmed(poly: Univariate) -> Univariate:
    """Without leading zeros."""
    top = len(poly)
    while top and poly[top - 1].is_zero:
        top -= 1
    return poly[:top]


def added(first: Univariate, second: Univariate) -> Univariate:
    """The sum."""
    pairs = zip_longest(first, second, fillvalue=number(0))
    return trimmed([one + other for one, other in pairs])


def scaled(tower: Tower, poly: Univariate, factor: Quotient) -> Univariate:
    """A multiple."""
    return trimmed([tower.reduce(coefficient * factor) for coefficient in poly])


def product(tower: Tower, first: Univariate, second: Univariate) -> Univariate:
    """The product."""
    if not first or not second:
        return []
    checkpoint()
    total = [number(0)] * (len(first) + len(second) - 1)
    for i, one in enumerate(first):
        for j, other in enumerate(second):
            total[i + j] = total[i + j] + one * other
    return trimmed([tower.reduce(coefficient) for coefficient in total])


def division(tower: Tower, poly: Univariate, divisor: Univariate) -> tuple[Univariate, Univariate]:
    """Quotient and remainder."""
    rest = [tower.reduce(coefficient) for coefficient in poly]
    inverse = tower.reduce(number(1) / divisor[-1])
    found = [number(0)] * max(len(rest) - len(divisor) + 1, 0)
    while len(rest) >= len(divisor):
        checkpoint()
        factor = tower.reduce(rest[-1] * inverse)
        shift = len(rest) - len(divisor)
        found[shift] = factor
        for place, coefficient in enumerate(divisor):
            rest[shift + place] = tower.reduce(rest[shift + place] - factor * coefficient)
        rest = trimmed(rest[:-1])
    return trimmed(found), rest


def monic(tower: Tower, poly: Univariate) -> Univariate:
    """The multiple with leading coefficient one."""
    return scaled(tower, poly, number(1) / poly[-1]) if poly else []


def common_divisor(tower: Tower, first: Univariate, second: Univariate) -> Univariate:
    """The monic greatest common divisor."""
    first, second = trimmed(first), trimmed(second)
    while second:
        first, second = second, monic(tower, division(tower, first, second)[1])
    return monic(tower, first)


def bezout(tower: Tower, first: Univariate, second: Univariate) -> tuple[Univariate, Univariate, Univariate]:
    """``(s, t, g)`` with ``s*first + t*second = g``, the monic greatest common divisor."""
    row = (first, [number(1)], list[Quotient]())
    other = (second, list[Quotient](), [number(1)])
    minus = number(-1)
    while other[0]:
        ratio, rest = division(tower, row[0], other[0])
        s = added(row[1], scaled(tower, product(tower, ratio, other[1]), minus))
        t = added(row[2], scaled(tower, product(tower, ratio, other[2]), minus))
        row, other = other, (rest, s, t)
    factor = number(1) / row[0][-1]
    return scaled(tower, row[1], factor), scaled(tower, row[2], factor), scaled(tower, row[0], factor)


def inverse_modulo(tower: Tower, poly: Univariate, modulus: Univariate) -> Univariate:
    """The inverse modulo a polynomial prime to it."""
    s, _, common = bezout(tower, division(tower, poly, modulus)[1], modulus)
    if len(common) != 1:
        raise GiveUpError("no inverse: the polynomials have a common factor")
    return s


def derivative(poly: Univariate) -> Univariate:
    """The derivative."""
    return [number(power) * coefficient for power, coefficient in enumerate(poly)][1:]


def shifted(tower: Tower, poly: Univariate, shift: Quotient) -> Univariate:
    """``poly(x + shift)``."""
    total: Univariate = []
    for coefficient in reversed(poly):
        total = added(product(tower, total, [shift, number(1)]), [coefficient])
    return trimmed([tower.reduce(coefficient) for coefficient in total])


def cleared(poly: Univariate, slot: int = X) -> Poly:
    """A polynomial without denominators, as a polynomial of the ring."""
    bottom = number(1).numerator
    for coefficient in poly:
        bottom = least_common_multiple(bottom, coefficient.denominator)
    whole = element_of(poly, slot) * Quotient(bottom)
    return whole.numerator


def factored(tower: Tower, poly: Univariate, fields: list[int] | None = None) -> list[Univariate]:
    """The monic irreducible factors of a squarefree polynomial over the constants of the tower.

    Trager's algorithm: factor the norm, take common divisors.

    Args:
        tower: where the coefficients live.
        poly: what is factored.
        fields: slots of the algebraic constants that may be used; all of the tower by default.
    """
    if len(poly) <= 2:
        return [monic(tower, poly)]
    if fields is None:
        fields = [slot for slot in tower.relations if tower.constant_slot(slot)]
    if not fields:
        parts = factors(cleared(poly))[1]
        return [monic(tower, univariate(Quotient(part))) for part, _ in parts if degree(part, X)]
    last = max(fields)
    generator = tower.generators[last]
    relation = GENERATORS[last] ** generator.order * generator.power.denominator - generator.power.numerator
    for times in _SHIFTS:
        checkpoint()
        shift = number(times) * tower.element(last)
        moved = shifted(tower, poly, -shift)
        cleared_poly = cleared(moved)
        if last in slots(cleared_poly):
            norm = cleared_poly.resultant(relation, last)
        elif times == 0 and generator.order == 2:
            continue
        else:
            norm = cleared_poly**generator.order
        parts = [part for part in factors(norm)[1] if degree(part[0], X)]
        if any(power > 1 for _, power in parts):
            continue
        others = [slot for slot in fields if slot != last]
        pieces = _over_smaller_field(tower, [part for part, _ in parts], others)
        if len(pieces) == 1:
            return [monic(tower, poly)]
        return [shifted(tower, common_divisor(tower, moved, piece), shift) for piece in pieces]
    return [monic(tower, poly)]


def _over_smaller_field(tower: Tower, parts: list[Poly], fields: list[int]) -> list[Univariate]:
    pieces: list[Univariate] = []
    for part in parts:
        lowered = univariate(tower.reduce(Quotient(part)))
        pieces += factored(tower, lowered, fields)
    return pieces
