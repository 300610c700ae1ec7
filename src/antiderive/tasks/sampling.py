"""Sampling of examples and functions in Python, one index at a time.

The task decides what is sampled: :meth:`antiderive.tasks.Task.sample`,
:meth:`antiderive.tasks.SolvedIntegration.sample_function`.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from antiderive.errors import LimitError, SettingError, UndefinedError
from antiderive.tasks.draws import Draws
from antiderive.tasks.examples import Examples, Functions

if TYPE_CHECKING:
    from antiderive.tasks.recipe import Recipe
    from antiderive.tasks.solved import SolvedIntegration
    from antiderive.tasks.task import Task

T = TypeVar("T")

_MAX_ATTEMPTS = 10_000
"""Tries for one example before the recipe is rejected."""


def sample_examples(task: Task[Any], recipe: Recipe, start: int, count: int) -> Examples:
    """Sample examples ``start`` to ``start + count``, each a pure function of the recipe and its index.

    Raises:
        SettingError: if the task has no sampler, or the recipe allows hardly any example.
    """
    started = time.perf_counter()

    def attempt(draws: Draws) -> tuple[list[int], list[int], str] | str:
        made = task.sample(recipe, draws)
        if isinstance(made, str):
            return made
        problem, solution = made
        source, target = task.encode(problem), solution.to_tokens()
        if max(len(source), len(target)) > recipe.max_tokens:
            return "too_long"
        return (source, target, task.skeleton(problem)) if task.confirm(problem, solution) else "unconfirmed"

    rows, rejects = _sample(task.name, recipe, start, count, attempt)
    return Examples.from_rows(start, rows, rejects, {"sample": time.perf_counter() - started})


def sample_functions(task: SolvedIntegration, recipe: Recipe, start: int, count: int) -> Functions:
    """Sample integrands ``start`` to ``start + count``, without solutions; see :func:`sample_examples`.

    Raises:
        SettingError: if the recipe allows hardly any function.
    """

    def attempt(draws: Draws) -> tuple[list[int], str] | str:
        made = task.sample_function(recipe, draws)
        if isinstance(made, str):
            return made
        problem = task.encode(made)
        return "too_long" if len(problem) > recipe.max_tokens else (problem, task.skeleton(made))

    rows, rejects = _sample(task.name, recipe, start, count, attempt)
    return Functions.from_rows(start, rows, rejects)


def _sample(
    name: str, recipe: Recipe, start: int, count: int, attempt: Callable[[Draws], T | str]
) -> tuple[list[T], dict[str, int]]:
    """Return the first try at each index that is not rejected, and the number of rejects by reason."""
    text = recipe.text()
    rejects: Counter[str] = Counter()
    rows = [_first(name, Draws(text, index), attempt, rejects) for index in range(start, start + count)]
    return rows, dict(sorted(rejects.items()))


def _first(name: str, draws: Draws, attempt: Callable[[Draws], T | str], rejects: Counter[str]) -> T:
    for _ in range(_MAX_ATTEMPTS):
        try:
            made = attempt(draws)
        except UndefinedError:
            made = "undefined"
        except LimitError:
            made = "too_large"
        if not isinstance(made, str):
            return made
        rejects[made] += 1
    usual = rejects.most_common(1)[0][0]
    raise SettingError(
        f"task {name}: {_MAX_ATTEMPTS} tries in a row gave no example, most of them {usual!r}; "
        "the recipe allows hardly any; change its settings"
    )
