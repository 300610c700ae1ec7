"""Rational functions and roots of circular or hyperbolic functions of one linear argument.

All are written by sine and cosine of a common argument; then sine, cosine, tangent or the tangent of half the
argument is the new variable, whichever gives the simplest integrand (Bioche's rules, found by trying).
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING

from antiderive.expressions import Expr
from antiderive.integration.budget import GiveUpError, checkpoint
from antiderive.integration.expressions import square_root, subexpressions
from antiderive.integration.problem import Problem, fresh
from antiderive.integration.quotients import degree
from antiderive.integration.substitution import Change, carried_back
from antiderive.integration.tower import Generator, Kind, X

if TYPE_CHECKING:
    from collections.abc import Iterator

    from antiderive.integration.search import Search
    from antiderive.integration.steps import Step

CIRCULAR = ("sin", "cos", "tan", "cot", "sec", "csc")
_HYPERBOLIC = tuple(f"{name}h" for name in CIRCULAR)
_LARGEST_MULTIPLE = 12
_HALF_ANGLE = 3
"""The place of the tangent of half the argument among the changes; it is tried if the others have roots."""
_EASY = 20
"""The cost below which an integrand has no roots."""


def trigonometric_substitution(search: Search, problem: Problem) -> Iterator[Step]:
    """Sine, cosine, tangent or half tangent as the new variable."""
    for cost, change in trigonometric_changes(problem):
        if problem.depth > 2 and cost > 60:
            break
        step = carried_back(search, problem, change, "trigonometric substitution")
        if step is not None:
            yield step


def trigonometric_changes(problem: Problem) -> Iterator[tuple[int, Change]]:
    """The changes with what they cost, cheapest first."""
    for names, signature in ((CIRCULAR, 1), (_HYPERBOLIC, -1)):
        written = _by_sine_and_cosine(problem, names, signature)
        if written is None:
            continue
        scored: list[tuple[int, int, Change]] = []
        for place, change in enumerate(_changes(problem, *written, signature)):
            checkpoint()
            if place == _HALF_ANGLE and any(cost < _EASY for cost, _, _ in scored):
                break
            try:
                cost, better = _cost(change)
            except GiveUpError:
                continue
            scored.append((cost, place, better))
        yield from ((cost, change) for cost, _, change in sorted(scored, key=lambda one: one[:2]))


def _by_sine_and_cosine(
    problem: Problem, names: tuple[str, ...], signature: int
) -> tuple[Expr, Expr, str, str] | None:
    """The integrand by sine and cosine of a common argument, the argument, and the two symbols."""
    x = problem.variable
    found: list[tuple[str, Expr, Expr]] = []
    parts = subexpressions(problem.integrand)
    for (kind, value), part in zip(problem.integrand.nodes(), parts, strict=True):
        if kind in names and x in part.free_symbols and x not in parts[value[0]].diff(x).free_symbols:
            found.append((kind, part, parts[value[0]]))
    arguments = list(dict.fromkeys(argument for _, _, argument in found))
    if not arguments:
        return None
    ratios = _ratios(arguments)
    if ratios is None:
        return None
    common = lcm(*[ratio.denominator for ratio in ratios])
    step = gcd(*[int(ratio * common) for ratio in ratios])
    multiples = [int(ratio * common) // step for ratio in ratios]
    if max(abs(multiple) for multiple in multiples) > _LARGEST_MULTIPLE:
        return None
    base = arguments[0] * Fraction(step, common)
    sine, cosine = fresh([problem.integrand], 4)[2:]
    replacements = {}
    for name, part, argument in found:
        multiple = multiples[arguments.index(argument)]
        c, s = multiple_angle(multiple, Expr(sine), Expr(cosine), signature)
        replacements[part] = _by_pair(name.removesuffix("h"), s, c)
    written = problem.integrand.subs(replacements)
    return None if x in written.free_symbols else (written, base, sine, cosine)


def _ratios(arguments: list[Expr]) -> list[Fraction] | None:
    """Arguments over the first of them, if all these are rational numbers."""
    ratios = []
    for argument in arguments:
        ratio = argument / arguments[0]
        for form in (ratio, ratio.simplify(), ratio.together().factor()):
            kind, value = form.nodes()[-1]
            if kind == "number":
                ratios.append(Fraction(*value))
                break
        else:
            return None
    return ratios


def multiple_angle(multiple: int, sine: Expr, cosine: Expr, signature: int) -> tuple[Expr, Expr]:
    """Cosine and sine of a multiple; signature 1 for circular, -1 for hyperbolic functions."""
    c, s = Expr(1), Expr(0)
    for _ in range(abs(multiple)):
        c, s = (c * cosine - signature * s * sine).expand(), (s * cosine + c * sine).expand()
    return c, s if multiple >= 0 else -s


def _by_pair(name: str, sine: Expr, cosine: Expr) -> Expr:
    if name in ("sin", "cos"):
        return sine if name == "sin" else cosine
    if name in ("tan", "cot"):
        return sine / cosine if name == "tan" else cosine / sine
    return 1 / cosine if name == "sec" else 1 / sine


def _changes(
    problem: Problem, written: Expr, base: Expr, sine: str, cosine: str, signature: int
) -> list[Change]:
    name = fresh([problem.integrand])[0]
    u, s, c = Expr(name), Expr(sine), Expr(cosine)
    slope = base.diff(problem.variable)
    suffix = "h" if signature < 0 else ""

    def change(function: str, argument: Expr, values: dict[Expr, Expr], jacobian: Expr) -> Change:
        return Change(name, Expr.apply(function + suffix, argument), written.subs(values) * jacobian / slope)

    by_sine = square_root(1 - signature * u**2)
    by_cosine = square_root(signature * (1 - u**2))
    tangent = 1 + signature * u**2
    return [
        change("sin", base, {s: u, c: by_sine}, 1 / by_sine),
        change("cos", base, {c: u, s: by_cosine}, -signature / by_cosine),
        change("tan", base, {s: u / square_root(tangent), c: 1 / square_root(tangent)}, 1 / tangent),
        change("tan", base / 2, {s: 2 * u / tangent, c: (1 - signature * u**2) / tangent}, 2 / tangent),
    ]


def _cost(change: Change) -> tuple[int, Change]:
    """How hard the new integrand looks, and the change with it in lowest terms."""
    problem = Problem(change.integrand, change.variable)
    tower, f = problem.field
    cost = degree(f.numerator, X) + degree(f.denominator, X)
    for slot in tower.closure(f) - {X}:
        generator = tower.generators[slot]
        if generator.kind is not Kind.ROOT:
            cost += 10
            continue
        cost += _root_cost(generator)
        if any(tower.kind(inside) is Kind.ROOT for inside in tower.functions(generator.power)):
            cost += 40
    opaque = any(
        generator.kind is Kind.CONSTANT and change.variable in generator.expression.free_symbols
        for generator in tower.generators
    )
    if opaque:
        return cost + 5, change
    return cost, Change(change.variable, change.inner, tower.expression(f), change.restored)


def _root_cost(generator: Generator) -> int:
    """Roots of linear functions are easy."""
    top = degree(generator.power.numerator, X) + degree(generator.power.denominator, X)
    return 4 if top == 1 else 20 * (generator.order - 1) + 5 * top
