"""Replays of orders of methods on a list of integrals: the integrals that each solves, and its CPU time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import permutations

from antiderive.evaluation.contestants import Contestants
from antiderive.evaluation.outcomes import Answers
from antiderive.expressions import Expr
from antiderive.portfolio import REST, Attempt, Judgment, Replays, Step, answer_status, checked_claim
from antiderive.tasks import verify_all
from antiderive.workers import Pool


@dataclass(frozen=True)
class Play:
    """The sums of one order over all integrals.

    Attributes:
        name: name of the order.
        solved: integrands, in prefix form, with a confirmed answer.
        proved: integrands with a proof that there is no elementary antiderivative.
        cpu_seconds: CPU time of all calls.
        calls: number of calls.
        order: the steps, if they were the same for all integrands.
    """

    name: str
    solved: frozenset[str]
    proved: frozenset[str]
    cpu_seconds: float
    calls: int
    order: tuple[Step, ...] = ()


def replays_of(
    answers: Answers,
    pool: Pool,
    methods: Sequence[str],
    integrands: Sequence[str],
    cpu_seconds: float,
    report: Callable[[str, int], None] = lambda *_: None,
) -> Replays:
    """Call each method on each integrand with the full limit, so that any order can be replayed.

    Args:
        answers: a file of outcomes; missing ones are computed and appended.
        pool: runs calls and verification.
        methods: names of the methods.
        integrands: in prefix form.
        cpu_seconds: limit of each call, and of each replayed search.
        report: called with the name of the stage and the number of items done.
    """
    attempts: dict[tuple[str, str], Attempt] = {}
    for method in methods:
        ask = partial(Contestants(pool), method)
        answers.ask(method, ask, integrands, cpu_seconds, report=partial(report, method))
        known = [(one, answers.get(one, method, cpu_seconds)) for one in integrands]
        outcomes = {one: answer.outcome for one, answer in known if answer is not None}
        questions = (
            (one, Expr.from_prefix(one), Expr.from_prefix(outcome.value or ""))
            for one, outcome in outcomes.items()
            if outcome.status == "solved"
        )
        statuses: dict[str, str] = {
            one: checked_claim(Expr.from_prefix(one), outcome)[0] for one, outcome in outcomes.items()
        }
        for number, (one, verdict) in enumerate(verify_all(pool, "bwd", questions), 1):
            statuses[one] = answer_status(verdict)
            report(f"{method}: verdicts", number)
        for one, outcome in outcomes.items():
            attempts[one, method] = Attempt(method, outcome, Judgment(statuses[one]))
    return Replays(attempts, cpu_seconds)


def play(name: str, orders: Mapping[str, Sequence[Step]], replays: Replays) -> Play:
    """Replay the order of each integrand."""
    searches = {integrand: replays.search(integrand, steps) for integrand, steps in orders.items()}
    return Play(
        name,
        solved=frozenset(integrand for integrand, found in searches.items() if found.answer),
        proved=frozenset(integrand for integrand, found in searches.items() if found.proof),
        cpu_seconds=sum(found.cpu_seconds for found in searches.values()),
        calls=sum(len(found.attempts) for found in searches.values()),
    )


def fixed_plays(steps: Sequence[Step], integrands: Sequence[str], replays: Replays) -> list[Play]:
    """Replays of every fixed order of some or all steps, best first: by number solved, then by CPU time."""
    plays = [
        replace(play(_named(order), dict.fromkeys(integrands, order), replays), order=order)
        for order in _orders(steps)
    ]
    return sorted(plays, key=lambda one: (-len(one.solved), one.cpu_seconds))


def _orders(steps: Sequence[Step]) -> Iterator[tuple[Step, ...]]:
    """Orders in which the budgets of a method ascend, and one step takes the rest if any step may."""
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
    """The plays that no other play beats in both integrals solved and CPU time; ``plays`` must be sorted."""
    kept: list[Play] = []
    for one in plays:
        if not kept or one.cpu_seconds < kept[-1].cpu_seconds:
            kept.append(one)
    return kept
