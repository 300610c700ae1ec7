"""Integration by parts (Lample & Charton 2020, section 4.2).

For random functions F and G with derivatives f and g, a known primitive of f*G gives one of F*g. The known
ones are a table that is a pure function of the recipe; integrands that the table holds from the start are
left out. Native (``crates/antiderive-core/src/tasks/ibp.rs``, ``primitives.rs``).
"""

from __future__ import annotations

from antiderive.tasks.integration import Integration
from antiderive.tasks.native import NativeTask


class IntegrationByParts(NativeTask, Integration):
    """Find an antiderivative; products of which one integral is known."""

    name = "ibp"
    title = "integration by parts: products of which one integral is known"
