"""What is labelled, by which method, within which limits; and what one call gave."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from antiderive.errors import SettingError

if TYPE_CHECKING:
    from antiderive.datasets import Recipe

INCONCLUSIVE = ("timeout", "memory", "crashed")
"""Outcomes that larger limits may change."""

OUTCOMES = (
    "solved",
    "wrong",
    "unconfirmed",
    "special",
    "partial",
    "nonelementary",
    "gave_up",
    "unsupported",
    *INCONCLUSIVE,
)
"""Every outcome of a label. Those of the pool, but what a method calls solved is ``solved`` only when verification
proves it or finds it to agree, ``wrong`` when it is refuted, and else ``unconfirmed``."""


@dataclass(frozen=True)
class Job:
    """Label the functions of a recipe with one method.

    Attributes:
        recipe: where the functions come from: ``fwd`` functions, or the problems of another task.
        method: name of a method of the pool.
        limit_seconds: CPU time for one function, in seconds.
        limit_mib: resident memory for one function, in MiB.

    Raises:
        SettingError: for limits that are not positive.
    """

    recipe: Recipe
    method: str
    limit_seconds: float
    limit_mib: int

    def __post_init__(self) -> None:
        if not (self.limit_seconds > 0 and self.limit_mib > 0):
            raise SettingError(
                f"limits must be positive, not {self.limit_seconds} s and {self.limit_mib} MiB"
            )

    @property
    def recipe_key(self) -> str:
        """Name of the recipe in the store."""
        return _digest(self.recipe.text())

    def run_key(self, start: int, count: int) -> str:
        """Name of a run in the store: the same job on the same range is the same run."""
        return _digest(
            f"{self.recipe.text()}\0{self.method}\0{self.limit_seconds!r}\0{self.limit_mib}\0{start}\0{count}"
        )

    def could_improve(self, outcome: str, limit_seconds: float, limit_mib: int) -> bool:
        """Whether this job's limits may change an outcome that was reached within the limits given."""
        if outcome not in INCONCLUSIVE:
            return False
        more_time = self.limit_seconds > limit_seconds
        more_memory = self.limit_mib > limit_mib
        return {"timeout": more_time, "memory": more_memory}.get(outcome, more_time or more_memory)


@dataclass(frozen=True)
class Label:
    """One call and its outcome; a row of the table ``labels``.

    Attributes:
        function: content key of the function.
        method: what was called.
        limit_seconds: CPU time that it had, in seconds.
        limit_mib: resident memory that it had, in MiB.
        outcome: one of :data:`OUTCOMES`.
        integral: confirmed antiderivative in prefix form, if solved.
        reason: one line on how it ended.
        verdict: what verification found, as JSON, if the method gave an answer.
        answered_by: the method that gave the answer, if ``method`` tries several.
        seconds: wall-clock time in seconds.
        cpu_seconds: CPU time in seconds.
        memory_mib: peak resident memory in MiB.
        worker: host and process that made the call.
        versions: of this package and of the computer algebra system.
    """

    function: bytes
    method: str
    limit_seconds: float
    limit_mib: int
    outcome: str
    integral: str | None
    reason: str
    verdict: str | None
    answered_by: str | None
    seconds: float
    cpu_seconds: float
    memory_mib: float
    worker: str
    versions: str


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
