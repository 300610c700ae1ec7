"""Integrands that are elementary by Liouville's theorem (after Barket, England & Gerhard 2024).

Over a tower of exponentials and logarithms a rational part and logarithms are chosen; the derivative over one
denominator is the integrand. Native (``crates/antiderive-core/src/tasks/liouville.rs``).
"""

from __future__ import annotations

from antiderive.tasks.integration import Integration
from antiderive.tasks.native import NativeTask


class LiouvilleIntegration(NativeTask, Integration):
    """Find an antiderivative; quotients of sums over a tower of extensions."""

    name = "liouville"
    title = "integration by Liouville: quotients of sums over a tower of extensions"
