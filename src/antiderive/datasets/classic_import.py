"""Data sets read from the classic text files.

A line is ``problem TAB solution`` in prefix form, with or without ``count|`` before it. Every line becomes
at most one example, whose index is the number of the line in all files together, from 0. Expressions are
rewritten to canonical form. An unreadable line is left out and counted by reason, or refused.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from antiderive._core import skeleton_hash, split_of
from antiderive.datasets.classic import LONGEST, LineError, parse_line
from antiderive.datasets.manifest import Manifest, key_of, parse_key
from antiderive.datasets.parallel import ordered_map
from antiderive.datasets.parquet import SCHEMA, token_column
from antiderive.datasets.shards import SHARD
from antiderive.datasets.storage import FolderStorage
from antiderive.datasets.writer import DataSetWriter
from antiderive.errors import AntideriveError, DataError, ParseError, UndefinedError
from antiderive.expressions import Expr, Split, TokenRows, Vocabulary
from antiderive.files import write_atomically, writing_to
from antiderive.tasks import task_named

_CHUNK = 10_000
"""Lines that a process reads in one go, if a shard has more."""

BAD_LINES = "bad-lines.txt"
"""Name of the list of lines that were left out."""

_BAD_PARTS = ".bad-lines"
"""Folder of this list until all is read, a file for each shard: one that is made again replaces its own."""


@dataclass(frozen=True)
class BadLine:
    """A line that is no example.

    Attributes:
        file: its file.
        line: its number in the file, from 1.
        reason: ``columns``, ``too_long``, ``token``, ``malformed``, ``undefined`` or ``unsupported``.
        message: the error.
    """

    file: str
    line: int
    reason: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True)
class _Chunk:
    """Lines of one file, the first of which has a number in the file and one in all files."""

    task: str
    file: str
    split: Split | None
    line: int
    index: int
    lines: list[bytes]


@dataclass
class _Read:
    index: int
    lines: int
    table: pa.Table
    splits: list[int]
    bad: list[BadLine]


def classic_files(source: Path) -> list[tuple[Path, Split | None]]:
    """Return the files of a classic data set, each with the split in its name.

    For a file, that is the file itself. For a folder, ``*.train``, ``*.valid`` and ``*.test``, or else
    ``data.prefix``.

    Raises:
        DataError: if there are none, or they belong to several tasks.
    """
    if source.is_file():
        return [(source, _split_of_suffix(source))]
    found: list[tuple[Path, Split | None]] = []
    for split in Split:
        paths = sorted(source.glob(f"*.{split.name.lower()}"))
        if len(paths) > 1:
            raise DataError(
                f"{source} holds files of several data sets ({paths[0].name}, {paths[1].name}); name one file"
            )
        found += [(path, split) for path in paths]
    if not found and (source / "data.prefix").exists():
        found = [(source / "data.prefix", None)]
    if not found:
        raise DataError(f"{source} holds no classic data set: no *.train, *.valid, *.test or data.prefix")
    return found


def _split_of_suffix(path: Path) -> Split | None:
    names = {f".{split.name.lower()}": split for split in Split}
    return names.get(path.suffix)


def read_classic(
    files: list[tuple[Path, Split | None]],
    out: Path,
    task: str,
    *,
    keep_split: bool = False,
    strict: bool = False,
    workers: int = 1,
    shard: int = SHARD,
    report: Callable[[int], None] = lambda _bytes: None,
) -> Manifest:
    """Write the examples of classic files as a data set.

    Args:
        files: files, each with the split in its name, if any; see :func:`classic_files`.
        out: a new folder, or one that an interrupted run of the same files was writing to.
        task: name of the task of the problems.
        keep_split: keep each file's split instead of splitting by skeleton.
        strict: stop at the first unreadable line.
        workers: processes.
        shard: lines per shard, a multiple of 10,000 or less than that.
        report: called with the number of bytes read.

    Raises:
        DataError: if a file cannot be read, a line is refused, or no line can be read.
    """
    task_named(task)
    if keep_split and any(split is None for _, split in files):
        raise DataError("the file names give no split; name the files *.train, *.valid and *.test")
    source = ", ".join(f"{path.name} ({_size(path):,} bytes)" for path, _ in files)
    how = "files" if keep_split else "skeleton"
    manifest = Manifest(task=task, made_by="convert", source=source, split=how)
    with DataSetWriter(FolderStorage(out), manifest) as writer:
        finished = {parse_key(key)[0]: parse_key(key)[1] for key in writer.manifest.shards}
        builder = _Builder(writer, shard, out / _BAD_PARTS, strict=strict)
        chunks = _chunks(files, task, shard, finished, report, keep_split=keep_split)
        with closing(ordered_map(_read_chunk, chunks, workers)) as reads:
            for read in reads:
                builder.add(read)
        builder.flush()
        _join(out / _BAD_PARTS, out / BAD_LINES)
        if not writer.manifest.examples():
            raise DataError(f"no line of {source} is readable; see {out / BAD_LINES}")
        last = max(parse_key(key)[1] for key in writer.manifest.shards)
        writer.want((0, last), extend=True)
    return writer.manifest


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error


def _chunks(
    files: list[tuple[Path, Split | None]],
    task: str,
    shard: int,
    finished: dict[int, int],
    report: Callable[[int], None],
    *,
    keep_split: bool,
) -> Iterator[_Chunk]:
    """Yield chunks of the unfinished shards; no chunk spans two files or two shards."""
    index = read = 0
    for path, split in files:
        number, lines = 1, []
        try:
            with path.open("rb") as file:
                for line in _lines(file):
                    read += len(line)
                    lines.append(line)
                    if (index + len(lines)) % min(_CHUNK, shard) == 0:
                        yield from _unless_finished(
                            _Chunk(task, path.name, split if keep_split else None, number, index, lines),
                            shard,
                            finished,
                        )
                        index, number, lines = index + len(lines), number + len(lines), []
                        report(read)
        except OSError as error:
            raise DataError(f"cannot read {path}: {error.strerror}") from error
        if lines:
            yield from _unless_finished(
                _Chunk(task, path.name, split if keep_split else None, number, index, lines), shard, finished
            )
            index += len(lines)
            report(read)


def _unless_finished(chunk: _Chunk, shard: int, finished: dict[int, int]) -> Iterator[_Chunk]:
    if chunk.index >= finished.get(chunk.index // shard * shard, 0):
        yield chunk


def _lines(file: Iterator[bytes]) -> Iterator[bytes]:
    """Yield lines; far too long ones are cut off, so that memory stays bounded."""
    readline = file.readline  # type: ignore[attr-defined]
    while line := readline(LONGEST):
        yield line
        while len(line) == LONGEST and not line.endswith(b"\n"):
            line = readline(LONGEST)


class _Builder:
    """Collects the examples that were read into shards."""

    def __init__(self, writer: DataSetWriter, shard: int, bad_parts: Path, *, strict: bool) -> None:
        self._writer, self._shard, self._bad_parts, self._strict = writer, shard, bad_parts, strict
        self._reads: list[_Read] = []
        self._began = time.monotonic()

    def add(self, read: _Read) -> None:
        if self._strict and read.bad:
            raise DataError(f"{read.bad[0]}; nothing was written after the last complete shard")
        if self._reads and read.index // self._shard != self._reads[0].index // self._shard:
            self.flush()
        self._reads.append(read)

    def flush(self) -> None:
        """Write the collected shard."""
        if not self._reads:
            return
        bad = [line for read in self._reads for line in read.bad]
        table = pa.concat_tables([read.table for read in self._reads])
        splits = np.array([split for read in self._reads for split in read.splits], np.uint8)
        parts = {split: table.filter(pa.array(splits == split)) for split in Split}
        first = self._reads[0].index
        last = self._reads[-1].index + self._reads[-1].lines
        if bad:
            with writing_to(self._bad_parts.parent):
                self._bad_parts.mkdir(exist_ok=True)
                write_atomically(
                    self._bad_parts / key_of(first, last), "".join(f"{line}\n" for line in bad).encode()
                )
        rejects = dict(sorted(Counter(line.reason for line in bad).items()))
        self._writer.write(first, last, parts, rejects, time.monotonic() - self._began)
        self._began = time.monotonic()
        self._reads = []


def _join(parts: Path, target: Path) -> None:
    """Make one file of the parts, in their order, if there are any."""
    if not parts.is_dir():
        return
    with writing_to(target.parent):
        temporary = parts / target.name
        with temporary.open("wb") as file:
            for path in sorted(each for each in parts.iterdir() if each.name[0].isdecimal()):
                with path.open("rb") as part:
                    shutil.copyfileobj(part, file)
        temporary.replace(target)
        shutil.rmtree(parts)


def _read_chunk(chunk: _Chunk) -> _Read:
    """Read the examples of some lines; runs in its own process."""
    task, vocabulary = task_named(chunk.task), Vocabulary()
    indices, skeletons, splits, bad = [], [], [], []
    problems: list[list[int]] = []
    solutions: list[list[int]] = []
    for row, line in enumerate(chunk.lines):
        try:
            asked, answer = parse_line(line, vocabulary)
            problem = task.decode(asked)
            problems.append(task.encode(problem))
            skeleton = skeleton_hash(task.skeleton(problem))
            solutions.append(Expr.from_tokens(answer).to_tokens())
        except AntideriveError as error:
            del problems[len(solutions) :]
            message = str(error).splitlines()[0]
            bad.append(BadLine(chunk.file, chunk.line + row, _reason(error), message))
            continue
        indices.append(chunk.index + row)
        skeletons.append(skeleton)
        splits.append(split_of(skeleton) if chunk.split is None else int(chunk.split))
    columns = [TokenRows.of(rows) for rows in (problems, solutions)]
    table = pa.table(
        [
            pa.array(indices, pa.uint64()),
            *map(token_column, columns),
            *(pa.array(rows.operators) for rows in columns),
            pa.array(skeletons, pa.uint64()),
        ],
        schema=SCHEMA,
    )
    return _Read(chunk.index, len(chunk.lines), table, splits, bad)


def _reason(error: AntideriveError) -> str:
    if isinstance(error, LineError):
        return error.reason
    if isinstance(error, ParseError):
        return "malformed"
    return "undefined" if isinstance(error, UndefinedError) else "unsupported"
