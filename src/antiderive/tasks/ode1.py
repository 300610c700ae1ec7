"""Differential equations of first order (Lample & Charton 2020, section 4.3).

In a random function y = F(x, c), the constant is isolated and differentiated away. Only inversions that hold
on every branch are used. Native (``crates/antiderive-core/src/tasks/ode.rs``, ``isolate.rs``).
"""

from __future__ import annotations

from antiderive._core import native_tasks
from antiderive.tasks.ode import DifferentialEquation


class FirstOrderEquation(DifferentialEquation):
    """Solve a differential equation of first order."""

    name = "ode1"
    title = native_tasks()["ode1"]
    order = 1
