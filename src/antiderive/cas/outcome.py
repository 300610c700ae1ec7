"""How a bounded call ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["solved", "gave_up", "timeout", "memory", "crashed", "unsupported"]


@dataclass(frozen=True)
class Outcome:
    """The value of a bounded call, or the reason why there is none.

    Attributes:
        status: ``solved``, or ``gave_up`` (it ended without an answer), ``timeout``, ``memory``,
            ``crashed``, ``unsupported`` (the problem or the answer cannot be represented).
        value: the answer, if solved.
        reason: one line on the rest.
        seconds: wall-clock time of the call.
    """

    status: Status
    value: str | None = None
    reason: str = ""
    seconds: float = 0.0
