"""Damaged files, folders of others, signals: what the command line does in hostile surroundings.

The entry point is called in this process, except where a signal or what is imported matters.
"""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.processes import alive, environment, until

from antiderive.datasets import DataSet, parse_line, write_dataset
from antiderive.evaluation import read_integrals
from antiderive.expressions import Expr, Vocabulary
from antiderive.labelling import Function, Job, Label, Store, content_key
from antiderive.tasks import Recipe
from antiderive.workers import Limits, children_of

TOOL = Path(sys.executable).with_name("antiderive")
RECIPE = Recipe(task="fwd", min_operators=1, max_operators=3)


def started(*arguments):
    return subprocess.Popen(
        [TOOL, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )


def refused(result, message):
    assert result.returncode == 2, result.stderr
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert "Traceback" not in result.stderr


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def store(tmp_path):
    """URL of a store with three labels."""
    url = f"sqlite:///{tmp_path}/labels.db"
    prefixes = ["sin x", "add x INT+ 2", "exp x"]
    functions = [
        Function(index, content_key(prefix), prefix, operators=1, skeleton=7 + index, split="train")
        for index, prefix in enumerate(prefixes)
    ]
    labels = [
        Label(
            one.key,
            "sympy",
            2.0,
            1024,
            "solved",
            "mul x x",
            "",
            '{"status": "agrees"}',
            0.1,
            0.1,
            50.0,
            "h:1",
            "t",
        )
        for one in functions
    ]
    with Store(url) as opened:
        job = Job(RECIPE, "sympy", Limits(2.0, memory_mib=1024))
        opened.start_run(job, 0, 3)
        opened.write(job, "run", functions, labels, [])
    return url


# Folders and stores of others.


def foreign(folder, *names):
    folder.mkdir()
    for name in names:
        (folder / name).write_text(f"precious {name}")
    return folder


def test_label_export_leaves_the_files_of_others(run, store, tmp_path):
    out = foreign(tmp_path / "theirs", "train.parquet", "test.prefix")
    for kind in ("fwd", "classifier"):
        refused(run("label", "export", "--store", store, "--to", kind, "-o", out), "not empty")
    assert content(out) == {
        "train.parquet": b"precious train.parquet",
        "test.prefix": b"precious test.prefix",
    }
    ours = tmp_path / "ours"
    for _ in range(2):  # an earlier export is replaced
        assert run("label", "export", "--store", store, "--to", "fwd", "-o", ours).returncode == 0
    refused(run("label", "export", "--store", store, "--to", "classifier", "-o", ours), "another output")


TINY = ["model.width=32", "model.heads=2", "model.encoder_layers=1", "model.decoder_layers=1"]


def test_other_outputs_leave_the_files_of_others(run, tmp_path, tiny_model, labelled_folder):
    problems = tmp_path / "problems.txt"
    problems.write_text("polynomials\tx^2\n")
    data = tmp_path / "data"
    write_dataset(Recipe(max_operators=3), data, 60)
    out = foreign(tmp_path / "theirs", "config.json", "answers.txt")
    before = content(out)
    for arguments in (
        ["train", "--recipe", "tiny", *TINY, "training.steps=1"],
        ["scoreboard", "--set", problems, "--methods", "sympy"],
        ["evaluate", "--model", tiny_model, "--count", 2, "--beam", 1],
        ["robustness", "--model", tiny_model, "--count", 2, "--beam", 1],
        ["classify", "train", labelled_folder],
        ["dataset", "convert", data, "--to", "classic"],
        ["generate", "bwd", "--count", 5],
    ):
        refused(run(*arguments, "-o", out), "not empty")
    refused(run("train", "push", tiny_model, "--folder", out), "not empty")
    assert content(out) == before


def test_a_database_of_others_is_left_as_it_is(run, tmp_path):
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE customers (name TEXT)")
    database.close()
    before = path.read_bytes()
    url = f"sqlite:///{path}"
    refused(
        run("label", "--count", 3, "--store", url), "holds tables that antiderive did not make (customers)"
    )
    refused(run("label", "report", "--store", url), "customers")
    assert path.read_bytes() == before
    with sqlite3.connect(tmp_path / "same-name.db") as database:
        database.execute("CREATE TABLE labels (name TEXT)")
    database.close()
    refused(run("label", "--count", 3, "--store", f"sqlite:///{tmp_path}/same-name.db"), "(labels)")


# One line instead of a traceback.


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("training.learning_rate=nan", "learning_rate"),
        ("training.learning_rate=inf", "learning_rate"),
        ("training.clip=nan", "clip"),
        (f"training.steps=1{'0' * 400}", "steps"),
        (f"training.steps={'9' * 5000}", "too long"),
        (f"data.seed={'[' * 50_000}", "nested too deeply"),
        ("training.seed=99999999999", "seed"),
        ("training.tokens_per_batch=1000000000000", "tokens_per_batch"),
        ("training.threads=1000000", "threads"),
        ("model.width=1000000000", "width"),
        ("model.encoder_layers=1000000", "encoder_layers"),
        ("model.decoder_layers=1000000", "decoder_layers"),
        ("model.feed_forward=1000000000", "feed_forward"),
        ("mixture.bwd.weight=nan", "weight"),
    ],
)
def test_a_configuration_that_cannot_be(override, message, run, tmp_path):
    refused(run("train", "--recipe", "tiny", "-o", tmp_path / "d", override), message)
    assert not (tmp_path / "d").exists()


