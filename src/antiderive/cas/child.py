"""The child's side of :func:`antiderive.cas.process.run_isolated`."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from importlib import import_module

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Reads one request from standard input and writes its outcome to standard output.

    Arguments on the command line: the memory limit in MiB and the parent's process id.
    """
    memory_mib, parent = (int(argument) for argument in sys.argv[1:3])
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)
    limit = memory_mib << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Standard output is kept for the answer; whatever the function prints goes nowhere.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    request = json.load(sys.stdin)
    module, name = request["function"].split(":")
    try:
        outcome = getattr(import_module(module), name)(**request["arguments"])
        answer = {"status": outcome.status, "value": outcome.value, "reason": outcome.reason}
    except MemoryError:
        answer = {"status": "memory", "value": None, "reason": f"more than {memory_mib} MiB"}
    except Exception as error:  # noqa: BLE001  (whatever a CAS raises is its outcome)
        answer = {"status": "crashed", "value": None, "reason": f"{type(error).__name__}: {error}"[:500]}
    json.dump(answer, answers)
    answers.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
