"""Comparison of integration methods on the same problems with the same limit, every answer verified."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from antiderive.errors import DataError
from antiderive.evaluation.outcomes import Answer, Answers
from antiderive.evaluation.problems import Integral
from antiderive.expressions import Expr
from antiderive.portfolio import answer_status, checked_claim
from antiderive.tasks import verify_all
from antiderive.verification import Verdict

if TYPE_CHECKING:
    from antiderive.workers import Pool

RESULTS = (
    "solved",
    "wrong",
    "unconfirmed",
    "special",
    "nonelementary",
    "gave_up",
    "timeout",
    "memory",
    "crashed",
)
"""Results of a method on a problem: an answer that is verified, refuted or neither; an answer that is not
elementary; the claim that there is no elementary answer; no answer; the end at a limit, or a crash."""

_NO_ANSWER = ("partial", "gave_up", "unsupported")


@dataclass(frozen=True)
class ProblemResult:
    """Result of one method on one problem.

    Attributes:
        problem: the integral.
        answer: the answer of the method.
        verdict: the verdict on the answer, if it is elementary.
    """

    problem: Integral
    answer: Answer
    verdict: Verdict | None

    @property
    def name(self) -> str:
        """One of :data:`RESULTS`."""
        status, _ = checked_claim(self.problem.integrand, self.answer.outcome)
        if self.verdict is None:
            return "gave_up" if status in _NO_ANSWER else status
        return answer_status(self.verdict)


@dataclass
class Standing:
    """The results of one method.

    Attributes:
        method: its name.
        results: one for each problem.
    """

    method: str
    results: list[ProblemResult] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        """Problems by result."""
        return Counter(result.name for result in self.results)

    @property
    def right_in_part(self) -> int:
        """Wrong answers that are right on part of the real line."""
        return sum(result.verdict is not None and bool(result.verdict.valid_on) for result in self.results)

    @property
    def seconds_of_solved(self) -> list[float]:
        """CPU seconds of the solved problems, in ascending order."""
        return sorted(result.answer.outcome.cpu_seconds for result in self.results if result.name == "solved")

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all problems."""
        return sum(result.answer.outcome.cpu_seconds for result in self.results)

    def to_dict(self) -> dict[str, Any]:
        """Figures for JSON."""
        counts, times = self.counts, self.seconds_of_solved
        return {
            "problems": len(self.results),
            **{name: counts[name] for name in RESULTS},
            "wrong_but_right_in_part": self.right_in_part,
            "median_seconds_of_solved": statistics.median(times) if times else None,
            "cpu_seconds": self.cpu_seconds,
        }

    def solved_within(self) -> list[tuple[float, int]]:
        """Points of the curve of problems solved over CPU seconds for each, from (0, 0)."""
        return [(0.0, 0), *((seconds, n) for n, seconds in enumerate(self.seconds_of_solved, 1))]


@dataclass(frozen=True)
class Scoreboard:
    """The standings on a list of problems.

    Attributes:
        title: name of the list.
        timeout: CPU limit of each method on each problem, in seconds.
        standings: one for each method, in the order given.
    """

    title: str
    timeout: float
    standings: tuple[Standing, ...]

    def to_dict(self) -> dict[str, Any]:
        """Figures for JSON, with the result of each method on each integrand (in prefix form)."""
        return {
            "set": self.title,
            "timeout_cpu_seconds": self.timeout,
            "methods": {one.method: one.to_dict() for one in self.standings},
            "solved_by_topic": self.by_topic(),
            "solved_by_any": len(self.solved_by_any()),
            "results": {
                one.method: {result.answer.integrand: result.name for result in one.results}
                for one in self.standings
            },
        }

    def by_topic(self) -> dict[str, dict[str, int]]:
        """Number of problems, and number solved by each method, by topic."""
        found: dict[str, dict[str, int]] = {}
        for index, standing in enumerate(self.standings):
            for result in standing.results:
                row = found.setdefault(result.problem.topic, {"problems": 0})
                row["problems"] += index == 0
                row[standing.method] = row.get(standing.method, 0) + (result.name == "solved")
        return found

    def solved_by_any(self) -> set[str]:
        """Integrands solved by some method, in prefix form."""
        return {
            result.answer.integrand
            for standing in self.standings
            for result in standing.results
            if result.name == "solved"
        }


def standings_of(
    problems: Sequence[Integral],
    methods: Sequence[str],
    timeout: float,
    answers: Answers,
    pool: Pool,
    *,
    report: Callable[[int, int], None] = lambda *_: None,
) -> tuple[Standing, ...]:
    """Verify the answers to all problems.

    Args:
        problems: the problems.
        methods: names of the methods.
        timeout: their CPU limit in seconds.
        answers: their answers.
        pool: runs verification.
        report: called with the number of verified answers and the total number of answers.

    Raises:
        DataError: if an answer is missing.
    """
    asked = [
        (method, problem, _answer(answers, problem, method, timeout))
        for method in methods
        for problem in problems
    ]
    # Methods often give the same answer, which is verified once.
    pairs = {
        (answer.integrand, answer.outcome.value)
        for _, _, answer in asked
        if answer.outcome.status == "solved" and answer.outcome.value is not None
    }
    questions = ((pair, Expr.from_prefix(pair[0]), Expr.from_prefix(pair[1])) for pair in sorted(pairs))
    verdicts: dict[tuple[str, str], Verdict] = {}
    for pair, verdict in verify_all(pool, "bwd", questions):
        verdicts[pair] = verdict
        report(len(verdicts), len(pairs))
    found = {method: Standing(method) for method in methods}
    for method, problem, answer in asked:
        judged = verdicts.get((answer.integrand, answer.outcome.value or ""))
        found[method].results.append(ProblemResult(problem, answer, judged))
    return tuple(found.values())


def _answer(answers: Answers, problem: Integral, method: str, timeout: float) -> Answer:
    answer = answers.get(problem.integrand.to_prefix(), method, timeout)
    if answer is None:
        raise DataError(f"{answers.path} has no answer of {method} to {problem.integrand}")
    return answer
