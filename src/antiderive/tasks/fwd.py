"""Forward integration (Lample & Charton 2020, section 4.1).

Random functions are sampled natively (``crates/antiderive-core/src/tasks/fwd.rs``), a computer algebra system
is asked for their integrals, and the answers that verification confirms are the solutions. What cannot be
solved is counted by outcome, so a range of indices holds fewer examples than indices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from antiderive.cas.portfolio import Step
from antiderive.tasks.integration import Integration
from antiderive.tasks.task import Option


class ForwardIntegration(Integration):
    """Find an antiderivative of a random function that computer algebra can integrate."""

    name = "fwd"
    title = "integration, forward: random integrands that computer algebra solves"
    on_the_fly: ClassVar[bool] = False
    options: ClassVar[Mapping[str, Option]] = {"methods": "", "cpu_seconds": 0.0}
    """Methods of ``antiderive cas list`` to ask in turn, by commas (by default the first installed one of
    :data:`FASTEST`), and the CPU time of each (by default that of :data:`FASTEST`)."""


FASTEST = (
    Step("giac", 0.05),
    Step("fricas", 0.2),
    Step("maxima", 0.2),
    Step("sympy-risch", 1.0),
    Step("sympy-manual", 2.0),
    Step("sympy", 2.0),
)
"""By pairs for the CPU time on random functions, each with the limit at which it gives the most; a second
method costs more than it finds. See ``docs/log.md`` for the figures."""
