"""Roots of ``a + a*cos(w)`` and their like, by half the angle: ``1 + cos(w) = 2*cos(w/2)^2``.

The factor that such a root is then off is constant on intervals; it stands for itself until the end.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from antiderive.expressions import Expr
from antiderive.integration.expressions import linear_of, number_of, subexpressions, top
from antiderive.integration.problem import Problem, fresh
from antiderive.integration.substitution import Change, carried

if TYPE_CHECKING:
    from collections.abc import Iterator

    from antiderive.integration.search import Search
    from antiderive.integration.steps import Step

_CIRCULAR = ("sin", "cos", "tan", "cot", "sec", "csc")


def half_angle_substitution(search: Search, problem: Problem) -> Iterator[Step]:
    """Half the angle as the new variable, if a square root becomes rational by it."""
    yield from carried(search, problem, half_angle_changes(problem), "half angle")


def half_angle_changes(problem: Problem) -> Iterator[Change]:
    """The change for the first such root."""
    functions = _functions(problem)
    arguments = {argument for _, _, argument in functions}
    if len(arguments) != 1:
        return
    argument = arguments.pop()
    line = linear_of(argument, problem.variable)
    found = _square(problem, functions)
    if line is None or found is None:
        return
    power, function, sign = found
    name, symbol = fresh([problem.integrand], 2)
    v, quarter = Expr(name), Expr("pi") / 2
    shifted = function in ("sin", "csc")
    double = Expr.apply("cos", 2 * v)
    half = Expr.apply("cos" if sign > 0 else "sin", v)
    exponent = number_of(top(power)[1][1]) or Fraction(0)
    replaced = half ** (2 * exponent) * (double**-exponent if function in ("sec", "csc") else 1)
    sine, cosine = (double, -Expr.apply("sin", 2 * v)) if shifted else (Expr.apply("sin", 2 * v), double)
    values = {part: _by_pair(kind, sine, cosine) for kind, part, _ in functions}
    inner = (argument - quarter) / 2 if shifted else argument / 2
    lacking = power / replaced.subs({name: inner})
    rest = problem.integrand / power
    for part, by_half in _broken_powers(rest, {part: kind for kind, part, _ in functions}, sine, cosine):
        rest = rest.subs({part: by_half})
        lacking = lacking * part / by_half.subs({name: inner})
    rest = rest.subs(values)
    if problem.variable in rest.free_symbols:
        return
    changed = Expr(symbol) * replaced * rest * 2 / line[0]
    yield Change(name, inner, changed, {symbol: lacking})


def _broken_powers(
    rest: Expr, names: dict[Expr, str], sine: Expr, cosine: Expr
) -> Iterator[tuple[Expr, Expr]]:
    """Powers of circular functions with broken exponents, by powers of sine and cosine that combine."""
    for part in dict.fromkeys(subexpressions(rest)):
        kind, arguments = top(part)
        exponent = number_of(arguments[1]) if kind == "pow" else None
        if exponent is None or exponent.denominator == 1 or arguments[0] not in names:
            continue
        above, below = _pair(names[arguments[0]], sine, cosine)
        yield part, above**exponent * below**-exponent


def _functions(problem: Problem) -> list[tuple[str, Expr, Expr]]:
    """Circular functions of the variable: name, whole and argument."""
    parts = subexpressions(problem.integrand)
    return [
        (kind, part, parts[value[0]])
        for (kind, value), part in zip(problem.integrand.nodes(), parts, strict=True)
        if kind in _CIRCULAR and problem.variable in part.free_symbols
    ]


def _square(problem: Problem, functions: list[tuple[str, Expr, Expr]]) -> tuple[Expr, str, int] | None:
    """A power ``(a + a*f)^(n/2)`` or ``(a - a*f)^(n/2)``, the name of ``f``, and the sign."""
    symbol = fresh([problem.integrand])[0]
    for part in subexpressions(problem.integrand):
        kind, arguments = top(part)
        exponent = number_of(arguments[1]) if kind == "pow" else None
        if exponent is None or exponent.denominator != 2:
            continue
        for name, function, _ in functions:
            if name in ("tan", "cot"):
                continue
            base = arguments[0].subs({function: Expr(symbol)})
            line = linear_of(base, symbol)
            if line is None or problem.variable in base.free_symbols:
                continue
            for sign in (1, -1):
                if (line[0] - sign * line[1]).expand() == 0:
                    return part, name, sign
    return None


def _pair(name: str, sine: Expr, cosine: Expr) -> tuple[Expr, Expr]:
    """Numerator and denominator of a circular function."""
    one = Expr(1)
    return {
        "sin": (sine, one),
        "cos": (cosine, one),
        "sec": (one, cosine),
        "csc": (one, sine),
        "tan": (sine, cosine),
        "cot": (cosine, sine),
    }[name]


def _by_pair(name: str, sine: Expr, cosine: Expr) -> Expr:
    above, below = _pair(name, sine, cosine)
    return above / below
