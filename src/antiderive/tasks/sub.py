"""Integration by substitution.

A known primitive G of g and a random function u give the integrand g(u)*u' with the primitive G(u). Native
(``crates/antiderive-core/src/tasks/sub.rs``).
"""

from __future__ import annotations

from antiderive.tasks.integration import Integration
from antiderive.tasks.native import NativeTask


class Substitution(NativeTask, Integration):
    """Find an antiderivative; a known primitive of a random function."""

    name = "sub"
    title = "integration by substitution: a known primitive of a random function"
