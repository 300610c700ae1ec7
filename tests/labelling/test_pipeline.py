"""From indices to rows, with real workers and real stores, and every fault on the way."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from helpers.processes import environment
from sqlalchemy import select

from antiderive import Expr
from antiderive.cli.label.report import command as report_command
from antiderive.errors import StoreError
from antiderive.labelling import Job, LocalExecutor, Store, functions_to_label, label_range
from antiderive.labelling.export import export_labels
from antiderive.labelling.job import PORTFOLIO, decided_by
from antiderive.labelling.report import report_on
from antiderive.labelling.schema import functions, labels, ledger
from antiderive.portfolio import installed
from antiderive.tasks import Recipe
from antiderive.workers import Limits

RECIPE = Recipe(task="bwd", min_operators=2, max_operators=6, seed=3)
ANSWER = "helpers.methods:answer"  # says at once that the function is its own integral
DRIVER = """
import sys
from antiderive.labelling import Job, LocalExecutor, Store
from antiderive.tasks import Recipe
from antiderive.workers import Limits
url, method, count = sys.argv[1:]
job = Job(Recipe(task="bwd", min_operators=2, max_operators=6, seed=3), method, Limits(5.0))
with Store(url) as store:
    progress = LocalExecutor(store, 2).run(job, 0, int(count), report=lambda seen: print(seen.done, flush=True))
