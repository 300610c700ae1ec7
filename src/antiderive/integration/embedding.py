"""Expressions as elements of a tower, which is built on the way.

Dependences are found as the structure theorems want it (Bronstein, *Symbolic Integration I*, section 9.3):
logarithms and symbolic powers are split over irreducible factors, exponentials over the terms of their
arguments, roots over their radicands. Where a branch may differ, the lacking factor or summand is a generator
of its own that is constant wherever it is smooth.
"""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING

from antiderive.expressions import Expr
from antiderive.integration.budget import GiveUpError
from antiderive.integration.expressions import logarithm, subexpressions
from antiderive.integration.function_roots import Roots, function_factors_of
from antiderive.integration.quotients import (
    RING,
    Quotient,
    number,
    quotient,
    rational,
    slots,
)
from antiderive.integration.rational import rational_integral
from antiderive.integration.refinements import Refinements, Restart
from antiderive.integration.tower import Generator, Kind, Tower, X
from antiderive.verification import Poly

if TYPE_CHECKING:
    from collections.abc import Callable

_CIRCULAR = ("sin", "cos", "tan", "cot", "sec", "csc")
_HYPERBOLIC = ("sinh", "cosh", "tanh", "coth", "sech", "csch")
_RECIPROCAL = {
    "acot": "atan", "asec": "acos", "acsc": "asin", "acoth": "atanh", "asech": "acosh", "acsch": "asinh",
}  # fmt: skip
_ROUNDS = 12
_LARGEST_MULTIPLE = 24
"""Multiples of an argument that are written by the tangent of the argument itself."""


class Circular(Enum):
    """By which generators circular functions are written."""

    EXPONENTIAL = "exp(I*z)"
    TANGENT = "tan(z), with a root for cos(z)"
    HALF_TANGENT = "tan(z/2)"


def embed(
    integrand: Expr, variable: str, circular: Circular = Circular.EXPONENTIAL
) -> tuple[Tower, Quotient]:
    """The tower of an integrand and the integrand as its element, in normal form."""
    refinements = Refinements()
    for _ in range(_ROUNDS):
        builder = _Builder(variable, refinements, circular)
        try:
            element = builder.element(integrand)
            return builder.tower, builder.tower.reduce(element)
        except Restart:
            continue
    raise GiveUpError("exponents and roots that do not come to an end")


