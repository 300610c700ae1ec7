"""Labelled sets as arrays: what ``antiderive label export --to classifier`` wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from antiderive.cas import CONCLUSIVE, INCONCLUSIVE
from antiderive.classification.integrands import renamed
from antiderive.classification.prediction import CLASSES
from antiderive.errors import AntideriveError, DataError, SettingError
from antiderive.expressions import Expr
from antiderive.labelling import OUTCOMES
from antiderive.tasks import INTEGRALS

SPLITS = ("train", "valid", "test")

_COLUMNS = ("problem", "outcome", "method", "cpu_seconds", "limit_seconds", "operators", "skeleton")
_HELP = "antiderive label export --to classifier writes such a folder"


@dataclass(frozen=True)
class LabelledSet:
    """Functions with their labels; all arrays are in the order of ``integrands``.

    Attributes:
        integrands: the functions, parameters named ``a0``, ``a1``, ... in order.
        operators: number of operators of each.
        skeletons: keyed hash of the skeleton of each.
        methods: names of the methods, sorted.
        limits: CPU seconds that each method had.
        overrun: CPU seconds that it takes to end a call of each method which met its limit.
        success: 1 where a method settled it, by a confirmed integral or a proof that there is none, 0 where
            not, -1 where it was not asked; [N, M].
        seconds: CPU seconds of each call; NaN where it was not asked; [N, M].
        classes: index into :data:`~antiderive.classification.prediction.CLASSES`, -1 for none.
        found: 1 if an integral was found, 0 if not, -1 if a limit was met before that was known.
        proved: whether it was proved that there is no elementary integral.
    """

    integrands: list[Expr]
    operators: NDArray[np.int64]
    skeletons: NDArray[np.uint64]
    methods: tuple[str, ...]
    limits: NDArray[np.float64]
    overrun: NDArray[np.float64]
    success: NDArray[np.int8]
    seconds: NDArray[np.float64]
    classes: NDArray[np.int8]
    found: NDArray[np.int8]
    proved: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.integrands)

    def select(self, indices: NDArray[Any]) -> LabelledSet:
        """The functions at some indices, or where a mask is true."""
        chosen = np.flatnonzero(indices) if indices.dtype == bool else indices
        by_function = ("operators", "skeletons", "success", "seconds", "classes", "found", "proved")
        return replace(
            self,
            integrands=[self.integrands[index] for index in chosen],
            **{name: getattr(self, name)[chosen] for name in by_function},
        )

    def one_of_each_skeleton(self) -> LabelledSet:
        """The first function of each skeleton: what differs in constants alone is no second test."""
        return self.select(np.sort(np.unique(self.skeletons, return_index=True)[1]))


def read_splits(
    folder: Path, *, methods: Sequence[str] = (), censored: bool = True, splits: Sequence[str] = SPLITS
) -> dict[str, LabelledSet]:
    """The splits of a labelled set.

    Args:
        folder: with ``train.parquet``, ``valid.parquet`` and ``test.parquet``.
        methods: take the labels of these methods alone; by default those of all.
        censored: functions that met a limit count as unknown, otherwise as not found.
        splits: which ones to read.

    Raises:
        DataError: if a file is missing or no labelled set, for a bad row, for labels of different schemes.
        SettingError: for a method that the set does not have.
    """
    tables = {split: _table(folder / f"{split}.parquet") for split in splits}
    there = sorted({name for table in tables.values() for name in table["method"].to_pylist()})
    for name in methods:
        if name not in there:
            raise SettingError(f"{folder} has no labels of {name!r}; it has those of: {', '.join(there)}")
    names = tuple(sorted(methods)) if methods else tuple(there)
    limits, overrun = _limits(folder, tables, names)
    return {
        split: _read(folder / f"{split}.parquet", table, names, limits, overrun, censored=censored)
        for split, table in tables.items()
    }


def _table(path: Path) -> pa.Table:
    try:
        table = pq.read_table(path)
    except FileNotFoundError as error:
        raise DataError(f"there is no file {path}; {_HELP}") from error
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"cannot read {path}: {str(error).splitlines()[0]}") from error
    missing = [name for name in _COLUMNS if name not in table.column_names]
    if missing:
        raise DataError(f"{path} is no labelled set: it has no column {missing[0]!r}; {_HELP}")
    return table


def _limits(
    folder: Path, tables: dict[str, pa.Table], methods: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Limit and overrun of each method. Conclusive outcomes do not depend on it: those that met it tell."""
    met: dict[str, set[float]] = {name: set() for name in methods}
    largest = dict.fromkeys(methods, 0.0)
    over: dict[str, list[float]] = {name: [] for name in methods}
    for table in tables.values():
        columns = (table[name].to_pylist() for name in ("method", "outcome", "limit_seconds", "cpu_seconds"))
        for method, outcome, limit, seconds in zip(*columns, strict=True):
            if method in met:
                largest[method] = max(largest[method], limit)
                if outcome == "timeout":
                    met[method].add(limit)
                    over[method].append(max(0.0, seconds - limit))
    for method, several in met.items():
        if len(several) > 1:
            each = " and ".join(f"{limit:g} s" for limit in sorted(several))
            raise DataError(
                f"{folder}: labels of different schemes: {method} timed out at {each}; "
                "label the earlier functions again with the larger --timeout"
            )
    limits = np.array([next(iter(met[name]), largest[name]) for name in methods])
    return limits, np.array([float(np.median(over[name] or [0.0])) for name in methods])


