"""Costs of a call, a kill and a replacement."""

from __future__ import annotations

import gc
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from antiderive.cli.bench import cas_functions
from antiderive.workers import Call, Limits, Pool, children_of, usage_of

_TRIVIAL = Call(cas_functions.answer, ("x",))


def start_seconds(pool: Pool) -> float:
    """Return the seconds until the first answer of a new pool, the import of SymPy included."""
    started = time.perf_counter()
    pool.call(_TRIVIAL)
    return time.perf_counter() - started


def overhead(pool: Pool, count: int = 2000) -> dict[str, float]:
    """Return the milliseconds that a call costs which does nothing.

    The figures are the median of single calls, the mean of a stream of calls, and the CPU time of this
    process per call of the stream, which does not depend on the load of the machine.
    """
    for _ in pool.map((key, _TRIVIAL) for key in range(100)):
        pass
    times = []
    for _ in range(count):
        started = time.perf_counter()
        pool.call(_TRIVIAL)
        times.append(time.perf_counter() - started)
    started, cpu = time.perf_counter(), time.process_time()
    for _ in pool.map((key, _TRIVIAL) for key in range(count)):
        pass
    return {
        "call_overhead_ms": 1000 * statistics.median(times),
        "call_overhead_streamed_ms": 1000 * (time.perf_counter() - started) / count,
        "call_overhead_cpu_ms": 1000 * (time.process_time() - cpu) / count,
    }


def leak(pool: Pool, calls: int) -> dict[str, float]:
    """Return the growth of this process over many calls, and the number of unreaped processes."""
    for _ in pool.map((key, _TRIVIAL) for key in range(calls // 4)):
        pass
    gc.collect()
    before = _resident_kib()
    for _ in pool.map((key, _TRIVIAL) for key in range(calls)):
        pass
    gc.collect()
    family = [os.getpid(), *children_of(os.getpid())]
    zombies = sum(_state(child) == "Z" for pid in family for child in children_of(pid))
    return {"leak_calls": calls, "parent_growth_kib": _resident_kib() - before, "zombies": zombies}


def kill_delay(pool: Pool) -> dict[str, float]:
    """Return the seconds for which a killed call uses the CPU past its deadline: the worst of several hangs.

    The deadline is in wall-clock time, so that the observer knows it. The observer reads the CPU time of the
    process from /proc until it stops growing.
    """
    limits = Limits(cpu_seconds=60, wall_seconds=0.5)
    return {
        "kill_delay_seconds": max(
            _delay_of(pool, function, limits)
            for function in (cas_functions.hang, cas_functions.hang_in_c, cas_functions.hang_with_a_child)
        ),
        "kill_cpu_excess_seconds": max(
            pool.call(Call(function), limits=Limits(0.5)).cpu_seconds - 0.5
            for function in (cas_functions.hang, cas_functions.hang_in_c)
        ),
    }


def _delay_of(pool: Pool, function: Callable[..., Any], limits: Limits) -> float:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pids"
        future = pool.submit(Call(function, (str(file),)), limits=limits)
        while not file.exists() or not file.read_text().endswith("\n"):
            time.sleep(0.001)
        begun = time.perf_counter()  # slightly late, which counts against us
        used: dict[int, float] = {}
        grown = begun
        while not future.done() or time.perf_counter() - grown < 0.2:
            for pid in map(int, file.read_text().split()):
                now = _cpu_from_proc(pid)
                if now > used.get(pid, 0.0):
                    used[pid], grown = now, time.perf_counter()
            time.sleep(0.002)
        return max(0.0, grown - begun - (limits.wall_seconds or 0.0))


def replacement(kills: int = 20) -> dict[str, float]:
    """Return the median milliseconds from the end of a killed call to the next answer in a pool of one."""
    times = []
    with Pool(1, preload=cas_functions.preload) as pool:
        pool.call(_TRIVIAL)
        for _ in range(kills):
            pool.call(Call(cas_functions.hang), limits=Limits(0.05))
            started = time.perf_counter()
            pool.call(_TRIVIAL)
            times.append(time.perf_counter() - started)
    return {"replace_ms": 1000 * statistics.median(times), "replace_worst_ms": 1000 * max(times)}


def _resident_kib() -> float:
    return 1024 * usage_of(os.getpid()).resident_mib


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "gone"


def _cpu_from_proc(pid: int) -> float:
    """Return the CPU seconds of a process from /proc; 0 if it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
