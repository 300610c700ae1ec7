"""Bounds on one call."""

from __future__ import annotations

import math
from dataclasses import dataclass

from antiderive.errors import SettingError


@dataclass(frozen=True)
class Limits:
    """Bounds on one call.

    CPU time decides, so that a result does not depend on the load of the machine; the wall-clock limit
    catches calls that sleep or wait.

    Attributes:
        cpu_seconds: CPU time of the worker, user and system.
        wall_seconds: wall-clock time; by default five times the CPU time plus five seconds.
        memory_mib: memory in MiB, counted as in ``docs/explanation/killing.md``.

    Raises:
        SettingError: if one is not positive and finite.
    """

    cpu_seconds: float = 10.0
    wall_seconds: float | None = None
    memory_mib: int = 2048

    def __post_init__(self) -> None:
        for name, value in (
            ("cpu_seconds", self.cpu_seconds),
            ("wall_seconds", self.wall),
            ("memory_mib", self.memory_mib),
        ):
            if not (value > 0 and math.isfinite(value)):
                raise SettingError(f"limits: {name} = {value} must be positive and finite")

    @property
    def wall(self) -> float:
        """Effective wall-clock limit, in seconds."""
        return 5 * self.cpu_seconds + 5 if self.wall_seconds is None else self.wall_seconds
