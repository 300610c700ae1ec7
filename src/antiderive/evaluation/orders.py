"""Orders of methods played through on a list of integrals: what each solves, and for how much CPU time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import permutations

from antiderive._core import Expr
from antiderive.cas import Outcome, Pool
from antiderive.cas.outcome import INCONCLUSIVE
from antiderive.cas.portfolio import Step
from antiderive.evaluation.contestants import Contestants
from antiderive.evaluation.outcomes import Answers
from antiderive.tasks.bounded import verify_all


@dataclass(frozen=True)
class Play:
    """What an order came to.

    Attributes:
        name: what was played.
        solved: integrands, in prefix form, with a confirmed answer.
        proved: those with a proof that there is none.
        cpu_seconds: CPU time of all calls.
        calls: how many there were.
    """

    name: str
    solved: frozenset[str]
    proved: frozenset[str]
    cpu_seconds: float
    calls: int


class Table:
    """Outcomes of calls by integrand, made as they are needed, kept in a file, and judged once.

    Args:
        answers: the file.
        pool: where calls and verdicts are made.
        report: called with a line on what is being done, and how much of it is done.
    """

    def __init__(self, answers: Answers, pool: Pool, report: Callable[[str, int], None]) -> None:
        self._answers, self._pool, self._report = answers, pool, report
        self._right: dict[tuple[str, str], bool] = {}

    def ask(self, step: Step, integrands: Iterable[str]) -> None:
        """Makes the calls that are missing, and judges their answers."""
        wanted = list(integrands)
        method = partial(Contestants(self._pool), step.method)
        what = f"{step.method} {step.cpu_seconds:g} s, {len(wanted):,} calls"
        told = partial(self._report, what)
        self._answers.ask(step.method, method, wanted, step.cpu_seconds, report=told)
        pairs = set()
        for integrand in wanted:
            outcome = self._outcome(step, integrand)
            if outcome.status == "solved" and (integrand, outcome.value) not in self._right:
                pairs.add((integrand, outcome.value or ""))
        questions = ((pair, Expr.from_prefix(pair[0]), Expr.from_prefix(pair[1])) for pair in sorted(pairs))
        for number, (pair, verdict) in enumerate(verify_all(self._pool, "bwd", questions), 1):
            self._right[pair] = verdict.accepted
            self._report(f"{what}: verdicts", number)

    def _outcome(self, step: Step, integrand: str) -> Outcome:
        answer = self._answers.get(integrand, step.method, step.cpu_seconds)
        if answer is None:
            raise KeyError((integrand, step))
        return answer.outcome

    def read(self, step: Step, integrand: str) -> tuple[str, float]:
        """How a call ended and its CPU seconds; an answer that is not right is ``wrong``."""
        outcome = self._outcome(step, integrand)
        if outcome.status == "solved" and not self._right[integrand, outcome.value or ""]:
            return "wrong", outcome.cpu_seconds
        return outcome.status, outcome.cpu_seconds


def play(name: str, orders: dict[str, Sequence[Step]], table: Table) -> Play:
    """Makes the calls of each integrand's order until it is solved or proved to have no integral.

    A method that ended before its limit is not asked again with a larger one.
    """
    solved, proved = set[str](), set[str]()
    seconds, calls = 0.0, 0
    ended: dict[str, set[str]] = {integrand: set() for integrand in orders}
    left = {integrand: list(steps) for integrand, steps in orders.items()}
    while left:
        groups: dict[Step, list[str]] = {}
        for integrand, steps in left.items():
            while steps and steps[0].method in ended[integrand]:
                steps.pop(0)
            if steps:
                groups.setdefault(steps.pop(0), []).append(integrand)
        left = {integrand: left[integrand] for group in groups.values() for integrand in group}
        for step, integrands in groups.items():
            table.ask(step, integrands)
            for integrand in integrands:
                status, took = table.read(step, integrand)
                seconds, calls = seconds + took, calls + 1
                if status not in INCONCLUSIVE:
                    ended[integrand].add(step.method)
                if status in ("solved", "nonelementary"):
                    (solved if status == "solved" else proved).add(integrand)
                    del left[integrand]
    return Play(name, frozenset(solved), frozenset(proved), seconds, calls)


def fixed_plays(steps: Sequence[Step], integrands: Sequence[str], table: Table) -> list[Play]:
    """Every fixed order of some or all of the steps, those that solve the most first, then the cheapest."""
    for step in steps:
        table.ask(step, integrands)
    plays = [
        play(", ".join(step.method for step in order), dict.fromkeys(integrands, order), table)
        for length in range(1, len(steps) + 1)
        for order in permutations(steps, length)
    ]
    return sorted(plays, key=lambda one: (-len(one.solved), one.cpu_seconds))


def frontier(plays: Sequence[Play]) -> list[Play]:
    """Of plays sorted by what they solve, those that are cheaper than all that solve as much."""
    kept: list[Play] = []
    for one in plays:
        if not kept or one.cpu_seconds < kept[-1].cpu_seconds:
            kept.append(one)
    return kept
