"""The integrator: searches, verifies, and says what it found."""

from __future__ import annotations

from dataclasses import dataclass, field

from antiderive._core import Expr
from antiderive.integration.budget import Budget, BudgetError, spending
from antiderive.integration.presentation import forms
from antiderive.integration.problem import Problem
from antiderive.integration.search import Search
from antiderive.integration.steps import Step
from antiderive.verification import Verdict, verify
from antiderive.verification.mending import mended

BUDGET = 3.0
"""CPU seconds by default."""

_MOST_FORMS = 3
"""Forms of one candidate that are verified."""

_MOST_REFUTED = 6
"""Wrong candidates after which the search ends."""


@dataclass(frozen=True)
class Integral:
    """What came of an integral.

    Attributes:
        expression: a verified antiderivative, if one was found.
        verdict: the verification of it.
        steps: the derivation.
        cpu_seconds: what it took.
        reason: why there is no answer.
        notes: what the methods said that gave up.
    """

    expression: Expr | None
    verdict: Verdict | None
    steps: Step | None
    cpu_seconds: float
    reason: str = ""
    notes: tuple[str, ...] = field(default=(), repr=False)

    @property
    def solved(self) -> bool:
        """Whether there is a verified answer."""
        return self.expression is not None


def integrate(integrand: str | Expr, variable: str = "x", budget: float = BUDGET) -> Integral:
    """An antiderivative that is verified, found by exact methods.

    Args:
        integrand: what is integrated.
        variable: the variable of integration.
        budget: CPU seconds.
    """
    expression = Expr(integrand) if isinstance(integrand, str) else integrand
    spent = Budget(budget)
    search = Search(spent)
    refuted = 0
    reason = "no method found an antiderivative"
    try:
        with spending(spent):
            for step in search.steps(Problem(expression, variable)):
                accepted = _accepted(expression, step.after, variable)
                if accepted is not None:
                    answer, verdict = accepted
                    steps = _ending_in(answer, step)
                    return Integral(answer, verdict, steps, spent.used, notes=tuple(search.notes))
                refuted += 1
                search.notes.append(f"refuted: {step.rule} {str(step.after)[:80]}")
                if refuted > _MOST_REFUTED:
                    reason = "the candidates found are wrong"
                    break
    except BudgetError:
        reason = f"not found within {budget:g} CPU seconds"
    return Integral(None, None, None, spent.used, reason, tuple(search.notes))


def _ending_in(answer: Expr, step: Step) -> Step:
    """The derivation with a last step that brings it to the form of the answer."""
    if step.after == answer:
        return step
    return Step("another form", step.before, answer, step.variable, (), (step,))


def _accepted(integrand: Expr, candidate: Expr, variable: str) -> tuple[Expr, Verdict] | None:
    """The most presentable form of a candidate that is right, or has been mended, with the verdict."""
    possible = forms(integrand, candidate)
    refuted = False
    for form in possible[:_MOST_FORMS]:
        verdict = verify(integrand, form, variable=variable)
        if verdict.accepted:
            return form, verdict
        refuted = refuted or verdict.status == "refuted"
    return mended(integrand, possible[0], variable) if refuted else None