class _Builder:
    """Converts expressions, node by node.

    Attributes:
        tower: what is being built.
        refinements: what was learned before it was started again.
        circular: by what circular functions are written.
        roots: makes the roots.
    """

    def __init__(self, variable: str, refinements: Refinements, circular: Circular) -> None:
        self.tower = Tower(variable)
        self.circular = circular
        self.refinements = refinements
        self.roots = Roots(self.tower, refinements)

    def element(self, expression: Expr) -> Quotient:
        """The element of the tower that an expression is."""
        values: list[Quotient] = []
        nodes = expression.nodes()
        parts = subexpressions(expression)
        for place, (kind, value) in enumerate(nodes):
            values.append(self._node(kind, value, values, parts, place))
        return values[-1]

    def _node(
        self, kind: str, value: object, values: list[Quotient], parts: list[Expr], place: int
    ) -> Quotient:
        tower = self.tower
        if kind == "number":
            return number(Fraction(*value))  # type: ignore[misc]
        if kind == "symbol":
            if value == tower.variable:
                return tower.element(0)
            return tower.imaginary_unit() if value == "I" else tower.constant(Expr(str(value)))
        places: list[int] = list(value)  # type: ignore[call-overload]
        if kind in ("add", "mul"):
            total = values[places[0]]
            for other in places[1:]:
                total = total + values[other] if kind == "add" else total * values[other]
            return total
        if kind == "pow":
            base, exponent = places
            return self.power(values[base], values[exponent], parts[base], parts[exponent])
        return self._function(kind, values[places[0]], parts[places[0]], parts[place])

    def _function(self, name: str, z: Quotient, argument: Expr, whole: Expr) -> Quotient:
        if name == "exp":
            return self.exponential(z)
        if name == "ln":
            return self.logarithm(self.tower.reduce(z), argument)
        if name in ("abs", "sign"):
            sign = whole / argument if name == "abs" else whole
            return self.tower.constant(sign) * (z if name == "abs" else number(1))
        if name in _CIRCULAR or name in _HYPERBOLIC:
            return self._circular(name, z) if name in _CIRCULAR else self._hyperbolic(name, z)
        return self.inverse_function(name, self.tower.reduce(z), whole)

    # --- circular and hyperbolic functions by exponentials

    def _circular(self, name: str, z: Quotient) -> Quotient:
        if self.circular is not Circular.EXPONENTIAL:
            return self.tower.reduce(_from_pair(name, *self._by_tangent(self.tower.reduce(z))))
        unit = self.tower.imaginary_unit()
        wave = self.exponential(unit * z)
        back = self.tower.reduce(number(1) / wave)
        sine, cosine = (wave - back) / (number(2) * unit), (wave + back) / number(2)
        return self.tower.reduce(_from_pair(name, sine, cosine))

    def _by_tangent(self, z: Quotient) -> tuple[Quotient, Quotient]:
        """Sine and cosine by the tangent of a common part of the argument, or of half of it."""
        tower = self.tower
        if z.is_zero or tower.is_constant(z):
            text = tower.expression(z)
            return tower.constant(Expr.apply("sin", text)), tower.constant(Expr.apply("cos", text))
        content = rational(z.numerator.leading_coefficient())
        whole = z / number(content)
        key = ("tangent", whole.key)
        halves = 2 if self.circular is Circular.HALF_TANGENT else 1
        scale = self.refinements.scale(self.tower, key, (content / halves).denominator)
        if key not in tower.by_key:
            self._new_tangent(key, whole / number(scale))
        slot = tower.by_key[key]
        times = int(content * scale)
        if abs(times) > _LARGEST_MULTIPLE:
            raise GiveUpError("a circular function of a large multiple")
        t, one = tower.element(slot), number(1)
        square = one + t * t
        s, c = number(0), one
        for _ in range(abs(times) // 2):
            s, c = (
                (s * (one - t * t) + c * t * number(2)) / square,
                (c * (one - t * t) - s * t * number(2)) / square,
            )
        if times % 2:
            cosine = tower.element(tower.by_key["cosine", whole.key])
            s, c = (s + c * t) * cosine, (c - s * t) * cosine
        return (s if times > 0 else -s), c

    def _new_tangent(self, key: tuple[object, ...], argument: Quotient) -> None:
        tower, one = self.tower, number(1)
        text = tower.expression(argument)
        slot = tower.add(
            Generator(Kind.TANGENT, Expr.apply("tan", text), number(0), key=key, argument=(argument,))
        )
        t = tower.element(slot)
        tower.generators[slot].derivative = tower.reduce(tower.derivative(argument)) * (one + t * t)
        if self.circular is Circular.TANGENT:
            power = one / (one + t * t)
            slope = -tower.generators[slot].derivative * t * power
            root = tower.add(
                Generator(Kind.ROOT, Expr.apply("cos", text), number(0), 2, power, ("cosine", key[1]))
            )
            tower.generators[root].derivative = tower.reduce(slope * tower.element(root))

    def _hyperbolic(self, name: str, z: Quotient) -> Quotient:
        growth = self.exponential(z)
        back = number(1) / growth
        return _from_pair(name[:-1], (growth - back) / number(2), (growth + back) / number(2))

    # --- logarithms

    def logarithm(self, z: Quotient, argument: Expr) -> Quotient:
        """``log(z)`` over the irreducible factors of ``z``."""
        tower = self.tower
        if tower.is_constant(z):
            return tower.constant(logarithm(argument))
        total, written = number(0), Expr(0)
        found = function_factors_of(self.tower, z)
        for factor, power in found:
            part, text = self._factor_logarithm(factor)
            total = total + number(power) * part
            written = written + power * text
        lacking = logarithm(argument) - written
        if lacking == 0:
            return total
        if len(found) == 1 and found[0][1] == 1 and argument == tower.expression(Quotient(found[0][0])):
            return total
        return total + tower.constant(lacking)

    def _factor_logarithm(self, factor: Poly) -> tuple[Quotient, Expr]:
        tower = self.tower
        inside = slots(factor)
        slot = min(inside)
        generator = tower.generators[slot]
        if len(factor) == 1 and len(inside) == 1 and generator.kind is Kind.HYPEREXPONENTIAL:
            if generator.key[0] == "exponential":
                return generator.argument[0], tower.expression(generator.argument[0])
            base, exponent = generator.argument
            part = exponent * self.logarithm(base, tower.expression(base))
            return part, tower.expression(part)
        key = ("logarithm", str(factor))
        if key not in tower.by_key:
            whole = Quotient(factor)
            derivative = tower.reduce(tower.derivative(whole) / whole)
            self._primitive(logarithm(tower.expression(whole)), derivative, key, (whole,))
        slot = tower.by_key[key]
        return tower.element(slot), tower.generators[slot].expression

    def _primitive(
        self, expression: Expr, derivative: Quotient, key: tuple[object, ...], argument: tuple[Quotient, ...]
    ) -> Quotient:
        """A new primitive."""
        slot = self.tower.add(Generator(Kind.PRIMITIVE, expression, derivative, key=key, argument=argument))
        return self.tower.element(slot)

    # --- inverse functions

    def inverse_function(self, name: str, z: Quotient, whole: Expr) -> Quotient:
        """``asin(z)`` and its relatives as primitives."""
        tower = self.tower
        if tower.is_constant(z):
            return tower.constant(whole)
        if name in _RECIPROCAL:
            name, z = _RECIPROCAL[name], tower.reduce(number(1) / z)
        key = ("inverse", name, z.key)
        if key in tower.by_key:
            return tower.element(tower.by_key[key])
        derivative = self._inverse_derivative(name, z)
        related = self._related(derivative, whole)
        if related is not None:
            return related
        return self._primitive(whole, derivative, key, (z,))

    def _inverse_derivative(self, name: str, z: Quotient) -> Quotient:
        tower, one = self.tower, number(1)
        slope = tower.derivative(z)
        if name in ("atan", "atanh"):
            return tower.reduce(slope / (one + z * z if name == "atan" else one - z * z))
        if name == "acosh" and self.refinements.split:
            root = self._root_of(z - one) * self._root_of(z + one)
        else:
            root = self._root_of({"asinh": z * z + one, "acosh": z * z - one}.get(name, one - z * z))
        derivative = tower.reduce(slope / root)
        return -derivative if name == "acos" else derivative

    def _related(self, derivative: Quotient, whole: Expr) -> Quotient | None:
        """A primitive whose derivative is a constant times that of something that is there already."""
        tower = self.tower
        if tower.functions(derivative) <= {X}:
            integral = rational_integral(tower, derivative)
            if integral is not None:
                return integral + tower.constant(whole - tower.expression(integral))
        candidates = [(tower.element(X), Expr(tower.variable))]
        candidates += [
            (tower.element(slot), generator.expression)
            for slot, generator in enumerate(tower.generators)
            if generator.kind is Kind.PRIMITIVE
        ]
        for element, expression in candidates:
            factor = tower.reduce(derivative / tower.derivative(element))
            if tower.is_constant(factor):
                rest = whole - tower.expression(factor) * expression
                return factor * element + tower.constant(rest)
        return None

    # --- exponentials

    def exponential(self, z: Quotient) -> Quotient:
        """``exp(z)``, a product over the terms of ``z``."""
        z = self.tower.reduce(z)
        total = number(1)
        for exponents, coefficient in z.numerator.to_dict().items():
            term = quotient(RING.from_dict({exponents: 1}), z.denominator)
            total = total * self._exponential_term(term, rational(coefficient))
        return total

    def _exponential_term(self, term: Quotient, factor: Fraction) -> Quotient:
        tower = self.tower
        if term.rational is not None and factor.denominator == 1:
            return tower.constant(Expr("E")) ** factor.numerator
        if tower.is_constant(term):
            return tower.constant(Expr.apply("exp", tower.expression(term) * Expr(factor)))
        power = self._as_power(term * number(factor))
        if power is not None:
            return power
        key = ("exponential", term.key)
        scale = self.refinements.scale(self.tower, key, factor.denominator)
        if key not in tower.by_key:
            argument = term / number(scale)
            expression = Expr.apply("exp", tower.expression(argument))
            slot = tower.add(
                Generator(Kind.HYPEREXPONENTIAL, expression, number(0), key=key, argument=(argument,))
            )
            slope = tower.reduce(tower.derivative(argument))
            tower.generators[slot].derivative = slope * tower.element(slot)
        return tower.element(tower.by_key[key]) ** int(factor * scale)

    def _as_power(self, z: Quotient) -> Quotient | None:
        """``exp(c*log(u))`` as ``u^c``, and likewise for the inverse functions that are logarithms."""
        tower = self.tower
        for slot in z.slots:
            generator = tower.generators[slot]
            if generator.kind is not Kind.PRIMITIVE or not generator.argument:
                continue
            factor = tower.reduce(z / tower.element(slot))
            if not tower.is_constant(factor):
                continue
            if generator.key[0] == "logarithm":
                base = generator.argument[0]
                return self.power(base, factor, tower.expression(base), tower.expression(factor))
            made = self._inverse_as_power(str(generator.key[1]), generator.argument[0], factor)
            if made is not None:
                return made
        return None

    def _inverse_as_power(self, name: str, z: Quotient, factor: Quotient) -> Quotient | None:
        tower, one = self.tower, number(1)
        unit = tower.imaginary_unit() if name in ("atan", "asin") else one
        exponent = tower.reduce(factor / unit)
        value = exponent.rational
        if value is None and unit is not one:
            return None
        if name in ("atan", "atanh"):
            z = tower.reduce(unit * z)
            if value is not None and value.denominator == 1:
                root = self._root_of(one - z * z) if value.numerator % 2 else one
                even = value.numerator // 2
                whole = ((one + z) / (one - z)) ** even
                return tower.reduce(whole * (one + z) / root if value.numerator % 2 else whole)
            base, exponent = tower.reduce((one + z) / (one - z)), exponent / number(2)
        elif name in ("asinh", "acosh", "asin"):
            square = {"asinh": z * z + one, "acosh": z * z - one}.get(name, one - z * z)
            base = tower.reduce(unit * z + self._root_of(square))
        else:
            return None
        return self.power(base, exponent, tower.expression(base), tower.expression(exponent))

    def _root_of(self, square: Quotient) -> Quotient:
        square = self.tower.reduce(square)
        return self.roots.radical(square, 2, 1, self.tower.expression(square))

    # --- powers

    def power(self, base: Quotient, exponent: Quotient, base_text: Expr, exponent_text: Expr) -> Quotient:
        """``base^exponent``."""
        tower = self.tower
        value = exponent.rational
        if value is not None and value.denominator == 1:
            raised = base if value > 0 else tower.reduce(base)
            return tower.reduce(raised**value.numerator) if tower.relations else raised**value.numerator
        if value is not None:
            return self.roots.radical(tower.reduce(base), value.denominator, value.numerator, base_text)
        if str(base_text) == "E":
            return self.exponential(exponent)
        base, exponent = tower.reduce(base), tower.reduce(exponent)
        if not tower.is_constant(exponent):
            return self.exponential(exponent * self.logarithm(base, base_text))
        if tower.is_constant(base):
            return tower.constant(base_text**exponent_text)
        total = number(1)
        for exponents, coefficient in exponent.numerator.to_dict().items():
            term = quotient(RING.from_dict({exponents: 1}), exponent.denominator)
            total = total * self._symbolic_power(base, term, rational(coefficient), base_text)
        return total

    def _symbolic_power(self, base: Quotient, term: Quotient, factor: Fraction, base_text: Expr) -> Quotient:
        tower = self.tower
        if term.rational is not None:
            return self.power(base, number(factor), base_text, Expr(factor))
        total, written = number(1), Expr(1)
        for poly, multiplicity in function_factors_of(self.tower, base):
            nested = self._power_of_exponential(poly, term * number(factor * multiplicity))
            if nested is not None:
                total = total * nested[0]
                written = written * nested[1]
                continue
            key = ("power", str(poly), term.key)
            whole = factor * multiplicity
            scale = self.refinements.scale(self.tower, key, whole.denominator)
            if key not in tower.by_key:
                self._new_power(key, Quotient(poly), term / number(scale))
            slot, times = tower.by_key[key], int(whole * scale)
            total = total * tower.element(slot) ** times
            written = written * tower.generators[slot].expression ** times
        whole_text = base_text ** (tower.expression(term) * Expr(factor))
        if whole_text != written:
            total = total * tower.constant(whole_text / written)
        return total

    def _power_of_exponential(self, poly: Poly, exponent: Quotient) -> tuple[Quotient, Expr] | None:
        """A symbolic power of an exponential or of a symbolic power, by another exponent."""
        tower = self.tower
        inside = slots(poly)
        generator = tower.generators[min(inside)]
        if len(poly) > 1 or len(inside) > 1 or generator.kind is not Kind.HYPEREXPONENTIAL:
            return None
        if generator.key[0] == "exponential":
            raised = self.exponential(generator.argument[0] * exponent)
        else:
            base, old = generator.argument
            new = tower.reduce(old * exponent)
            raised = self.power(base, new, tower.expression(base), tower.expression(new))
        return raised, tower.expression(raised)

    def _new_power(self, key: tuple[object, ...], base: Quotient, exponent: Quotient) -> None:
        tower = self.tower
        expression = tower.expression(base) ** tower.expression(exponent)
        slot = tower.add(
            Generator(Kind.HYPEREXPONENTIAL, expression, number(0), key=key, argument=(base, exponent))
        )
        slope = tower.reduce(exponent * tower.derivative(base) / base)
        tower.generators[slot].derivative = slope * tower.element(slot)


def _from_pair(name: str, sine: Quotient, cosine: Quotient) -> Quotient:
    """A circular or hyperbolic function by the two that are basic."""
    one = number(1)
    made: dict[str, Callable[[], Quotient]] = {
        "sin": lambda: sine,
        "cos": lambda: cosine,
        "tan": lambda: sine / cosine,
        "cot": lambda: cosine / sine,
        "sec": lambda: one / cosine,
        "csc": lambda: one / sine,
    }
    return made[name]()
