"""Integration tasks whose integrals a solver finds for random functions.

The solutions are the antiderivatives that the solver confirms. Unsolved functions are counted by outcome, so
a range of indices holds fewer examples than indices. A task does not know its solver.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar

from antiderive.errors import SettingError
from antiderive.expressions import Expr, TokenRows
from antiderive.tasks.examples import Examples, Functions
from antiderive.tasks.integration import Integration
from antiderive.tasks.sampling import sample_functions
from antiderive.tasks.task import Option

if TYPE_CHECKING:
    from antiderive.tasks.draws import Draws
    from antiderive.tasks.recipe import Recipe
    from antiderive.tasks.task import Solve


class SolvedIntegration(Integration):
    """Find an antiderivative of a random function that a solver can integrate.

    A task defines :meth:`sample_function`, or :meth:`functions` where they are not sampled in Python.
    """

    needs_solver: ClassVar[bool] = True
    options: ClassVar[Mapping[str, Option]] = {"methods": "", "cpu_seconds": 0.0}
    """Methods of ``antiderive cas list`` to ask in turn, separated by commas (by default the fastest
    installed one), and the CPU time of each (by default its most productive limit)."""

    def sample_function(self, recipe: Recipe, random: Draws) -> Expr | str:  # noqa: ARG002
        """Sample an integrand, or give the reason why this try has none; the counterpart of :meth:`sample`.

        Raises:
            UndefinedError: if it has no value anywhere.
            LimitError: if it is too large.
        """
        raise SettingError(f"the task {self.name!r} does not define sample_function()")

    def functions(self, recipe: Recipe, start: int, count: int, *, threads: int = 1) -> Functions:  # noqa: ARG002
        """Return the functions of a range of indices, integrable or not."""
        return sample_functions(self, recipe, start, count)

    def generate(
        self, recipe: Recipe, start: int, count: int, *, threads: int = 1, solve: Solve | None = None
    ) -> Examples:
        """Generate examples from the functions that ``solve`` can integrate, ``threads`` of them in parallel.

        Raises:
            SettingError: if there is no solver.
        """
        if solve is None:
            raise SettingError(f"the task {self.name!r} needs a solver; call antiderive.generation.generate")
        started = time.perf_counter()
        functions = self.functions(recipe, start, count)

        def solution(row: int) -> list[int] | str:
            answer = solve(functions.integrand(row))
            if isinstance(answer, str):
                return answer
            tokens = answer.to_tokens()
            return tokens if len(tokens) <= recipe.max_tokens else "too_long"

        with ThreadPoolExecutor(threads) as executor:
            answers = list(executor.map(solution, range(count)))
        solved = [row for row, answer in enumerate(answers) if not isinstance(answer, str)]
        rejects = Counter(answer for answer in answers if isinstance(answer, str))
        rejects.update({reason: number for reason, number in functions.rejects.items() if number})
        return Examples(
            indices=functions.indices[solved],
            problems=functions.problems.select(solved),
            solutions=TokenRows.of([answer for answer in answers if not isinstance(answer, str)]),
            skeletons=functions.skeletons[solved],
            splits=functions.splits[solved],
            rejects=dict(sorted(rejects.items())),
            seconds={"integrate": time.perf_counter() - started},
        )
