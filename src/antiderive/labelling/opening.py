"""Opening a store: its URL, its engine, whose tables are there, and making them. It knows no rows."""

from __future__ import annotations

import sqlite3
import time
from importlib.util import find_spec
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Double,
    Engine,
    LargeBinary,
    Text,
    create_engine,
    func,
    inspect,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.schema import CreateIndex, CreateTable

from antiderive.errors import MissingExtraError, SettingError, StoreError
from antiderive.labelling import schema

_LOCK = 0x616E7469
"""PostgreSQL's advisory lock for creating tables ("anti")."""

_SQLITE_SECONDS = 2.0
"""Seconds for which a connection to a file waits for other connections in silence."""


def checked_url(text: str) -> URL:
    """Return the URL with its driver.

    Raises:
        SettingError: if it names neither a SQLite file nor a PostgreSQL database.
    """
    help_ = "a store is sqlite:///labels.db or postgresql://user:password@host/database"
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise SettingError(f"{text!r} is not the URL of a store; {help_}") from error
    kind = url.get_backend_name()
    if kind == "sqlite" and url.database and url.database != ":memory:":
        return url.set(drivername="sqlite+pysqlite")
    if kind in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    raise SettingError(f"{url.render_as_string()!r} is not the URL of a store; {help_}")


def engine_of(url: URL) -> Engine:
    """Return the engine of a URL, not connected yet."""
    if url.get_backend_name() == "sqlite":
        return create_engine(url, connect_args={"timeout": _SQLITE_SECONDS})
    if find_spec("psycopg") is None:
        raise MissingExtraError("a store in PostgreSQL", "postgres")
    # A connection whose other end disappeared silently is noticed within 20 seconds.
    alive = {
        "keepalives_idle": 10,
        "keepalives_interval": 3,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
    }
    return create_engine(url, connect_args={"connect_timeout": 5, "application_name": "antiderive", **alive})


def require_own(connection: Connection, name: str) -> None:
    """Refuse a database with tables that this package has not made.

    Raises:
        StoreError: if it has them.
    """
    there = inspect(connection)
    if there.has_table(schema.schema.name):
        return
    for table in there.get_table_names():
        # Without a version: the making of the tables was cut short.
        own = schema.metadata.tables.get(table)
        if own is None or {column["name"] for column in there.get_columns(table)} != set(own.c.keys()):
            raise StoreError(
                f"the store {name} holds tables that antiderive did not make ({table}); give another database"
            )


def prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    """Set up a new connection to a file that is ours."""
    # Unlike other statements this one does not wait while another connection opens or closes the file.
    patience = time.monotonic() + _SQLITE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                raise
            time.sleep(0.01)
    # A commit outlives the process. A power failure may lose the last commits; they are repeated.
    connection.execute("PRAGMA synchronous = NORMAL")


def prepare(connection: Connection, name: str, *, create: bool) -> None:
    """Create the tables unless they exist.

    Raises:
        StoreError: if they have another version, or are missing and ``create`` is not set.
    """
    version = None
    if inspect(connection).has_table(schema.schema.name):
        version = connection.scalar(select(schema.schema.c.version))
    if version not in (None, schema.SCHEMA_VERSION):
        raise StoreError(
            f"the store {name} has tables of version {version}; this program writes version "
            f"{schema.SCHEMA_VERSION}; use the version of antiderive that made it, or another store"
        )
    if version is not None:
        return
    if not create:
        raise StoreError(f"{name} holds no labels; 'antiderive label' creates them")
    if connection.dialect.name == "postgresql":
        # Even with IF NOT EXISTS, two sessions that create one table at once can fail.
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    for table in schema.metadata.sorted_tables:
        connection.execute(CreateTable(table, if_not_exists=True))
        for index in table.indexes:
            connection.execute(CreateIndex(index, if_not_exists=True))
    # The version comes last, so that an interrupted creation is repeated.
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(
        dialect.insert(schema.schema).on_conflict_do_nothing(), [{"version": schema.SCHEMA_VERSION}]
    )


def kinds_of(column: Column[Any]) -> tuple[str, ...]:
    """Return the names of the types that SQLite may keep in a column."""
    kinds: tuple[str, ...]
    if isinstance(column.type, LargeBinary):
        kinds = ("blob",)
    elif isinstance(column.type, Text):
        kinds = ("text",)
    elif isinstance(column.type, Double):
        kinds = ("real", "integer")
    else:
        kinds = ("integer",)
    return (*kinds, "null") if column.nullable else kinds
