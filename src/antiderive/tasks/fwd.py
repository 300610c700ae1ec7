"""Forward integration (Lample & Charton 2020, section 4.1).

Random functions are sampled natively (``crates/antiderive-core/src/tasks/fwd.rs``) and given to a solver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive._core import generate, native_tasks
from antiderive.tasks.examples import Functions
from antiderive.tasks.solved import SolvedIntegration

if TYPE_CHECKING:
    from antiderive.tasks.recipe import Recipe


class ForwardIntegration(SolvedIntegration):
    """Find an antiderivative of a random function that computer algebra can integrate."""

    name = "fwd"
    title = native_tasks()["fwd"]

    def functions(self, recipe: Recipe, start: int, count: int, *, threads: int = 1) -> Functions:
        """Sample functions in the core, the same for any number of threads."""
        return Functions.from_core(start, generate(recipe.core_settings(), start, count, threads))
