"""Checks whether a worker may take part in a run: only if it makes the same bytes."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import TYPE_CHECKING

from antiderive._core import GENERATOR_VERSION
from antiderive.errors import AntideriveError, SettingError

# The rest is imported where it is used, so that a command that only asks for a run's state starts fast.
if TYPE_CHECKING:
    from antiderive.distributed.messages import GenerateJob, LabelJob
    from antiderive.tasks import Recipe

_SAMPLE = 3
"""Number of examples compared: enough to notice that another machine has a different version of a task."""


def release() -> str:
    """The version of this package and of its generators: the same on all machines of a run."""
    return f"antiderive {version('antiderive')}, generator {GENERATOR_VERSION}"


def task_queue(name: str) -> str:
    """The Temporal queue of workers of this release.

    Workers are never offered work for another release, so they cannot do it wrongly or fail at it.
    """
    return f"{name} ({release()})"


def release_of(queue: str) -> str:
    """The release of a queue."""
    return queue.partition(" (")[2].removesuffix(")")


def sample_of(recipe: Recipe, first: int) -> str:
    """Digest of a few examples, to compare two installations; of functions, for a task that needs a solver.

    Raises:
        SettingError: if the recipe is bad or its task is missing.
    """
    from antiderive.generation import functions_of, generate
    from antiderive.tasks import task_named

    if task_named(recipe.task).needs_solver:
        problems, solutions = functions_of(recipe, first, _SAMPLE).problems, b""
    else:
        made = generate(recipe, first, _SAMPLE)
        problems, solutions = made.problems, made.solutions.tokens.tobytes()
    return hashlib.sha256(problems.tokens.tobytes() + problems.ends.tobytes() + solutions).hexdigest()[:16]


def _require_installed(method: str) -> None:
    """Refuse a method that does not exist or is not installed.

    Raises:
        SettingError: if there is no such method, or it is not installed.
    """
    from antiderive.cas import method_named
    from antiderive.labelling import PORTFOLIO, steps_of

    if method == PORTFOLIO:
        steps_of(method)
    elif not method_named(method).installed:
        raise SettingError(f"{method} is not installed: {method_named(method).install}")


def recipe_of(job: LabelJob | GenerateJob) -> Recipe:
    """The recipe of a job.

    Raises:
        SettingError: if the recipe is bad or its task is missing.
    """
    from antiderive.tasks import Recipe

    return Recipe.from_dict(json.loads(job.recipe))


def refusal(job: LabelJob | GenerateJob, *, functions: bool) -> str | None:
    """The reason why this worker may not take part in a job, in one line; ``None`` if it may.

    Args:
        job: the job.
        functions: whether methods may be functions of this installation; only for tests and benchmarks.
    """
    from antiderive.tasks import task_named

    try:
        recipe = recipe_of(job)
        task_named(recipe.task)
        if sample_of(recipe, job.first) != job.sample:
            return f"this installation makes different examples of {recipe.task!r} than the submitter's"
        method = getattr(job, "method", None)
        if method is not None and not (functions and ":" in method):
            _require_installed(method)
    except AntideriveError as error:
        return str(error)
    wanted, here = getattr(job, "pyarrow", None), version("pyarrow")
    if wanted not in (None, here):
        return f"pyarrow {here} may write other bytes than the submitter's pyarrow {wanted}; install that one"
    return None
