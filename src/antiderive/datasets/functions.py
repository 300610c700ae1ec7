"""Random functions by recipe and index: what computer algebra is asked to integrate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from antiderive._core import Expr, generate
from antiderive.datasets.sampling import sample_functions, token_slice
from antiderive.errors import SettingError
from antiderive.tasks import INTEGRALS, task_named
from antiderive.tasks.fwd import ForwardIntegration
from antiderive.tasks.textbook import Textbook

if TYPE_CHECKING:
    from antiderive.tasks.recipe import Recipe


@dataclass(frozen=True)
class Functions:
    """A run of functions, the integrands of a recipe of ``fwd`` or ``textbook``, one for each index.

    Attributes:
        indices: index of each function in its recipe.
        problem_tokens: token ids of all problems ``sub Y' f``, one after the other.
        problem_ends: end of each problem in ``problem_tokens``.
        skeletons: keyed hash of the skeleton of each function.
        splits: :class:`~antiderive.expressions.Split` of each function.
        operators: operators of each function.
        rejects: candidates that were not taken, by reason.
    """

    indices: NDArray[np.uint64]
    problem_tokens: NDArray[np.uint8]
    problem_ends: NDArray[np.uint64]
    skeletons: NDArray[np.uint64]
    splits: NDArray[np.uint8]
    operators: NDArray[np.uint16]
    rejects: dict[str, int]

    @classmethod
    def generate(cls, recipe: Recipe, start: int, count: int, *, threads: int = 1) -> Functions:
        """Functions ``start`` to ``start + count`` of a recipe, the same for any number of threads.

        Raises:
            SettingError: if the task of the recipe is another.
        """
        task = task_named(recipe.task)
        if isinstance(task, Textbook):
            arrays = sample_functions(task, recipe, start, count)
        elif isinstance(task, ForwardIntegration):
            arrays = generate(recipe.core_settings(), start, count, threads)
        else:
            raise SettingError(f"functions are those of the tasks fwd and textbook, not of {recipe.task!r}")
        return cls(
            indices=np.arange(start, start + count, dtype=np.uint64),
            problem_tokens=arrays["problem_tokens"],
            problem_ends=arrays["problem_ends"],
            skeletons=arrays["skeletons"],
            splits=arrays["splits"],
            operators=INTEGRALS.operators(arrays["problem_operators"]),
            rejects=arrays["rejects"],
        )

    def __len__(self) -> int:
        return len(self.indices)

    def problem(self, place: int) -> list[int]:
        """Token ids of one problem, ``sub Y' f``."""
        return token_slice(self.problem_tokens, self.problem_ends, place)

    def integrand(self, place: int) -> Expr:
        """One function."""
        return INTEGRALS.decode(self.problem(place))
