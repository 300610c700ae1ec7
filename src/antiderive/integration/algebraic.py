"""Algebraic functions of the variable: substitutions that make them rational or at least simpler.

Linear radicands, quotients of linear ones (Moebius), powers of the variable (Chebyshev), and the square root
of a quadratic.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING

from antiderive.expressions import Expr
from antiderive.integration.budget import GiveUpError
from antiderive.integration.problem import Problem
from antiderive.integration.quotients import (
    Quotient,
    coefficients,
    degree,
    factors,
    number,
    quotient,
)
from antiderive.integration.radicals import exact_square_root
from antiderive.integration.square_root_of_quadratic import integrate_square_root
from antiderive.integration.steps import Step
from antiderive.integration.substitution import Change, Rewriting, carried_back
from antiderive.integration.tower import Kind, Tower, X
from antiderive.verification import Poly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from antiderive.integration.search import Search


def root_slots(tower: Tower, f: Quotient) -> list[int]:
    """Generators that are roots, in an element or below the roots in it."""
    return sorted(slot for slot in tower.closure(f) if tower.kind(slot) is Kind.ROOT)


def integrate_algebraic(search: Search, problem: Problem) -> Iterator[Step]:
    """The substitutions of this module, the most special first."""
    tower, f = problem.field
    present = root_slots(tower, f)
    if len(present) == 1 and _is_quadratic(tower, present[0]):
        after = integrate_square_root(tower, f, present[0])
        if after is not None:
            yield Step("square root of a quadratic", problem.integrand, after, problem.variable)
        return
    changes = list(_rationalizing(problem, present))
    for rule, change in changes:
        yield from _carried(search, problem, change, rule)
    if not changes or len(present) > 1:
        yield from _power_substitutions(search, problem, present)


def _is_quadratic(tower: Tower, slot: int) -> bool:
    """Whether a root is the square root of a quadratic polynomial."""
    generator = tower.generators[slot]
    return (
        generator.order == 2
        and degree(generator.power.numerator, X) == 2
        and tower.constant_poly(generator.power.denominator)
        and tower.functions(generator.power) == {X}
    )


def _rationalizing(problem: Problem, present: list[int]) -> Iterator[tuple[str, Change]]:
    """Changes that take a root away, each with its rule."""
    tower, _ = problem.field
    linear = [slot for slot in present if _linear(tower, slot) is not None]
    if len(present) == 1 and not linear:
        moebius = _moebius_change(problem, present[0])
        if moebius is not None:
            yield "Moebius substitution", moebius
        return
    if len(present) == 2:
        for first, second in itertools.permutations(linear, 2):
            pair = _pair_change(problem, first, second)
            if pair is not None:
                yield "Moebius substitution", pair
                return
    for slot in sorted(linear, key=lambda one: -tower.generators[one].order):
        yield "linear radicand", _linear_change(problem, slot)


def _carried(search: Search, problem: Problem, change: Change, rule: str) -> Iterator[Step]:
    step = carried_back(search, problem, change, rule)
    if step is not None:
        yield step


def _linear(tower: Tower, slot: int) -> tuple[Quotient, Quotient] | None:
    """``(b, a)`` of a radicand ``a*x + b``."""
    radicand = tower.generators[slot].power
    if not tower.constant_poly(radicand.denominator) or tower.functions(radicand) != {X}:
        return None
    parts = coefficients(radicand.numerator, X)
    if len(parts) != 2:
        return None
    bottom = Quotient(radicand.denominator)
    return Quotient(parts[0]) / bottom, Quotient(parts[1]) / bottom


def _linear_change(problem: Problem, slot: int) -> Change:
    """``u = (a*x + b)^(1/q)``."""
    tower, f = problem.field
    found = _linear(tower, slot)
    if found is None:
        raise GiveUpError("a radicand that is not linear")
    low, high = (tower.expression(part) for part in found)
    order = tower.generators[slot].order
    rewriting = Rewriting(tower, problem.integrand)
    u = rewriting.new
    x = (u**order - low) / high
    changed = rewriting.everything(f, x, {slot: u}) * (order * u ** (order - 1) / high)
    return rewriting.change(changed, tower.generators[slot].expression)


def _moebius_change(problem: Problem, slot: int) -> Change | None:
    """``u^q = (a*x + b)/(c*x + d)`` where the radicand is a product of powers of the two linear functions."""
    tower, f = problem.field
    generator = tower.generators[slot]
    found = [(poly, power) for poly, power in _signed_factors(generator.power) if degree(poly, X)]
    if len(found) != 2 or any(degree(poly, X) != 1 for poly, _ in found):
        return None
    (first, i), (second, j) = found
    order = generator.order
    if (i + j) % order or gcd(i, order) != 1:
        return None
    rest = generator.power / (Quotient(first) ** i * Quotient(second) ** j)
    root = tower.expression(tower.reduce(rest)) ** Fraction(1, order)
    b, a = (tower.expression(Quotient(part)) for part in coefficients(first, X))
    d, c = (tower.expression(Quotient(part)) for part in coefficients(second, X))
    rewriting = Rewriting(tower, problem.integrand)
    u = rewriting.new
    bottom = a - c * u**order
    determinant = a * d - b * c
    x = (d * u**order - b) / bottom
    y = root * u**i * (determinant / bottom) ** ((i + j) // order)
    jacobian = determinant * order * u ** (order - 1) / bottom**2
    inverse = pow(i, -1, order)
    over, under = tower.expression(Quotient(first)), tower.expression(Quotient(second))
    inner = generator.expression**inverse / (
        root**inverse * under ** (inverse * (i + j) // order) * (over / under) ** ((i * inverse - 1) // order)
    )
    changed = rewriting.everything(f, x, {slot: y}) * jacobian
    return rewriting.change(changed, inner)


def _signed_factors(element: Quotient) -> list[tuple[Poly, int]]:
    found = factors(element.numerator)[1]
    if element.is_polynomial:
        return found
    return found + [(factor, -power) for factor, power in factors(element.denominator)[1]]


def _pair_change(problem: Problem, first: int, second: int) -> Change | None:
    """``u`` the quotient of two roots of linear functions that occur with opposite exponents."""
    tower, f = problem.field
    order = tower.generators[first].order
    if tower.generators[second].order != order:
        return None
    terms = f.numerator.to_dict()
    if any((exponents[first] + exponents[second]) % order for exponents in terms):
        return None
    one, other = _linear(tower, first), _linear(tower, second)
    if one is None or other is None:
        return None
    b, a = (tower.expression(part) for part in one)
    d, c = (tower.expression(part) for part in other)
    rewriting = Rewriting(tower, problem.integrand)
    u = rewriting.new
    bottom = a - c * u**order
    determinant = a * d - b * c
    x = (d * u**order - b) / bottom
    jacobian = determinant * order * u ** (order - 1) / bottom**2
    total = Expr(0)
    for exponents, coefficient in terms.items():
        rest = list(exponents)
        i, j = rest[first], rest[second]
        rest[first] = rest[second] = 0
        part = rewriting.written(quotient(_term(tuple(rest), coefficient), number(1).numerator), {X: x})
        total = total + part * u**i * (determinant / bottom) ** ((i + j) // order)
    changed = total / rewriting.written(Quotient(f.denominator), {X: x}) * jacobian
    inner = tower.generators[first].expression / tower.generators[second].expression
    return rewriting.change(changed, inner)


def _term(exponents: tuple[int, ...], coefficient: object) -> Poly:
    from antiderive.integration.quotients import RING

    return RING.from_dict({exponents: coefficient})


def radical_substitution(search: Search, problem: Problem) -> Iterator[Step]:
    """Roots of linear functions, of their quotients and of quadratics as new variables."""
    if problem.kinds <= {Kind.VARIABLE} or problem.depth > 3:
        return
    for rule, change in radical_changes(problem):
        yield from _carried(search, problem, change, rule)


def radical_changes(problem: Problem) -> Iterator[tuple[str, Change]]:
    """Those changes, each with its rule."""
    tower, f = problem.field
    for slot in root_slots(tower, f):
        if _linear(tower, slot) is not None:
            yield "linear radicand", _linear_change(problem, slot)
            continue
        moebius = _moebius_change(problem, slot)
        if moebius is not None:
            yield "Moebius substitution", moebius
            continue
        for change in _euler_changes(problem, slot):
            yield "Euler substitution", change


def _euler_changes(problem: Problem, slot: int) -> Iterator[Change]:
    """``u = y + sqrt(a)*x`` for ``y^2 = a*x^2 + b*x + c``, both signs of the square root."""
    tower, f = problem.field
    generator = tower.generators[slot]
    if generator.order != 2 or tower.functions(generator.power) != {X}:
        return
    if not tower.constant_poly(generator.power.denominator) or degree(generator.power.numerator, X) != 2:
        return
    c, b, a = (
        Quotient(part) / Quotient(generator.power.denominator)
        for part in coefficients(generator.power.numerator, X)
    )
    root = exact_square_root(tower, a)
    if root is None:
        return
    for leading in (root, -root):
        rewriting = Rewriting(tower, problem.integrand)
        u = rewriting.new
        slope, low, middle = (tower.expression(tower.reduce(part)) for part in (leading, c, b))
        x = (u**2 - low) / (middle + 2 * slope * u)
        y = (u - slope * x).together().factor()
        changed = rewriting.everything(f, x, {slot: y}) * x.diff(rewriting.variable)
        yield rewriting.change(changed, generator.expression + slope * Expr(problem.variable))


def _power_substitutions(search: Search, problem: Problem, present: list[int]) -> Iterator[Step]:
    """``u = x^k`` for the exponents that make the radicands simpler."""
    tower, f = problem.field
    radicands = [tower.generators[slot].power for slot in present]
    before = sum(degree(one.numerator, X) + degree(one.denominator, X) for one in radicands)
    common = 0
    for one in radicands:
        for poly in (one.numerator, one.denominator):
            for exponents in poly.to_dict():
                common = gcd(common, exponents[X])
    exponents = [common] if common > 1 else []
    exponents += [k for k in (2, 3, 4, 6) if k != common and common % k == 0]
    exponents += [-1, -common] if common > 1 else [-1]
    tried = list(dict.fromkeys([Fraction(k) for k in [*exponents, 2]] + [Fraction(1, 2), Fraction(1, 3)]))
    found = []
    for place, power in enumerate(tried):
        search.budget.check()
        rewriting = Rewriting(tower, problem.integrand)
        u = rewriting.new
        x = u ** (1 / power)
        replaced = {X: x}
        for slot in present:
            radicand = tower.expression(tower.generators[slot].power).subs({problem.variable: x}).together()
            replaced[slot] = radicand ** Fraction(1, tower.generators[slot].order)
        changed = rewriting.written(f, replaced) * u ** (1 / power - 1) * (1 / power)
        new = Problem(changed, rewriting.variable)
        try:
            new_tower, new_f = new.field
        except GiveUpError:
            continue
        left = root_slots(new_tower, new_f)
        after = sum(
            degree(new_tower.generators[slot].power.numerator, X)
            + degree(new_tower.generators[slot].power.denominator, X)
            for slot in left
        )
        if after < before or (power == -1 and after <= before and len(left) <= len(present)):
            change = rewriting.change(changed, Expr(problem.variable) ** power)
            found.append((after + len(left), power != -1, place, change))
    for _, _, _, change in sorted(found, key=lambda one: one[:3])[:3]:
        yield from _carried(search, problem, change, "power substitution")
