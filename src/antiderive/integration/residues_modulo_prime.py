"""Constants of a tower modulo a prime that splits everything algebraic in them."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

import flint

from antiderive.integration.budget import checkpoint
from antiderive.integration.quotients import Quotient
from antiderive.integration.tower import Kind, Tower
from antiderive.integration.univariate import univariate
from antiderive.verification import Poly

if TYPE_CHECKING:
    from antiderive.integration.curves import Curve, Place

_FIRST = 10_007
_LAST = 60_000


class Splitting:
    """A prime and the residue of every constant generator.

    Attributes:
        prime: the prime.
        at: residues by slot.
    """

    def __init__(self, prime: int, at: dict[int, int]) -> None:
        self.prime = prime
        self.at = at

    def value(self, element: Quotient) -> int | None:
        """The residue of a constant, if its denominator does not vanish."""
        bottom = self.poly(element.denominator)
        return (
            None if bottom == 0 else self.poly(element.numerator) * pow(bottom, -1, self.prime) % self.prime
        )

    def poly(self, poly: Poly) -> int:
        """The residue of a polynomial in constants."""
        total = 0
        for exponents, coefficient in poly.to_dict().items():
            term = int(coefficient.p) * pow(int(coefficient.q), -1, self.prime)
            for slot, power in enumerate(exponents):
                if power:
                    term = term * pow(self.at[slot], power, self.prime) % self.prime
            total += term
        return total % self.prime

    def coefficients(self, element: Quotient) -> list[int]:
        """A polynomial in the variable."""
        found = [self.value(coefficient) for coefficient in univariate(element)]
        return [value or 0 for value in found]

    # --- the conditions on a function with given zeros, as in the exact computation

    def conditions(
        self, order: int, curve: Curve, target: list[tuple[Place, int]], shape: list[tuple[int, int]]
    ) -> Any:  # noqa: ANN401  (python-flint is untyped)
        """The matrix of the linear conditions."""
        prime, zeros = self.prime, sum(times for _, times in target)
        matrix = flint.nmod_mat(zeros, len(shape), prime)
        radicand = self.coefficients(curve.radicand)
        weights = [curve.basis_weight(power) for power in range(order)]
        bottoms = [self.coefficients(Quotient(bottom)) for bottom, _ in weights]
        row = 0
        for place, times in target:
            x = None if place.x is None else self.value(place.x)
            y = self.value(place.y) or 0
            root = self._root_series(radicand, x, order, times)
            series = []
            total = [1] + [0] * (times - 1)
            for power in range(order):
                scaled = [entry * pow(y, power, prime) % prime for entry in total]
                series.append(self._divided(scaled, self._local(bottoms[power], x, times), times))
                total = self._product(total, root, times)
            for column, (power, exponent) in enumerate(shape):
                entries = series[power]
                if x is None:
                    down = int(Fraction(zeros, order) - weights[power][1] - exponent)
                    entries = ([0] * down + entries)[:times]
                else:
                    for _ in range(exponent):
                        entries = self._product(entries, [x, 1], times)
                for shift in range(times):
                    matrix[row + shift, column] = entries[shift]
            row += times
        return matrix

    def _local(self, poly: list[int], x: int | None, count: int) -> list[int]:
        if x is None:
            return (poly[::-1] + [0] * count)[:count]
        total: list[int] = []
        for coefficient in reversed(poly):
            total = self._product(total, [x, 1], len(total) + 1) if total else []
            total = [(total[0] + coefficient) % self.prime, *total[1:]] if total else [coefficient]
        return (total + [0] * count)[:count]

    def _product(self, first: list[int], second: list[int], count: int) -> list[int]:
        total = [0] * count
        for i, one in enumerate(first):
            if one:
                for j, other in enumerate(second[: count - i]):
                    total[i + j] = (total[i + j] + one * other) % self.prime
        return total

    def _divided(self, top: list[int], bottom: list[int], count: int) -> list[int]:
        inverse = pow(bottom[0], -1, self.prime) if bottom[0] else 0
        made: list[int] = []
        for place in range(count):
            total = top[place]
            for back in range(1, place + 1):
                total -= bottom[back] * made[place - back]
            made.append(total * inverse % self.prime)
        return made

    def _root_series(self, radicand: list[int], x: int | None, order: int, count: int) -> list[int]:
        prime = self.prime
        r = self._local(radicand, x, count + 1)
        inverse = pow(r[0], -1, prime) if r[0] else 0
        part = pow(order, -1, prime)
        made = [1]
        for place in range(1, count):
            total = 0
            for back in range(1, place + 1):
                total += (back * part - (place - back)) * r[back] * made[place - back]
            made.append(total * inverse % prime * pow(place, -1, prime) % prime)
        return made


def splitting(tower: Tower, constants: list[Quotient]) -> Splitting | None:
    """A prime that splits the constants of a tower, and does not divide a denominator of the given ones."""
    random = Random(3)  # noqa: S311  (a sample, no secret)
    for prime in range(_FIRST, _LAST, 2):
        if not flint.fmpz(prime).is_prime():
            continue
        checkpoint()
        found = _split(tower, prime, random)
        if found is not None and all(found.value(constant) is not None for constant in constants):
            return found
    return None


def _split(tower: Tower, prime: int, random: Random) -> Splitting | None:
    found = Splitting(prime, {})
    for slot, generator in enumerate(tower.generators):
        if generator.kind is Kind.CONSTANT:
            found.at[slot] = random.randrange(2, prime)
        elif generator.kind is Kind.ALGEBRAIC:
            if (prime - 1) % generator.order:
                return None
            value = found.value(generator.power)
            root = None if not value else _root_modulo(value, generator.order, prime)
            if root is None:
                return None
            found.at[slot] = root
    return found


def _root_modulo(value: int, order: int, prime: int) -> int | None:
    """A root of ``z^order = value`` modulo a prime that has all roots of unity of this order."""
    if pow(value, (prime - 1) // order, prime) != 1:
        return None
    poly = flint.nmod_poly([-value % prime] + [0] * (order - 1) + [1], prime)
    linear = [factor for factor, _ in poly.factor()[1] if factor.degree() == 1]
    return -int(linear[0][0]) % prime if linear else None
