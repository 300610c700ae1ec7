"""Rational functions: Horowitz and Ostrogradsky's reduction, then the logarithmic part.

Bronstein, *Symbolic Integration I*, chapter 2: residues by Rothstein and Trager, arctangents by Rioboo, so
that no poles come that the integrand does not have. Denominators are factored over the rational numbers with
the parameters; further only where residues need it.
"""

from __future__ import annotations

from dataclasses import dataclass

from antiderive.expressions import Expr
from antiderive.integration.budget import GiveUpError, checkpoint
from antiderive.integration.expressions import IMAGINARY, arctangent, logarithm
from antiderive.integration.linear_systems import combination, solve
from antiderive.integration.quotients import (
    GENERATORS,
    ONE,
    SLOTS,
    Quotient,
    degree,
    factors,
    monomial,
    number,
)
from antiderive.integration.radicals import (
    conjugate,
    imaginary_slot,
    real_and_imaginary,
    roots,
    sign_of,
    square_root_of,
)
from antiderive.integration.tower import Tower, X
from antiderive.integration.univariate import (
    Univariate,
    added,
    bezout,
    common_divisor,
    derivative,
    division,
    element_of,
    evaluate,
    factored,
    product,
    scaled,
    trimmed,
    univariate,
)
from antiderive.verification import Poly

_LARGEST_DEGREE = 150
_LARGEST_RESULTANT = 3000
"""Degree times numbers of terms of polynomials whose resultant is computed."""
_RESIDUE = SLOTS - 1
"""The slot that stands for a residue while residues are computed; it must not be taken."""


@dataclass(frozen=True)
class SimplePart:
    """``numerator/denominator`` with an irreducible denominator of multiplicity one."""

    numerator: Quotient
    denominator: Poly


@dataclass(frozen=True)
class Reduction:
    """``integral of f = rational + integral of the sum of the simple parts``."""

    rational: Quotient
    simple: list[SimplePart]


def integrate_rational(tower: Tower, f: Quotient) -> Expr:
    """An antiderivative of a rational function of the variable."""
    reduced = reduction(tower, f)
    total = tower.expression(reduced.rational)
    for part in reduced.simple:
        total = total + logarithmic_part(tower, part)
    return total


def reduction_explained(tower: Tower, f: Quotient) -> tuple[tuple[str, str], ...]:
    """The rational part and what has to be integrated to logarithms and arctangents, as text."""
    reduced = reduction(tower, f)
    left = Expr(0)
    for part in reduced.simple:
        left = left + tower.expression(part.numerator) / tower.expression(Quotient(part.denominator))
    facts = (
        [("rational part", str(tower.expression(reduced.rational)))] if not reduced.rational.is_zero else []
    )
    return tuple([*facts, ("integral of the rest", str(left))] if reduced.simple else facts)


def rational_integral(tower: Tower, f: Quotient) -> Quotient | None:
    """The integral of a rational function, if it is rational itself."""
    try:
        reduced = reduction(tower, f)
    except GiveUpError:
        return None
    return None if reduced.simple else reduced.rational


def function_factors(tower: Tower, denominator: Poly) -> list[tuple[Poly, int]]:
    """The irreducible factors that are not constant."""
    if denominator.is_constant():
        return []
    return [(factor, power) for factor, power in factors(denominator)[1] if not tower.constant_poly(factor)]


def reduction(tower: Tower, f: Quotient) -> Reduction:
    """The rational part of the integral, and what is left over simple denominators.

    Raises:
        GiveUpError: if the degrees are too large.
    """
    found = function_factors(tower, f.denominator)
    whole = sum(degree(factor, X) * power for factor, power in found)
    if not whole:
        return Reduction(_polynomial_integral(tower, univariate(f)), [])
    if degree(f.numerator, X) + whole > _LARGEST_DEGREE:
        raise GiveUpError("a rational function of too high a degree")
    repeated = ONE
    for factor, power in found:
        repeated = repeated * factor ** (power - 1)
    columns, shapes = [], []
    top = max(degree(f.numerator, X) - whole + 1, 0) + degree(repeated, X)
    if not repeated.is_one() or degree(f.numerator, X) >= whole:
        for power in range(0 if degree(repeated, X) else 1, top + 1):
            part = monomial(X, power) / Quotient(repeated)
            columns.append(tower.derivative(part))
            shapes.append((None, part))
    for factor, _ in found:
        for power in range(degree(factor, X)):
            columns.append(monomial(X, power) / Quotient(factor))
            shapes.append((factor, monomial(X, power)))
    values = solve(tower, f, columns)
    if values is None:
        raise GiveUpError("a rational function that is not reduced")  # it always is
    return _assembled(tower, shapes, values)


