"""Regions of the parameters: by the signs and the order of what decides where the special points are.

With numbers for the parameters a claim is one about the real line. How the line is cut changes with a
parameter only where an argument that has no variable takes a special value, where special points of
polynomials meet or go to infinity, and for other arguments at places that are not computed: several scales
stand for those.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import flint

from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.verification.cells import cut_axis
from antiderive.verification.forms import arguments
from antiderive.verification.parts import depending, nodes_of, subexpressions
from antiderive.verification.polynomials import polynomial_of

Values = dict[str, Fraction]

_MOST_REGIONS = 10
_MOST_MIRRORED = 4
_MOST_PATTERNS = 7
_MOST_POLYNOMIALS = 4
_SCALES = (Fraction(37), Fraction(1, 41))
_NEARLY_ZERO = 1e-50


def base_values(parameters: Sequence[str], seed: int) -> Values:
    """A random value from 0.4 to 2.6 for each, with ten bits behind the point."""
    rng = random.Random(seed)  # noqa: S311  (reproducible choices, no secrets)
    return {name: Fraction(2 * rng.randint(205, 1330) + 1, 1024) for name in parameters}


def positive_regions(expressions: Sequence[Expr], variable: str, base: Values) -> list[Values]:
    """One choice of the parameters for every region in which all are positive, ``base`` first."""
    choices = [[base[name], *_others(expressions, variable, name, base, 1)] for name in base]
    combined = itertools.product(*choices)
    found = [dict(zip(base, values, strict=True)) for values in itertools.islice(combined, 4 * _MOST_REGIONS)]
    # Along the axes first, so that every region of one parameter is there if there are too many.
    found.sort(key=lambda values: sum(values[name] != base[name] for name in base))
    return found[:_MOST_REGIONS]


def mirrored_regions(
    expressions: Sequence[Expr], variable: str, base: Values
) -> list[tuple[frozenset[str], list[Values]]]:
    """Choices with some parameters negative: which ones, and the choices for each region of those."""
    sets: Iterable[tuple[str, ...]]
    if 2 ** len(base) - 1 <= _MOST_PATTERNS:
        sets = itertools.chain.from_iterable(
            itertools.combinations(base, size) for size in range(1, len(base) + 1)
        )
    else:
        sets = [*((name,) for name in base), tuple(base)]
    found = []
    for negative in sets:
        mirrored = {name: -value if name in negative else value for name, value in base.items()}
        choices = [mirrored]
        for name in negative if len(negative) == 1 and len(base) <= 2 else ():
            choices += [
                {**mirrored, name: value} for value in _others(expressions, variable, name, mirrored, -1)
            ]
        found.append((frozenset(negative), choices[:_MOST_MIRRORED]))
    return found


def signs_that_hold(failing: Sequence[frozenset[str]]) -> tuple[str, ...]:
    """Parameters that must be positive so that none of the failing choices of signs is left."""
    positive: list[str] = []
    left = list(failing)
    while left:
        names = sorted({name for negative in left for name in negative})
        name = max(names, key=lambda one: sum(one in negative for negative in left))
        positive.append(name)
        left = [negative for negative in left if name not in negative]
    return tuple(f"{name} > 0" for name in sorted(positive))


def nonzero_conditions(
    problems: Sequence[Expr], answers: Sequence[Expr], variable: str, positive: Sequence[str]
) -> tuple[str, ...]:
    """What the candidate divides by, if the problem does not, as ``b != 0``."""
    known = {base for problem in problems for base in _divisors(problem, variable)}
    found: dict[str, None] = {}
    for answer in answers:
        for base in _divisors(answer, variable):
            if base not in known and not base.free_symbols <= set(positive):
                found[f"{base} != 0"] = None
    return tuple(found)


def _divisors(expression: Expr, variable: str) -> list[Expr]:
    """Bases of negative powers that have parameters but not the variable."""
    made = subexpressions(expression)
    nodes = nodes_of(expression)
    bases = []
    for kind, value in nodes:
        if kind == "pow" and nodes[value[1]][0] == "number" and nodes[value[1]][1][0] < 0:
            base = made[value[0]]
            if base.free_symbols and variable not in base.free_symbols:
                bases.append(base)
    return bases


def _others(expressions: Sequence[Expr], variable: str, name: str, base: Values, sign: int) -> list[Fraction]:
    """Values of a parameter in the regions on one side of zero other than that of its base value."""
    points = sorted(sign * point for point in _turns(expressions, variable, name, base))
    points = [point for point in points if point > _NEARLY_ZERO]
    ends = [0.0, *points]
    inner = [0.5 * (low + high) for low, high in itertools.pairwise(ends)]
    own = abs(float(base[name]))
    values = [Fraction(value).limit_denominator(10**9) for value in inner]
    if points:
        values.append(Fraction(points[-1] * 1.618).limit_denominator(10**6))
    region = sum(point < own for point in points)
    values = [value for number, value in enumerate(values) if number != region]
    return [sign * value for value in values] + [base[name] * scale for scale in _SCALES]


def _turns(expressions: Sequence[Expr], variable: str, name: str, base: Values) -> list[float]:
    """Values of one parameter at which something special happens, with the others at their base values."""
    others = {other: value for other, value in base.items() if other != name}
    free: list[Expr] = []
    polynomials: list[Any] = []
    for expression in expressions:
        made = subexpressions(expression)
        with_variable = depending(expression, frozenset([variable]))
        with_name = depending(expression, frozenset([name]))
        for index in arguments(expression):
            if not with_name[index]:
                continue
            try:
                argument = made[index].subs(others)
            except AntideriveError:
                continue
            if with_variable[index]:
                polynomial = polynomial_of(argument, (variable, name))
                if polynomial is not None and polynomial not in polynomials:
                    polynomials.append(polynomial)
        for index, (kind, _) in enumerate(nodes_of(expression)):
            if with_name[index] and not with_variable[index] and kind not in ("add", "mul", "symbol"):
                try:
                    free.append(made[index].subs(others))
                except AntideriveError:
                    continue
    found = cut_axis(free[:60], name) if free else []
    return found + _polynomial_turns(polynomials[:_MOST_POLYNOMIALS])


def _polynomial_turns(polynomials: Sequence[Any]) -> list[float]:
    """Where leading coefficients, discriminants and resultants in the first variable vanish."""
    conditions: Any = flint.fmpq_poly([1])
    for polynomial in polynomials:
        parts = [_leading(polynomial)]
        if polynomial.degrees()[0] > 1:
            parts.append(_in_second(polynomial.discriminant(0)))
        for part in parts:
            if part != 0:
                conditions *= part
    for a, b in itertools.combinations(polynomials, 2):
        part = _in_second(a.resultant(b, 0))
        if part != 0:
            conditions *= part
    if conditions.degree() < 1:
        return []
    conditions = conditions / conditions.gcd(conditions.derivative())
    return [float(root.real.mid()) for root, _ in conditions.complex_roots() if root.imag == 0]


def _leading(polynomial: Any) -> Any:  # noqa: ANN401  (python-flint is untyped)
    degree = polynomial.degrees()[0]
    return _univariate({e[1]: c for e, c in polynomial.to_dict().items() if e[0] == degree})


def _in_second(polynomial: Any) -> Any:  # noqa: ANN401  (python-flint is untyped)
    return _univariate({e[1]: c for e, c in polynomial.to_dict().items()})


def _univariate(coefficients: dict[Any, Any]) -> Any:  # noqa: ANN401  (python-flint is untyped)
    degrees = {int(exponent): value for exponent, value in coefficients.items()}
    return flint.fmpq_poly([degrees.get(index, 0) for index in range(max(degrees, default=0) + 1)])
