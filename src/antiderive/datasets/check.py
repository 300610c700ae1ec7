"""Check of a data set on its files.

Files are checked one by one, several in parallel. Repeated indices, and skeletons of one split in another,
are found in hash partitions on disk. Memory does not grow with the data set. The check does not know how the
examples were made.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from antiderive._core import skeleton_hash, split_of
from antiderive.datasets.dataset import DataSet
from antiderive.datasets.manifest import ShardFile, parse_key, split_of_name
from antiderive.datasets.parallel import ordered_map
from antiderive.datasets.parquet import read_table, rows_of
from antiderive.datasets.partitions import RecordPartitions, partitions_for
from antiderive.errors import AntideriveError, DataError
from antiderive.expressions import Expr, Split
from antiderive.tasks import task_named

if TYPE_CHECKING:
    from antiderive.tasks import AnyTask

CHECKS = {
    "checksums": "every file is present with the size and checksum of the manifest, and no other file",
    "complete": "every requested index is present or was rejected, once",
    "parsed": "every row parses and is in canonical form: tokens, expression, the same tokens",
    "split": "every row is in the split of its skeleton, recomputed from the problem",
    "disjoint": "no skeleton occurs in two splits",
    "verified": "verified solutions solve their problems",
}
"""The checks, each with its meaning."""

_SHOWN = 5
"""Failures of each kind that are reported in full."""

_RECORD = np.dtype([("skeleton", np.uint64), ("index", np.uint64), ("split", np.uint8)])


@dataclass
class Findings:
    """Results of a check.

    Attributes:
        examples: rows read.
        unread: rows of the manifest that could not be read.
        verdicts: verified rows by status of the verdict.
        failures: number of failures of each kind of :data:`CHECKS`.
        messages: some of them, a line each, by kind.
    """

    examples: int = 0
    unread: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    messages: dict[str, list[str]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """True if nothing failed; an ``unknown`` verdict is no failure."""
        return not self.failures

    def fail(self, kind: str, message: str, number: int = 1) -> None:
        """Record failures of a kind."""
        self.failures[kind] += number
        shown = self.messages.setdefault(kind, [])
        if len(shown) < _SHOWN:
            shown.append(message)

    def lose(self, where: str, rows: int) -> None:
        """Notes rows that could not be read: they are not there for anybody."""
        self.unread += rows
        if rows:
            self.fail("complete", f"{where}: {rows:,} rows could not be read", rows)

    def add(self, other: Findings) -> None:
        """Add the findings of another part."""
        self.examples += other.examples
        self.unread += other.unread
        self.verdicts += other.verdicts
        self.failures += other.failures
        for kind, messages in other.messages.items():
            shown = self.messages.setdefault(kind, [])
            shown += messages[: _SHOWN - len(shown)]


@dataclass(frozen=True)
class _Work:
    """One file to check: its path, its entry in the manifest, and the number of rows to verify."""

    folder: Path
    name: str
    entry: ShardFile
    task: str
    by_skeleton: bool
    sample: int


@dataclass
class _Result:
    findings: Findings
    records: NDArray[np.void]


def check_dataset(
    data: DataSet,
    *,
    sample: int | None = 1000,
    workers: int = 1,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> Findings:
    """Check a data set.

    Args:
        data: the data set.
        sample: rows to verify, spread over the files; ``None`` for all.
        workers: processes.
        report: called with the rows done and their total.

    Raises:
        DataError: if a worker is killed.
    """
    manifest = data.manifest
    total = manifest.examples()
    findings = Findings()
    _check_listing(data, findings)
    with TemporaryDirectory(prefix="antiderive-check-") as temporary:
        parts = partitions_for(total)
        skeletons = RecordPartitions(Path(temporary) / "skeletons", _RECORD, parts)
        indices = RecordPartitions(Path(temporary) / "indices", np.uint64, parts)
        for result in ordered_map(_check_file, _work(data, sample), workers):
            findings.add(result.findings)
            skeletons.add(result.records["skeleton"], result.records)
            indices.add(result.records["index"], result.records["index"])
            report(findings.examples, total)
        for records in skeletons:
            _check_disjoint(records, findings)
        for numbers in indices:
            repeated = len(numbers) - len(np.unique(numbers))
            if repeated:
                ordered = np.sort(numbers)
                example = ordered[1:][ordered[1:] == ordered[:-1]][0]
                findings.fail("complete", f"index {example} and others occur more than once", repeated)
    return findings


def _check_listing(data: DataSet, findings: Findings) -> None:
    manifest = data.manifest
    listed = {name for name, _ in manifest.files()}
    for path in sorted(data.folder.glob("*.parquet")):
        if path.name not in listed:
            findings.fail("checksums", f"{path.name} is not in the manifest; remove it or run generate again")
    for first, last in manifest.missing:
        findings.fail(
            "complete", f"examples {first:,} to {last:,} are missing; run the command again", last - first
        )
    end = 0
    for first, last in manifest.covered:
        if first < end:
            findings.fail("complete", f"two shards hold indices from {first:,}")
        end = last
    if manifest.made_by == "generate":
        may_lack = task_named(manifest.task).needs_solver
        for key, shard in manifest.shards.items():
            first, last = parse_key(key)
            found = sum(file.examples for file in shard.files.values())
            # A task that needs a solver has only the functions that were solved.
            if found > last - first or (found < last - first and not may_lack):
                findings.fail("complete", f"shard {key} has {found:,} examples instead of {last - first:,}")


def _work(data: DataSet, sample: int | None) -> Iterator[_Work]:
    manifest = data.manifest
    total = manifest.examples()
    seen = 0
    for name, entry in manifest.files():
        before, seen = seen, seen + entry.examples
        # Whole numbers that add up to the sample.
        share = entry.examples if sample is None else seen * sample // total - before * sample // total
        by_skeleton = manifest.split == "skeleton"
        yield _Work(data.folder, name, entry, manifest.task, by_skeleton, min(share, entry.examples))


def _check_file(work: _Work) -> _Result:
    """Check one file; runs in its own process."""
    findings = Findings()
    path = work.folder / work.name
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != work.entry.sha256:
            findings.fail("checksums", f"{work.name}: the checksum is not that of the manifest")
        table = read_table(path)
    except OSError as error:
        findings.fail("checksums", f"{work.name}: {error.strerror or error}")
        findings.lose(work.name, work.entry.examples)
        return _Result(findings, np.empty(0, _RECORD))
    except DataError as error:
        findings.fail("parsed", str(error))
        findings.lose(work.name, work.entry.examples)
        return _Result(findings, np.empty(0, _RECORD))
    if len(table) != work.entry.examples:
        findings.fail("complete", f"{work.name}: {len(table)} rows, {work.entry.examples} in the manifest")
    tokens = [pc.list_flatten(table[name]) for name in ("problem", "solution")]
    if any(column.null_count for column in [*table.columns, *tokens]):
        findings.fail("parsed", f"{work.name}: some cells are empty")
        findings.lose(work.name, len(table))
        return _Result(findings, np.empty(0, _RECORD))
    findings.examples = len(table)
    records = np.empty(len(table), _RECORD)
    records["skeleton"] = table["skeleton"].to_numpy()
    records["index"] = table["index"].to_numpy()
    records["split"] = split_of_name(work.name)
    first, last = parse_key(work.name.partition("-")[2].removesuffix(".parquet"))
    outside = int(np.count_nonzero((records["index"] < first) | (records["index"] >= last)))
    if outside:
        findings.fail("complete", f"{work.name}: {outside} indices are outside {first} to {last}", outside)
    _check_rows(work, table, records, findings)
    return _Result(findings, records)


def _check_rows(work: _Work, table: pa.Table, records: NDArray[np.void], findings: Findings) -> None:
    task = task_named(work.task)
    rows = {name: rows_of(table[name]) for name in ("problem", "solution")}
    for name, column in rows.items():
        counted = column.operators
        wrong = np.flatnonzero(counted != table[f"{name}_operators"].to_numpy())
        if len(wrong):
            index = records["index"][wrong[0]]
            message = f"{work.name}, index {index}: {name}_operators should be {counted[wrong[0]]}"
            findings.fail("parsed", message, len(wrong))
    chosen = np.random.default_rng(records["index"][:1]).permutation(len(table))[: work.sample]
    to_verify = np.zeros(len(table), np.bool_)
    to_verify[chosen] = True
    unread = 0
    columns = zip(
        rows["problem"],
        rows["solution"],
        records.tolist(),
        to_verify.tolist(),
        strict=True,
    )
    for problem, solution, (skeleton, index, split), verify in columns:
        where = f"{work.name}, index {index}"
        try:
            asked, answer = task.decode(problem), Expr.from_tokens(solution)
            same = task.encode(asked) == problem and answer.to_tokens() == solution
            found = skeleton_hash(task.skeleton(asked))
        except AntideriveError as error:
            findings.fail("parsed", f"{where}: {str(error).splitlines()[0]}")
            unread += 1
            continue
        if not same:
            findings.fail("parsed", f"{where}: not in canonical form")
        if found != skeleton:
            findings.fail("split", f"{where}: the skeleton's hash is {found}, not {skeleton}")
        elif work.by_skeleton and split_of(found) != split:
            findings.fail("split", f"{where}: belongs to the split {Split(split_of(found)).name.lower()}")
        if verify:
            _verify(task, asked, answer, where, findings)
    findings.lose(work.name, unread)


def _verify(task: AnyTask, asked: object, answer: Expr, where: str, findings: Findings) -> None:
    try:
        verdict = task.verify(asked, answer)
    except AntideriveError as error:  # a bound was exceeded, or a function is not supported
        findings.verdicts["unknown"] += 1
        findings.messages.setdefault("unknown", []).append(f"{where}: {str(error).splitlines()[0]}")
        return
    findings.verdicts[verdict.status] += 1
    if verdict.status == "refuted":
        findings.fail(
            "verified",
            f"{where}: {answer} does not solve {task.write(asked)}: {verdict.reason} at {verdict.points[:1]}",
        )


def _check_disjoint(records: NDArray[np.void], findings: Findings) -> None:
    """Check that no skeleton is in two splits; ``records`` are complete for each of their skeletons."""
    pairs = np.unique(records[["skeleton", "split"]])
    shared = np.unique(pairs["skeleton"][1:][pairs["skeleton"][1:] == pairs["skeleton"][:-1]])
    for skeleton in shared[:_SHOWN]:
        rows = records[records["skeleton"] == skeleton]
        examples = ", ".join(
            f"index {rows['index'][rows['split'] == split][0]} in {Split(split).name.lower()}"
            for split in np.unique(rows["split"])
        )
        findings.fail("disjoint", f"the skeleton {skeleton} occurs at {examples}")
    if len(shared) > _SHOWN:
        findings.failures["disjoint"] += len(shared) - _SHOWN
