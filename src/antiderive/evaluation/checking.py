"""Hypotheses for one problem, verified best first up to the first right one.

This module knows neither the model nor the limits of verification.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.tasks import Task

if TYPE_CHECKING:
    from antiderive.verification import Verdict


@dataclass
class CheckedHypothesis:
    """One hypothesis with its status.

    Attributes:
        text: the candidate in infix, or the reason why the tokens are not an expression.
        score: the model's score.
        status: status of the verdict; ``malformed`` if it is not an expression, ``repeated`` if its canonical
            form came before, ``unjudged`` after the first right one.
        reason: reason of the verdict.
    """

    text: str
    score: float
    status: str
    reason: str = ""


@dataclass
class ProblemRecord:
    """Record of one problem at one beam.

    Attributes:
        beam: size of the beam.
        place: index of the problem in the evaluation.
        problem: the problem in infix.
        reference: the reference solution in infix; empty if there is none.
        operators: operators of the reference solution.
        topic: topic of the problem.
        hypotheses: the hypotheses, best first.
        rank: rank of the first verified hypothesis, from 1; ``None`` if none is verified.
        exact: the canonical form of the first hypothesis is the reference solution.
        unknown: no hypothesis is verified, and some could not be decided.
        decode_seconds: decoding time, divided equally among the problems of a batch.
        verify_seconds: verification time.
    """

    beam: int
    place: int
    problem: str
    reference: str
    operators: int
    topic: str
    hypotheses: list[CheckedHypothesis] = field(default_factory=list)
    rank: int | None = None
    exact: bool = False
    unknown: bool = False
    decode_seconds: float = 0.0
    verify_seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ProblemRecord:
        """A record from the values of :meth:`to_dict`."""
        hypotheses = [CheckedHypothesis(**each) for each in values.pop("hypotheses")]
        return cls(hypotheses=hypotheses, **values)


def check_hypotheses(
    task: Task[Any],
    record: ProblemRecord,
    tokens: list[int],
    solution: list[int],
    found: list[tuple[list[int], float]],
    verify: Callable[[Any, Expr], Verdict] | None = None,
) -> ProblemRecord:
    """Verify hypotheses for a problem, best first, up to the first right one, and complete ``record``.

    Args:
        task: decodes the problem.
        record: the record so far.
        tokens: token ids of the problem.
        solution: token ids of the reference solution; empty if there is none.
        found: token ids and score of each hypothesis, best first.
        verify: gives the verdict on a problem and a candidate; by default the task's own, without limits.
    """
    verify = verify or task.verify
    started = time.perf_counter()
    problem = task.decode(tokens)
    record.problem = task.write(problem)
    reference = Expr.from_tokens(solution) if solution else None
    record.reference = "" if reference is None else str(reference)
    seen: set[Expr] = set()
    for index, (hypothesis, score) in enumerate(found):
        try:
            candidate = Expr.from_tokens(hypothesis)
        except AntideriveError as error:
            record.hypotheses.append(CheckedHypothesis(str(error).splitlines()[0], score, "malformed"))
            continue
        if index == 0:
            record.exact = candidate == reference
        if record.rank is not None or candidate in seen:
            status = "repeated" if candidate in seen else "unjudged"
            record.hypotheses.append(CheckedHypothesis(str(candidate), score, status))
            continue
        seen.add(candidate)
        verdict = verify(problem, candidate)
        record.hypotheses.append(CheckedHypothesis(str(candidate), score, verdict.status, verdict.reason))
        if verdict.accepted:
            record.rank = index + 1
    record.unknown = record.rank is None and any(h.status == "unknown" for h in record.hypotheses)
    record.verify_seconds = time.perf_counter() - started
    return record
