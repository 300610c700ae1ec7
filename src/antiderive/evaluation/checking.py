"""Hypotheses for one problem, checked best first up to the first right one.

The model and the limits of verification are not known here.
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
    """One hypothesis.

    Attributes:
        text: the candidate in infix, or the reason why the tokens are no expression.
        score: the model's.
        status: of the verdict; ``malformed`` if it is no expression, ``repeated`` if its canonical form came
            before, ``unjudged`` after the first right one.
        reason: of the verdict.
    """

    text: str
    score: float
    status: str
    reason: str = ""


@dataclass
class ProblemRecord:
    """One problem at one beam.

    Attributes:
        beam: size of the beam.
        place: place of the problem in the evaluation.
        problem: for people, in infix.
        reference: the reference solution in infix; empty if there is none.
        operators: operators of the reference solution.
        topic: kind of the problem.
        hypotheses: best first.
        rank: place of the first verified hypothesis, from 1; ``None`` if none is.
        exact: the first hypothesis is the reference solution in canonical form.
        unknown: none is verified, and for some it could not be decided.
        decode_seconds: time of the decoder, its batch's in equal parts.
        verify_seconds: time of the verification.
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
        """The inverse of :meth:`to_dict`."""
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
    """Verifies hypotheses for a problem, best first, up to the first right one, and completes ``record``.

    Args:
        task: decodes the problem.
        record: what is known already.
        tokens: token ids of the problem.
        solution: token ids of the reference solution; empty if there is none.
        found: token ids and score of each hypothesis, best first.
        verify: the verdict on a problem and a candidate; by default the task's own, without limits.
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
