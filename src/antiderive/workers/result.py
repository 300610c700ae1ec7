"""Results of bounded calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

ResultStatus = Literal["returned", "refused", "timeout", "memory", "crashed"]
"""Ways in which a call ends.

* ``returned``: with a value.
* ``refused``: no worker can take the work, or the answer of a program is too long.
* ``timeout``: stopped at a limit on CPU or wall-clock time.
* ``memory``: stopped at the limit on memory.
* ``crashed``: the function raised an exception or the process died; the reason says which.
"""


@dataclass(frozen=True)
class Result:
    """The value of a bounded call, or the reason why there is none.

    Attributes:
        status: how it ended, see :data:`ResultStatus`.
        value: what was returned.
        reason: one line on why there is no value.
        seconds: wall-clock time of the call, without the start of the worker.
        cpu_seconds: CPU time of the worker during the call, user and system.
        memory_mib: largest resident size of the worker during the call in MiB, loaded libraries included;
            0 if unknown.
    """

    status: ResultStatus
    value: Any = None
    reason: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory_mib: float = 0.0
