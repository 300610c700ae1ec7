"""A line of the classic text files (Lample & Charton 2020), read and written.

``problem TAB solution`` in prefix form, in counted files after ``count|``, or in infix. This module knows
neither files nor splits.
"""

from __future__ import annotations

from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from antiderive.datasets.parquet import rows_of
from antiderive.errors import DataError, ParseError
from antiderive.expressions import Expr, Vocabulary
from antiderive.tasks import task_named

LONGEST = 1 << 20
"""Longest line, in bytes."""


class LineError(DataError):
    """A line that is not an example.

    Attributes:
        reason: ``columns``, ``too_long`` or ``token``.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def parse_line(line: bytes, vocabulary: Vocabulary) -> tuple[list[int], list[int]]:
    """Return the token ids of the problem and the solution on a line, with or without a count.

    Raises:
        LineError: if the line has other columns, an unknown token, or is too long.
    """
    if len(line) >= LONGEST:
        raise LineError("too_long", f"the line is longer than {LONGEST:,} bytes")
    # A file that some editors saved begins with a byte order mark.
    text = line.decode("utf-8", errors="replace").removeprefix("\ufeff").rstrip("\r\n")
    count, bar, rest = text.partition("|")
    if bar:
        if not count.strip().isdecimal():
            raise LineError("columns", f"{count[:20]!r} before '|' is not a count")
        text = rest
    fields = text.split("\t")
    if len(fields) != 2:
        raise LineError("columns", f"{len(fields)} columns separated by tabs, not 2")
    try:
        problem, solution = (vocabulary.encode(field) for field in fields)
    except ParseError as error:
        raise LineError("token", str(error)) from error
    return problem, solution


def counted_line(count: int, line: bytes) -> bytes:
    """Return a line of a counted file, with its line break."""
    return b"%d|%b\n" % (count, line)


def write_lines(file: BinaryIO, lines: list[bytes]) -> None:
    """Write lines, each with a line break."""
    file.write(b"\n".join([*lines, b""]))


def text_lines(task: str, table: pa.Table, *, infix: bool = True) -> tuple[list[bytes], list[bytes]]:
    """Return the rows of a data set, problem TAB solution, in prefix and in infix (on request)."""
    columns = [_prefix_column(table[name]).to_pylist() for name in ("problem", "solution")]
    prefixes = [f"{problem}\t{solution}".encode() for problem, solution in zip(*columns, strict=True)]
    infixes = []
    if infix:
        for problem, solution in zip(rows_of(table["problem"]), rows_of(table["solution"]), strict=True):
            infixes.append(
                f"{problem_infix(task, problem)}\t{Expr.from_tokens(solution).to_infix()}".encode()
            )
    return prefixes, infixes


def _prefix_column(column: pa.ChunkedArray) -> pa.Array:
    """Return the token names of each row, separated by spaces."""
    lists = column.combine_chunks()
    names = pa.array(Vocabulary().names).take(lists.flatten())
    offsets = pa.array(np.concatenate([[0], np.cumsum(lists.value_lengths().to_numpy())]), pa.int32())
    return pc.binary_join(pa.ListArray.from_arrays(offsets, names), " ")


def problem_infix(task: str, tokens: list[int]) -> str:
    """Return a problem in infix, with the unknown function as ``y``, ``y'``, ``y''``."""
    try:
        text = Expr.from_tokens(tokens).to_infix()
    except ParseError:  # a task may write its problems as something other than one expression
        described = task_named(task)
        text = described.write(described.decode(tokens))
    return text.replace("Y", "y")
