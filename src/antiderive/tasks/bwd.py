"""Backward integration (Lample & Charton 2020, section 4.2).

A random function is sampled and differentiated: the derivative is the problem, the function the solution.
Sampling is native (``crates/antiderive-core/src/tasks/bwd.rs``).
"""

from __future__ import annotations

from antiderive.tasks.integration import Integration
from antiderive.tasks.native import NativeTask


class BackwardIntegration(NativeTask, Integration):
    """Find an antiderivative; sample the antiderivative, differentiate it."""

    name = "bwd"
    title = "integration, backward: sample the antiderivative, differentiate it"
