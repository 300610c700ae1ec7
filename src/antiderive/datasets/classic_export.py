"""The classic text files (Lample & Charton 2020), written from a data set.

``data.prefix`` and ``data.infix`` hold the same examples on the same lines, problem TAB solution, in order
of their indices. ``TASK.train``, ``TASK.valid`` and ``TASK.test`` hold each distinct line of
``data.prefix`` of the split once as ``count|problem TAB solution``, the most frequent first.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa

from antiderive.datasets.classic import counted_line, text_lines, write_lines
from antiderive.datasets.dataset import DataSet
from antiderive.datasets.parallel import ordered_map
from antiderive.datasets.partitions import CountedLines
from antiderive.errors import DataError
from antiderive.expressions import Split
from antiderive.files import claim_folder, locked_folder, remove_left_overs, writing_to

_CHUNK = 10_000
"""Rows that a process converts in one go."""


def write_classic(
    data: DataSet,
    out: Path,
    *,
    infix: bool = True,
    workers: int = 1,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> dict[str, int]:
    """Write the text files to ``out`` and return the number of lines of each.

    Each file appears under its name when it is complete, ``data.prefix`` last.

    Raises:
        DataError: if ``out`` holds more than what an interrupted conversion left, or cannot be written.
    """
    total = data.manifest.examples()
    with locked_folder(out), writing_to(out):
        claim_folder(out, "classic text files")
        if (out / "data.prefix").exists():
            raise DataError(f"{out} holds text files of a data set; choose another folder")
        remove_left_overs(out)
        with TemporaryDirectory(dir=out, prefix=".writing-") as temporary:
            work = Path(temporary)
            counted = {
                split: CountedLines(work / split.name, data.manifest.examples(split)) for split in Split
            }
            lines = _write_lines(data, work, counted, infix=infix, workers=workers, report=report)
            names = {"data.prefix": lines, **({"data.infix": lines} if infix else {})}
            for split, counts in counted.items():
                name = f"{data.manifest.task}.{split.name.lower()}"
                names[name] = _write_counted(counts, work / name)
                report(total, total)
            for name in reversed(names):
                (work / name).replace(out / name)
    return names


def _write_lines(
    data: DataSet,
    work: Path,
    counted: dict[Split, CountedLines],
    *,
    infix: bool,
    workers: int,
    report: Callable[[int, int], None],
) -> int:
    lines, total = 0, data.manifest.examples()
    with ExitStack() as stack:
        prefix_file = stack.enter_context((work / "data.prefix").open("wb"))
        infix_file = stack.enter_context((work / "data.infix").open("wb")) if infix else None
        chunks = _chunks(data, infix=infix)
        for splits, prefixes, infixes in ordered_map(_render, chunks, workers):
            write_lines(prefix_file, prefixes)
            if infix_file is not None:
                write_lines(infix_file, infixes)
            for split, lines_of_split in itertools.groupby(
                sorted(zip(splits, prefixes, strict=True), key=lambda pair: pair[0]), lambda pair: pair[0]
            ):
                counted[Split(split)].add(line for _, line in lines_of_split)
            lines += len(prefixes)
            report(lines, total)
    return lines


_Chunk = tuple[str, bool, pa.Table]


def _chunks(data: DataSet, *, infix: bool) -> Iterator[_Chunk]:
    for _, table in data.shards():
        for start in range(0, len(table), _CHUNK):
            # A copy: pickling a slice would send the whole shard to the worker.
            rows = np.arange(start, min(start + _CHUNK, len(table)))
            yield data.manifest.task, infix, table.select(["problem", "solution", "split"]).take(rows)


def _render(chunk: _Chunk) -> tuple[list[int], list[bytes], list[bytes]]:
    """Return splits, prefix lines and infix lines of some rows; runs in its own process."""
    task, infix, table = chunk
    prefixes, infixes = text_lines(task, table, infix=infix)
    return table["split"].to_pylist(), prefixes, infixes


def _write_counted(counts: CountedLines, path: Path) -> int:
    lines = 0
    with path.open("wb") as file:
        for count, line in counts.sorted():
            file.write(counted_line(count, line))
            lines += 1
    return lines
