"""The integrator: searches, verifies, and says what it found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.integration.budget import Budget, BudgetError, checkpoint, spending
from antiderive.integration.equivalents import proof_of_none
from antiderive.integration.nonelementary import may_be_decided
from antiderive.integration.presentation import forms, is_complex
from antiderive.integration.problem import Problem
from antiderive.integration.proof import Proof
from antiderive.integration.search import Search
from antiderive.integration.steps import Step
from antiderive.verification import Verdict, screen, verify

BUDGET = 3.0
"""CPU seconds by default."""

_LONG_CANDIDATE = 12_000
"""Characters of a candidate that is not verified, and not mended, where double precision refutes it."""

_MOST_FORMS = 3
"""Forms of one candidate that are verified."""

_PROOF = 1.0
"""CPU seconds for a proof that there is no antiderivative."""

_PART = 0.3
"""CPU seconds for the integral of a part within a proof."""

_MORE = 0.2
"""CPU seconds that are spent on another answer where the first one is long."""

_LONG, _LONG_ANYWAY = 5, 250
"""An answer is long above so many times the characters of the integrand, plus so many."""

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
        proof: that there is no elementary antiderivative, if that could be proved.
    """

    expression: Expr | None
    verdict: Verdict | None
    steps: Step | None
    cpu_seconds: float
    reason: str = ""
    notes: tuple[str, ...] = field(default=(), repr=False)
    proof: Proof | None = None

    @property
    def solved(self) -> bool:
        """Whether there is a verified answer."""
        return self.expression is not None


Mend = Callable[[Expr, Expr, str], "tuple[Expr, Verdict] | None"]
"""What may be made of a refuted candidate: integrand, candidate and variable to an answer and its verdict."""


def integrate(
    integrand: str | Expr,
    variable: str = "x",
    budget: float = BUDGET,
    *,
    prove: bool = True,
    mend: Mend | None = None,
) -> Integral:
    """An antiderivative that is verified, found by exact methods, or a proof that there is no elementary one.

    Args:
        integrand: what is integrated.
        variable: the variable of integration.
        budget: CPU seconds.
        prove: whether a proof is attempted where no antiderivative is found.
        mend: is asked about candidates that are refuted (:func:`antiderive.portfolio.mended`).

    >>> integrate("x*cos(x)").expression
    Expr('x*sin(x) + cos(x)')
    >>> print(integrate("exp(x)/x").proof.claim.split(":")[0])
    y' + (1)*y = 1/x has no rational solution
    """
    expression = Expr(integrand) if isinstance(integrand, str) else integrand
    spent = Budget(budget)
    prove = prove and may_be_decided(expression, variable)
    share = spent.share(budget - _PROOF) if prove and budget > 2 * _PROOF else spent
    found = _searched(expression, variable, share, prove=prove, mend=mend)
    if found.solved or found.proof is not None or not prove:
        return found
    proof = _proved(expression, variable, spent)
    if proof is None:
        return replace(found, cpu_seconds=spent.used)
    return replace(found, proof=proof, cpu_seconds=spent.used, reason=_NONE)


_NONE = "there is no elementary antiderivative"


def _searched(
    expression: Expr, variable: str, spent: Budget, *, prove: bool = False, mend: Mend | None = None
) -> Integral:
    """The first answer that is short enough, or the shortest of the first few."""
    search = Search(spent, prove=prove)
    best: Integral | None = None
    until = spent
    refuted = 0
    reason = "no method found an antiderivative"
    try:
        with spending(spent):
            for step in search.steps(Problem(expression, variable)):
                accepted = _accepted(expression, step.after, variable, mend)
                if accepted is None:
                    refuted += 1
                    search.notes.append(f"refuted: {step.rule} {str(step.after)[:80]}")
                    if refuted > _MOST_REFUTED:
                        reason = "the candidates found are wrong"
                        break
                    continue
                answer, verdict = accepted
                found = Integral(
                    answer, verdict, _ending_in(answer, step), spent.used, notes=tuple(search.notes)
                )
                if best is None:
                    until = search.whole = spent.share(_MORE)
                best = found if best is None or _length(found) < _length(best) else best
                if _is_short(expression, answer) or until.left < 0:
                    break
    except BudgetError:
        reason = f"not found within {spent.seconds:g} CPU seconds"
    if best is not None:
        return replace(best, cpu_seconds=spent.used)
    if search.proof is not None:
        reason = _NONE
    return Integral(None, None, None, spent.used, reason, tuple(search.notes), search.proof)


def _length(found: Integral) -> tuple[bool, int]:
    return is_complex(found.expression or Expr(0)), len(str(found.expression))


def _is_short(integrand: Expr, answer: Expr) -> bool:
    """Whether no shorter answer is looked for."""
    if is_complex(answer) and not is_complex(integrand):
        return False
    return len(str(answer)) < _LONG * len(str(integrand)) + _LONG_ANYWAY


def _proved(expression: Expr, variable: str, spent: Budget) -> Proof | None:
    """A proof of none within what is left of the budget."""

    def antiderivative(part: Expr, name: str) -> Expr | None:
        return _searched(part, name, spent.share(_PART)).expression

    try:
        with spending(spent.share(_PROOF)):
            return proof_of_none(Problem(expression, variable), antiderivative)
    except AntideriveError:
        return None


def _ending_in(answer: Expr, step: Step) -> Step:
    """The derivation with a last step that brings it to the form of the answer."""
    if step.after == answer:
        return step
    return Step("another form", step.before, answer, step.variable, (), (step,))


def _accepted(
    integrand: Expr, candidate: Expr, variable: str, mend: Mend | None
) -> tuple[Expr, Verdict] | None:
    """The most presentable form of a candidate that is right, or has been mended, with the verdict."""
    possible = forms(integrand, candidate)
    refuted = False
    for form in possible[:_MOST_FORMS]:
        checkpoint()
        if (
            len(str(form)) > _LONG_CANDIDATE
            and screen([(integrand, form)], variable=variable)[0] == "disagrees"
        ):
            continue
        verdict = verify(integrand, form, variable=variable)
        if verdict.accepted:
            return form, verdict
        refuted = refuted or verdict.status == "refuted"
    return mend(integrand, possible[0], variable) if refuted and mend is not None else None
