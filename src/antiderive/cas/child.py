"""A Python worker: forked by the server, it answers one call after the other until it is killed.

It may run anything, so nothing here is relied on to end a call. The kernel's CPU timer has the default action
of its signal, which ends the process even inside C; all other limits are kept by the pool from outside.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from antiderive.cas.outcome import Outcome
from antiderive.cas.usage import PeakMemory
from antiderive.cas.wire import Unpacker, pack

Function = Callable[[str, str], Outcome]
"""What runs in a worker: expression and variable as text, to an outcome without times."""

_REASON = 500
"""Longest reason, in characters."""


def serve(channel: socket.socket) -> None:
    """Answers calls until the channel is closed.

    A call is ``[number, method, expression, variable, CPU seconds, MiB]``, the answer ``[number, status,
    value, reason, seconds, CPU seconds of the call, CPU seconds so far, peak MiB, whether anything still
    runs]``. Calls may be sent before the one before is answered; each has its own limits and clocks.
    """
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    unpacker = Unpacker()
    peak = PeakMemory(os.getpid())
    mapped = _mapped_bytes()
    channel.sendall(pack("ready"))
    while data := channel.recv(1 << 16):
        for number, method, expression, variable, cpu_seconds, memory_mib in unpacker.feed(data):
            peak.reset()
            before, started = _cpu_seconds(), time.perf_counter()
            # What was mapped before the call does not count: the limit is on what the call adds.
            _limit_address_space(mapped + (memory_mib << 20))
            signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
            outcome = _run(method, expression, variable, memory_mib)
            signal.setitimer(signal.ITIMER_PROF, 0)
            _limit_address_space(resource.RLIM_INFINITY)
            now, seconds = _cpu_seconds(), time.perf_counter() - started
            answer = [number, outcome.status, outcome.value, outcome.reason, seconds, now - before, now]
            channel.sendall(pack([*answer, peak.mib(), _something_runs()]))


def _run(method: str, expression: str, variable: str, memory_mib: int) -> Outcome:
    try:
        outcome = function_of(method)(expression, variable)
    except MemoryError:
        return Outcome("memory", reason=f"more than {memory_mib} MiB")
    except BaseException as error:  # noqa: BLE001  (whatever a call raises, SystemExit included, is its outcome)
        return Outcome("crashed", reason=f"{type(error).__name__}: {error}"[:_REASON])
    if not isinstance(outcome, Outcome):
        return Outcome("crashed", reason=f"{method} did not return an outcome")
    return outcome


def function_of(method: str) -> Function:
    """The function that a method names; importing it may take a while."""
    module, colon, name = method.partition(":")
    if not colon:
        function: Function = import_module("antiderive.cas.backends.sympy").METHODS[method]
    else:
        function = getattr(import_module(module), name)
    return function


def _cpu_seconds() -> float:
    """CPU time so far of this process and of the children it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _mapped_bytes() -> int:
    try:
        return int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _limit_address_space(limit: int) -> None:
    if sys.platform == "linux":  # elsewhere it is refused or does nothing
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


def _something_runs() -> bool:
    """Whether the call left a thread or a child behind."""
    if threading.active_count() > 1:
        return True
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True
