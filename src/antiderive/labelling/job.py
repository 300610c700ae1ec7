"""A labeling job (functions, method, limits), and the label that results from one call."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from antiderive._core import GENERATOR_VERSION
from antiderive.cas import INCONCLUSIVE, method_named
from antiderive.errors import SettingError, StoreError
from antiderive.portfolio import Step, installed

if TYPE_CHECKING:
    from antiderive.tasks import Recipe
    from antiderive.workers import Limits

PORTFOLIO = "portfolio"
"""Method name of the portfolio: all installed methods, asked in turn until one decides."""

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
"""Every outcome of a label: those of computer algebra, but an answer is ``solved`` only when verification
proves it or finds it to agree, ``wrong`` when it is refuted, and otherwise ``unconfirmed``."""


@dataclass(frozen=True)
class Job:
    """A job: label the functions of a recipe with one method.

    Attributes:
        recipe: recipe of the functions: ``fwd`` functions, or the problems of another task.
        method: name of a method of the pool, or :data:`PORTFOLIO`.
        limits: limits of one call; the methods of the portfolio share the CPU time.
        split: train, valid or test, to label only the functions of that split; by default all.
    """

    recipe: Recipe
    method: str
    limits: Limits
    split: str | None = None

    @property
    def recipe_key(self) -> str:
        """Name of the recipe in the store."""
        return _digest(self.recipe.text())

    def run_key(self, start: int, count: int) -> str:
        """Return the name of a run in the store: the same job on the same range is the same run."""
        limits = f"{self.limits.cpu_seconds!r}\0{self.limits.memory_mib}"
        parts = [self.recipe.text(), self.method, limits, str(start), str(count)]
        return _digest("\0".join([*parts, self.split] if self.split else parts))

    def may_improve(self, label: Label) -> bool:
        """Tell whether the limits of this job may change a label."""
        more_time = self.limits.cpu_seconds > label.limit_seconds
        more_memory = self.limits.memory_mib > label.limit_mib
        either = more_time or more_memory
        return {"timeout": more_time, "memory": more_memory, "crashed": either}.get(label.outcome, False)


@dataclass(frozen=True)
class Label:
    """One call and its outcome; a row of the table ``labels``.

    Attributes:
        function: content key of the function.
        method: method that was called.
        limit_seconds: limit on CPU time, in seconds.
        limit_mib: limit on resident memory, in MiB.
        outcome: one of :data:`OUTCOMES`.
        integral: confirmed antiderivative in prefix form, if solved.
        reason: one line on how the call ended.
        verdict: verdict as JSON, if the method gave an answer; for the portfolio always present, with the
            deciding ``method`` and all ``attempts`` (method, outcome, CPU seconds).
        seconds: wall-clock time in seconds.
        cpu_seconds: CPU time in seconds.
        memory_mib: peak resident memory in MiB.
        worker: host and process that made the call.
        versions: versions of this package and of the computer algebra system.
    """

    function: bytes
    method: str
    limit_seconds: float
    limit_mib: int
    outcome: str
    integral: str | None
    reason: str
    verdict: str | None
    seconds: float
    cpu_seconds: float
    memory_mib: float
    worker: str
    versions: str


def decided_by(method: str, verdict: str | None) -> str:
    """Return the method whose outcome a label has, from its columns of these names.

    Raises:
        StoreError: if the verdict of a portfolio does not say it.
    """
    if method != PORTFOLIO or not verdict:
        return method
    try:
        return str(json.loads(verdict)["method"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreError(f"the store is damaged: labels.verdict names no method: {verdict[:60]!r}") from error


def task_of(settings: str) -> str:
    """Return the task of a recipe, from the column ``settings``.

    Raises:
        StoreError: if they name none.
    """
    try:
        return str(json.loads(settings)["task"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreError(
            f"the store is damaged: recipes.settings names no task: {settings[:60]!r}"
        ) from error


def steps_of(method: str) -> tuple[Step, ...]:
    """Return the steps of a method: all installed methods for the portfolio, else the method itself.

    Raises:
        SettingError: if the portfolio is empty.
    """
    steps = installed() if method == PORTFOLIO else (Step(method, 1.0),)
    if not steps:
        raise SettingError(
            "no computer algebra system is installed; run 'antiderive cas list' to see how to install one"
        )
    return steps


def versions_of(method: str) -> str:
    """Return the versions of this package, its generators, and the systems that a method calls."""
    known = [f"antiderive {version('antiderive')}", f"generator {GENERATOR_VERSION}"]
    # A function of this installation, used only by tests, has no version.
    names = [step.method for step in steps_of(method) if ":" not in step.method]
    known += [f"{name} {method_named(name).version}" for name in names]
    return ", ".join(known)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
