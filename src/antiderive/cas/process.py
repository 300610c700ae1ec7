"""One call in one child process, bounded in time and memory.

The child leads a process group of its own; past the limit the whole group gets SIGKILL, so neither code that
swallows exceptions nor a loop inside C survives, and the CPU is free again. Where the system has it, the
kernel also kills the child when its parent dies.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from antiderive.cas.outcome import Outcome

DEFAULT_MEMORY_MIB = 2048


def run_isolated(
    function: str, arguments: dict[str, str], *, timeout: float, memory_mib: int = DEFAULT_MEMORY_MIB
) -> Outcome:
    """Calls ``function`` ("package.module:name") with string arguments in a child process.

    The function returns an :class:`Outcome`; what it prints goes nowhere.

    Args:
        function: where the function is.
        arguments: its keyword arguments.
        timeout: wall-clock limit in seconds, start of the child included.
        memory_mib: address-space limit of the child in MiB.
    """
    started = time.monotonic()
    request = json.dumps({"function": function, "arguments": arguments}).encode()
    child = subprocess.Popen(
        [sys.executable, "-m", "antiderive.cas.child", str(memory_mib), str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        answer, _ = child.communicate(request, timeout=timeout)
    except subprocess.TimeoutExpired:
        return Outcome("timeout", reason=f"stopped after {timeout:g} s", seconds=time.monotonic() - started)
    finally:
        # On every way out, Ctrl-C included: nothing of the group stays.
        _kill_group(child)
    seconds = time.monotonic() - started
    if not answer:
        status = child.returncode
        reason = f"killed by signal {-status}" if status < 0 else f"exit status {status} without an answer"
        return Outcome("crashed", reason=reason, seconds=seconds)
    return Outcome(**json.loads(answer), seconds=seconds)


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kills the child's process group, reaps the child and closes its pipes."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
