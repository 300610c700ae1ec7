"""The judgment of answers of computer algebra: the one file in which a verdict becomes a status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.portfolio.nonelementary import checked_claim
from antiderive.verification import Verdict, verify

if TYPE_CHECKING:
    from antiderive.cas import Outcome


@dataclass(frozen=True)
class Judgment:
    """An outcome of the pool after verification.

    Attributes:
        status: that of the outcome, but an answer is ``solved`` only if it is ``proved`` or ``agrees``,
            ``wrong`` if it is refuted, and else ``unconfirmed``; and a "no" is ``nonelementary`` only if it
            is certain.
        verdict: the result of verification, if there was an answer.
        expression: the answer, if there was one and it could be parsed.
        reason: one line of explanation.
    """

    status: str
    verdict: Verdict | None = None
    expression: Expr | None = None
    reason: str = ""

    @property
    def solved(self) -> bool:
        """True if there is an answer that is confirmed."""
        return self.status == "solved"


def answer_status(verdict: Verdict) -> str:
    """The status of an answer with this verdict: ``solved``, ``wrong`` or ``unconfirmed``."""
    if verdict.accepted:
        return "solved"
    return "wrong" if verdict.status == "refuted" else "unconfirmed"


def judge_outcome(integrand: Expr, outcome: Outcome, *, variable: str = "x") -> Judgment:
    """Verify the answer of an integration method, if the outcome has one.

    Args:
        integrand: the integrand.
        outcome: the outcome of the call, from the pool.
        variable: the variable of integration.

    >>> from antiderive.cas import Outcome
    >>> judge_outcome(Expr("cos(x)"), Outcome("solved", "sin x")).status
    'solved'
    >>> judge_outcome(Expr("cos(x)"), Outcome("solved", "x")).status
    'wrong'
    >>> judge_outcome(Expr("cos(x)"), Outcome("timeout")).status
    'timeout'
    """
    if outcome.status != "solved":
        status, reason = checked_claim(integrand, outcome, variable)
        return Judgment(status, reason=reason)
    expression = None
    try:
        expression = Expr.from_prefix(outcome.value or "")
        verdict = verify(integrand, expression, variable=variable)
    except AntideriveError as error:
        verdict = Verdict.undecided(error)
    return Judgment(answer_status(verdict), verdict, expression, verdict.reason)
