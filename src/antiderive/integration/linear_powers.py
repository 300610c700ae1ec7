"""Products of powers of linear functions times a polynomial: short answers without expanding.

With one base that matters, it is the new variable; with two whose exponents and the degree of the rest sum to
an integer below -1, their quotient is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from antiderive.expressions import Expr
from antiderive.integration.expressions import logarithm
from antiderive.integration.quotients import (
    ONE,
    Quotient,
    degree,
    factors,
    number,
    rational,
)
from antiderive.integration.steps import Step
from antiderive.integration.tower import Kind, Tower, X
from antiderive.integration.univariate import Univariate, added, product, univariate
from antiderive.verification import Poly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from antiderive.integration.problem import Problem
    from antiderive.integration.search import Search

_LARGEST_DEGREE = 12
_HIGH = 4
"""Exponents from here on are not multiplied out."""

_Exponent = Quotient


@dataclass
class _Shape:
    """``constant * product of base^exponent * polynomial``."""

    constant: Quotient
    bases: list[tuple[Poly, _Exponent]]
    polynomial: list[tuple[Poly, int]]


def linear_powers(search: Search, problem: Problem) -> Iterator[Step]:  # noqa: ARG001  (as every method)
    """The step, if the integrand is of this kind and would be long otherwise."""
    tower, f = problem.field
    shape = _shape(tower, f)
    if shape is None:
        return
    special = [(base, exponent) for base, exponent in shape.bases if not _is_low(exponent)]
    if not special:
        return
    after = _two_bases(tower, shape, special) if len(special) == 2 and _exact(special) else None
    if after is None and len(special) > 1:
        special = _fewest(shape, special)
    if after is None and len(special) == 1:
        after = _one_base(tower, shape, special[0])
    if after is None and len(special) == 2:
        after = _two_bases(tower, shape, special)
    if after is not None:
        yield Step("linear substitution", problem.integrand, after, problem.variable)


def _exact(special: list[tuple[Poly, _Exponent]]) -> bool:
    """Whether two exponents sum to -2: then the integral is one power of the quotient."""
    return bool((special[0][1] + special[1][1]).rational == -2)


def _shape(tower: Tower, f: Quotient) -> _Shape | None:
    """The integrand as such a product, if it is one."""
    shape = _Shape(number(1), [], [])
    exponents: dict[str, tuple[Poly, _Exponent]] = {}
    for poly, signature in ((f.numerator, 1), (f.denominator, -1)):
        constant, found = factors(poly)
        shape.constant = shape.constant * number(rational(constant)) ** signature
        for factor, power in found:
            if tower.constant_poly(factor):
                shape.constant = shape.constant * Quotient(factor) ** (signature * power)
                continue
            read = _base_of(tower, factor)
            if read is None:
                if signature < 0 or tower.functions(Quotient(factor)) != {X}:
                    return None
                shape.polynomial.append((factor, power))
                continue
            base, exponent = read
            before = exponents.get(str(base), (base, number(0)))[1]
            exponents[str(base)] = (base, before + exponent * number(signature * power))
    shape.bases = [(base, exponent) for base, exponent in exponents.values() if not exponent.is_zero]
    return shape


def _base_of(tower: Tower, factor: Poly) -> tuple[Poly, _Exponent] | None:
    """The linear function and the exponent that a factor is a power with."""
    inside = tower.functions(Quotient(factor))
    if inside == {X}:
        return (factor, number(1)) if degree(factor, X) == 1 else None
    if len(factor) != 1 or len(inside) != 1:
        return None
    generator = tower.generators[min(inside)]
    if generator.kind is Kind.ROOT:
        base, exponent = generator.power, number(1) / number(generator.order)
    elif generator.kind is Kind.HYPEREXPONENTIAL and generator.key[0] == "power":
        base, exponent = generator.argument
    else:
        return None
    if not base.is_polynomial or tower.functions(base) != {X} or degree(base.numerator, X) != 1:
        return None
    return base.numerator, exponent


def _is_low(exponent: _Exponent) -> bool:
    """Whether a power is multiplied out without harm."""
    value = exponent.rational
    return value is not None and value.denominator == 1 and 0 <= value < _HIGH


def _fewest(shape: _Shape, special: list[tuple[Poly, _Exponent]]) -> list[tuple[Poly, _Exponent]]:
    """The bases that cannot be multiplied out, or else the one of highest power."""
    natural = [
        (base, exponent)
        for base, exponent in special
        if exponent.rational is not None and exponent.rational.denominator == 1 and exponent.rational > 0
    ]
    others = [pair for pair in special if pair not in natural]
    total = sum(int(exponent.rational or 0) for _, exponent in natural)
    if not others:
        others = [max(natural, key=lambda pair: pair[1].rational or 0)]
        total -= int(others[0][1].rational or 0)
    low = sum(int(e.rational or 0) for _, e in shape.bases if _is_low(e))
    return others if total + low <= _LARGEST_DEGREE else special


def _rest(tower: Tower, shape: _Shape, kept: list[Poly]) -> Univariate | None:
    """The product of everything but the kept bases, if its degree is not too high."""
    names = {str(base) for base in kept}
    parts = [(base, e.rational) for base, e in shape.bases if str(base) not in names]
    if any(value is None or value.denominator != 1 or value < 0 for _, value in parts):
        return None
    total = ONE
    for base, value in parts:
        total = total * base ** int(value or 0)
    for factor, power in shape.polynomial:
        total = total * factor**power
    if degree(total, X) > _LARGEST_DEGREE:
        return None
    return univariate(tower.reduce(Quotient(total)))


def _one_base(tower: Tower, shape: _Shape, special: tuple[Poly, _Exponent]) -> Expr | None:
    base, exponent = special
    rest = _rest(tower, shape, [base])
    if rest is None:
        return None
    low, slope = univariate(Quotient(base))
    # the old variable is (u - low) over the slope
    coefficients = _composed(tower, rest, [-low / slope, number(1) / slope])
    u = tower.expression(Quotient(base))
    return _integrated(tower, coefficients, exponent, u, shape.constant / slope)


def _two_bases(tower: Tower, shape: _Shape, special: list[tuple[Poly, _Exponent]]) -> Expr | None:
    """``u = (a + b*x)/(c + d*x)``: ``dx = D*du/(b - d*u)^2`` and ``c + d*x = D/(b - d*u)``."""
    (first, m), (second, n) = special
    rest = _rest(tower, shape, [first, second])
    if rest is None:
        return None
    total = (m + n).rational
    count = None if total is None else -2 - total - (len(rest) - 1)
    if count is None or count.denominator != 1 or not 0 <= count <= _LARGEST_DEGREE:
        return None
    if m.rational is not None and n.rational is not None and m.rational.denominator == 1:
        powers = range(int(m.rational), int(m.rational) + len(rest) + int(count))
        if -1 in powers:
            return None
    a, b = univariate(Quotient(first))
    c, d = univariate(Quotient(second))
    determinant = tower.reduce(b * c - a * d)
    # x/L2 and 1/L2 are linear in u
    inverse = [b / determinant, -d / determinant]
    x_over = [-a / determinant, c / determinant]
    total_poly: Univariate = []
    top = len(rest) - 1
    for power, coefficient in enumerate(rest):
        term: Univariate = [coefficient]
        for _ in range(power):
            term = product(tower, term, x_over)
        for _ in range(top - power):
            term = product(tower, term, inverse)
        total_poly = added(total_poly, term)
    for _ in range(int(count)):
        total_poly = product(tower, total_poly, inverse)
    u = tower.expression(Quotient(first)) / tower.expression(Quotient(second))
    return _integrated(tower, total_poly, m, u, shape.constant / determinant)


def _composed(tower: Tower, poly: Univariate, line: Univariate) -> Univariate:
    total: Univariate = []
    for coefficient in reversed(poly):
        total = added(product(tower, total, line), [coefficient])
    return [tower.reduce(coefficient) for coefficient in total]


def _integrated(
    tower: Tower, coefficients: Univariate, exponent: _Exponent, u: Expr, constant: Quotient
) -> Expr:
    """The integral of ``constant*sum of c[k]*u^(exponent + k)``, coefficients factored."""
    total = Expr(0)
    for power, coefficient in enumerate(coefficients):
        whole = tower.reduce(coefficient * constant)
        if whole.is_zero:
            continue
        raised = tower.reduce(exponent + number(power + 1))
        if raised.is_zero:
            total = total + _factored(tower, whole) * logarithm(u)
            continue
        factor = tower.reduce(whole / raised)
        total = total + _factored(tower, factor) * u ** tower.expression(raised)
    return total


def _factored(tower: Tower, element: Quotient) -> Expr:
    """A constant by its factors."""
    total = Expr(1)
    for poly, signature in ((element.numerator, 1), (element.denominator, -1)):
        constant, found = factors(poly)
        total = total * tower.expression(number(rational(constant))) ** signature
        for factor, power in found:
            total = total * tower.expression(Quotient(factor)) ** (signature * power)
    return total
