"""Roots of functions as generators of a tower: one for a whole radicand, or one for each of its factors."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

from antiderive.expressions import Expr
from antiderive.integration.budget import GiveUpError
from antiderive.integration.expressions import approximate
from antiderive.integration.quotients import Quotient, factors, number, rational, slots
from antiderive.integration.radicals import constant_root, sign_of
from antiderive.integration.refinements import Refinements, Restart
from antiderive.integration.tower import Generator, Kind, Tower
from antiderive.verification import Poly

_SMALL = Fraction(3, 10)


def function_factors_of(tower: Tower, element: Quotient) -> list[tuple[Poly, int]]:
    """The irreducible factors that are not constant, those of the denominator with negative exponents."""
    over = factors(element.numerator)[1]
    under = [] if element.is_polynomial else factors(element.denominator)[1]
    signed = over + [(factor, -power) for factor, power in under]
    return [(factor, power) for factor, power in signed if not tower.constant_poly(factor)]


class Roots:
    """Makes the roots of one tower."""

    def __init__(self, tower: Tower, refinements: Refinements) -> None:
        self.tower = tower
        self.refinements = refinements

    def radical(self, base: Quotient, order: int, times: int, text: Expr) -> Quotient:
        """``base^(times/order)``."""
        tower = self.tower
        if base.is_zero:
            raise GiveUpError("a root of zero")
        if tower.is_constant(base):
            return tower.reduce(constant_root(tower, base, order) ** times)
        outer, inside = number(1), []
        for factor, power in function_factors_of(self.tower, base):
            whole, rest = divmod(power, order)
            outer = outer * Quotient(factor) ** whole
            if rest:
                self._refine_monomial(factor, order)
                inside.append((factor, rest))
        inside.sort(key=lambda item: str(item[0]))
        if not inside:
            lacking = text ** Fraction(1, order) / tower.expression(outer)
            return tower.reduce((outer * tower.constant(lacking)) ** times)
        if self.refinements.split:
            return self._split_radical(outer, self._oriented(base, inside, order), order, times, text)
        return self._joint_radical(base, outer, inside, order, times, text)

    def _refine_monomial(self, factor: Poly, order: int) -> None:
        """A root of an exponential is an exponential: its exponent is divided."""
        inside = slots(factor)
        generator = self.tower.generators[min(inside)]
        if len(factor) == 1 and len(inside) == 1 and generator.kind is Kind.HYPEREXPONENTIAL:
            self.refinements.refine(generator.key, order)

    def _joint_radical(
        self,
        base: Quotient,
        outer: Quotient,
        inside: list[tuple[Poly, int]],
        order: int,
        times: int,
        text: Expr,
    ) -> Quotient:
        """One root for the whole radicand; where two radicands share factors, roots are split."""
        tower = self.tower
        common = gcd(order, *[rest for _, rest in inside])
        reduced = order // common
        shape = tuple((str(factor), rest // common) for factor, rest in inside)
        names = {name for name, _ in shape}
        for slot in tower.relations:
            key = tower.generators[slot].key
            if key[0] != "root":
                continue
            if key[1:] == (shape, reduced):
                return self._by_known_root(slot, base, outer, order, times, text)
            if names & {name for name, _ in key[1]}:  # type: ignore[attr-defined]
                self.refinements.split_roots()
        radicand = number(1)
        for factor, rest in inside:
            radicand = radicand * Quotient(factor ** (rest // common))
        plain = common == 1 and outer.rational == 1
        if common == 1:
            radicand = radicand * self._constant_part(base)
        expression = (text if plain else tower.expression(radicand)) ** Fraction(1, reduced)
        slot = self._new_root(("root", shape, reduced), radicand, reduced, expression)
        return self._by_known_root(slot, base, outer, order, times, text, known=plain)

    def _by_known_root(
        self,
        slot: int,
        base: Quotient,
        outer: Quotient,
        order: int,
        times: int,
        text: Expr,
        *,
        known: bool = False,
    ) -> Quotient:
        tower = self.tower
        generator = tower.generators[slot]
        total = outer * tower.element(slot)
        same = outer.rational == 1 and generator.power == base and generator.order == order
        if not (known or same):
            lacking = text ** Fraction(1, order) / (tower.expression(outer) * generator.expression)
            if lacking != 1:
                total = total * tower.constant(lacking)
        return tower.reduce(total**times)

    def _constant_part(self, base: Quotient) -> Quotient:
        """The product of the constant factors of an element."""
        tower = self.tower
        over, top = factors(base.numerator)
        under, bottom = factors(base.denominator)
        total = number(rational(over) / rational(under))
        for factor, power in top:
            if tower.constant_poly(factor):
                total = total * Quotient(factor) ** power
        for factor, power in bottom:
            if tower.constant_poly(factor):
                total = total / Quotient(factor) ** power
        return total

    def _new_root(self, key: tuple[object, ...], radicand: Quotient, order: int, expression: Expr) -> int:
        tower = self.tower
        slot = tower.add(Generator(Kind.ROOT, expression, number(0), order, radicand, key))
        slope = tower.reduce(tower.derivative(radicand) / (radicand * number(order)))
        tower.generators[slot].derivative = slope * tower.element(slot)
        return slot

    def _oriented(self, base: Quotient, inside: list[tuple[Poly, int]], order: int) -> list[tuple[Poly, int]]:
        """Factors with the signs of those that have roots already; ``1 - x^2`` as ``(1 - x)*(1 + x)``."""
        if order != 2:
            return inside
        known = {self.tower.generators[slot].key[1][0][0] for slot in self._roots()}  # type: ignore[index]
        oriented, flips = [], sign_of(self.tower, self._constant_part(base)) < 0
        for factor, rest in inside:
            if str(-factor) in known and str(factor) not in known:
                oriented.append((-factor, rest))
                flips = not flips
            elif flips and str(factor) not in known and self._sample(factor) < 0:
                oriented.append((-factor, rest))
                flips = False
            else:
                oriented.append((factor, rest))
        return oriented

    def _roots(self) -> list[int]:
        return [slot for slot in self.tower.relations if self.tower.generators[slot].key[0] == "root"]

    def _sample(self, factor: Poly) -> float:
        """A value of a factor for a small value of the variable."""
        text = self.tower.expression(Quotient(factor)).subs({self.tower.variable: _SMALL})
        value = approximate(text)
        return 0.0 if value is None else value.real

    def _split_radical(
        self, outer: Quotient, inside: list[tuple[Poly, int]], order: int, times: int, text: Expr
    ) -> Quotient:
        """A root of its own for every factor of the radicand."""
        tower = self.tower
        total, written = outer, tower.expression(outer)
        for factor, rest in inside:
            scale = self.refinements.scale(tower, ("split", str(factor)), order)
            key = ("root", ((str(factor), 1),), scale)
            if key not in tower.by_key:
                if any(
                    tower.generators[slot].key[:2] == key[:2] for slot in tower.relations
                ):  # made with another order
                    raise Restart
                radicand = Quotient(factor)
                self._new_root(key, radicand, scale, tower.expression(radicand) ** Fraction(1, scale))
            slot = tower.by_key[key]
            raised = rest * scale // order
            total = total * tower.element(slot) ** raised
            written = written * tower.generators[slot].expression ** raised
        lacking = text ** Fraction(1, order) / written
        if lacking != 1:
            total = total * tower.constant(lacking)
        return tower.reduce(total**times)
