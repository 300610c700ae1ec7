"""Tasks whose examples the core makes (``crates/antiderive-core/src/generate.rs``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive._core import generate
from antiderive.tasks.examples import Examples
from antiderive.tasks.task import ExprTask

if TYPE_CHECKING:
    from antiderive.tasks.recipe import Recipe
    from antiderive.tasks.task import Solve


class NativeTask(ExprTask):
    """A task that the core knows by its name, problems and solutions."""

    def generate(
        self,
        recipe: Recipe,
        start: int,
        count: int,
        *,
        threads: int = 1,
        solve: Solve | None = None,  # noqa: ARG002
    ) -> Examples:
        """Examples ``start`` to ``start + count``, the same for any number of threads."""
        return Examples.from_core(start, generate(recipe.core_settings(), start, count, threads))
