"""Resources used by a process and its descendants. Linux only; elsewhere usage is unknown and not limited."""

from __future__ import annotations

import os
import resource
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_LINUX = sys.platform == "linux"


@dataclass(frozen=True)
class Usage:
    """CPU time in seconds and resident size in MiB."""

    cpu_seconds: float = 0.0
    resident_mib: float = 0.0


def children_of(pid: int) -> list[int]:
    """Return the process ids of the living or unreaped children of a process."""
    found: list[int] = []
    # A process may end while it is read.
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    return found


def cpu_seconds_of(pid: int) -> float:
    """Return the CPU time of one process so far, user and system; 0 if it is gone."""
    try:
        # This is the kernel's number for the process's CPU clock; /proc counts only hundredths of seconds.
        return time.clock_gettime((~pid << 3) | 2) if _LINUX else 0.0
    except OSError:
        return 0.0


def waited_seconds_of(pid: int) -> float:
    """Return the CPU time of reaped children, to hundredths of seconds; 0 if the process is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rsplit(b")", 1)[1].split()
    except (OSError, IndexError):
        return 0.0
    return (int(fields[13]) + int(fields[14])) / _TICKS


def usage_of(pid: int) -> Usage:
    """Return the usage of a process and its living descendants; shared memory counts once."""
    if not _LINUX:
        return Usage()
    pids = [pid]
    for parent in pids:
        pids += children_of(parent)
    alone = len(pids) == 1
    return Usage(sum(map(cpu_seconds_of, pids)), sum(map(_resident_mib if alone else _share_mib, pids)))


def cpu_seconds_of_all() -> float:
    """Return the CPU time so far of this process and all its descendants, dead ones included."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = time.process_time() + ended.ru_utime + ended.ru_stime
    pids = children_of(os.getpid()) if _LINUX else []
    for pid in pids:
        pids += children_of(pid)
        total += cpu_seconds_of(pid) + waited_seconds_of(pid)
    return total


def _resident_mib(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_bytes().split()[1]) * _PAGE / (1 << 20)
    except (OSError, IndexError):
        return 0.0


def _share_mib(pid: int) -> float:
    """Return the resident size, each page divided by the number of its users; slower to read."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


class PeakMemory:
    """The largest resident size of a process since the last reset."""

    def __init__(self, pid: int) -> None:
        self._status = self._reset = None
        with suppress(OSError):
            self._status = os.open(f"/proc/{pid}/status", os.O_RDONLY)
            self._reset = os.open(f"/proc/{pid}/clear_refs", os.O_WRONLY)

    def reset(self) -> None:
        """Start a new measurement."""
        if self._reset is not None:
            with suppress(OSError):
                os.write(self._reset, b"5")

    def mib(self) -> float:
        """Return the peak in MiB; 0 if unknown."""
        if self._status is None:
            return 0.0
        try:
            text = os.pread(self._status, 8192, 0)
        except OSError:
            return 0.0
        start = text.find(b"VmHWM:")
        return int(text[start + 6 :].split(None, 1)[0]) / 1024 if start >= 0 else 0.0

    def close(self) -> None:
        """Close the files."""
        for file in (self._status, self._reset):
            if file is not None:
                os.close(file)
        self._status = self._reset = None
