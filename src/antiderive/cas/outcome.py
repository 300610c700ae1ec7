"""Outcomes of requests to a computer algebra system."""

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
"""Ways in which a call ends.

* ``solved``: an unverified answer in elementary functions.
* ``partial``: an unevaluated integral remains, alone or in a sum. This is no evidence of nonelementarity.
* ``special``: the answer needs functions that are not elementary, such as erf, Ei, li, a hypergeometric one.
* ``nonelementary``: the system has proved that no elementary antiderivative exists.
* ``gave_up``: the call ended without an answer.
* ``timeout``: stopped at a limit on CPU or wall-clock time; this says nothing about the answer.
* ``memory``: stopped at the limit on memory.
* ``crashed``: the call raised an exception or its process died; the reason says which.
* ``unsupported``: the integrand cannot be written in the system's syntax, or the answer in ours.
"""


CONCLUSIVE = ("solved", "nonelementary")
"""Outcomes that settle a function once verified, so that no other method needs to be asked."""

INCONCLUSIVE = ("timeout", "memory", "crashed")
"""Outcomes that larger limits may change."""


@dataclass(frozen=True)
class Outcome:
    """The answer of a computer algebra system, or the reason why there is none.

    Attributes:
        status: how it ended, see :data:`OutcomeStatus`.
        value: the answer in prefix form, if solved.
        reason: one line of explanation.
        evidence: what a "no" can be proved from, in prefix form. If special: ``("elementary", rest)``, then
            for each function that is not elementary its name, its coefficient and its arguments. If
            nonelementary: ``("integrand", f)``, the integrand as an element of the field that was decided
            in, then the name and argument of each generator that depends on the variable.
        seconds: wall-clock time of the call, without the start of the worker.
        cpu_seconds: CPU time of the worker during the call, user and system.
        memory_mib: largest resident size of the worker during the call in MiB, loaded libraries included;
            0 if unknown.
    """

    status: OutcomeStatus
    value: str | None = None
    reason: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory_mib: float = 0.0
    evidence: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def stopped(cls, result: Result) -> Outcome:
        """Return the outcome of a call that was stopped."""
        status: OutcomeStatus = "crashed"
        if result.status in ("timeout", "memory"):
            status = result.status
        elif result.status == "refused":
            status = "unsupported"
        return cls(status, None, result.reason, result.seconds, result.cpu_seconds, result.memory_mib)
