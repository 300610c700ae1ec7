"""Examples of tasks that are sampled in Python (:meth:`antiderive.tasks.Task.sample`)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from antiderive._core import Expr, arities, skeleton_hash, split_of
from antiderive.errors import LimitError, SettingError, UndefinedError
from antiderive.tasks import Draws, Task

if TYPE_CHECKING:
    from antiderive.tasks.recipe import Recipe
    from antiderive.tasks.textbook import Textbook

T = TypeVar("T")

_MAX_ATTEMPTS = 10_000
"""Tries for one example before the recipe is called hopeless."""

_ARITIES = arities()


def sample_examples(task: Task[Any], recipe: Recipe, start: int, count: int) -> dict[str, Any]:
    """Examples ``start`` to ``start + count``, each a pure function of the recipe's text and its index.

    Raises:
        SettingError: if the task has no sampler, or the recipe allows hardly any example.
    """
    started = time.perf_counter()
    text = recipe.text()
    rejects: Counter[str] = Counter()
    examples = [_example(task, recipe, Draws(text, start + place), rejects) for place in range(count)]
    problems, solutions = [tokens for tokens, _, _ in examples], [tokens for _, tokens, _ in examples]
    skeletons = [skeleton_hash(skeleton) for _, _, skeleton in examples]
    return {
        "problem_tokens": joined(problems),
        "problem_ends": ends_of(problems),
        "solution_tokens": joined(solutions),
        "solution_ends": ends_of(solutions),
        "skeletons": np.array(skeletons, dtype=np.uint64),
        "splits": np.array([split_of(skeleton) for skeleton in skeletons], dtype=np.uint8),
        "problem_operators": operators_of(problems),
        "solution_operators": operators_of(solutions),
        "rejects": dict(sorted(rejects.items())),
        "seconds": {"sample": time.perf_counter() - started},
    }


def sample_functions(task: Textbook, recipe: Recipe, start: int, count: int) -> dict[str, Any]:
    """Integrands ``start`` to ``start + count``, without solutions; see :func:`sample_examples`.

    Raises:
        SettingError: if the recipe allows hardly any function.
    """
    text = recipe.text()
    rejects: Counter[str] = Counter()
    made = [_function(task, recipe, Draws(text, start + place), rejects) for place in range(count)]
    problems = [task.encode(function) for function in made]
    skeletons = [skeleton_hash(task.skeleton(function)) for function in made]
    return {
        "problem_tokens": joined(problems),
        "problem_ends": ends_of(problems),
        "skeletons": np.array(skeletons, dtype=np.uint64),
        "splits": np.array([split_of(skeleton) for skeleton in skeletons], dtype=np.uint8),
        "problem_operators": operators_of(problems),
        "rejects": dict(sorted(rejects.items())),
    }


def _function(task: Textbook, recipe: Recipe, draws: Draws, rejects: Counter[str]) -> Expr:
    def attempt() -> Expr | str:
        made = task.sample_function(recipe, draws)
        too_long = isinstance(made, Expr) and len(task.encode(made)) > recipe.max_tokens
        return "too_long" if too_long else made

    return _first(task, attempt, rejects)


def _first(task: Task[Any], attempt: Callable[[], T | str], rejects: Counter[str]) -> T:
    """What the first try gives that is not rejected."""
    for _ in range(_MAX_ATTEMPTS):
        try:
            made = attempt()
        except UndefinedError:
            made = "undefined"
        except LimitError:
            made = "too_large"
        if not isinstance(made, str):
            return made
        rejects[made] += 1
    usual = rejects.most_common(1)[0][0]
    raise SettingError(
        f"task {task.name}: {_MAX_ATTEMPTS} tries in a row gave no example, most of them {usual!r}; "
        "the recipe allows hardly any"
    )


def _example(
    task: Task[Any], recipe: Recipe, draws: Draws, rejects: Counter[str]
) -> tuple[list[int], list[int], str]:
    """Token ids of problem and solution, and the skeleton, of the first try that is not rejected."""
    return _first(task, lambda: _try(task, recipe, draws), rejects)


def _try(task: Task[Any], recipe: Recipe, draws: Draws) -> tuple[list[int], list[int], str] | str:
    """One example, or the reason why there is none."""
    made = task.sample(recipe, draws)
    if isinstance(made, str):
        return made
    problem, solution = made
    source, target = task.encode(problem), solution.to_tokens()
    if max(len(source), len(target)) > recipe.max_tokens:
        return "too_long"
    return (source, target, task.skeleton(problem)) if task.confirm(problem, solution) else "unconfirmed"


def joined(rows: Sequence[list[int]]) -> NDArray[np.uint8]:
    """Rows of tokens one after the other."""
    return np.array([token for row in rows for token in row], dtype=np.uint8)


def ends_of(rows: Sequence[list[int]]) -> NDArray[np.uint64]:
    """Where each row ends when they stand one after the other."""
    return np.array(list(accumulate(map(len, rows))), dtype=np.uint64)


def operators_of(rows: Sequence[list[int]]) -> NDArray[np.uint16]:
    """Tokens with arguments of each row."""
    return np.array([sum(_ARITIES[token] > 0 for token in row) for row in rows], dtype=np.uint16)


def token_slice(tokens: NDArray[np.uint8], ends: NDArray[np.uint64], place: int) -> list[int]:
    """One of several runs of tokens that stand one after the other."""
    start = int(ends[place - 1]) if place else 0
    ids: list[int] = tokens[start : int(ends[place])].tolist()
    return ids
