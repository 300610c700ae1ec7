"""Differentiation: the reverse direction, for models that learn it.

Native (``crates/antiderive-core/src/tasks/derivative.rs``).
"""

from __future__ import annotations

from antiderive._core import native_tasks
from antiderive.expressions import Expr
from antiderive.tasks.native import NativeTask
from antiderive.verification import Verdict, verify


class Derivative(NativeTask):
    """Find the derivative of a function of ``x``."""

    name = "derivative"
    title = native_tasks()["derivative"]

    def verify(self, problem: Expr, candidate: Expr) -> Verdict:
        """Tell whether ``candidate`` is the derivative of ``problem``."""
        return verify(candidate, problem)
