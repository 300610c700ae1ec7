"""Bounds on one call."""

from __future__ import annotations

import math
from dataclasses import dataclass

from antiderive.errors import SettingError


@dataclass(frozen=True)
class Limits:
    """Bounds on one call.

    CPU time decides, so that a result does not depend on what else the machine does; the wall-clock limit
    stands behind it for calls that sleep or wait.

    Attributes:
        cpu_seconds: CPU time of the worker, user and system.
        wall_seconds: wall-clock time; by default five times the CPU time and five seconds.
        memory_mib: memory in MiB; see ``docs/explanation/killing.md`` for how it is counted.

    Raises:
        SettingError: unless all are positive and finite.
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
        """The wall-clock limit that holds, in seconds."""
        return 5 * self.cpu_seconds + 5 if self.wall_seconds is None else self.wall_seconds
