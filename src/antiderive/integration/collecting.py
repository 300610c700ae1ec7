"""Sums collected into few terms in lowest terms: a fraction, and what stands before each logarithm.

Functions and roots count as unknowns, so nothing but rational arithmetic is used and the value is the same
everywhere.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from antiderive.expressions import Expr
from antiderive.integration.budget import GiveUpError
from antiderive.integration.expressions import number_of, subexpressions
from antiderive.integration.quotients import (
    RING,
    Quotient,
    coefficients,
    degree,
    factors,
    number,
    slots,
)
from antiderive.integration.tower import Generator, Kind, Tower
from antiderive.verification import Poly

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOGARITHMIC = ("ln", "atan", "atanh", "asin", "acos", "asinh", "acosh", "acot", "acoth", "asec", "acsc")
_NO_VARIABLE = "Y"
"""A symbol that no expression contains: every symbol counts as a constant."""


class _Unknowns:
    """An expression as a quotient whose generators are its symbols, functions and roots."""

    def __init__(self, expression: Expr) -> None:
        self.tower = Tower(_NO_VARIABLE)
        self.logarithms: set[int] = set()
        self.functions: set[int] = set()
        whole = self._convert(expression)
        self.element = self.tower.lower(whole.numerator) / self.tower.lower(whole.denominator)

    def _convert(self, expression: Expr) -> Quotient:
        parts = subexpressions(expression)
        values: list[Quotient] = []
        for place, (kind, value) in enumerate(expression.nodes()):
            if kind == "number":
                values.append(number(Fraction(*value)))
            elif kind == "symbol":
                values.append(self._symbol(str(value)))
            elif kind in ("add", "mul"):
                total = values[value[0]]
                for other in value[1:]:
                    total = total + values[other] if kind == "add" else total * values[other]
                values.append(total)
            elif kind == "pow":
                values.append(self._power(values[value[0]], parts[value[0]], parts[value[1]], parts[place]))
            elif kind == "sin":
                values.append(self._sine(parts[place], parts[value[0]]))
            elif kind == "exp":
                values.append(self._exponential(parts[place], parts[value[0]]))
            else:
                values.append(self._kernel(parts[place], kind))
        return values[-1]

    def _exponential(self, text: Expr, argument: Expr) -> Quotient:
        """Powers of ``E`` with integer exponents are powers of one generator."""
        power = number_of(argument)
        if power is None or power.denominator != 1:
            return self._kernel(text, "exp")
        return self._symbol("E") ** power.numerator

    def _sine(self, text: Expr, argument: Expr) -> Quotient:
        """A sine, whose square is one less the square of the cosine."""
        key = ("sine", str(text))
        if key not in self.tower.by_key:
            cosine = self._kernel(Expr.apply("cos", argument), "cos")
            power = number(1) - cosine * cosine
            generator = Generator(Kind.ALGEBRAIC, text, number(0), 2, power, key)
            self.functions.add(self.tower.add(generator))
        return self.tower.element(self.tower.by_key[key])

    def _symbol(self, name: str) -> Quotient:
        return self.tower.imaginary_unit() if name == "I" else self.tower.constant(Expr(name))

    def _power(self, base: Quotient, base_text: Expr, exponent: Expr, whole: Expr) -> Quotient:
        kind, value = exponent.nodes()[-1]
        if kind != "number":
            return self._kernel(whole, kind)
        power = Fraction(*value)
        if power.denominator == 1:
            return base**power.numerator
        if len(str(base_text)) > 200:
            return self._kernel(whole, kind)
        root = base_text ** Fraction(1, power.denominator)
        key = ("root", str(base_text), power.denominator)
        if key not in self.tower.by_key:
            generator = Generator(Kind.ALGEBRAIC, root, number(0), power.denominator, base, key)
            self.functions.add(self.tower.add(generator))
        raised = self.tower.element(self.tower.by_key[key]) ** power.numerator
        return self.tower.lower(raised.numerator) / self.tower.lower(raised.denominator)

    def _kernel(self, text: Expr, kind: str) -> Quotient:
        element = self.tower.constant(text)
        slot = min(element.slots)
        (self.logarithms if kind in _LOGARITHMIC else self.functions).add(slot)
        return element


def collected(expression: Expr) -> list[Expr]:
    """Forms with everything collected; none if the expression is too large for it."""
    try:
        unknowns = _Unknowns(expression)
        logarithms, rest = _split(unknowns)
        total = Expr(0)
        for coefficient, kernel in logarithms:
            total = total + _shortest(unknowns, coefficient) * kernel
        return [total + form for form in _forms(unknowns, rest)]
    except GiveUpError:
        return []


def _split(unknowns: _Unknowns) -> tuple[list[tuple[Quotient, Expr]], Quotient]:
    """What stands before each logarithm that occurs linearly, and the rest."""
    tower = unknowns.tower
    numerator, bottom = unknowns.element.numerator, unknowns.element.denominator
    logarithms, rest = [], numerator
    for slot in sorted(unknowns.logarithms & slots(numerator)):
        if degree(bottom, slot) or degree(rest, slot) != 1:
            continue
        constant, linear = coefficients(rest, slot)
        if slots(linear) & unknowns.logarithms:
            continue
        logarithms.append(
            (tower.reduce(Quotient(linear) / Quotient(bottom)), tower.generators[slot].expression)
        )
        rest = constant
    return logarithms, tower.reduce(Quotient(rest) / Quotient(bottom))


def _shortest(unknowns: _Unknowns, element: Quotient) -> Expr:
    return min(_forms(unknowns, element), key=lambda form: len(str(form)))


def _forms(unknowns: _Unknowns, element: Quotient) -> Iterator[Expr]:
    """One fraction, its factors, and a sum over the functions in it."""
    tower = unknowns.tower
    yield tower.expression(element)
    bottom = _factored(tower, element.denominator)
    yield _factored(tower, element.numerator) / bottom
    kept = sorted(unknowns.functions)
    parts: dict[tuple[int, ...], dict[tuple[int, ...], object]] = {}
    for exponents, coefficient in element.numerator.to_dict().items():
        parts.setdefault(tuple(exponents[slot] for slot in kept), {})[exponents] = coefficient
    if len(parts) > 1:
        total = Expr(0)
        for part in parts.values():
            fraction = Quotient(RING.from_dict(part)) / Quotient(element.denominator)
            top = _factored(tower, fraction.numerator)
            total = total + top / _factored(tower, fraction.denominator)
        yield total


def _factored(tower: Tower, poly: Poly) -> Expr:
    if poly.is_constant():
        return tower.expression(Quotient(poly))
    constant, found = factors(poly)
    total = tower.expression(number(constant))
    for factor, power in found:
        total = total * tower.expression(Quotient(factor)) ** power
    return total