def test_a_model_larger_than_the_machine(run, tmp_path):
    sizes = ["model.width=65536", "model.feed_forward=262144", "model.encoder_layers=1000"]
    refused(run("train", "--recipe", "tiny", "-o", tmp_path / "d", *sizes), "GiB")


def test_a_path_that_cannot_be_written(run, store, tmp_path, tiny_model, labelled_folder):
    problems = tmp_path / "problems.txt"
    problems.write_text("polynomials\tx^2\n")
    data = tmp_path / "data"
    write_dataset(Recipe(max_operators=3), data, 60)
    for arguments in (
        ["generate", "bwd", "--count", 5, "-o", "/dev/null/x"],
        ["generate", "bwd,ode1", "--count", 5, "-o", "/dev/null/x"],
        ["dataset", "convert", data, "--to", "classic", "-o", "/dev/null/x"],
        ["dataset", "dedup", data, "-o", "/dev/null/x"],
        ["dataset", "plot", data, "-o", "/dev/null/x.png"],
        ["label", "--count", 3, "--store", "sqlite:////dev/null/x.db"],
        ["label", "export", "--store", store, "--to", "fwd", "-o", "/dev/null/x"],
        ["label", "report", "--store", store, "--plot", "/dev/null/x.png"],
        ["train", "--recipe", "tiny", *TINY, "-o", "/dev/null/x"],
        ["train", "plot", tiny_model, "-o", "/dev/null/x.png"],
        ["train", "push", tiny_model, "--folder", "/dev/null/x"],
        ["evaluate", "--model", tiny_model, "--count", 2, "--beam", 1, "-o", "/dev/null/x"],
        ["scoreboard", "--set", problems, "--methods", "sympy", "-o", "/dev/null/x"],
        ["classify", "train", labelled_folder, "-o", "/dev/null/x"],
    ):
        result = run(*arguments)
        assert result.returncode == 2, arguments
        # Progress and losses may come before it.
        assert result.stderr.splitlines()[-1].startswith("error: "), result.stderr
        assert "Traceback" not in result.stderr


# Data sets with cells that are none.

KEY = "000000000000-000000000060"


