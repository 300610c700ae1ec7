"""Differential equations of second order (Lample & Charton 2020, section 4.4).

In a random function y = F(x, c1, c2), the constants are isolated and differentiated away, one after the
other. Only inversions that hold on every branch are used. Native
(``crates/antiderive-core/src/tasks/ode.rs``, ``isolate.rs``).
"""

from __future__ import annotations

from antiderive._core import native_tasks
from antiderive.tasks.ode import DifferentialEquation


class SecondOrderEquation(DifferentialEquation):
    """Solve a differential equation of second order."""

    name = "ode2"
    title = native_tasks()["ode2"]
    order = 2