print("finished", progress.repeated)
"""


def job(method=ANSWER, seconds=5.0, recipe=RECIPE):
    return Job(recipe, method, Limits(seconds))


def everything(store):
    """Rows of functions by index, of labels, and of the ledger."""
    by_index = {row.index: row for row in store.rows(select(functions))}
    return by_index, list(store.rows(select(labels))), list(store.rows(select(ledger)))


def check_complete(store, count):
    """Exactly one row for each index, a label for each function, and a ledger that adds up."""
    by_index, labelled, slices = everything(store)
    expected = functions_to_label(RECIPE, 0, count)
    assert sorted(by_index) == list(range(count))
    assert [by_index[one.index].key for one in expected] == [one.key for one in expected]
    assert sorted(row.function for row in labelled) == sorted({one.key for one in expected})
    assert sum(row.count for row in slices) == count
    assert sum(sum(json.loads(row.counts).values()) for row in slices) == count
    return labelled


def test_a_range_is_labelled_by_sympy(store_url, pool):
    seen = []
    small = Recipe(task="fwd", min_operators=1, max_operators=2, seed=3)
    sympy = job("sympy", recipe=small)
    with Store(store_url) as store:
        progress = label_range(
            sympy, 0, 30, store=store, pool=pool, slice_size=16, report=lambda p: seen.append(p.done)
        )
        by_index, labelled, slices = everything(store)
        assert (progress.done, sum(progress.counts.values()), seen[-1]) == (30, 30, 30)
        assert sorted(by_index) == list(range(30))
        assert (
            progress.done - progress.repeated == len(labelled) == len({row.key for row in by_index.values()})
        )
        assert sorted((row.start, row.count) for row in slices) == [(0, 16), (16, 14)]
        prefix = {row.key: row.prefix for row in by_index.values()}
        solved = [row for row in labelled if row.outcome == "solved"]
        assert len(solved) > 10
        for row in solved:  # not only by our own word
            integrand, integral = Expr.from_prefix(prefix[row.function]), Expr.from_prefix(row.integral)
            residual = (integral.diff("x") - integrand).evaluate(x=0.37 + 0.21j)
            assert abs(residual) < 1e-8
        for row in labelled:
            assert (row.integral is None) == (row.outcome != "solved")
            assert row.seconds > 0
            assert row.worker.endswith(f":{os.getpid()}")
            assert "sympy 1." in row.versions
        # The same again asks nobody: a pool whose every call would fail is as good.
        again = label_range(sympy, 0, 30, store=store, pool=IdlePool(), slice_size=16)
        assert (again.done, again.repeated, again.counts) == (30, 30, progress.counts)


def test_a_longer_range_asks_for_the_rest_only(store_url, pool):
    with Store(store_url) as store:
        first = label_range(job(), 0, 250, store=store, pool=pool)
        made = first.done - first.repeated
        longer = label_range(job(), 100, 400, store=store, pool=pool)
        by_index, labelled, _ = everything(store)
        assert sorted(by_index) == list(range(500))
        assert (
            made + longer.done - longer.repeated
            == len(labelled)
            == len({row.key for row in by_index.values()})
        )


class IdlePool:
    """Makes no call."""

    def map(self, work, limits, idle=None):
        assert list(work) == []
        yield from ()


def test_a_wrong_answer_is_stored_with_its_counter_example(tmp_path, pool):
    with Store(f"sqlite:///{tmp_path}/labels.db") as store:
        label_range(job(), 0, 5, store=store, pool=pool)
        _, labelled, _ = everything(store)
        assert [row.outcome for row in labelled] == ["wrong"] * 5
        assert all(json.loads(row.verdict)["counter_example"] for row in labelled)


def test_a_time_out_is_tried_again_with_more_time_only(tmp_path, pool):
    with Store(f"sqlite:///{tmp_path}/labels.db") as store:
        hang = job("helpers.methods:hang", seconds=0.1)
        assert label_range(hang, 0, 2, store=store, pool=pool).counts == {"timeout": 2}
        assert label_range(hang, 0, 2, store=store, pool=pool).repeated == 2
        longer = job(hang.method, seconds=0.2)
        assert label_range(longer, 0, 2, store=store, pool=pool).repeated == 0
        current = store.known(hang.method, functions_to_label(RECIPE, 0, 2)).values()
        assert {label.limit_seconds for label in current} == {0.2}


def test_stopping_from_the_report_loses_nothing(tmp_path, pool):
    class StopError(Exception):
        pass

    def report(progress):
        raise StopError

    with Store(f"sqlite:///{tmp_path}/labels.db") as store:
        with pytest.raises(StopError):
            label_range(job(), 0, 1500, store=store, pool=pool, report=report)
        before = len(everything(store)[0])
        progress = label_range(job(), 0, 1500, store=store, pool=pool)
        assert progress.repeated >= before
        check_complete(store, 1500)


def drive(url, count, method=ANSWER):
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, url, method, str(count)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )


def first_written(run):
    """Number of functions that a run has written when it has written some."""
    return next(number for number in map(int, run.stdout) if number > 0)


def test_a_killed_run_makes_no_call_again_whose_row_was_written(tmp_path, monkeypatch):
    """Counted where the calls are made."""
    calls, url = tmp_path / "calls", f"sqlite:///{tmp_path}/labels.db"
    monkeypatch.setenv("ANTIDERIVE_CALLS", str(calls))
    run = drive(url, 1500, method="helpers.methods:noted")
    assert first_written(run) > 0
    run.kill()
    run.communicate()
    with Store(url) as store:
        by_index, labelled, _ = everything(store)
    prefixes = {row.key: row.prefix for row in by_index.values()}
    written = {prefixes[row.function] for row in labelled}
    every = {one.prefix for one in functions_to_label(RECIPE, 0, 1500)}
    before = calls.read_text().splitlines()
    assert written < every and written <= set(before)
    run = drive(url, 1500, method="helpers.methods:noted")
    assert run.communicate(timeout=100)[1] == ""
    assert set(calls.read_text().splitlines()[len(before) :]) == every - written


def test_progress_is_reported_while_no_outcome_comes(tmp_path, pool, monkeypatch):
    """So that a heartbeat goes on however long the calls take."""
    monkeypatch.setattr("antiderive.workers.pool._IDLE_SECONDS", 0.01)
    monkeypatch.setattr("antiderive.labelling.pipeline._SECONDS", 0.01)
    heard = []

    def report(progress):
        heard.append(progress.done)
        if len(heard) == 5:
            raise KeyboardInterrupt

    slow = Job(RECIPE, "helpers.methods:hang", Limits(60))
    with Store(f"sqlite:///{tmp_path}/labels.db") as store, pytest.raises(KeyboardInterrupt):
        label_range(slow, 0, 4, store=store, pool=pool, report=report)
    assert heard == [0] * 5


def test_the_portfolio_asks_until_one_has_decided_and_says_which(tmp_path, pool):
    recipe = Recipe(task="fwd", min_operators=2, max_operators=4, seed=5)
    with Store(f"sqlite:///{tmp_path}/labels.db") as store:
        label_range(job(PORTFOLIO, 30.0, recipe), 0, 16, store=store, pool=pool)
        labelled = everything(store)[1]
        again = label_range(job(PORTFOLIO, 30.0, recipe), 0, 16, store=store, pool=IdlePool())
        assert (again.done, again.repeated) == (16, 16)
        report = report_on(store)
        export_labels(store, tmp_path / "labelled")
    steps = [step.method for step in installed()]
    for row in labelled:
        found = json.loads(row.verdict)
        asked = [method for method, _, _ in found["attempts"]]
        assert row.method == "portfolio" and asked == steps[: len(asked)]
        conclusive = row.outcome in ("solved", "nonelementary")
        assert conclusive or len(asked) == len(steps)
        assert [outcome for method, outcome, _ in found["attempts"] if method == found["method"]] == [
            row.outcome
        ]
        assert not conclusive or found["method"] == asked[-1] == decided_by("portfolio", row.verdict)
        assert f"{found['method']} " in row.versions
        assert row.cpu_seconds == pytest.approx(sum(seconds for *_, seconds in found["attempts"]), abs=0.01)
    assert {row.outcome for row in labelled} >= {"solved", "nonelementary"}
    assert sum(one.total() for one in report.deciders.values()) == len(labelled)
    assert report.to_dict()["portfolio"]["solved"]["own"] > 3
    printed = CliRunner().invoke(report_command, ["--store", f"sqlite:///{tmp_path}/labels.db"])
    assert "Portfolio: deciding method" in " ".join(printed.output.split())
    rows = [row for file in tmp_path.glob("labelled/*.parquet") for row in pq.read_table(file).to_pylist()]
    assert {row["decided_by"] for row in rows} >= {"own"} and {row["method"] for row in rows} == {"portfolio"}


def test_a_killed_run_repeats_only_what_was_in_flight(store_url):
    run = drive(store_url, 1500)
    written = first_written(run)
    run.kill()
    assert run.communicate() and run.returncode == -signal.SIGKILL
    with Store(store_url) as store:
        by_index, labelled, _ = everything(store)
        assert written <= len(by_index) < 1500
        first = {row.function: row for row in labelled}
    run = drive(store_url, 1500)
    output, errors = run.communicate(timeout=100)
    assert errors == ""
    # Everything that was in the store is taken from there, and the rows of the first run are still the same.
    assert int(output.split()[-1]) >= len(by_index)
    with Store(store_url) as store:
        labelled = {row.function: row for row in check_complete(store, 1500)}
        assert {key: labelled[key] for key in first} == first
        assert {row.worker for key, row in labelled.items() if key not in first}.isdisjoint(
            {row.worker for row in first.values()}
        )


def descendants(pid):
    children = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(status.parent.name))
    found, stack = [], [pid]
    while stack:
        below = children.get(stack.pop(), [])
        found += below
        stack += below
    return [one for one in found if one not in children]


def test_killed_workers_are_replaced_and_their_calls_made_again(tmp_path):
    killed, done = [], []

    def report(progress):
        # Not those that are still starting: after three failed starts in a row there would be an error.
        if len(killed) < 6 and progress.done not in (0, *done):
            done.append(progress.done)
            for pid in descendants(os.getpid()):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    with Store(f"sqlite:///{tmp_path}/labels.db") as store:
        progress = LocalExecutor(store, 2).run(job(), 0, 1500, report=report)
        assert len(killed) >= 2
        check_complete(store, 1500)
        assert "crashed" not in progress.counts


def test_an_outage_of_the_server_is_survived(postgres):
    """ANTIDERIVE_OUTAGE=20 makes it as long as in earnest."""
    outage = float(os.environ.get("ANTIDERIVE_OUTAGE", "1.5"))
    down = []

    def report(progress):
        if not down:
            postgres.stop("immediate")
            down.append(time.monotonic())

    def waiting(line):
        if len(down) == 1 and time.monotonic() - down[0] > outage:
            postgres.start()
            down.append(time.monotonic())

    with Store(postgres.new_database(), waiting=waiting) as store:
        progress = LocalExecutor(store, 2).run(job(), 0, 1500, report=report)
        assert len(down) == 2
        assert progress.done == 1500
        check_complete(store, 1500)


def test_a_full_disk_ends_the_run_with_one_line(tmp_path):
    url, path = f"sqlite:///{tmp_path}/labels.db", tmp_path / "labels.db"
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000))\n"
    run = subprocess.run(
        [sys.executable, "-c", limit + DRIVER, url, ANSWER, "1500"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "StoreError: cannot use the store" in run.stderr.splitlines()[-1]
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with Store(url) as store:
        LocalExecutor(store, 2).run(job(), 0, 1500)
        check_complete(store, 1500)


def test_a_store_that_fails_does_not_hold_up_the_end(tmp_path, pool):
    with Store(f"sqlite:///{tmp_path}/labels.db") as store:
        with store.engine.connect() as connection:
            connection.exec_driver_sql("DROP TABLE ledger")
        with pytest.raises(StoreError, match="no such table"):
            label_range(job(), 0, 5, store=store, pool=pool)
