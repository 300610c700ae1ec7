"""Examples of a recipe by index, in arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from antiderive._core import generate
from antiderive.datasets.forward import solve_functions
from antiderive.datasets.sampling import sample_examples, token_slice
from antiderive.expressions import Split
from antiderive.tasks import NativeTask, task_named
from antiderive.tasks.fwd import ForwardIntegration

if TYPE_CHECKING:
    from antiderive.cas import Caller
    from antiderive.tasks.recipe import Recipe


@dataclass(frozen=True)
class Examples:
    """A run of examples.

    Attributes:
        indices: index of each example in its recipe.
        problem_tokens: token ids of all problems, one after the other.
        problem_ends: end of each problem in ``problem_tokens``.
        solution_tokens: token ids of all solutions.
        solution_ends: end of each solution in ``solution_tokens``.
        skeletons: keyed hash of the skeleton of each problem.
        splits: :class:`Split` of each example.
        problem_operators: operators of each problem.
        solution_operators: operators of each solution.
        rejects: candidates that were not taken, by reason.
        seconds: time that all threads together spent in each stage of the generator.
    """

    indices: NDArray[np.uint64]
    problem_tokens: NDArray[np.uint8]
    problem_ends: NDArray[np.uint64]
    solution_tokens: NDArray[np.uint8]
    solution_ends: NDArray[np.uint64]
    skeletons: NDArray[np.uint64]
    splits: NDArray[np.uint8]
    problem_operators: NDArray[np.uint16]
    solution_operators: NDArray[np.uint16]
    rejects: dict[str, int]
    seconds: dict[str, float]

    @classmethod
    def generate(
        cls, recipe: Recipe, start: int, count: int, *, threads: int = 1, pool: Caller | None = None
    ) -> Examples:
        """Examples ``start`` to ``start + count`` of a recipe, the same for any number of threads.

        Of the task ``fwd`` there are only those whose function could be solved.

        Args:
            recipe: the recipe.
            start: first index.
            count: number of indices.
            threads: functions at a time.
            pool: where the task ``fwd`` makes its calls; by default a pool of this process.

        Raises:
            SettingError: if the recipe's task does not exist, cannot generate or does not know an option.
        """
        task = task_named(recipe.task)
        task.settings(recipe)
        indices = np.arange(start, start + count, dtype=np.uint64)
        if isinstance(task, ForwardIntegration):
            indices, arrays = solve_functions(task, recipe, start, count, threads, pool)
        elif isinstance(task, NativeTask):
            arrays = generate(recipe.core_settings(), start, count, threads)
        else:
            arrays = sample_examples(task, recipe, start, count)
        return cls(indices=indices, **arrays)

    def __len__(self) -> int:
        return len(self.indices)

    def problem(self, place: int) -> list[int]:
        """Token ids of one problem."""
        return token_slice(self.problem_tokens, self.problem_ends, place)

    def solution(self, place: int) -> list[int]:
        """Token ids of one solution."""
        return token_slice(self.solution_tokens, self.solution_ends, place)

    def places(self, split: Split) -> NDArray[np.intp]:
        """Places of the examples of a split."""
        return np.flatnonzero(self.splits == split)
