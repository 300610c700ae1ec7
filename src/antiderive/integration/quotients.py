"""Rational functions in generic generators over the rational numbers, in lowest terms.

The generators are the slots of a tower (:mod:`antiderive.integration.tower`); this module knows nothing of
what they stand for: algebraic relations and derivations are the tower's.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any

import flint

from antiderive.integration.budget import GiveUpError, checkpoint
from antiderive.verification import Poly

SLOTS = 20
"""Generators of a tower; an integrand that needs more is too large."""

RING: Any = flint.fmpq_mpoly_ctx.get([f"g{slot}" for slot in range(SLOTS)], "lex")
GENERATORS: tuple[Poly, ...] = RING.gens()
ZERO: Poly = RING.constant(0)
ONE: Poly = RING.constant(1)

_LARGEST_POWER = 200
_LARGEST_DIVISOR = 400_000
"""Products of terms of two polynomials whose greatest common divisor is computed."""
_LARGEST_PRODUCT = 400_000
"""Products of terms of two polynomials that are multiplied."""
_MOST_TERMS = 4000
_MOST_FACTORED = 1500
"""Terms of a polynomial that is factored."""


class Quotient:
    """``numerator/denominator`` in lowest terms, the denominator with leading coefficient one."""

    __slots__ = ("denominator", "numerator")

    def __init__(self, numerator: Poly, denominator: Poly = ONE) -> None:
        """Takes polynomials that are in lowest terms already; :func:`quotient` brings them there."""
        self.numerator = numerator
        self.denominator = denominator

    def __add__(self, other: Quotient) -> Quotient:
        if self.denominator == other.denominator:
            if self.denominator.is_one():
                return Quotient(self.numerator + other.numerator)
            return quotient(self.numerator + other.numerator, self.denominator)
        return quotient(
            self.numerator * other.denominator + other.numerator * self.denominator,
            self.denominator * other.denominator,
        )

    def __sub__(self, other: Quotient) -> Quotient:
        return self + (-other)

    def __neg__(self) -> Quotient:
        return Quotient(-self.numerator, self.denominator)

    def __mul__(self, other: Quotient) -> Quotient:
        if len(self.numerator) * len(other.numerator) > _LARGEST_PRODUCT:
            raise GiveUpError("a product of too large polynomials")
        if self.denominator.is_one() and other.denominator.is_one():
            return Quotient(self.numerator * other.numerator)
        return quotient(self.numerator * other.numerator, self.denominator * other.denominator)

    def __truediv__(self, other: Quotient) -> Quotient:
        if other.numerator.is_zero():
            raise GiveUpError("division by zero in a tower")
        return quotient(self.numerator * other.denominator, self.denominator * other.numerator)

    def __pow__(self, exponent: int) -> Quotient:
        if abs(exponent) > _LARGEST_POWER:
            raise GiveUpError(f"a power above {_LARGEST_POWER} is not expanded")
        terms = max(len(self.numerator), len(self.denominator))
        if terms > 1 and comb(terms + abs(exponent) - 1, terms - 1) > _MOST_TERMS:
            raise GiveUpError(f"a power with more than {_MOST_TERMS} terms")
        if exponent >= 0:
            return Quotient(self.numerator**exponent, self.denominator**exponent)
        inverse = number(1) / self
        return Quotient(inverse.numerator**-exponent, inverse.denominator**-exponent)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Quotient)
            and self.numerator == other.numerator
            and self.denominator == other.denominator
        )

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"({self.numerator})/({self.denominator})"

    @property
    def key(self) -> tuple[str, str]:
        """Text that two quotients share exactly when they are equal."""
        return str(self.numerator), str(self.denominator)

    @property
    def is_zero(self) -> bool:
        """Whether it is zero as a rational function."""
        return bool(self.numerator.is_zero())

    @property
    def is_polynomial(self) -> bool:
        """Whether the denominator is one."""
        return bool(self.denominator.is_one())

    @property
    def rational(self) -> Fraction | None:
        """The rational number that it is, if it is one."""
        if not (self.numerator.is_constant() and self.denominator.is_one()):
            return None
        return rational(self.numerator.leading_coefficient()) if not self.is_zero else Fraction(0)

    @property
    def slots(self) -> set[int]:
        """Generators that occur."""
        if self.denominator.is_one():
            return slots(self.numerator)
        return slots(self.numerator) | slots(self.denominator)


def quotient(numerator: Poly, denominator: Poly) -> Quotient:
    """The quotient of two polynomials in lowest terms."""
    if denominator.is_constant():
        leading = denominator.leading_coefficient()
        return Quotient(numerator if leading == 1 else numerator * (1 / leading))
    if len(numerator) > _MOST_TERMS or len(denominator) > _MOST_TERMS:
        raise GiveUpError(f"a polynomial has more than {_MOST_TERMS} terms")
    if len(numerator) + len(denominator) > 60:
        checkpoint()
        if len(numerator) * len(denominator) > _LARGEST_DIVISOR:
            raise GiveUpError("a common divisor of too large polynomials")
    common = numerator.gcd(denominator)
    if not common.is_one():
        numerator, denominator = numerator / common, denominator / common
    leading = denominator.leading_coefficient()
    if leading != 1:
        numerator, denominator = numerator * (1 / leading), denominator * (1 / leading)
    return Quotient(numerator, denominator)


def number(value: int | Fraction | Any) -> Quotient:  # noqa: ANN401  (fmpq is untyped)
    """A rational number as a quotient."""
    if isinstance(value, Fraction):
        value = flint.fmpq(value.numerator, value.denominator)
    return Quotient(RING.constant(value))


def rational(value: Any) -> Fraction:  # noqa: ANN401  (fmpq is untyped)
    """A ``flint.fmpq`` as a fraction."""
    return Fraction(int(value.p), int(value.q))


def slots(poly: Poly) -> set[int]:
    """Generators that occur in a polynomial."""
    if poly.is_constant():
        return set()
    return {slot for slot, degree in enumerate(poly.degrees()) if degree}


def degree(poly: Poly, slot: int) -> int:
    """Degree in one generator, 0 for the zero polynomial."""
    return 0 if poly.is_constant() else int(poly.degrees()[slot])


def coefficients(poly: Poly, slot: int) -> list[Poly]:
    """Coefficients of the powers of one generator, lowest first; one coefficient at least."""
    collected: dict[int, dict[tuple[int, ...], Any]] = {}
    for exponents, coefficient in poly.to_dict().items():
        power = exponents[slot]
        rest = (*exponents[:slot], 0, *exponents[slot + 1 :])
        collected.setdefault(power, {})[rest] = coefficient
    top = max(collected, default=0)
    return [RING.from_dict(collected[power]) if power in collected else ZERO for power in range(top + 1)]


def monomial(slot: int, exponent: int) -> Quotient:
    """A power of one generator; the exponent may be negative."""
    if exponent >= 0:
        return Quotient(GENERATORS[slot] ** exponent)
    return Quotient(ONE, GENERATORS[slot] ** -exponent)


def least_common_multiple(first: Poly, second: Poly) -> Poly:
    """Up to a constant factor."""
    if first.is_constant():
        return second
    if second.is_constant() or first == second:
        return first
    return first / first.gcd(second) * second


def factors(poly: Poly) -> tuple[Any, list[tuple[Poly, int]]]:
    """The constant and the irreducible factors over the rational numbers, with multiplicities."""
    key = str(poly)
    if key not in _factored:
        checkpoint()
        if len(_factored) > _REMEMBERED:
            _factored.clear()
        _factored[key] = _factors(poly)
    constant, found = _factored[key]
    return constant, list(found)


_factored: dict[str, tuple[Any, list[tuple[Poly, int]]]] = {}
_REMEMBERED = 4096


def _factors(poly: Poly) -> tuple[Any, list[tuple[Poly, int]]]:
    """Factors in a ring with no more generators than occur, which is several times faster."""
    if len(poly) > _MOST_FACTORED:
        raise GiveUpError(f"a polynomial with more than {_MOST_FACTORED} terms is not factored")
    used = sorted(slots(poly))
    if not used:
        return (poly.leading_coefficient() if not poly.is_zero() else flint.fmpq(0)), []
    terms = poly.to_dict()
    small = flint.fmpq_mpoly_ctx.get([f"g{place}" for place in range(len(used))], "lex")
    projected = small.from_dict(
        {tuple(exponents[slot] for slot in used): value for exponents, value in terms.items()}
    )
    constant, found = projected.factor()
    return constant, [(_lifted(factor, used), int(power)) for factor, power in found]


def _lifted(factor: Poly, used: list[int]) -> Poly:
    terms = {}
    for exponents, value in factor.to_dict().items():
        whole = [0] * SLOTS
        for slot, power in zip(used, exponents, strict=True):
            whole[slot] = power
        terms[tuple(whole)] = value
    return RING.from_dict(terms)