@pytest.fixture
def damage(tmp_path):
    """Makes a data set of which one row of the training file is changed, honestly: the manifest agrees."""

    def make(column, value):
        folder = tmp_path / "damaged"
        shutil.rmtree(folder, ignore_errors=True)
        write_dataset(Recipe(max_operators=3), folder, 60)
        path = folder / f"train-{KEY}.parquet"
        table = pq.read_table(path)
        rows = table.to_pylist()
        rows[1][column] = value
        pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)
        manifest = json.loads((folder / "manifest.json").read_text())
        entry = manifest["shards"][KEY]["files"][path.name]
        entry["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest))
        return folder

    return make


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("problem", [250, 3], "a token 250"),
        ("solution", [3, None], "empty cells in the column solution"),
        ("problem", None, "empty cells in the column problem"),
        ("index", None, "empty cells in the column index"),
    ],
)
def test_cells_that_are_none(column, value, message, run, damage, tmp_path):
    folder = damage(column, value)
    out = tmp_path / "out"
    for arguments in (
        ["info", folder],
        ["head", folder],
        ["plot", folder, "-o", tmp_path / "picture.png"],
        ["convert", folder, "--to", "classic", "-o", out, "--workers", 1],
        ["dedup", folder, "-o", tmp_path / "dedup"],
    ):
        if column == "index" and arguments[0] in ("info", "plot"):
            continue  # they do not read it
        result = run("dataset", *arguments)
        assert result.returncode == 2, (arguments, result)
        assert message in result.stderr.splitlines()[-1]
        assert "Traceback" not in result.stderr
    check = run("dataset", "check", folder, "--workers", 1)
    assert check.returncode == 1
    assert "FAIL  complete" in check.stdout
    assert "part  disjoint" in check.stdout
    assert "could not be read" in check.stdout


def test_check_of_a_file_that_is_no_parquet(run, damage):
    folder = damage("index", 1)
    (folder / f"train-{KEY}.parquet").write_bytes(b"PAR1 nothing")
    check = run("dataset", "check", folder, "--workers", 1)
    assert check.returncode == 1
    assert "FAIL  complete" in check.stdout
    assert "ok    complete" not in check.stdout
    refused(run("dataset", "head", folder), "cannot read")


def test_a_byte_order_mark_loses_no_line(tmp_path):
    vocabulary = Vocabulary()
    plain = parse_line(b"sub Y' x\tx", vocabulary)
    assert parse_line(b"\xef\xbb\xbfsub Y' x\tx", vocabulary) == plain
    assert parse_line(b"\xef\xbb\xbf3|sub Y' x\tx", vocabulary) == plain
    path = tmp_path / "integrals.txt"
    path.write_bytes(b"\xef\xbb\xbf# comment\na\tx^2\n")
    assert [one.integrand for one in read_integrals(path)] == [Expr("x^2")]


# Stores with rows that are none, and stores of the busy.


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE functions SET operators = 'many'", "functions.operators has the value 'many'"),
        ("UPDATE functions SET skeleton = 'x'", "functions.skeleton"),
        ("UPDATE functions SET prefix = 'sin sin' WHERE \"index\" = 0", "'sin sin' is no expression"),
        ("UPDATE labels SET cpu_seconds = 'long'", "labels.cpu_seconds has the value 'long'"),
        ("UPDATE labels SET seconds = x'00'", "labels.seconds"),
        ("UPDATE labels SET integral = 'mul x'", "'mul x' is no expression"),
        ("UPDATE labels SET method = 'portfolio', verdict = '{'", "labels.verdict names no method"),
        ("UPDATE recipes SET settings = 'nothing'", "recipes.settings names no task"),
        ("DELETE FROM recipes", "damaged"),
    ],
)
def test_rows_that_are_none(statement, message, run, store, tmp_path):
    with sqlite3.connect(store.removeprefix("sqlite:///")) as database:
        database.execute(statement)
    database.close()
    results = [
        run("label", "report", "--store", store),
        run("label", "export", "--store", store, "--to", "fwd", "-o", tmp_path / "pairs"),
        run("label", "export", "--store", store, "--to", "classifier", "-o", tmp_path / "set"),
    ]
    failed = [result for result in results if result.returncode]
    assert failed
    for result in failed:
        refused(result, message)


