"""Tasks whose examples the core makes: a row and a file each in ``crates/antiderive-core/src/tasks``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive._core import generate, native_tasks
from antiderive.tasks.examples import Examples
from antiderive.tasks.integration import Integration
from antiderive.tasks.task import ExprTask

if TYPE_CHECKING:
    from antiderive.tasks.recipe import Recipe
    from antiderive.tasks.task import Solve


class NativeTask(ExprTask):
    """A task that the core makes, known there by its name."""

    def generate(
        self,
        recipe: Recipe,
        start: int,
        count: int,
        *,
        threads: int = 1,
        solve: Solve | None = None,  # noqa: ARG002
    ) -> Examples:
        """Generate examples ``start`` to ``start + count``, the same for any number of threads."""
        return Examples.from_core(start, generate(recipe.core_settings(), start, count, threads))


class NativeIntegration(NativeTask, Integration):
    """Find an antiderivative of an integrand that the core makes.

    Args:
        name: name of the task; the core knows its title.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.title = native_tasks()[name]