def _assembled(tower: Tower, shapes: list[tuple[Poly | None, Quotient]], values: list[Quotient]) -> Reduction:
    chosen = [(shape, value) for shape, value in zip(shapes, values, strict=True) if not value.is_zero]
    rational = combination(
        tower,
        [value for (factor, _), value in chosen if factor is None],
        [part for (factor, part), _ in chosen if factor is None],
    )
    simple: dict[str, SimplePart] = {}
    for (factor, part), value in chosen:
        if factor is not None:
            before = simple.get(str(factor))
            numerator = value * part + (before.numerator if before else number(0))
            simple[str(factor)] = SimplePart(tower.reduce(numerator), factor)
    return Reduction(rational, list(simple.values()))


def _polynomial_integral(tower: Tower, poly: Univariate) -> Quotient:
    raised = [number(0)] + [value / number(power + 1) for power, value in enumerate(poly)]
    return tower.reduce(element_of(raised))


# --- the logarithmic part


def logarithmic_part(tower: Tower, part: SimplePart) -> Expr:
    """The integral of a simple part."""
    v, c = univariate(Quotient(part.denominator)), univariate(part.numerator)
    if len(v) > 3:
        constant = tower.reduce(part.numerator / element_of(derivative(v)))
        if tower.is_constant(constant):
            return tower.expression(constant) * logarithm(tower.expression(Quotient(part.denominator)))
    return _over_factor(tower, c, v)


def _over_factor(tower: Tower, c: Univariate, v: Univariate) -> Expr:
    """The integral of ``c/v``, ``v`` irreducible over the rational numbers."""
    if len(v) == 2:
        residue = tower.reduce(c[0] / v[1])
        return tower.expression(residue) * logarithm(_text(tower, v))
    if len(v) == 3:
        return _quadratic(tower, c, v)
    pieces = _pieces(tower, v)
    if len(pieces) > 1:
        total = Expr(0)
        for piece in pieces:
            cofactor = division(tower, v, piece)[0]
            s, _, _ = bezout(tower, cofactor, piece)
            numerator = division(tower, product(tower, c, s), piece)[1]
            if numerator:
                total = total + _over_factor(tower, numerator, piece)
        return total
    return _by_residues(tower, c, v)


def _pieces(tower: Tower, v: Univariate) -> list[Univariate]:
    """Factors over the algebraic constants other than ``I``, if none of them is nested."""
    fields = [slot for slot in tower.relations if tower.constant_slot(slot)]
    plain = [slot for slot in fields if not set(fields) & tower.generators[slot].power.slots]
    plain = [slot for slot in plain if tower.generators[slot].expression != IMAGINARY]
    return factored(tower, v, plain) if plain and len(plain) == len(fields) else [v]


def _quadratic(tower: Tower, c: Univariate, v: Univariate) -> Expr:
    """The logarithm and the arctangent (or inverse hyperbolic tangent) of a quadratic denominator."""
    low, middle, high = v
    slope = c[1] if len(c) > 1 else number(0)
    first = tower.reduce(slope / (number(2) * high))
    second = tower.reduce(c[0] - first * middle)
    total = Expr(0)
    if not first.is_zero:
        total = tower.expression(first) * logarithm(_text(tower, v))
    if second.is_zero:
        return total
    discriminant = tower.reduce(middle * middle - number(4) * high * low)
    linear = number(2) * high * tower.element(X) + middle
    negative = sign_of(tower, discriminant) < 0
    root = square_root_of(tower, -discriminant if negative else discriminant)
    factor = tower.expression(tower.reduce(number(2 if negative else -2) * second / root))
    argument = tower.expression(tower.reduce(linear / root))
    return total + factor * (arctangent(argument) if negative else Expr.apply("atanh", argument))


