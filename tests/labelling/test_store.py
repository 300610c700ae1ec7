"""Stores: the same tests on SQLite and on a real PostgreSQL."""

import sqlite3
import threading
from functools import partial

import pytest
from sqlalchemy import func, select

from antiderive.errors import SettingError, StoreError
from antiderive.labelling import Function, Job, Label, Slice, Store, content_key
from antiderive.labelling.schema import functions, labels, ledger
from antiderive.tasks import Recipe
from antiderive.workers import Limits

RECIPE = Recipe(task="bwd", min_operators=1, max_operators=3)


def job(seconds=2.0, mib=1024, method="sympy"):
    return Job(RECIPE, method, Limits(cpu_seconds=seconds, memory_mib=mib))


def function(index, prefix=None, skeleton=7):
    prefix = prefix or f"add x INT+ {index}"
    return Function(index, content_key(prefix), prefix, operators=1, skeleton=skeleton, split="train")


def label(function, outcome="gave_up", seconds=2.0, mib=1024, method="sympy", integral=None):
    return Label(
        function.key,
        method,
        seconds,
        mib,
        outcome,
        integral,
        "",
        None,
        0.1,
        0.1,
        50.0,
        "here:1",
        "test",
    )


def count(store, table):
    ((number,),) = store.rows(select(func.count()).select_from(table))
    return number


def test_rows_come_back_as_they_were_written(store_url):
    with Store(store_url) as store:
        first, second = function(0, skeleton=2**64 - 1), function(1, skeleton=0)
        row = label(first, "solved", integral="mul x x")
        assert store.cpu_seconds() == 0.0
        store.write(job(), "run", [first, second], [row], [])
        assert store.cpu_seconds() == row.cpu_seconds
        assert store.known("sympy", [first, second]) == {first.key: row}
        assert store.known("fricas", [first, second]) == {}
        (found, *_) = store.rows(select(functions).order_by(functions.c.index))
        assert (found.index, found.prefix, found.skeleton) == (0, "add x INT+ 0", 2**64 - 1)
    with Store(store_url) as store:  # and are still there
        assert store.known("sympy", [first]) == {first.key: row}


def test_writing_again_changes_nothing(store_url):
    with Store(store_url) as store:
        some = [function(index) for index in range(50)]
        rows = [label(one) for one in some]
        for _ in range(2):
            store.write(job(), "run", some, rows, [Slice(0, 50, {"gave_up": 50})])
        assert (count(store, functions), count(store, labels), count(store, ledger)) == (50, 50, 1)
        store.write(
            job(), "run", [], [label(some[0], "solved", integral="x")], [Slice(0, 50, {"solved": 50})]
        )
        assert store.known("sympy", some[:1])[some[0].key].outcome == "gave_up"
        assert store.start_run(job(), 0, 50) == []
        store.write(job(), job().run_key(0, 50), [], [], [Slice(0, 50, {"gave_up": 50})])
        assert store.start_run(job(), 0, 50) == [Slice(0, 50, {"gave_up": 50})]


def test_larger_limits_supersede_what_was_inconclusive(store_url):
    one = function(0)
    with Store(store_url) as store:

        def current():
            return store.known("sympy", [one])[one.key]

        store.write(job(), "run", [one], [label(one, "timeout", seconds=2.0)], [])
        assert job(2.0).may_improve(current()) is False
        assert job(5.0).may_improve(current()) is True
        assert job(2.0, mib=4096).may_improve(current()) is False  # it was not for lack of memory
        store.write(job(), "run", [one], [label(one, "timeout", seconds=5.0)], [])
        assert (current().outcome, current().limit_seconds) == ("timeout", 5.0)
        store.write(job(), "run", [one], [label(one, "solved", seconds=4.0, integral="x")], [])
        assert current().outcome == "solved"
        store.write(job(), "run", [one], [label(one, "timeout", seconds=9.0)], [])
        assert current().outcome == "solved"
        assert job(100.0).may_improve(current()) is False


def test_a_failed_write_leaves_nothing_behind(store_url):
    with Store(store_url) as store:
        bad = label(function(1), integral=object())
        with pytest.raises(StoreError, match="cannot use the store"):
            store.write(job(), "run", [function(0)], [label(function(0)), bad], [Slice(0, 1, {})])
        assert (count(store, functions), count(store, labels), count(store, ledger)) == (0, 0, 0)


def together(*works):
    """Runs functions at the same time; returns the errors of stores."""
    errors = []
    barrier = threading.Barrier(len(works))

    def run(work):
        barrier.wait()
        try:
            work()
        except StoreError as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_stores_opened_at_once_make_their_tables_once(store_url):
    assert together(*[lambda: Store(store_url).close()] * 8) == []
    with Store(store_url) as store:
        assert count(store, labels) == 0