def _read(
    path: Path,
    table: pa.Table,
    methods: tuple[str, ...],
    limits: NDArray[np.float64],
    overrun: NDArray[np.float64],
    *,
    censored: bool,
) -> LabelledSet:
    """One split: rows of a function stand together and become one entry."""
    index_of = {name: index for index, name in enumerate(methods)}
    entries: list[Expr] = []
    operators, skeletons = [], []
    known: dict[Expr, int] = {}
    outcomes: list[dict[str, str]] = []
    seconds: list[dict[str, float]] = []
    for number, row in enumerate(_rows(table)):
        if row["method"] not in index_of:
            continue
        integrand = _checked(path, number, row)
        index = known.setdefault(integrand, len(entries))
        if index == len(entries):
            entries.append(integrand)
            operators.append(row["operators"])
            skeletons.append(row["skeleton"])
            outcomes.append({})
            seconds.append({})
        outcomes[index][row["method"]] = row["outcome"]
        seconds[index][row["method"]] = row["cpu_seconds"]
    if not entries:
        raise DataError(f"{path} holds no label of {', '.join(methods)}; label more functions")
    asked = np.array([[name in each for name in methods] for each in outcomes])
    settled = np.array([[each.get(name) in CONCLUSIVE for name in methods] for each in outcomes])
    times = np.array([[each.get(name, np.nan) for name in methods] for each in seconds])
    classes = np.array([_class_of(set(each.values())) for each in outcomes], dtype=np.int8)
    found = np.array([_found(set(each.values()), censored=censored) for each in outcomes], dtype=np.int8)
    return LabelledSet(
        integrands=entries,
        operators=np.array(operators, dtype=np.int64),
        skeletons=np.array(skeletons, dtype=np.uint64),
        methods=methods,
        limits=limits,
        overrun=overrun,
        success=np.where(asked, settled, -1).astype(np.int8),
        seconds=times,
        classes=classes,
        found=found,
        proved=np.array(["nonelementary" in each.values() for each in outcomes]) & (found == 0),
    )


def _rows(table: pa.Table) -> Any:  # noqa: ANN401  (an iterator of dictionaries)
    columns = [table[name].to_pylist() for name in _COLUMNS]
    return (dict(zip(_COLUMNS, values, strict=True)) for values in zip(*columns, strict=True))


def _checked(path: Path, number: int, row: dict[str, Any]) -> Expr:
    """The integrand of a row.

    Raises:
        DataError: if the row is bad.
    """
    where = f"{path}, row {number + 1}"
    if row["outcome"] not in OUTCOMES:
        raise DataError(f"{where}: {row['outcome']!r} is no outcome; there are: {', '.join(OUTCOMES)}")
    for name in ("cpu_seconds", "limit_seconds"):
        if not (row[name] is not None and 0 <= row[name] < np.inf):
            raise DataError(f"{where}: {name} = {row[name]} is no time in seconds")
    try:
        return renamed(INTEGRALS.decode(row["problem"]))
    except (AntideriveError, TypeError) as error:
        raise DataError(f"{where}: the tokens are no integration problem: {error}") from error


def _class_of(outcomes: set[str]) -> int:
    for index, name in enumerate(CLASSES):
        if name in outcomes or (name == "limit" and outcomes & set(INCONCLUSIVE)):
            return index
    return -1


def _found(outcomes: set[str], *, censored: bool) -> int:
    if "solved" in outcomes:
        return 1
    if "nonelementary" in outcomes:
        return 0
    # An answer that cannot be written or confirmed is no sign that there is none.
    if outcomes & {"wrong", "unconfirmed", "unsupported"}:
        return -1
    return -1 if censored and outcomes & set(INCONCLUSIVE) else 0


def require_one_scheme(folder: Path, sets: dict[str, LabelledSet]) -> None:
    """Refuses sets in which some functions were labelled by more methods than others.

    Whether an integral was found would mean different things.

    Raises:
        DataError: if there are.
    """
    schemes: Counter[tuple[str, ...]] = Counter()
    for part in sets.values():
        for asked in part.success >= 0:
            schemes[tuple(name for name, one in zip(part.methods, asked, strict=True) if one)] += 1
    if len(schemes) > 1:
        (first, most), (second, other) = schemes.most_common(2)
        raise DataError(
            f"{folder}: labels of different schemes: {most:,} functions by {', '.join(first)}, {other:,} by "
            f"{', '.join(second)}; choose with --method, or label all by the same methods"
        )


def require_both_classes(folder: Path, split: str, part: LabelledSet) -> None:
    """Refuses a set in which no function, or every function, has an integral.

    Raises:
        DataError: if it is one.
    """
    for value, what in ((1, "with an integral that was found"), (0, "known to be without")):
        if not (part.found == value).any():
            raise DataError(
                f"{folder}: an empty class: the {split} split has no function {what} among "
                f"{len(part):,}; label more functions"
            )