def _by_residues(tower: Tower, c: Univariate, v: Univariate) -> Expr:
    """The sum of residues times logarithms, from the roots of the denominator or from the residues."""
    checkpoint()
    slope = derivative(v)
    by_residue = _residue_factors(tower, c, v, slope)
    total_degree = sum(degree(factor, _RESIDUE) for factor in by_residue)
    if not by_residue or total_degree == len(v) - 1:
        points = roots(tower, v)
        if points is not None:
            pairs = []
            for point in points:
                residue = tower.reduce(evaluate(c, point) / evaluate(slope, point))
                pairs.append((residue, [tower.reduce(-point), number(1)]))
            return _sum_of_logarithms(tower, pairs)
    pairs = []
    for factor in by_residue:
        residues = roots(tower, univariate(Quotient(factor), _RESIDUE))
        if residues is None:
            break
        for residue in residues:
            difference = added(c, scaled(tower, slope, -residue))
            pairs.append((residue, common_divisor(tower, v, difference)))
    else:
        if by_residue:
            return _sum_of_logarithms(tower, pairs)
    raise GiveUpError("residues that are not expressed in radicals")


def _residue_factors(tower: Tower, c: Univariate, v: Univariate, slope: Univariate) -> list[Poly]:
    """Factors of Rothstein and Trager's resultant, if it has rational coefficients."""
    if len(tower.generators) >= SLOTS:
        return []
    bottom = element_of(v)
    top = element_of(c) - Quotient(GENERATORS[_RESIDUE]) * element_of(slope)
    if any(slot in tower.relations for slot in (top.slots | bottom.slots)):
        return []
    if (len(v) - 1) * len(top.numerator) * len(bottom.numerator) > _LARGEST_RESULTANT:
        return []
    resultant = top.numerator.resultant(bottom.numerator, X)
    return [factor for factor, _ in factors(resultant)[1] if degree(factor, _RESIDUE)]


def _sum_of_logarithms(tower: Tower, pairs: list[tuple[Quotient, Univariate]]) -> Expr:
    """``sum of residue*log(argument)``, complex conjugates as logarithms and arctangents of real ones."""
    total = Expr(0)
    unit = imaginary_slot(tower)
    left = list(pairs)
    while left:
        checkpoint()
        residue, argument = left.pop(0)
        if residue.is_zero:
            continue
        involved = set(residue.slots)
        for coefficient in argument:
            involved |= coefficient.slots
        if unit is None or unit not in involved:
            total = total + tower.expression(residue) * logarithm(_text(tower, argument))
            continue
        other = conjugate(tower, residue), [conjugate(tower, coefficient) for coefficient in argument]
        if other in left:
            left.remove(other)
            total = total + _conjugate_pair(tower, residue, argument)
        else:
            total = total + tower.expression(residue) * logarithm(_text(tower, argument))
    return total


def _conjugate_pair(tower: Tower, residue: Quotient, argument: Univariate) -> Expr:
    u, v = real_and_imaginary(tower, residue)
    split = [real_and_imaginary(tower, coefficient) for coefficient in argument]
    a, b = trimmed([one for one, _ in split]), trimmed([other for _, other in split])
    total = Expr(0)
    if not u.is_zero:
        norm = added(product(tower, a, a), product(tower, b, b))
        total = tower.expression(u) * logarithm(_text(tower, norm))
    if not v.is_zero:
        total = total + tower.expression(v) * arctangents(tower, a, b)
    return total


def arctangents(tower: Tower, a: Univariate, b: Univariate) -> Expr:
    """Rioboo's conversion: arctangents with the derivative of ``I*log((a + I*b)/(a - I*b))``."""
    total, factor = Expr(0), 2
    while b:
        checkpoint()
        if len(a) < len(b):
            a, b = scaled(tower, b, number(-1)), a
        ratio, rest = division(tower, a, b)
        if not rest:
            return total + factor * arctangent(_text(tower, ratio))
        d, c, common = bezout(tower, b, scaled(tower, a, number(-1)))
        top = added(product(tower, a, d), product(tower, b, c))
        total = total + factor * arctangent(_text(tower, division(tower, top, common)[0]))
        a, b = d, c
    return total


def _text(tower: Tower, poly: Univariate) -> Expr:
    return tower.expression(tower.reduce(element_of(poly)))
