"""``antiderive generate`` and ``antiderive dataset``: output, exit codes, one-line errors.

The entry point is called in this process, except where a signal, a limit or another library needs one of its own.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from antiderive.cli.dataset import COMMANDS
from antiderive.datasets.dataset import require_folder_of_tasks
from antiderive.datasets.shards import write_dataset
from antiderive.errors import DataError
from antiderive.tasks import Recipe

TOOL = Path(sys.executable).with_name("antiderive")


def parquet(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.parquet")}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "d"
    write_dataset(Recipe(max_operators=4), folder, 400)
    return folder


def test_a_range_in_parts_with_any_number_of_workers(run, tmp_path):
    whole = run("generate", "bwd", "--count", 1500, "--workers", 1, "-o", tmp_path / "whole")
    assert whole.returncode == 0, whole.stderr
    assert "1,500 examples in 3 files; 1,500 made" in whole.stdout
    assert "rejected candidates: undefined" in whole.stdout
    assert run("generate", "bwd", "--to", 700, "--workers", 2, "-o", tmp_path / "a").returncode == 0
    added = run("generate", "--resume", "--start", 700, "--to", 1500, "-o", tmp_path / "a")
    assert added.returncode == 0, added.stderr
    assert "1,500 examples in 6 files; 800 made" in added.stdout
    rows = [
        sorted(
            (row for path in (tmp_path / name).glob("*.parquet") for row in pq.read_table(path).to_pylist()),
            key=lambda row: row["index"],
        )
        for name in ("whole", "a")
    ]
    assert rows[0] == rows[1]
    again = run("generate", "--resume", "-o", tmp_path / "a")
    assert "1,500 of 1,500 examples exist already" in again.stderr
    assert "0 made" in again.stdout


def test_several_tasks_go_to_a_folder_each(run, tmp_path):
    out = tmp_path / "several"
    write_dataset(Recipe(), out / "bwd", 50)
    write_dataset(Recipe(seed=1), out / "other", 50)
    assert "named twice" in run("generate", "bwd,bwd", "--count", 5, "-o", out).stderr
    assert run("generate", "--resume", "-o", out).returncode == 0
    card = (out / "README.md").read_text()
    assert "config_name: bwd" in card
    assert 'path: "other/train-*.parquet"' in card
    assert run("dataset", "check", out, "--workers", 1).stdout.count("50 examples of bwd") == 2
    (out / "precious").write_text("x")
    with pytest.raises(DataError, match="precious"):
        require_folder_of_tasks(out)


def test_ctrl_c_keeps_what_is_finished(run, tmp_path, interruptible):
    out = tmp_path / "d"
    child = subprocess.Popen(
        interruptible([TOOL, "generate", "bwd", "--count", "600000", "-o", str(out)]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not list(out.glob("train-*.parquet")):
        assert child.poll() is None
        os.sched_yield()
    child.send_signal(signal.SIGINT)
    _, stderr = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "run the same command to continue" in stderr
    assert "Traceback" not in stderr
    done = len(json.loads((out / "manifest.json").read_text())["shards"])
    assert 1 <= done < 6
    result = run("generate", "bwd", "--count", 100_000, "-o", out)
    assert result.returncode == 0
    assert "100,000 of 100,000 examples exist already" in result.stderr


def test_a_full_disk_is_one_line_and_loses_nothing(run, tmp_path):
    """The limit on the size of files stands in for the disk; the system reports both the same way."""
    out = tmp_path / "d"
    assert run("generate", "bwd", "--count", 2000, "-o", out).returncode == 0
    before = parquet(out)
    limited = ["bash", "-c", 'ulimit -f 64; exec "$@"', "bash", str(TOOL), "generate", "--resume"]
    result = subprocess.run(
        [*limited, "--to", "9000", "-o", str(out)], capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 2
    assert "cannot write to" in result.stderr
    assert "files finished earlier are intact" in result.stderr
    assert "Traceback" not in result.stderr
    left = parquet(out)
    assert before.items() <= left.items()
    assert not list(out.glob(".*"))
    assert run("generate", "--resume", "-o", out).returncode == 0
    assert run("dataset", "check", out, "--workers", 1).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["generate", "bwd,foo", "--count", "5", "-o", "n"], "unknown task 'foo'"),
        (["generate", "bwd", "--count", "5", "--to", "7", "-o", "n"], "not both"),
        (["generate", "bwd", "-o", "n"], "--count N"),
        (["generate", "bwd", "--start", "7", "--to", "7", "-o", "n"], "empty range"),
        (["generate", "--count", "5", "-o", "n"], "name a task"),
        (["generate", "bwd", "--count", "5", "--resume", "-o", "n"], "n holds no data set to resume"),
        (["generate", "bwd", "--count", "5", "--recipe", "bad.toml", "-o", "n"], "unknown operator 'foo'"),
        (["generate", "bwd", "--count", "5", "--recipe", "zero.toml", "-o", "n"], "weight 0"),
        (["generate", "bwd", "--count", "5", "--recipe", "text.toml", "-o", "n"], "cannot read the recipe"),
        (["generate", "bwd", "--count", "5", "-o", "."], "not empty"),
        (["generate", "bwd", "--count", "5", "--seed", "1", "-o", "d"], "another recipe"),
        (["dataset", "check", "missing"], "missing"),
        (["dataset", "check", "."], "holds no data set"),
        (["dataset", "convert", "t.prefix", "--to", "parquet", "-o", "n"], "--task"),
        (["dataset", "convert", "d", "--to", "classic", "-o", "d"], "not empty"),
        (["dataset", "plot", "d", "-o", "n.xyz"], "does not end in .png"),
    ],
)
def test_bad_input_is_clear_and_writes_nothing(run, arguments, message, data, tmp_path, monkeypatch):
    (tmp_path / "d").symlink_to(data)
    (tmp_path / "t.prefix").write_text("x\n")
    (tmp_path / "bad.toml").write_text("operators = { foo = 1 }\n")
    (tmp_path / "zero.toml").write_text("operators = { sin = 0 }\n")
    (tmp_path / "text.toml").write_text("not toml")
    if arguments[-1] == ".":
        (tmp_path / "d").unlink()
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.returncode == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "n").exists()


def test_every_command_has_help(run):
    result = run("dataset", "--help")
    assert all(name in result.stdout for name in COMMANDS)


def test_check_info_head_convert_dedup_plot(run, data, tmp_path):
    checked = run("dataset", "check", data, "--workers", 1)
    assert checked.returncode == 0, checked.stdout
    assert "FAIL" not in checked.stdout
    assert "proved" in checked.stdout

    facts = json.loads(run("dataset", "info", data, "--json").stdout)
    assert sum(facts["examples"].values()) == 400
    assert facts["missing"] == []
    assert facts["lengths"]["problem"]["mean"] > facts["lengths"]["solution"]["mean"]
    assert "400 examples of bwd" in run("dataset", "info", data).stdout

    head = run("dataset", "head", data, "-n", 3).stdout.splitlines()
    assert [line.split("\t")[0] for line in head] == ["0", "1", "2"]
    assert "sub Y'" in run("dataset", "head", data, "-n", 1, "--prefix").stdout

    text = run("dataset", "convert", data, "--to", "classic", "-o", tmp_path / "t", "--workers", 1)
    assert "data.infix: 400 lines" in text.stdout
    back = run(
        *("dataset", "convert", tmp_path / "t" / "data.prefix", "--to", "parquet", "--task", "bwd"),
        *("-o", tmp_path / "p", "--workers", 1),
    )
    assert back.returncode == 0, back.stderr
    assert parquet(tmp_path / "p") == parquet(data)

    fewer = run("dataset", "dedup", data, "-o", tmp_path / "u", "--by", "skeleton")
    assert "duplicate" in fewer.stdout

    drawn = run("dataset", "plot", data, "-o", tmp_path / "p.png")
    assert drawn.returncode == 0, drawn.stderr
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")


def test_a_check_that_fails_has_exit_code_1(run, data, tmp_path):
    shutil.copytree(data, tmp_path / "d")
    next((tmp_path / "d").glob("test-*")).unlink()
    result = run("dataset", "check", tmp_path / "d", "--workers", 1)
    assert result.returncode == 1
    assert "FAIL" in result.stdout
    assert "No such file" in result.stdout


def test_hugging_face_datasets_loads_the_folder(run, data, tmp_path):
    """The real library, off line; a process of its own, because it takes seconds to import."""
    write_dataset(Recipe(max_operators=4), tmp_path / "many" / "bwd", 400)
    assert run("generate", "--resume", "-o", tmp_path / "many").returncode == 0
    code = """
import json, sys
from datasets import load_dataset
one = load_dataset(sys.argv[1])
two = load_dataset(sys.argv[2], "bwd")
row = one["train"][0]
print(json.dumps([{k: len(v) for k, v in one.items()}, {k: len(v) for k, v in two.items()}, row]))
"""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "cache")}
    result = subprocess.run(
        [sys.executable, "-c", code, data, tmp_path / "many"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=environment,
    )
    assert result.returncode == 0, result.stderr
    one, two, row = json.loads(result.stdout.splitlines()[-1])
    manifest = json.loads((data / "manifest.json").read_text())
    (shard,) = manifest["shards"].values()
    counts = {name.split("-")[0]: file["examples"] for name, file in shard["files"].items()}
    assert one == two == {"train": counts["train"], "validation": counts["valid"], "test": counts["test"]}
    assert row == pq.read_table(next(data.glob("train-*"))).to_pylist()[0]
