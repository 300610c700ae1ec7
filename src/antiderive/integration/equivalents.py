"""Integrals that are elementary exactly if a given one is, and proofs by way of them.

A change of the variable is an identity of differential forms, and a part that has an elementary integral may
be taken away. Each equivalence is checked numerically before it is used in a proof.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.integration.algebraic import radical_changes
from antiderive.integration.budget import BudgetError, checkpoint
from antiderive.integration.expressions import terms, top
from antiderive.integration.nonelementary import decided
from antiderive.integration.problem import Problem
from antiderive.integration.quotients import Quotient, coefficients, degree
from antiderive.integration.substitution import (
    Change,
    dividing_changes,
    generator_changes,
    inverse_function_changes,
)
from antiderive.integration.textbook import parts_of
from antiderive.integration.tower import Kind
from antiderive.integration.trigonometric import trigonometric_changes
from antiderive.verification import verify, verify_zero

if TYPE_CHECKING:
    from antiderive.integration.proof import Proof

Integrate = Callable[[Expr, str], "Expr | None"]
"""A verified antiderivative of an integrand in a variable, or nothing."""

_DEEPEST = 3
_LONGEST = 400


def proof_of_none(problem: Problem, integrate: Integrate) -> Proof | None:
    """A proof that there is no elementary antiderivative, directly or by way of equivalent integrals.

    Args:
        problem: the integral.
        integrate: what finds antiderivatives of parts.
    """
    seen = {problem.key}
    waiting: deque[tuple[Problem, tuple[str, ...]]] = deque([(problem, ())])
    while waiting:
        checkpoint()
        current, lines = waiting.popleft()
        proof = decided(current)
        if proof is not None:
            return replace(proof, reductions=lines)
        if len(lines) >= _DEEPEST:
            continue
        for line, other in _equivalents(current, integrate):
            if other.key not in seen and len(other.key) <= _LONGEST:
                seen.add(other.key)
                waiting.append((other, (*lines, line)))
    return None


def _equivalents(problem: Problem, integrate: Integrate) -> Iterator[tuple[str, Problem]]:
    for make in (_changed, _by_parts, _reduced_by_parts, _without_elementary_terms):
        try:
            yield from make(problem, integrate)
        except BudgetError:
            raise
        except AntideriveError:
            continue


def _changed(problem: Problem, integrate: Integrate) -> Iterator[tuple[str, Problem]]:  # noqa: ARG001
    for change in _changes(problem):
        if change.restored or not _holds(problem, change):
            continue
        line = (
            f"With {change.variable} = {change.inner}: the integral of {problem.integrand}"
            f" d{problem.variable} is that of {change.integrand} d{change.variable}."
        )
        yield line, Problem(change.integrand, change.variable, problem.depth + 1)


def _changes(problem: Problem) -> Iterator[Change]:
    makers: tuple[Iterator[Change], ...] = (
        dividing_changes(problem),
        generator_changes(problem),
        (change for _, change in trigonometric_changes(problem)),
        (change for _, change in radical_changes(problem)),
        inverse_function_changes(problem),
    )
    for made in makers:
        try:
            yield from made
        except BudgetError:
            raise
        except AntideriveError:
            continue


def _holds(problem: Problem, change: Change) -> bool:
    """Whether the new differential, written by the old variable, is the old one up to its sign.

    A root may have another sign on another interval; that changes nothing in whether it is elementary.
    """
    written = change.integrand.subs({change.variable: change.inner}) * change.inner.diff(problem.variable)
    residual = written**2 - problem.integrand**2
    return verify_zero([residual], variable=problem.variable).accepted


def _by_parts(problem: Problem, integrate: Integrate) -> Iterator[tuple[str, Problem]]:
    """``u*dv`` with a logarithm or an inverse function ``u`` and an elementary integral of ``dv``."""
    pair = parts_of(problem.integrand, problem.variable)
    if pair is None or top(pair[0])[0] == "pow":
        return
    u, dv = pair
    v = integrate(dv, problem.variable) if dv != 1 else Expr(problem.variable)
    if v is None:
        return
    left = -v * u.diff(problem.variable)
    line = f"By parts with u = {u}, v = {v}: equivalent to the integral of {left} d{problem.variable}."
    yield line, Problem(left, problem.variable, problem.depth + 1)


def _reduced_by_parts(problem: Problem, integrate: Integrate) -> Iterator[tuple[str, Problem]]:
    """``a*L + b`` with an elementary integral of ``a``: by parts it is equivalent to ``b - A*L'``."""
    tower, f = problem.field
    for slot in sorted(tower.functions(f)):
        generator = tower.generators[slot]
        if (
            generator.kind is not Kind.PRIMITIVE
            or degree(f.denominator, slot)
            or degree(f.numerator, slot) != 1
        ):
            continue
        rest, linear = coefficients(f.numerator, slot)
        below = Quotient(f.denominator)
        if any(slot in tower.generators[other].derivative.slots for other in tower.closure(f) - {slot}):
            continue
        factor = tower.expression(Quotient(linear) / below)
        whole = integrate(factor, problem.variable)
        if whole is None or not verify(factor, whole, variable=problem.variable).accepted:
            continue
        left = tower.expression(Quotient(rest) / below) - whole * generator.expression.diff(problem.variable)
        line = (
            f"By parts with the integral {whole} of {factor}: equivalent to the integral of {left}"
            f" d{problem.variable}."
        )
        yield line, Problem(left, problem.variable, problem.depth + 1)


def _without_elementary_terms(problem: Problem, integrate: Integrate) -> Iterator[tuple[str, Problem]]:
    summands = terms(problem.integrand)
    if len(summands) < 2:
        summands = terms(problem.integrand.expand())
    if len(summands) < 2:
        return
    left, taken = Expr(0), 0
    for summand in summands:
        if integrate(summand, problem.variable) is None:
            left = left + summand
        else:
            taken += 1
    if taken and left != 0:
        line = f"Without terms that have elementary integrals: the integral of {left} d{problem.variable}."
        yield line, Problem(left, problem.variable, problem.depth + 1)