def test_writers_at_once_lose_nothing(store_url):
    """Rows in common, in opposite orders: no deadlock, no loss, no double."""
    some = [function(index) for index in range(400)]

    def write(order):
        with Store(store_url) as store:
            for start in range(0, 400, 50):
                part = order[start : start + 50]
                store.write(job(), "run", part, [label(one) for one in part], [])

    orders = (some, some[::-1], some[200:] + some[:200])
    assert together(*[partial(write, order) for order in orders]) == []
    with Store(store_url) as store:
        assert (count(store, functions), count(store, labels)) == (400, 400)


def test_another_schema_version_is_refused(store_url, monkeypatch):
    monkeypatch.setattr("antiderive.labelling.schema.SCHEMA_VERSION", 99)
    Store(store_url).close()
    monkeypatch.undo()
    with pytest.raises(StoreError, match="version 99; this program writes version 1"):
        Store(store_url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("labels.db", "not the URL of a store"),
        ("sqlite://", "not the URL of a store"),
        ("mysql://localhost/labels", "not the URL of a store"),
        ("sqlite:////nowhere/at/all/labels.db", "unable to open database file"),
        ("postgresql://tester@127.0.0.1:1/none", "refused"),
    ],
)
def test_bad_urls(url, message):
    with pytest.raises((SettingError, StoreError), match=message):
        Store(url)


def test_errors_hide_the_password():
    with pytest.raises(StoreError) as caught:
        Store("postgresql://tester:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "labels.db").write_text("these are no labels, and long enough to be looked at: " * 20)
    with pytest.raises(StoreError, match="not a database"):
        Store(f"sqlite:///{tmp_path}/labels.db")


def test_a_worker_needs_only_to_read_and_insert(postgres):
    """In PostgreSQL a user without the right to change, delete or create anything can label."""
    url = postgres.new_database()
    database = url.split("@/")[1].split("?")[0]
    with Store(url) as store:
        store.write(job(), "run", [function(0)], [label(function(0), "timeout")], [])
    postgres.sql("DROP ROLE IF EXISTS adder")
    postgres.sql("CREATE ROLE adder LOGIN")
    postgres.sql("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO adder", database)
    with Store(url.replace("tester@", "adder@")) as store:
        assert store.start_run(job(5.0), 0, 1) == []
        store.write(job(5.0), "run", [function(0)], [label(function(0), "solved", 5.0, integral="x")], [])
        assert store.known("sympy", [function(0)])[function(0).key].outcome == "solved"


def test_a_lost_connection_is_opened_again(postgres):
    said = []
    url = postgres.new_database()
    with Store(url, waiting=said.append) as store:
        store.write(job(), "run", [function(0)], [label(function(0))], [])
        postgres.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'antiderive'"
        )
        store.write(job(), "run", [function(1)], [label(function(1))], [Slice(0, 2, {"gave_up": 2})])
        assert count(store, labels) == 2
        assert "trying again" in said[0]


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_writes_wait_for_a_server_that_is_down(postgres, mode):
    tries = []

    def waiting(line):
        tries.append(line)
        if len(tries) == 4:
            postgres.start()

    with Store(postgres.new_database(), waiting=waiting) as store:
        store.write(job(), "run", [function(0)], [label(function(0))], [])
        postgres.stop(mode)
        store.write(job(), "run", [function(1)], [label(function(1))], [Slice(0, 2, {"gave_up": 2})])
        assert len(tries) >= 4
        assert (count(store, functions), count(store, labels), count(store, ledger)) == (2, 2, 1)


def test_patience_ends(postgres):
    with Store(postgres.new_database(), patience=0.2) as store:
        postgres.stop()
        try:
            with pytest.raises(StoreError, match="cannot use the store"):
                store.write(job(), "run", [function(0)], [label(function(0))], [])
        finally:
            postgres.start()


def test_a_full_disk_is_an_error_and_the_file_stays_whole(tmp_path):
    path = tmp_path / "labels.db"
    with Store(f"sqlite:///{path}") as store:
        store.write(job(), "run", [function(0)], [label(function(0))], [])
        with store.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        some = [function(index) for index in range(1, 500)]
        with pytest.raises(StoreError, match="database or disk is full"):
            store.write(job(), "run", some, [label(one) for one in some], [Slice(0, 500, {})])
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM labels").fetchone() == (1,)
    with Store(f"sqlite:///{path}") as store:  # there is room again
        store.write(job(), "run", some, [label(one) for one in some], [])
        assert count(store, labels) == 500
