"""The commands as a user meets them: real processes, exit codes, one-line errors."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from antiderive.datasets.check import check_dataset
from antiderive.datasets.dataset import DataSet
from antiderive.distributed.client import Address, Cluster
from antiderive.distributed.dev import free_port
from antiderive.labelling import Store, functions_to_label
from antiderive.labelling.schema import functions
from antiderive.tasks import Recipe

TOOL = Path(sys.executable).with_name("antiderive")


def run(*arguments, **environment):
    return subprocess.run(
        [TOOL, "cluster", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | environment,
        check=False,
    )


def one_line(result, *texts):
    assert result.returncode == 2
    (line,) = result.stderr.strip().splitlines()
    for text in texts:
        assert text in line


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["submit", "label", "--count", "9", "--recipe", "missing.toml"], "missing.toml"),
        (["submit", "label", "--count", "9", "--method", "os:system"], "unknown method 'os:system'"),
        (["submit", "generate", "foo", "--count", "9", "-o", "d"], "unknown task 'foo'"),
        (["submit", "generate", "bwd", "--count", "9", "-o", "http://h/d"], "cannot write to 'http://h/d'"),
        (["worker", "--store", "mysql://host/db"], "not the URL of a store"),
        (["worker", "--store", "sqlite:////proc/nothing/labels.db"], "cannot open the store"),
        (["status", "--address", "nonsense"], "cannot reach a Temporal server at nonsense"),
    ],
)
def test_bad_input_is_one_line(arguments, message):
    one_line(run(*arguments), message)


def test_a_server_that_is_not_there_is_one_line():
    address = f"127.0.0.1:{free_port()}"
    one_line(
        run("status", "--address", address),
        f"cannot reach a Temporal server at {address}: connection refused",
    )


def test_what_the_server_does_not_have_is_one_line(temporal):
    where = ("--address", temporal.address)
    one_line(run("status", *where, "--namespace", "foo"), "has no namespace 'foo'")
    # Address and namespace come from the environment as well, as for Temporal's own tools.
    one_line(
        run("status", TEMPORAL_ADDRESS=temporal.address, TEMPORAL_NAMESPACE="bar"), "has no namespace 'bar'"
    )
    one_line(run("cancel", "label-0", *where), "there is no running run label-0")
    one_line(run("pause", *where, "--queue", "nobody"), "name a run; running: no run")


def test_a_store_that_cannot_be_written_to_is_one_line(temporal, postgres):
    url = postgres.new_database()
    Store(url).close()
    database = url.partition("?")[0].rpartition("/")[2]
    postgres.sql("CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", database)
    postgres.sql(
        "CREATE ROLE labeller LOGIN; GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO labeller",
        database,
    )
    reader = postgres.url(database, "reader")
    result = run("worker", "--address", temporal.address, "--store", reader)
    one_line(result, "cannot use the store postgresql://reader@/", "permission denied")
    with Store(postgres.url(database, "labeller")) as store:
        store.require_writable()


def steered(where, eventually):
    """A run that would take long, paused, changed, resumed and cancelled; without its name, as it is the only one."""
    address = Address(where[1])

    async def ask():
        return await Cluster(await address.connect(), address).run(name)

    def seen(state, *, open_slices):
        run = asyncio.run(ask())
        return run.state == state and run.status and run.status.open == open_slices and run

    submitted = run("submit", "label", "--count", 100000, "--method", "fricas", *where)
    name = submitted.stdout.partition(" ")[0]
    assert run("pause", *where).stdout == f"{name} is pausing\n"
    eventually(lambda: seen("paused", open_slices=0))
    assert run("set", "--concurrency", 2, *where).stdout == f"{name} will keep 2 slices open\n"
    assert run("resume", *where).stdout == f"{name} is resuming\n"
    assert eventually(lambda: seen("running", open_slices=2)).status.concurrency == 2
    assert json.loads(run("status", name, *where, "--json").stdout)["state"] == "running"
    assert run("cancel", *where).stdout == f"{name} is ending\n"
    eventually(lambda: asyncio.run(ask()).state == "canceled")
    one_line(run("pause", *where), "name a run; running: no run")


FUNCTIONS = Recipe(task="fwd", min_operators=1, max_operators=2)


def test_one_machine_tries_everything(tmp_path, eventually):
    """``cluster dev`` in a shell, and the other commands against it from another."""
    port = free_port()
    dev = subprocess.Popen(
        [TOOL, "cluster", "dev", "-o", tmp_path, "--port", str(port), "--slots", "1"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        said = [dev.stderr.readline() for _ in range(3)]
        assert "listening on" in said[-1], said
        where = ("--address", f"127.0.0.1:{port}")
        label = ("submit", "label", "--count", 20, "--ops", "1-2", "--method", "fricas")
        result = run(*label, *where, "--wait")
        assert result.returncode == 0, result.stderr
        assert "started: fricas on functions 0 to 20" in result.stdout
        assert "completed, 20 of 20 (100%)" in result.stdout
        again = run(*label, *where, "--wait")
        assert "completed, 20 of 20" in again.stdout
        part = run(
            "submit",
            "label",
            "--count",
            200,
            "--ops",
            "1-2",
            "--method",
            "fricas",
            "--split",
            "test",
            *where,
            "--wait",
        )
        assert "fricas on functions 0 to 200, split test" in part.stdout
        with Store(f"sqlite:///{tmp_path}/labels.db") as store:
            asked = [one.index for one in functions_to_label(FUNCTIONS, 0, 200) if one.split == "test"]
            kept = {row.index for row in store.rows(functions.select())}
        assert asked and kept == {*range(20), *asked}
        assert f"passed over    {200 - len(asked):>12,}  of another split" in part.stdout
        (tmp_path / "fwd.toml").write_text('max_operators = 3\noptions = { methods = "fricas" }\n')
        data = ("submit", "generate", "fwd", "--recipe", tmp_path / "fwd.toml", "--count", 30, "--shard", 10)
        result = run(*data, "-o", tmp_path / "data", *where, "--wait")
        assert "completed, 30 of 30 (100%)" in result.stdout, result.stderr
        assert check_dataset(DataSet(tmp_path / "data"), sample=30).passed
        seen = json.loads(run("status", *where, "--json").stdout)
        assert [item["state"] for item in seen["runs"]] == ["completed"] * 3
        assert len(seen["workers"]) == 1
        steered(where, eventually)
        report = subprocess.run(
            [TOOL, "label", "report", "--store", f"sqlite:///{tmp_path}/labels.db"],
            capture_output=True,
            text=True,
            check=True,
        )
        assert "fricas" in report.stdout
    finally:
        dev.send_signal(signal.SIGTERM)
        rest = dev.communicate(timeout=60)[1]
    assert dev.returncode == 0
    assert rest.splitlines()[-1] == "left"
    assert "cannot reach" in run("status", *where).stderr
