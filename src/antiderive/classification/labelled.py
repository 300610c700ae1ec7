"""Labelled sets as arrays, read from what ``antiderive label export --to classifier`` wrote."""

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
    """Functions with their labels, in arrays in the order of ``integrands``.

    Attributes:
        integrands: the functions, parameters named ``a0``, ``a1``, ... in order.
        operators: number of operators of each function.
        skeletons: keyed hash of each skeleton.
        methods: names of the methods, sorted.
        limits: CPU limit of each method, in seconds.
        overrun: for each method, the CPU seconds it takes to stop a call at its limit.
        success: 1 if the method settled the function, by a confirmed integral or a proof that there is none;
            0 if not; -1 if it was not called; [N, M].
        seconds: CPU seconds of each call, NaN if the method was not called; [N, M].
        classes: index into :data:`~antiderive.classification.prediction.CLASSES`, -1 for none.
        found: 1 if an integral was found, 0 if not, -1 if a limit left it unknown.
        proved: whether a proof shows that there is no elementary integral.
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
        """The functions at these indices, or where the mask is true."""
        chosen = np.flatnonzero(indices) if indices.dtype == bool else indices
        by_function = ("operators", "skeletons", "success", "seconds", "classes", "found", "proved")
        return replace(
            self,
            integrands=[self.integrands[index] for index in chosen],
            **{name: getattr(self, name)[chosen] for name in by_function},
        )

    def one_of_each_skeleton(self) -> LabelledSet:
        """The first function of each skeleton; one that differs only in constants is not another test."""
        return self.select(np.sort(np.unique(self.skeletons, return_index=True)[1]))


def read_splits(
    folder: Path, *, methods: Sequence[str] = (), censored: bool = True, splits: Sequence[str] = SPLITS
) -> dict[str, LabelledSet]:
    """The splits of a labelled set.

    Args:
        folder: folder with ``train.parquet``, ``valid.parquet`` and ``test.parquet``.
        methods: methods whose labels to use; by default all.
        censored: whether functions that met a limit count as unknown rather than as not found.
        splits: the splits to read.

    Raises:
        DataError: if a file is missing or is not a labelled set, for a bad row, or for labels of different
            schemes.
        SettingError: for a method without labels in the set.
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
        raise DataError(f"{path} is not a labelled set: it has no column {missing[0]!r}; {_HELP}")
    return table


def _limits(
    folder: Path, tables: dict[str, pa.Table], methods: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Limit and overrun of each method, read off the calls that met the limit."""
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
    """Read one split; the rows of a function are adjacent and become one entry."""
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
        raise DataError(f"{path} has no labels of {', '.join(methods)}; label more functions")
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
        raise DataError(f"{where}: unknown outcome {row['outcome']!r}; known outcomes: {', '.join(OUTCOMES)}")
    for name in ("cpu_seconds", "limit_seconds"):
        if not (row[name] is not None and 0 <= row[name] < np.inf):
            raise DataError(f"{where}: {name} = {row[name]} is not a time in seconds")
    try:
        return renamed(INTEGRALS.decode(row["problem"]))
    except (AntideriveError, TypeError) as error:
        raise DataError(f"{where}: the tokens are not an integration problem: {error}") from error


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
    # An answer that cannot be written or confirmed does not show that there is none.
    if outcomes & {"wrong", "unconfirmed", "unsupported"}:
        return -1
    return -1 if censored and outcomes & set(INCONCLUSIVE) else 0


def require_one_scheme(folder: Path, sets: dict[str, LabelledSet]) -> None:
    """Refuse sets in which some functions were labelled by more methods than others.

    There, "an integral was found" would not mean the same for all functions.

    Raises:
        DataError: if there are such functions.
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
    """Refuse a set in which no function, or every function, has an integral.

    Raises:
        DataError: if a class is empty.
    """
    for value, what in ((1, "with an integral that was found"), (0, "known to be without")):
        if not (part.found == value).any():
            raise DataError(
                f"{folder}: an empty class: the {split} split has no function {what} among "
                f"{len(part):,}; label more functions"
            )
