"""What a process and its descendants use. Linux; elsewhere nothing is known and nothing is limited by it."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_LINUX = sys.platform == "linux"


@dataclass(frozen=True)
class Usage:
    """CPU time in seconds, resident size in MiB."""

    cpu_seconds: float = 0.0
    resident_mib: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.cpu_seconds + other.cpu_seconds, self.resident_mib + other.resident_mib)


def children(pid: int) -> list[int]:
    """Process ids of the living or unreaped children of a process."""
    found: list[int] = []
    # A process may end while it is looked at.
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (thread / "children").read_text().split())
    return found


def of_process(pid: int) -> Usage:
    """What one process uses; nothing if it is gone."""
    if not _LINUX:
        return Usage()
    try:
        # The CPU clock of another process, which the kernel numbers so; /proc counts in hundredths of seconds.
        cpu = time.clock_gettime((~pid << 3) | 2)
        pages = int(Path(f"/proc/{pid}/statm").read_bytes().split()[1])
    except (OSError, IndexError):
        return Usage()
    return Usage(cpu, pages * _PAGE / (1 << 20))


def of_tree(pid: int) -> Usage:
    """What a process and its descendants use; memory that they share is counted for each."""
    total = Usage()
    pids = [pid]
    while pids:
        pid = pids.pop()
        total += of_process(pid)
        pids += children(pid)
    return total


class PeakMemory:
    """The largest resident size of a process since the last reset."""

    def __init__(self, pid: int) -> None:
        self._status = self._reset = None
        with suppress(OSError):
            self._status = os.open(f"/proc/{pid}/status", os.O_RDONLY)
            self._reset = os.open(f"/proc/{pid}/clear_refs", os.O_WRONLY)

    def reset(self) -> None:
        """Starts anew."""
        if self._reset is not None:
            with suppress(OSError):
                os.write(self._reset, b"5")

    def mib(self) -> float:
        """The peak in MiB; 0 if it is not known."""
        if self._status is None:
            return 0.0
        try:
            text = os.pread(self._status, 8192, 0)
        except OSError:
            return 0.0
        place = text.find(b"VmHWM:")
        return int(text[place + 6 :].split(None, 1)[0]) / 1024 if place >= 0 else 0.0

    def close(self) -> None:
        """Closes its files."""
        for file in (self._status, self._reset):
            if file is not None:
                os.close(file)
        self._status = self._reset = None
