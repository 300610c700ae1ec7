"""Tables of a store of labels, the same in SQLite and PostgreSQL.

Rows are only added: a better outcome of the same call (with more time or memory) is another row, and
:func:`current_labels` chooses. So a worker needs no right to update or delete, and no evidence is lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    case,
    func,
    select,
)
from sqlalchemy.types import TypeDecorator

from antiderive.cas import INCONCLUSIVE

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Dialect, Subquery

SCHEMA_VERSION = 1
"""Version of the tables; it rises when a table or the meaning of a column changes."""


class Unsigned64(TypeDecorator[int]):
    """Integers from 0 to 2^64 - 1 in a signed column."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Return the signed number with the same 64 bits."""
        return value if value is None or value < 1 << 63 else value - (1 << 64)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> int | None:  # noqa: ANN401, ARG002
        """Return the unsigned number again."""
        return value if value is None or value >= 0 else value + (1 << 64)


metadata = MetaData()

schema = Table("antiderive_schema", metadata, Column("version", Integer, primary_key=True))

recipes = Table(
    "recipes",
    metadata,
    Column("key", Text, primary_key=True),
    Column("text", Text, nullable=False),  # every setting and the generator's version, in one line
    Column("settings", Text, nullable=False),  # JSON, as Recipe.from_dict takes it
)

functions = Table(
    "functions",
    metadata,
    Column("recipe", Text, primary_key=True),
    Column("index", BigInteger, primary_key=True),
    Column("key", LargeBinary(16), nullable=False),
    Column("prefix", Text, nullable=False),
    Column("operators", Integer, nullable=False),
    Column("skeleton", Unsigned64, nullable=False),
    Column("split", Text, nullable=False),
    Index("functions_key", "key"),
)

labels = Table(
    "labels",
    metadata,
    Column("function", LargeBinary(16), primary_key=True),
    Column("method", Text, primary_key=True),
    Column("limit_seconds", Double, primary_key=True),
    Column("limit_mib", Integer, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("integral", Text),  # prefix form; only where the outcome is solved
    Column("reason", Text, nullable=False),
    Column("verdict", Text),  # JSON: see Label.verdict
    Column("seconds", Double, nullable=False),
    Column("cpu_seconds", Double, nullable=False),
    Column("memory_mib", Double, nullable=False),
    Column("worker", Text, nullable=False),
    Column("versions", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("key", Text, primary_key=True),
    Column("recipe", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("limit_seconds", Double, nullable=False),
    Column("limit_mib", Integer, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("run", Text, primary_key=True),
    Column("start", BigInteger, primary_key=True),
    Column("count", BigInteger, primary_key=True),
    Column("counts", Text, nullable=False),  # JSON: number of functions by outcome
)


def current_labels(*conditions: ColumnElement[bool]) -> Subquery:
    """Select one label for each function and method, among those that meet the conditions.

    A conclusive outcome comes first, then the largest limits.
    """
    inconclusive = case((labels.c.outcome.in_(INCONCLUSIVE), 1), else_=0)
    order = (inconclusive, labels.c.limit_seconds.desc(), labels.c.limit_mib.desc())
    rank = func.row_number().over(partition_by=(labels.c.function, labels.c.method), order_by=order)
    ranked = select(labels, rank.label("rank")).where(*conditions).subquery()
    return select(ranked).where(ranked.c.rank == 1).subquery("current")
