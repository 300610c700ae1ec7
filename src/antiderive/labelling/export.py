"""Files from a store: ``fwd`` pairs for training, and the labeled set for classifiers.

Both are read in constant memory and split by the skeleton of the function, like every data set. A function
that a recipe has at several indices is written once, with the first of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import select

from antiderive.datasets import SCHEMA, text_lines, write_lines
from antiderive.errors import AntideriveError, StoreError
from antiderive.expressions import Expr, Split
from antiderive.files import claim_folder, locked_folder, writing_to
from antiderive.labelling import schema
from antiderive.labelling.job import decided_by, task_of
from antiderive.tasks import INTEGRALS, task_named

if TYPE_CHECKING:
    from antiderive.labelling.store import Store

_LABELED = pa.schema(
    [
        ("index", pa.uint64()),
        ("problem", pa.list_(pa.uint8())),
        ("label", pa.int8()),
        ("outcome", pa.string()),
        ("method", pa.string()),
        ("decided_by", pa.string()),
        ("seconds", pa.float64()),
        ("cpu_seconds", pa.float64()),
        ("limit_seconds", pa.float64()),
        ("operators", pa.uint16()),
        ("skeleton", pa.uint64()),
        ("split", pa.string()),
    ]
)

_TASK = "fwd"
"""Task of the pairs."""

_BATCH = 5_000


def export_pairs(store: Store, folder: Path, *, max_tokens: int = 512) -> Counter[str]:
    """Write every function that was solved with its shortest confirmed integral.

    For each split there are ``SPLIT.parquet``, with the columns of every data set, and the classic text files
    ``SPLIT.prefix`` and ``SPLIT.infix``, a problem and its solution on each line with a tab between them.

    Args:
        store: store of the labels.
        folder: folder for the files, new or empty; an earlier export of pairs is replaced.
        max_tokens: pairs with a longer problem or solution are left out and counted as ``too_long``.

    Returns:
        Number of pairs by split, and of pairs left out.

    Raises:
        DataError: if the folder holds anything else, or the files cannot be written.
        StoreError: if the store cannot be read or is damaged.
    """
    store.require_sound()
    return _write(_pairs(store, max_tokens), folder, "labels as pairs", SCHEMA, text=True)


def export_labels(store: Store, folder: Path) -> Counter[str]:
    """Write every label of every function as ``SPLIT.parquet``, one row for each function and method.

    The column ``label`` is the same for all rows of a function: 1 if a method found an integral that was
    confirmed, 0 if none did and one proved that no elementary integral exists, -1 if neither is known.
    ``decided_by`` is the method whose outcome the row has; for the portfolio, the deciding method.

    Returns:
        Number of rows by split.

    Raises:
        DataError: if the folder holds anything else, or the files cannot be written.
        StoreError: if the store cannot be read or is damaged.
    """
    store.require_sound()
    return _write(_labeled(store), folder, "labeled set", _LABELED, text=False)


def _groups(store: Store, *outcomes: str) -> Iterator[list[Any]]:
    """Yield the random functions, each with its current labels of these outcomes (by default all)."""
    recipes = [
        row.key
        for row in store.rows(select(schema.recipes.c.key, schema.recipes.c.settings))
        if task_named(task_of(row.settings)).needs_solver
    ]
    functions, current = schema.functions, schema.current_labels()
    query = (
        select(functions, current)
        .select_from(functions.join(current, current.c.function == functions.c.key))
        .where(functions.c.recipe.in_(recipes))
        .order_by(functions.c.key, current.c.method, functions.c.recipe, functions.c.index)
    )
    if outcomes:
        query = query.where(current.c.outcome.in_(outcomes))
    for _, rows in groupby(store.rows(query), key=lambda row: row.key):
        yield [next(same) for _, same in groupby(rows, key=lambda row: row.method)]


def _pairs(store: Store, max_tokens: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the split and the columns of each pair; the split is ``too_long`` for a pair that is left out."""
    for rows in _groups(store, "solved"):
        first = rows[0]
        found = [(_expression(row.integral), row.method) for row in rows]
        solution, _ = min(found, key=lambda pair: (len(pair[0].to_tokens()), pair[1]))
        problem = INTEGRALS.encode(_expression(first.prefix))
        columns = {
            "index": first.index,
            "problem": problem,
            "solution": solution.to_tokens(),
            "problem_operators": INTEGRALS.problem_operators(first.operators),
            "solution_operators": solution.operators,
            "skeleton": first.skeleton,
        }
        long = max(len(columns["problem"]), len(columns["solution"])) > max_tokens
        yield "too_long" if long else first.split, columns


def _labeled(store: Store) -> Iterator[tuple[str, dict[str, Any]]]:
    for rows in _groups(store):
        outcomes = {row.outcome for row in rows}
        label = 1 if "solved" in outcomes else 0 if "nonelementary" in outcomes else -1
        problem = INTEGRALS.encode(_expression(rows[0].prefix))
        for row in rows:
            columns = {name: row._mapping[name] for name in _LABELED.names if name in row._mapping}
            decided = decided_by(row.method, row.verdict)
            yield row.split, {**columns, "problem": problem, "label": label, "decided_by": decided}


def _expression(prefix: str | None) -> Expr:
    """A function or integral of the store."""
    try:
        return Expr.from_prefix(prefix or "")
    except AntideriveError as error:
        raise StoreError(f"the store is damaged: {(prefix or '')[:60]!r} is no expression") from error


class _Files:
    """The files of one split, written under temporary names and renamed when they are complete."""

    def __init__(self, folder: Path, split: str, columns: pa.Schema, *, text: bool) -> None:
        self._names = [
            f"{split}.{kind}" for kind in (("parquet", "prefix", "infix") if text else ("parquet",))
        ]
        self._folder = folder
        self._columns = columns
        self._parquet = pq.ParquetWriter(self._hidden(self._names[0]), columns, compression="zstd")
        self._texts = [self._hidden(name).open("wb") for name in self._names[1:]]

    def _hidden(self, name: str) -> Path:
        return self._folder / f".{name}"

    def add(self, rows: Sequence[dict[str, Any]]) -> None:
        columns = {name: [row[name] for row in rows] for name in self._columns.names}
        try:
            table = pa.table(columns, schema=self._columns)
        except (pa.ArrowException, OverflowError) as error:
            raise StoreError(f"the store is damaged: a row has a number out of range: {error}") from error
        self._parquet.write_table(table)
        if self._texts:
            for file, lines in zip(self._texts, text_lines(_TASK, table), strict=True):
                write_lines(file, lines)

    def close(self) -> None:
        self._parquet.close()
        for file in self._texts:
            file.close()

    def publish(self) -> None:
        for name in self._names:
            self._hidden(name).replace(self._folder / name)


def _write(
    rows: Iterator[tuple[str, dict[str, Any]]], folder: Path, kind: str, columns: pa.Schema, *, text: bool
) -> Counter[str]:
    counts: Counter[str] = Counter({split.name.lower(): 0 for split in Split})
    with locked_folder(folder), writing_to(folder):
        claim_folder(folder, kind)
        files = {name: _Files(folder, name, columns, text=text) for name in counts}
        try:
            while batch := list(islice(rows, _BATCH)):
                for split, _ in batch:
                    counts[split] += 1
                for name, sink in files.items():
                    if part := [values for split, values in batch if split == name]:
                        sink.add(part)
        finally:
            for sink in files.values():
                sink.close()
        for sink in files.values():
            sink.publish()
    return counts
