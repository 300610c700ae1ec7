"""Differential equations of second order (Lample & Charton 2020, section 4.4).

In a random function y = F(x, c1, c2) the constants are isolated and differentiated away, one after the
other. Only inversions that hold on every branch are taken. Native
(``crates/antiderive-core/src/tasks/ode.rs``, ``isolate.rs``).
"""

from __future__ import annotations

from antiderive.tasks.ode import DifferentialEquation


class SecondOrderEquation(DifferentialEquation):
    """Solve a differential equation of second order."""

    name = "ode2"
    title = "differential equations of second order"
    order = 2
