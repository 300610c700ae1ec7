"""A Python worker: forked by the server, it answers calls until it is killed.

It may run any code, so no limit depends on its cooperation. The kernel's CPU timer has the default action of
its signal, which ends the process even inside C; the pool enforces all other limits from outside.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

from antiderive.workers.result import ResultStatus
from antiderive.workers.usage import PeakMemory
from antiderive.workers.wire import Unpacker, pack
from antiderive.workers.work import function_named

_REASON = 500
"""Longest reason, in characters."""


def serve(channel: socket.socket) -> None:
    """Answer calls until the channel is closed.

    A call is ``[number, function, arguments, CPU seconds, MiB]``, the answer ``[number, status, value,
    reason, seconds, CPU seconds of the call, CPU seconds so far, peak MiB, whether anything still runs]``.
    A call may be sent before the previous one is answered; each has its own limits and clocks.
    """
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    unpacker = Unpacker()
    peak = PeakMemory(os.getpid())
    mapped = _mapped_bytes()
    channel.sendall(pack("ready"))
    while data := channel.recv(1 << 16):
        for number, function, arguments, cpu_seconds, memory_mib in unpacker.feed(data):
            peak.reset()
            before, started = _cpu_seconds(), time.perf_counter()
            # Memory mapped before the call does not count: the limit is on the memory that the call adds.
            _limit_address_space(mapped + (memory_mib << 20))
            signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
            status, value, reason = _run(function, arguments, memory_mib)
            signal.setitimer(signal.ITIMER_PROF, 0)
            _limit_address_space(resource.RLIM_INFINITY)
            now, seconds = _cpu_seconds(), time.perf_counter() - started
            used = [seconds, now - before, now, peak.mib(), _something_runs()]
            channel.sendall(_packed(number, status, value, reason, used))


def _run(function: str, arguments: list[Any], memory_mib: int) -> tuple[ResultStatus, Any, str]:
    """Make one call and return its status, value and reason."""
    try:
        return "returned", function_named(function)(*arguments), ""
    except MemoryError:
        return "memory", None, f"more than {memory_mib} MiB"
    except BaseException as error:  # noqa: BLE001  (whatever a call raises, SystemExit included, is its result)
        return "crashed", None, f"{type(error).__name__}: {error}"[:_REASON]


def _packed(number: int, status: ResultStatus, value: Any, reason: str, used: list[Any]) -> bytes:  # noqa: ANN401
    """Return the answer as bytes; a value that JSON cannot represent counts as a crash of the function."""
    try:
        return pack([number, status, value, reason, *used])
    except (TypeError, ValueError, RecursionError) as error:
        reason = f"returned a value that JSON cannot represent: {error}"[:_REASON]
        return pack([number, "crashed", None, reason, *used])


def _cpu_seconds() -> float:
    """Return the CPU time so far of this process and of the children that it has reaped."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _mapped_bytes() -> int:
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _limit_address_space(limit: int) -> None:
    if sys.platform == "linux":  # other systems refuse or ignore it
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


def _something_runs() -> bool:
    """Tell whether the call left a thread or a child behind."""
    if threading.active_count() > 1:
        return True
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True
