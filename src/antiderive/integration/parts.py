"""Integration by parts with a primitive: ``integral of g'*L^k = g*L^k - integral of g*k*L^(k-1)*L'``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.expressions import Expr
from antiderive.integration.problem import Problem
from antiderive.integration.quotients import Quotient, coefficients, slots
from antiderive.integration.steps import Step
from antiderive.integration.tower import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from antiderive.integration.search import Search


def parts_with_primitive(search: Search, problem: Problem) -> Iterator[Step]:
    """By parts, for every logarithm or inverse function that stands in the numerator only."""
    if problem.depth > 3:
        return
    tower, f = problem.field
    primitives = [
        slot
        for slot in sorted(slots(f.numerator))
        if tower.kind(slot) is Kind.PRIMITIVE and slot not in slots(f.denominator)
    ]
    for slot in primitives:
        step = _by_parts(search, problem, slot)
        if step is not None:
            yield step


def _by_parts(search: Search, problem: Problem, slot: int) -> Step | None:
    tower, f = problem.field
    text, total, inner = tower.generators[slot].expression, Expr(0), []
    for power, part in enumerate(coefficients(f.numerator, slot)):
        if part.is_zero():
            continue
        factor = tower.expression(tower.reduce(Quotient(part) / Quotient(f.denominator)))
        first = search.first(Problem(factor, problem.variable, problem.depth + 1))
        if first is None:
            return None
        inner.append(first)
        total = total + first.after * text**power
        if power:
            rest = first.after * power * text ** (power - 1) * text.diff(problem.variable)
            second = search.first(Problem(rest, problem.variable, problem.depth + 1))
            if second is None:
                return None
            inner.append(second)
            total = total - second.after
    return Step("parts", problem.integrand, total, problem.variable, (("u", str(text)),), tuple(inner))


def terms_apart(search: Search, problem: Problem) -> Iterator[Step]:
    """The integral of a sum as the sum of the integrals."""
    from antiderive.integration.expressions import terms

    for form in (problem.integrand, problem.integrand.expand()):
        summands = terms(form)
        if len(summands) == 1:
            continue
        inner = []
        for summand in summands:
            step = search.first(Problem(summand, problem.variable, problem.depth + 1))
            if step is None:
                break
            inner.append(step)
        else:
            after = Expr(0)
            for step in inner:
                after = after + step.after
            yield Step("sum", problem.integrand, after, problem.variable, (), tuple(inner))
            return
