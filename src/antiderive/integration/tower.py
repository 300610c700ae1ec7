"""Towers: a differential field over the rational numbers, generator by generator.

Each generator is the variable, a constant, an algebraic constant, a primitive, a hyperexponential or a root;
an element is a quotient in the generators (:mod:`antiderive.integration.quotients`). See Bronstein, *Symbolic
Integration I*, chapters 3 and 5. A tower does not know how expressions get into it: that is
:mod:`antiderive.integration.embedding`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from antiderive.expressions import Expr
from antiderive.integration.budget import GiveUpError, checkpoint
from antiderive.integration.quotients import (
    GENERATORS,
    ONE,
    RING,
    SLOTS,
    ZERO,
    Quotient,
    coefficients,
    degree,
    number,
    quotient,
    slots,
)
from antiderive.verification import Poly

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(Enum):
    """Kinds of generators."""

    VARIABLE = "variable"
    CONSTANT = "constant"
    ALGEBRAIC = "algebraic constant"
    PRIMITIVE = "primitive"
    HYPEREXPONENTIAL = "hyperexponential"
    TANGENT = "tangent"
    ROOT = "root"


_CONSTANT_KINDS = (Kind.CONSTANT, Kind.ALGEBRAIC)


@dataclass
class Generator:
    """One generator of a tower.

    Attributes:
        kind: its kind.
        expression: what it stands for. A generator of kind CONSTANT may stand for something that depends on
            the variable, such as ``sqrt(x^2)/x``, if it is constant wherever it is smooth.
        derivative: its derivative in the tower.
        order: for roots, ``n`` of the relation ``generator^n = power``; otherwise 0.
        power: for roots, the element that it is a root of.
        key: names the generator within its tower.
        argument: for exponentials the exponent; for symbolic powers base and exponent.
    """

    kind: Kind
    expression: Expr
    derivative: Quotient
    order: int = 0
    power: Quotient = field(default_factory=lambda: number(0))
    key: tuple[object, ...] = ()
    argument: tuple[Quotient, ...] = ()

    @cached_property
    def text(self) -> str:
        """The expression in parentheses."""
        return f"({self.expression})"


X = 0
"""The slot of the variable."""

_LONGEST_TEXT = 60_000
"""Characters of a polynomial that is written."""

_LARGE = 50
"""Terms of a polynomial whose reduction takes noticeable time."""


class Tower:
    """A differential field; it grows as generators are added."""

    def __init__(self, variable: str) -> None:
        self.variable = variable
        self.generators: list[Generator] = [Generator(Kind.VARIABLE, Expr(variable), number(1), key=("x",))]
        self.by_key: dict[tuple[object, ...], int] = {("x",): X}
        self.relations: list[int] = []

    def add(self, generator: Generator) -> int:
        """Adds a generator and returns its slot."""
        if len(self.generators) >= SLOTS:
            raise GiveUpError(f"an integrand with more than {SLOTS} generators")
        slot = len(self.generators)
        self.generators.append(generator)
        if generator.key:
            self.by_key[generator.key] = slot
        if generator.order:
            self.relations.append(slot)
        return slot

    def element(self, slot: int) -> Quotient:
        """A generator as an element."""
        return Quotient(GENERATORS[slot])

    def kind(self, slot: int) -> Kind:
        """The kind of a generator."""
        return self.generators[slot].kind

    def constant_slot(self, slot: int) -> bool:
        """Whether a generator is constant."""
        return self.generators[slot].kind in _CONSTANT_KINDS

    def is_constant(self, element: Quotient) -> bool:
        """Whether an element in normal form is constant."""
        return all(self.constant_slot(slot) for slot in element.slots)

    def constant_poly(self, poly: Poly) -> bool:
        """Whether a polynomial has constants only."""
        return all(self.constant_slot(slot) for slot in slots(poly))

    def functions(self, element: Quotient) -> set[int]:
        """Generators of an element that are not constant."""
        return {slot for slot in element.slots if not self.constant_slot(slot)}

    def closure(self, element: Quotient) -> set[int]:
        """The generators that an element contains, and those that they are made of."""
        found: set[int] = set()
        left = self.functions(element)
        while left:
            slot = left.pop()
            found.add(slot)
            generator = self.generators[slot]
            inside = self.functions(generator.power) | self.functions(generator.derivative)
            left |= inside - found
        return found

    def constant(self, expression: Expr, key: tuple[object, ...] = ()) -> Quotient:
        """The constant that an expression is, as a generator."""
        key = key or ("constant", str(expression))
        if key not in self.by_key:
            self.add(Generator(Kind.CONSTANT, expression, number(0), key=key))
        return self.element(self.by_key[key])

    def algebraic(self, power: Quotient, order: int, expression: Expr) -> Quotient:
        """The root of a constant, as a generator."""
        key = ("algebraic", power.key, order)
        if key not in self.by_key:
            self.add(Generator(Kind.ALGEBRAIC, expression, number(0), order, power, key))
        return self.element(self.by_key[key])

    def imaginary_unit(self) -> Quotient:
        """``I``."""
        return self.algebraic(number(-1), 2, Expr("I"))

    # --- normal forms modulo the algebraic relations

    def reduce(self, element: Quotient) -> Quotient:
        """The normal form: degrees below the relations', no roots in the denominator."""
        if not self.relations:
            return element
        for _ in range(2 * SLOTS):
            lowered = self.lower(element.denominator)
            if lowered.is_zero:
                raise GiveUpError("division by zero in a tower")
            if not (lowered.is_polynomial and lowered.numerator == element.denominator):
                element = Quotient(element.numerator) / lowered
            roots = [slot for slot in self.relations if degree(element.denominator, slot)]
            if not roots:
                break
            element = Quotient(element.numerator) * self._inverse(element.denominator, max(roots))
        lowered = self.lower(element.numerator)
        if lowered.is_polynomial and lowered.numerator == element.numerator:
            return element
        return quotient(lowered.numerator, lowered.denominator * element.denominator)

    def lower(self, poly: Poly) -> Quotient:
        """A polynomial with its powers of roots replaced until they are below the relations' orders."""
        if poly.is_constant():
            return Quotient(poly)
        if len(poly) > _LARGE:
            checkpoint()
        denominator = ONE
        for _ in range(4 * SLOTS):
            degrees = poly.degrees()
            high = [slot for slot in self.relations if degrees[slot] >= self.generators[slot].order]
            if not high:
                break
            generator = self.generators[max(high)]
            poly, factor = _replaced(poly, max(high), generator.order, generator.power)
            denominator = denominator * factor
        return quotient(poly, denominator)

    def _inverse(self, denominator: Poly, slot: int) -> Quotient:
        """The inverse of a polynomial that contains a root, with that root in the numerator only."""
        generator = self.generators[slot]
        parts = coefficients(denominator, slot)
        present = [power for power, part in enumerate(parts) if not part.is_zero()]
        if len(present) == 1:
            power = present[0]
            return Quotient(GENERATORS[slot] ** (generator.order - power), ONE) / (
                Quotient(parts[power]) * generator.power
            )
        if generator.order == 2:
            other = parts[0] - parts[1] * GENERATORS[slot]
            norm = Quotient(parts[0] * parts[0]) - Quotient(parts[1] * parts[1]) * generator.power
            return Quotient(other) / norm
        return self._inverse_by_solving(parts, slot)

    def _inverse_by_solving(self, parts: list[Poly], slot: int) -> Quotient:
        """Gaussian elimination on multiplication by a polynomial in one root."""
        order, power = self.generators[slot].order, self.generators[slot].power
        rows = [[number(0)] * (order + 1) for _ in range(order)]
        for column in range(order):
            for shift, part in enumerate(parts):
                place = column + shift
                entry = Quotient(part) * power if place >= order else Quotient(part)
                rows[place % order][column] = rows[place % order][column] + entry
        rows[0][order] = number(1)
        for column in range(order):
            pivot = next((row for row in range(column, order) if not rows[row][column].is_zero), None)
            if pivot is None:
                raise GiveUpError("an element without inverse")
            rows[column], rows[pivot] = rows[pivot], rows[column]
            inverse = number(1) / rows[column][column]
            rows[column] = [self.reduce(entry * inverse) for entry in rows[column]]
            for row in range(order):
                factor = rows[row][column]
                if row != column and not factor.is_zero:
                    pairs = zip(rows[row], rows[column], strict=True)
                    rows[row] = [self.reduce(mine - factor * theirs) for mine, theirs in pairs]
        total = number(0)
        for place in range(order):
            total = total + rows[place][order] * Quotient(GENERATORS[slot] ** place)
        return total

    def vanishes(self, element: Quotient) -> bool:
        """Whether an element is zero."""
        return self.reduce(element).is_zero

    # --- the derivation

    def derivative(self, element: Quotient) -> Quotient:
        """The derivative, not in normal form."""
        top = self._poly_derivative(element.numerator)
        if self.constant_poly(element.denominator):
            return top / Quotient(element.denominator)
        bottom = self._poly_derivative(element.denominator)
        denominator = Quotient(element.denominator)
        return (top * denominator - bottom * Quotient(element.numerator)) / Quotient(element.denominator**2)

    def _poly_derivative(self, poly: Poly) -> Quotient:
        total = number(0)
        for slot in slots(poly):
            if not self.constant_slot(slot):
                part = Quotient(poly.derivative(slot))
                total = total + part * self.generators[slot].derivative
        return total

    # --- back to expressions

    def expression(self, element: Quotient, replaced: Mapping[int, Expr] | None = None) -> Expr:
        """An element as an expression.

        Args:
            element: what is written.
            replaced: other expressions for some generators.
        """
        texts = {slot: f"({expression})" for slot, expression in (replaced or {}).items()}
        top = self._text(element.numerator, texts)
        if element.is_polynomial:
            return Expr(top)
        content = element.denominator.term_content()
        bottom = Expr(self._text(content, texts)) * Expr(self._text(element.denominator / content, texts))
        return Expr(top) / bottom

    def _text(self, poly: Poly, texts: dict[int, str]) -> str:
        if poly.is_zero():
            return "0"
        names: dict[int, str] = {}
        for slot in slots(poly):
            names[slot] = texts.get(slot) or self.generators[slot].text
        terms = []
        for exponents, coefficient in poly.to_dict().items():
            powers = [
                names[slot] if power == 1 else f"{names[slot]}**{power}"
                for slot, power in enumerate(exponents)
                if power
            ]
            terms.append("*".join([f"({coefficient})", *powers]))
        text = "+".join(terms)
        if len(text) > _LONGEST_TEXT:
            raise GiveUpError("an element that is too long to be written")
        return text


def _replaced(poly: Poly, slot: int, order: int, power: Quotient) -> tuple[Poly, Poly]:
    """``poly`` with ``generator^order`` replaced by ``power``, as numerator and denominator."""
    by_quotient: dict[int, dict[tuple[int, ...], object]] = {}
    for exponents, coefficient in poly.to_dict().items():
        times, rest = divmod(exponents[slot], order)
        monomial = (*exponents[:slot], rest, *exponents[slot + 1 :])
        by_quotient.setdefault(times, {})[monomial] = coefficient
    top = max(by_quotient)
    total = ZERO
    for times, terms in by_quotient.items():
        part = RING.from_dict(terms)
        total = total + part * power.numerator**times * power.denominator ** (top - times)
    return total, power.denominator**top
