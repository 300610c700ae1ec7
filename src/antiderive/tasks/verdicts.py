"""Verdicts from worker processes, which are killed when verification takes too long.

Ball arithmetic on an answer of many thousand operators may take minutes. Computer algebra systems, and models
early in training, give some such answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.tasks.registry import is_of_this_session, task_named
from antiderive.verification import Verdict
from antiderive.workers import Call, Limits

if TYPE_CHECKING:
    from antiderive.workers import Pool

Key = TypeVar("Key")

LIMITS = Limits(cpu_seconds=20.0)
"""Limits of one verification."""


def verify_all(
    pool: Pool, task: str, pairs: Iterable[tuple[Key, Any, Expr]], *, limits: Limits = LIMITS
) -> Iterator[tuple[Key, Verdict]]:
    """Yield verdicts with the keys of their pairs, in order of completion.

    Other processes do not know a task that was registered in this session, so its answers are judged in this
    process, without limits.

    Args:
        pool: pool for the verifications.
        task: name of the task.
        pairs: key, problem and candidate.
        limits: limits of each verification; past them the verdict is ``unknown``.
    """
    owner = task_named(task)
    if is_of_this_session(task):
        for key, problem, candidate in pairs:
            yield key, _verdict_of(task, problem, candidate)
        return
    calls = (
        (key, Call(_verdict, (task, owner.write(problem), candidate.to_prefix())))
        for key, problem, candidate in pairs
    )
    for key, result in pool.map(calls, limits=limits):
        if result.status == "returned":
            yield key, Verdict.from_dict(result.value)
        else:
            yield key, Verdict("unknown", f"verification: {result.status} {result.reason}".rstrip())


def verify_one(
    pool: Pool,
    task: str,
    problem: Any,  # noqa: ANN401
    candidate: Expr,
    *,
    limits: Limits = LIMITS,
) -> Verdict:
    """Return the verdict on one candidate; see :func:`verify_all`. Any thread may call."""
    ((_, verdict),) = verify_all(pool, task, [(0, problem, candidate)], limits=limits)
    return verdict


def _verdict(task: str, problem: str, candidate: str) -> dict[str, Any]:
    """Return the verdict as plain values; runs in a worker."""
    try:
        verdict = _verdict_of(task, task_named(task).read(problem), Expr.from_prefix(candidate))
    except AntideriveError as error:
        verdict = Verdict.undecided(error)
    return verdict.to_dict()


def _verdict_of(task: str, problem: Any, candidate: Expr) -> Verdict:  # noqa: ANN401
    try:
        return task_named(task).verify(problem, candidate)
    except AntideriveError as error:
        return Verdict.undecided(error)
