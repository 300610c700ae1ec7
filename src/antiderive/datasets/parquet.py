"""The Parquet files of a data set: their columns, to and from rows of tokens.

This module knows neither folders nor manifests.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from antiderive.errors import DataError
from antiderive.expressions import TokenRows, Vocabulary
from antiderive.tasks import Examples

SCHEMA = pa.schema(
    [
        ("index", pa.uint64()),
        ("problem", pa.list_(pa.uint8())),
        ("solution", pa.list_(pa.uint8())),
        ("problem_operators", pa.uint16()),
        ("solution_operators", pa.uint16()),
        ("skeleton", pa.uint64()),
    ]
)
"""Columns of a file: one row for each example, tokens as lists of ids."""


def to_table(examples: Examples) -> pa.Table:
    """Return examples as a table of :data:`SCHEMA`."""
    columns = [
        pa.array(examples.indices),
        token_column(examples.problems),
        token_column(examples.solutions),
        pa.array(examples.problems.operators),
        pa.array(examples.solutions.operators),
        pa.array(examples.skeletons),
    ]
    return pa.table(columns, schema=SCHEMA)


def token_column(rows: TokenRows) -> pa.Array:
    """Return rows of tokens as a column of lists."""
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), pa.array(rows.ends).cast(pa.int32())])
    return pa.ListArray.from_arrays(offsets, pa.array(rows.tokens, pa.uint8()))


def rows_of(column: pa.ChunkedArray) -> TokenRows:
    """Return the rows of tokens of a column of lists without empty cells."""
    lists = column.combine_chunks()
    tokens = lists.flatten().to_numpy(zero_copy_only=False)
    return TokenRows(tokens, lists.value_lengths().to_numpy(zero_copy_only=False).cumsum())


def read_table(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Read one file of a data set.

    Raises:
        DataError: if it is missing, damaged, or has other columns.
    """
    try:
        with pq.ParquetFile(path) as file:
            if file.schema_arrow.remove_metadata() != SCHEMA:
                raise DataError(f"{path} has other columns: {', '.join(file.schema_arrow.names)}")
            return file.read(columns)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"cannot read {path}: {str(error).splitlines()[0]}") from error


def require_sound(table: pa.Table, path: Path) -> None:
    """Refuse a table with empty cells or with tokens that are none.

    Raises:
        DataError: if it has them.
    """
    known = len(Vocabulary())
    for name in table.column_names:
        column = table[name]
        tokens = pc.list_flatten(column) if pa.types.is_list(column.type) else None
        if column.null_count or (tokens is not None and tokens.null_count):
            raise DataError(f"{path} has empty cells in the column {name}; see antiderive dataset check")
        largest = None if tokens is None else pc.max(tokens).as_py()
        if largest is not None and largest >= known:
            raise DataError(
                f"{path} has a token {largest} in the column {name}, and the vocabulary ends at {known - 1}; "
                "see antiderive dataset check"
            )


def encode(table: pa.Table) -> memoryview:
    """Return the bytes of a file that holds a table."""
    sink = pa.BufferOutputStream()
    # In one chunk, so that the bytes do not depend on how the rows were collected.
    pq.write_table(table.combine_chunks(), sink, compression="zstd", use_dictionary=False)
    return memoryview(sink.getvalue())