def test_a_locked_store_says_that_it_waits(store):
    holder = sqlite3.connect(store.removeprefix("sqlite:///"))
    holder.execute("BEGIN IMMEDIATE")
    command = started("label", "--count", 2, "--ops", "1-1", "--store", store, "--workers", 1)
    try:
        assert until(lambda: "locked by another process; waiting" in command.stderr.readline(), 60)
    finally:
        holder.rollback()
        holder.close()
    out, err = command.communicate(timeout=120)
    assert command.returncode == 0, err
    assert "2 in sqlite" in out


# Signals.


def terminated(command, *, group=False):
    """Ends it as a scheduler does; gives the exit code and what it said."""
    if group:
        os.killpg(command.pid, signal.SIGTERM)
    else:
        command.send_signal(signal.SIGTERM)
    _, err = command.communicate(timeout=60)
    assert "Traceback" not in err
    return command.returncode, err


def test_sigterm_keeps_the_shards_of_generate(run, tmp_path):
    out = tmp_path / "d"
    command = started("generate", "bwd", "--count", 600_000, "-o", out, "--workers", 1)
    assert until(lambda: list(out.glob("train-*.parquet")), 120)
    code, err = terminated(command)
    assert code == 75
    assert f"{out}: the finished shards are kept; run the same command to continue" in err
    assert err.splitlines()[-1] == "stopped by SIGTERM"
    assert 1 <= len(DataSet(out).manifest.shards) < 6
    assert "exist already" in run("generate", "bwd", "--count", 100_000, "-o", out).stderr


def test_sigterm_keeps_the_records_of_evaluate(tmp_path, tiny_model):
    out = tmp_path / "evaluation"
    command = started("evaluate", "--model", tiny_model, "--count", 5000, "--beam", "1", "-o", out)
    records = out / "records.jsonl"
    assert until(lambda: records.exists() and records.read_text().count("\n") > 1, 120)
    code, err = terminated(command)
    assert code == 75
    assert "are kept; run the same command to continue" in err
    assert err.splitlines()[-1] == "stopped by SIGTERM"


