"""Orders of methods with their budgets: whom to ask first, and for how long.

Who asks and judges is a floor above: :mod:`antiderive.verification.portfolio`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from antiderive.cas.methods import method_named


@dataclass(frozen=True)
class Step:
    """A method with its budget.

    Attributes:
        method: its name, see :data:`antiderive.cas.methods.METHODS`.
        cpu_seconds: CPU time it may take.
    """

    method: str
    cpu_seconds: float


DEFAULT_ORDER = (
    Step("fricas", 3.0),
    Step("giac", 2.0),
    Step("maxima", 3.0),
    Step("sympy-risch", 2.0),
    Step("sympy-manual", 5.0),
)
"""By confirmed answers for the CPU time on random functions, measured by ``antiderive bench portfolio``."""


def installed(order: Sequence[Step] = DEFAULT_ORDER) -> tuple[Step, ...]:
    """The steps whose methods can run here."""
    return tuple(step for step in order if method_named(step.method).version is not None)
