"""Examples and functions of a recipe by index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.generation.solver import solver
from antiderive.tasks import task_named

if TYPE_CHECKING:
    from antiderive.tasks import Examples, Functions, Recipe
    from antiderive.workers import Caller


def generate(
    recipe: Recipe, start: int, count: int, *, threads: int = 1, pool: Caller | None = None
) -> Examples:
    """Generate examples ``start`` to ``start + count`` of a recipe, the same for any number of threads.

    A task that needs a solver gives only the examples whose function was solved.

    Args:
        recipe: the recipe.
        start: first index.
        count: number of indices.
        threads: examples made in parallel.
        pool: pool for the calls of a solver; by default a pool of this process.

    Raises:
        SettingError: if the recipe's task does not exist, cannot generate or does not know an option.
    """
    task = task_named(recipe.task)
    settings = task.settings(recipe)
    solve = solver(task.name, settings, threads, pool) if task.needs_solver else None
    return task.generate(recipe, start, count, threads=threads, solve=solve)


def functions_of(recipe: Recipe, start: int, count: int, *, threads: int = 1) -> Functions:
    """Generate integrands ``start`` to ``start + count`` of a recipe, the same for any number of threads.

    A task that needs a solver gives all functions, solvable or not.

    Raises:
        SettingError: if the recipe's task does not exist, does not pose integrals or does not know an option.
    """
    task = task_named(recipe.task)
    task.settings(recipe)
    return task.functions(recipe, start, count, threads=threads)
