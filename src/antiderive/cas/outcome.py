"""How a question to a computer algebra system ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from antiderive.workers import Result

OutcomeStatus = Literal[
    "solved",
    "partial",
    "special",
    "nonelementary",
    "gave_up",
    "timeout",
    "memory",
    "crashed",
    "unsupported",
]
"""How a call ended.

* ``solved``: an answer in elementary functions, which nobody has checked yet.
* ``partial``: an unevaluated integral remains, alone or in a sum. It is no evidence that none exists.
* ``special``: the answer needs functions that are not elementary, such as erf, Ei, li, a hypergeometric one.
* ``nonelementary``: the system has proved that no elementary antiderivative exists.
* ``gave_up``: it ended without an answer.
* ``timeout``: stopped at a limit on CPU or wall-clock time; says nothing about the answer.
* ``memory``: stopped at the limit on memory.
* ``crashed``: the call raised an exception or its process died; the reason says which.
* ``unsupported``: the question or the answer cannot be written in the other's terms.
"""


CONCLUSIVE = ("solved", "nonelementary")
"""Outcomes that settle a function, once verified: no other method has to be asked."""

INCONCLUSIVE = ("timeout", "memory", "crashed")
"""Outcomes that larger limits may change."""


@dataclass(frozen=True)
class Outcome:
    """The answer of a computer algebra system, or the reason why there is none.

    Attributes:
        status: how it ended, see :data:`OutcomeStatus`.
        value: the answer in prefix form, if solved.
        reason: one line on the rest.
        seconds: wall-clock time of the call, without the start of the worker.
        cpu_seconds: CPU time of the worker during the call, user and system.
        memory_mib: largest resident size of the worker during the call in MiB, loaded libraries included;
            0 where the system does not tell.
    """

    status: OutcomeStatus
    value: str | None = None
    reason: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory_mib: float = 0.0

    @classmethod
    def stopped(cls, result: Result) -> Outcome:
        """The outcome of a call that has returned nothing."""
        status: OutcomeStatus = "crashed"
        if result.status in ("timeout", "memory"):
            status = result.status
        elif result.status == "refused":
            status = "unsupported"
        return cls(status, None, result.reason, result.seconds, result.cpu_seconds, result.memory_mib)