def test_sigterm_to_the_group_keeps_the_labels(tmp_path):
    store = f"sqlite:///{tmp_path}/labels.db"
    command = subprocess.Popen(
        [TOOL, "label", "--count", "5000", "--store", store, "--workers", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    )

    def labels():
        with sqlite3.connect(tmp_path / "labels.db") as database:
            return database.execute("SELECT count(*) FROM labels").fetchone()[0]

    assert until((tmp_path / "labels.db-wal").exists, 60)
    with Store(store):
        assert until(lambda: labels() > 0, 120)
    code, err = terminated(command, group=True)
    assert (code, err.splitlines()[-1]) == (75, "stopped by SIGTERM")
    assert "every outcome so far is in the store" in err


def gone(processes):
    """Whether processes end at once."""
    return until(lambda: not any(alive(pid) for pid in processes), 5)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A data set, and its lines with some that are none."""
    folder = tmp_path_factory.mktemp("large")
    write_dataset(Recipe(max_operators=4), folder / "data", 40_000)
    lines = []
    for _, table in DataSet(folder / "data").shards():
        names = Vocabulary()
        for problem, solution in zip(
            table["problem"].to_pylist(), table["solution"].to_pylist(), strict=True
        ):
            lines.append(f"{names.decode(problem)}\t{names.decode(solution)}\n")
    for number in range(0, len(lines), 1000):
        lines[number] = f"no line {number}\n"
    (folder / "lines.txt").write_text("".join(lines * 6))
    return folder


def test_convert_to_text_goes_on_after_a_kill(run, large, tmp_path):
    out = tmp_path / "text"
    for number in (signal.SIGTERM, signal.SIGKILL):
        command = started("dataset", "convert", large / "data", "--to", "classic", "-o", out, "--workers", 2)
        assert until(lambda: list(out.glob(".writing-*/data.prefix")), 60)
        assert until(lambda pid=command.pid: children_of(pid), 60)
        processes = children_of(command.pid)
        command.send_signal(number)
        _, err = command.communicate(timeout=60)
        if number == signal.SIGTERM:
            assert command.returncode == 75
            assert "nothing of an unfinished conversion to text is kept" in err
            assert [path.name for path in out.iterdir()] == [".antiderive"]
        assert gone(processes)
    result = run("dataset", "convert", large / "data", "--to", "classic", "-o", out, "--workers", 1)
    assert result.returncode == 0, result.stderr
    assert sorted(path.name for path in out.iterdir()) == [
        ".antiderive", "bwd.test", "bwd.train", "bwd.valid", "data.infix", "data.prefix",
    ]  # fmt: skip
    refused(run("dataset", "convert", large / "data", "--to", "classic", "-o", out), "choose another folder")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_convert_to_parquet_goes_on_after_a_kill(number, run, large, tmp_path):
    out = tmp_path / "data"
    arguments = ["dataset", "convert", large / "lines.txt", "--to", "parquet", "--task", "bwd", "-o", out]
    command = started(*arguments, "--workers", 2)
    assert until(lambda: list(out.glob("train-*.parquet")), 200)
    processes = children_of(command.pid)
    command.send_signal(number)
    _, err = command.communicate(timeout=60)
    assert gone(processes)
    if number == signal.SIGTERM:
        assert command.returncode == 75
        assert "the finished shards are kept; run the same command to continue" in err
    result = run(*arguments, "--workers", 2)
    assert result.returncode == 0, result.stderr
    bad = (out / "bad-lines.txt").read_text().splitlines()
    assert [int(line.split(":")[1]) for line in bad] == [1 + 1000 * number for number in range(240)]
    assert not (out / ".bad-lines").exists()
    assert DataSet(out).manifest.examples() == 240_000 - 240


# Models are looked at before torch is loaded.


@pytest.mark.parametrize("kind", ["cut", "missing", "state", "other"])
def test_a_damaged_model_is_refused_without_torch(kind, tiny_model, labelled_folder, tmp_path):
    model = tmp_path / "model"
    shutil.copytree(tiny_model, model)
    (step,) = model.glob("step-*")
    weights = step / "model.safetensors"
    if kind == "cut":
        weights.write_bytes(weights.read_bytes()[:-100])
    elif kind == "missing":
        weights.unlink()
    elif kind == "state":
        (step / "state.json").write_bytes(b"\xff{")
    else:
        model = labelled_folder
    for arguments in (
        ["evaluate", "--model", model],
        ["robustness", "--model", model],
        ["solve", "x*cos(x)", "--model", model],
        ["train", "push", model, "--folder", tmp_path / "given"],
        ["classify", "predict", "x", "--classifier", model],
    ):
        code = (
            "import sys, antiderive.cli\n"
            f"sys.argv = {['antiderive', *map(str, arguments)]!r}\n"
            "try:\n    antiderive.cli.main()\n"
            "finally:\n    print([name for name in ('torch', 'lightning_fabric') if name in sys.modules])"
        )
        result = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=False
        )
        refused(result, str(model))
        assert result.stdout.strip() == "[]", arguments


# Progress without a terminal.


def test_progress_is_lines_where_there_is_no_terminal(capfd):
    from antiderive.cli.progress import progress_bar

    moved = threading.Event()
    with progress_bar(seconds=0.05) as bar:
        row = bar.add_task("working", total=200, rate="")
        bar.add_task("hidden", total=3, rate="", visible=False)
        bar.update(row, completed=50, rate="3/s")
        moved.wait(0.2)
        bar.update(row, completed=200, rate="4/s")
    lines = capfd.readouterr().err.splitlines()
    assert lines[0].startswith("working: 50 of 200, 3/s, 0:00:00 passed")
    assert lines[-1] == "working: 200 of 200, 4/s, 0:00:00 passed"
    assert sum(line.startswith("working: 200") for line in lines) == 1
    assert not any("hidden" in line for line in lines)


def test_a_short_command_ends_with_a_line(tmp_path):
    command = started("generate", "bwd", "--count", 500, "-o", tmp_path / "d")
    _, err = command.communicate(timeout=120)
    assert err.startswith("generating bwd: 500 of 500, ")
