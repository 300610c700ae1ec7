"""Hash partitions: records on disk, in pieces that fit in memory.

Equal keys meet in one partition, so that duplicates are found one partition at a time (the Grace hash join of
Kitsuregawa, Tanaka and Moto-oka 1983).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import merge
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import DTypeLike, NDArray

_RECORDS = 2_000_000
"""Records per partition, about 50 MB."""

_LINES = 250_000
"""Lines per partition, about 100 MB in memory."""

_BUFFER = 1 << 23
"""Bytes of text that are buffered before they are written."""


def partitions_for(records: int, size: int = _RECORDS) -> int:
    """Return the number of partitions that keeps each one small."""
    return max(1, -(-records // size))


class RecordPartitions:
    """Fixed-size records by the hash of a 64-bit key.

    Args:
        folder: an empty folder of its own.
        dtype: type of the records.
        parts: number of partitions; see :func:`partitions_for`.
    """

    def __init__(self, folder: Path, dtype: DTypeLike, parts: int) -> None:
        folder.mkdir()
        self._paths = [folder / f"{part:06d}" for part in range(parts)]
        self._dtype = np.dtype(dtype)

    def add(self, keys: NDArray[np.uint64], records: NDArray[np.void]) -> None:
        """Add records, in their order, to the partitions of their keys."""
        # Keys may be consecutive (indices): a multiplicative hash spreads them.
        mixed = (keys * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
        parts = mixed % np.uint64(len(self._paths))
        order = np.argsort(parts, kind="stable")
        bounds = np.searchsorted(parts[order], np.arange(len(self._paths) + 1, dtype=np.uint64))
        for part, path in enumerate(self._paths):
            chosen = records[order[bounds[part] : bounds[part + 1]]]
            if len(chosen):
                with path.open("ab") as file:
                    file.write(chosen.tobytes())

    def __iter__(self) -> Iterator[NDArray[np.void]]:
        """Yield the records of each partition, in the order of their addition."""
        for path in self._paths:
            if path.exists():
                yield np.fromfile(path, self._dtype)


class CountedLines:
    """Counts equal lines of text.

    Args:
        folder: an empty folder of its own.
        lines: expected number of lines.
    """

    def __init__(self, folder: Path, lines: int) -> None:
        folder.mkdir()
        parts = partitions_for(lines, _LINES)
        self._paths = [folder / f"{part:06d}" for part in range(parts)]
        self._waiting: list[list[bytes]] = [[] for _ in range(parts)]
        self._bytes = 0

    def add(self, lines: Iterable[bytes]) -> None:
        """Add lines without their line breaks."""
        parts = len(self._waiting)
        for line in lines:
            self._waiting[crc32(line) % parts].append(line)
            self._bytes += len(line)
        if self._bytes > _BUFFER:
            self._flush()

    def _flush(self) -> None:
        for path, lines in zip(self._paths, self._waiting, strict=True):
            if lines:
                with path.open("ab") as file:
                    file.write(b"\n".join([*lines, b""]))
                lines.clear()
        self._bytes = 0

    def sorted(self) -> Iterator[tuple[int, bytes]]:
        """Yield each line once with its count, by falling count, then in the order of the text."""
        self._flush()
        paths = [path for path in self._paths if path.exists()]
        for path in paths:
            counts = Counter(path.read_bytes().split(b"\n")[:-1])
            ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            path.write_bytes(b"".join(b"%d|%b\n" % (count, line) for line, count in ranked))
        # No line occurs twice, so `merge` never compares beyond the first two items.
        for count, line in merge(*(_ranked(path) for path in paths)):
            yield -count, line


def _ranked(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        for row in file:
            count, _, line = row.rstrip(b"\n").partition(b"|")
            yield -int(count), line
