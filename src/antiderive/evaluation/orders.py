"""Orders of methods played through on a list of integrals: what each solves, and for how much CPU time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import permutations
from statistics import median

from antiderive._core import Expr
from antiderive.cas import CONCLUSIVE
from antiderive.cas.portfolio import REST, Step, Turns
from antiderive.evaluation.contestants import Contestants
from antiderive.evaluation.outcomes import Answers
from antiderive.tasks import verify_all
from antiderive.workers import Pool


@dataclass(frozen=True)
class Play:
    """What an order came to.

    Attributes:
        name: what was played.
        solved: integrands, in prefix form, with a confirmed answer.
        proved: those with a proof that there is none.
        cpu_seconds: CPU time of all calls.
        calls: how many there were.
        order: the steps, if they were the same for all.
    """

    name: str
    solved: frozenset[str]
    proved: frozenset[str]
    cpu_seconds: float
    calls: int
    order: tuple[Step, ...] = ()


class Table:
    """How each method ended on each integrand when it had all the time: what shorter calls come to follows.

    Args:
        answers: a file of outcomes; what it lacks is asked and written there.
        pool: where calls and verdicts are made.
        methods: names of the methods.
        integrands: in prefix form.
        cpu_seconds: what each call may take, and no play is longer.
        report: called with a line on what is being done, and how much of it is done.

    Attributes:
        cpu_seconds: as given.
        overrun: CPU seconds that it takes to end a call of each method which met its limit.
    """

    def __init__(
        self,
        answers: Answers,
        pool: Pool,
        methods: Sequence[str],
        integrands: Sequence[str],
        cpu_seconds: float,
        report: Callable[[str, int], None] = lambda *_: None,
    ) -> None:
        self.cpu_seconds = cpu_seconds
        self.overrun: dict[str, float] = {}
        self._ends: dict[tuple[str, str], tuple[str, float]] = {}
        for method in methods:
            ask = partial(Contestants(pool), method)
            answers.ask(method, ask, integrands, cpu_seconds, report=partial(report, method))
            known = [(one, answers.get(one, method, cpu_seconds)) for one in integrands]
            ends = {one: answer.outcome for one, answer in known if answer is not None}
            questions = (
                (one, Expr.from_prefix(one), Expr.from_prefix(outcome.value or ""))
                for one, outcome in ends.items()
                if outcome.status == "solved"
            )
            right = set()
            for number, (one, verdict) in enumerate(verify_all(pool, "bwd", questions), 1):
                right.update([one] if verdict.accepted else [])
                report(f"{method}: verdicts", number)
            for one, outcome in ends.items():
                refused = outcome.status == "solved" and one not in right
                self._ends[one, method] = ("wrong" if refused else outcome.status, outcome.cpu_seconds)
            late = [end.cpu_seconds - cpu_seconds for end in ends.values() if end.status == "timeout"]
            self.overrun[method] = max(0.0, median(late or [0.0]))

    def read(self, step: Step, integrand: str) -> tuple[str, float]:
        """How a call ends and the CPU seconds that it takes; an answer that is not right is ``wrong``."""
        status, seconds = self._ends[integrand, step.method]
        if seconds > step.cpu_seconds:
            return "timeout", step.cpu_seconds + self.overrun[step.method]
        return status, seconds


def play(name: str, orders: Mapping[str, Sequence[Step]], table: Table) -> Play:
    """What the order of each integrand comes to, as :func:`antiderive.verification.portfolio.search` asks."""
    solved, proved = set[str](), set[str]()
    seconds, calls = 0.0, 0
    for integrand, steps in orders.items():
        turns = Turns(steps, table.cpu_seconds)
        while step := turns.next:
            status, took = table.read(step, integrand)
            turns.take(status, took)
            seconds, calls = seconds + took, calls + 1
            if status in CONCLUSIVE:
                (solved if status == "solved" else proved).add(integrand)
    return Play(name, frozenset(solved), frozenset(proved), seconds, calls)


def fixed_plays(steps: Sequence[Step], integrands: Sequence[str], table: Table) -> list[Play]:
    """Every fixed order of some or all of the steps, those that solve the most first, then the cheapest."""
    plays = [
        replace(play(_named(order), dict.fromkeys(integrands, order), table), order=order)
        for order in _orders(steps)
    ]
    return sorted(plays, key=lambda one: (-len(one.solved), one.cpu_seconds))


def _orders(steps: Sequence[Step]) -> Iterator[tuple[Step, ...]]:
    """Orders in which no method is asked for less time than before; one takes the rest if any step may."""
    staged = any(step.cpu_seconds == REST for step in steps)
    for length in range(1, len(steps) + 1):
        for order in permutations(steps, length):
            budgets: dict[str, float] = {}
            if staged and all(step.cpu_seconds != REST for step in order):
                continue
            for step in order:
                if step.cpu_seconds < budgets.get(step.method, 0.0):
                    break
                budgets[step.method] = step.cpu_seconds
            else:
                yield order


def _named(order: Sequence[Step]) -> str:
    several = any(step.cpu_seconds == REST for step in order)
    return ", ".join(
        f"{step.method} {step.cpu_seconds:g} s" if several and step.cpu_seconds != REST else step.method
        for step in order
    )


def frontier(plays: Sequence[Play]) -> list[Play]:
    """Of plays sorted by what they solve, those that are cheaper than all that solve as much."""
    kept: list[Play] = []
    for one in plays:
        if not kept or one.cpu_seconds < kept[-1].cpu_seconds:
            kept.append(one)
    return kept
