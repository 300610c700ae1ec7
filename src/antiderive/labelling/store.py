"""Label stores: a SQLite file or a PostgreSQL database, through one code path.

Every write is one transaction that may be repeated: existing rows stay. So a connection that is lost, even
during a commit, is reopened and the same rows are sent again.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import (
    Connection,
    Table,
    Text,
    event,
    false,
    func,
    insert,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from antiderive.errors import StoreError
from antiderive.labelling import schema
from antiderive.labelling.job import Label
from antiderive.labelling.opening import (
    checked_url,
    engine_of,
    kinds_of,
    prepare,
    prepare_sqlite,
    require_own,
)

if TYPE_CHECKING:
    from antiderive.labelling.functions import Function
    from antiderive.labelling.job import Job

PATIENCE = 600.0
"""Seconds for which a lost connection is retried."""

_LONGEST_PAUSE = 2.0
_BETWEEN_LINES = 10.0
"""Seconds between the lines of a store that waits."""

_DISK_FULL = "53100"
_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Slice:
    """A finished part of a run: a row of the ledger.

    Attributes:
        start: first index.
        count: number of indices.
        counts: number of functions by outcome.
    """

    start: int
    count: int
    counts: dict[str, int]


class Store:
    """Functions, labels, and the ledger of finished slices.

    Args:
        url: ``sqlite:///file`` (``sqlite:////absolute/file``) or ``postgresql://user:password@host/database``.
        patience: seconds for which a lost connection is retried.
        create: whether to create a store that does not exist.
        waiting: called with one line before each retry, from the waiting thread; it may raise to stop.

    Raises:
        SettingError: for a URL of another kind.
        StoreError: if it cannot be opened, was made by another version of this package, or
            holds tables of something else.
    """

    def __init__(
        self,
        url: str,
        *,
        create: bool = True,
        patience: float = PATIENCE,
        waiting: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._url = checked_url(url)
        self._patience = patience
        self.waiting = waiting
        file = self._url.database or ""
        if not create and self._url.get_backend_name() == "sqlite" and not Path(file).exists():
            raise StoreError(f"no such file: {file}; 'antiderive label' creates it")
        self.engine = engine_of(self._url)
        try:
            # A database of others is left as it is, its journal mode too.
            self._once_free("open", lambda connection: require_own(connection, self.name))
            if self.engine.dialect.name == "sqlite":
                self.engine.dispose()
                event.listen(self.engine, "connect", prepare_sqlite)
            self._once_free("open", lambda connection: prepare(connection, self.name, create=create))
        except BaseException:
            self.close()
            raise

    @property
    def name(self) -> str:
        """The URL without its password."""
        return self._url.set(drivername=self._url.get_backend_name()).render_as_string(hide_password=True)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start_run(
        self, job: Job, start: int, count: int, *, within: tuple[int, int] | None = None
    ) -> list[Slice]:
        """Record a run and return its finished slices.

        Args:
            job: the job of the run.
            start: first index of the run.
            count: number of its indices.
            within: start and count of the part whose slices are returned; by default the whole run.
        """
        first, size = within or (start, count)
        run = job.run_key(start, count)
        recipe_row = {
            "key": job.recipe_key,
            "text": job.recipe.text(),
            "settings": json.dumps(job.recipe.to_dict()),
        }
        run_row = {
            "key": run,
            "recipe": job.recipe_key,
            "method": job.method,
            "limit_seconds": job.limits.cpu_seconds,
            "limit_mib": job.limits.memory_mib,
            "start": start,
            "count": count,
        }

        def work(connection: Connection) -> list[Slice]:
            self._insert(connection, schema.recipes, [recipe_row])
            self._insert(connection, schema.runs, [run_row])
            table = schema.ledger
            rows = connection.execute(
                select(table.c.start, table.c.count, table.c.counts).where(
                    table.c.run == run, table.c.start >= first, table.c.start < first + size
                )
            )
            return [Slice(row.start, row[1], json.loads(row.counts)) for row in rows]

        return self._persist(work)

    def knows(self, run: str) -> bool:
        """Tell whether a run has been recorded."""
        query = select(schema.runs.c.key).where(schema.runs.c.key == run)
        return self._persist(lambda connection: connection.execute(query).first() is not None)

    def require_writable(self) -> None:
        """Check that rows can be added to the store.

        Raises:
            StoreError: if this user may not read and insert, or the store is read-only.
        """

        def work(connection: Connection) -> None:
            for table in (schema.recipes, schema.functions, schema.labels, schema.runs, schema.ledger):
                # This adds no row, but needs every right that adding one needs.
                nothing = select(table).where(false())
                connection.execute(insert(table).from_select(list(table.c), nothing))

        self._persist(work)

    def known(self, method: str, functions: Sequence[Function]) -> dict[bytes, Label]:
        """Return the current labels of these functions by this method, by content key."""
        keys = [function.key for function in functions]
        table = schema.labels
        current = schema.current_labels(table.c.function.in_(keys), table.c.method == method)
        query = select(*(current.c[column.name] for column in table.c))

        def work(connection: Connection) -> dict[bytes, Label]:
            found = [Label(**row) for row in connection.execute(query).mappings()]
            return {label.function: label for label in found}

        return self._persist(work)

    def require_sound(self) -> None:
        """Refuse a store with a value of another type than its column, which SQLite would keep.

        Raises:
            StoreError: with the table, the column and the value.
        """
        if self.engine.dialect.name != "sqlite":
            return
        for table in (schema.recipes, schema.functions, schema.labels):
            for column in table.columns:
                kinds = kinds_of(column)
                stored = func.typeof(column)
                query = select(type_coerce(column, Text), stored).where(stored.not_in(kinds)).limit(1)
                for value, kind in self.rows(query):
                    raise StoreError(
                        f"the store {self.name} is damaged: {table.name}.{column.name} has the value "
                        f"{str(value)[:40]!r} of the type {kind}, not {' or '.join(kinds)}; delete the row"
                    )

    def cpu_seconds(self) -> float:
        """Return the CPU time of all calls whose labels are in the store, in seconds.

        Raises:
            StoreError: if it cannot be read.
        """
        ((seconds,),) = self.rows(select(func.sum(schema.labels.c.cpu_seconds)))
        return float(seconds or 0.0)

    def write(
        self,
        job: Job,
        run: str,
        functions: Sequence[Function],
        labels: Sequence[Label],
        slices: Sequence[Slice],
    ) -> None:
        """Add rows and the slices that they finish, all or none; existing rows stay as they are.

        Raises:
            StoreError: if they cannot be written; then none is.
        """
        # Sorted, so that two writers with rows in common wait for each other without a deadlock.
        function_rows = [
            {"recipe": job.recipe_key, **asdict(function)}
            for function in sorted(functions, key=lambda function: function.index)
        ]
        label_rows = [asdict(label) for label in sorted(labels, key=lambda label: label.function)]
        slice_rows = [
            {"run": run, "start": part.start, "count": part.count, "counts": json.dumps(part.counts)}
            for part in sorted(slices, key=lambda part: part.start)
        ]

        def work(connection: Connection) -> None:
            self._insert(connection, schema.functions, function_rows)
            self._insert(connection, schema.labels, label_rows)
            self._insert(connection, schema.ledger, slice_rows)

        self._persist(work)

    def rows(self, query: Any, *, batch: int = 10_000) -> Iterator[Any]:  # noqa: ANN401  (any SELECT)
        """Yield the rows of a query, read in batches.

        Raises:
            StoreError: if they cannot be read.
        """
        self._once_free("read", lambda connection: connection.execute(select(schema.schema.c.version)))
        try:
            with (
                self.engine.connect() as connection,
                connection.execution_options(yield_per=batch).execute(query) as result,
            ):
                yield from result
        except SQLAlchemyError as error:
            raise StoreError(f"cannot read the store {self.name}: {_line(error)}") from error

    def _insert(self, connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
        if rows:
            dialect = postgresql if self.engine.dialect.name == "postgresql" else sqlite
            connection.execute(dialect.insert(table).on_conflict_do_nothing(), rows)

    def _persist(self, work: Callable[[Connection], _Result]) -> _Result:
        """Do ``work`` in a transaction, and retry while the database cannot be reached."""
        return self._again("use", work, _passing)

    def _once_free(self, what: str, work: Callable[[Connection], _Result]) -> _Result:
        """Do ``work`` in a transaction, and retry while another process has locked the file."""
        return self._again(what, work, _is_busy)

    def _again(
        self, what: str, work: Callable[[Connection], _Result], passing: Callable[[SQLAlchemyError], bool]
    ) -> _Result:
        deadline = time.monotonic() + self._patience
        pause, told = 0.05, -_BETWEEN_LINES
        while True:
            try:
                with self.engine.begin() as connection:
                    return work(connection)
            except SQLAlchemyError as error:
                # After an error, the connection is not used again.
                self.engine.dispose()
                if not passing(error) or time.monotonic() > deadline:
                    raise StoreError(f"cannot {what} the store {self.name}: {_line(error)}") from error
                if time.monotonic() - told > _BETWEEN_LINES:
                    told = time.monotonic()
                    self.waiting(_why_waiting(self.name, error))
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


def _why_waiting(name: str, error: SQLAlchemyError) -> str:
    if _is_busy(error):
        return f"the store {name} is locked by another process; waiting"
    return f"the store cannot be reached, trying again: {_line(error)}"


def _is_busy(error: SQLAlchemyError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None) if isinstance(error, DBAPIError) else None
    return code is not None and (code & 0xFF) in _SQLITE_BUSY


def _passing(error: SQLAlchemyError) -> bool:
    """Tell whether the same transaction may succeed later."""
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return (code & 0xFF) in _SQLITE_BUSY
    state = getattr(error.orig, "sqlstate", None) or ""
    lost = error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return lost and state != _DISK_FULL and not isinstance(error.orig, sqlite3.Error)


def _line(error: SQLAlchemyError) -> str:
    """Return the first line of the database's message."""
    said = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return str(said).strip().partition("\n")[0]
