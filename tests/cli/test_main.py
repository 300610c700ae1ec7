"""The command line as a user meets it: real processes, exit codes, one-line errors."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from antiderive.cli import _COMMANDS

ROOT = Path(__file__).parents[2]
TOOL = Path(sys.executable).with_name("antiderive")


def run(*arguments, cwd=None, timeout=120):
    environment = {k: v for k, v in os.environ.items() if k != "ANTIDERIVE_MODEL"}
    return subprocess.run(
        [TOOL, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        cwd=cwd,
        env=environment,
        check=False,
    )


def test_help_names_every_command_and_loads_nothing_heavy():
    result = run("--help")
    assert result.returncode == 0
    for name, line in _COMMANDS.items():
        assert name in result.stdout
        assert line.split(";")[0][:30] in result.stdout
    code = "import sys, antiderive.cli; print([m for m in ('torch','sympy','numpy','pyarrow','flint') if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize("name", sorted(_COMMANDS))
def test_every_command_has_help(name):
    result = run(name, "--help")
    assert result.returncode == 0
    assert "Usage" in result.stdout


def test_solve(tmp_path):
    result = run("solve", "x*exp(x)", "--json", cwd=tmp_path)
    assert result.returncode == 0
    answer = json.loads(result.stdout)
    assert answer["solved"] is True
    assert answer["verdict"]["status"] in ("proved", "agrees")
    assert run("solve", "x*cos(x)", cwd=tmp_path).stdout.startswith("x*sin(x) + cos(x) + C")


def test_solve_prints_the_derivation_or_the_proof(tmp_path):
    parts = run("solve", "x*cos(x)", "--steps", cwd=tmp_path).stdout
    assert "Integration by parts" in parts and "∫ cos(x) dx = sin(x)" in parts
    assert "Liouville" in run("solve", "exp(x)/x", "--steps", cwd=tmp_path).stdout


def test_solve_says_no(tmp_path):
    result = run("solve", "exp(-x^2)", "--timeout", "60", cwd=tmp_path)
    assert result.returncode == 1
    assert result.stdout.startswith("no elementary antiderivative exists (proved)")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["solve", "x +* 2"], "expected an operand, found '*' at column 4: x +* 2"),
        (["solve", "y' = y"], "differential equation"),
        (["solve", "1/0"], "undefined"),
        (["solve", "x", "--variable", "foo"], "foo"),
        (["solve", "x", "--model", "nowhere"], "nowhere"),
        (["verify", "x", "sin("], "where an operand is expected at column 5"),
        (["generate", "foo", "--count", "5", "-o", "d"], "unknown task 'foo'"),
        (["generate", "bwd", "--count", "5", "--recipe", "missing.toml", "-o", "d"], "missing.toml"),
        (["generate", "bwd", "--count", "5", "--seed", "-3", "-o", "d"], "seed"),
        (["generate", "bwd", "--count", "5", "-o", "/proc/nothing"], "cannot write"),
        (["train", "--recipe", "missing.toml", "-o", "d"], "missing.toml"),
        (["train", "--recipe", "huge", "-o", "d"], "built-in recipes: base, demo, paper, small, tiny"),
        (["train", "--task", "fwd", "-o", "d"], "mixture.fwd.shards=FOLDER"),
        (["train", "plot", "nowhere"], "nowhere"),
        (["train", "push", "nowhere", "--folder", "d"], "nowhere"),
        (["evaluate", "--model", "nowhere"], "nowhere"),
        (["bench", "generate", "foo"], "unknown task"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, message, tmp_path):
    result = run(*arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "arguments", [["generate", "bwd", "--count", "-5", "-o", "d"], ["nothing"], ["solve"]]
)
def test_wrong_usage_is_exit_code_2(arguments, tmp_path):
    result = run(*arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


def test_verify():
    assert run("verify", "x*cos(x)", "x*sin(x) + cos(x)").stdout.startswith("proved")
    wrong = run("verify", "x*cos(x)", "x*sin(x)")
    assert wrong.returncode == 1
    assert "refuted" in wrong.stdout
    assert "at x = " in wrong.stdout
    assert json.loads(run("verify", "y'' = -y", "sin(x)", "--json").stdout)["status"] == "proved"


def test_train_and_evaluate(tmp_path, tiny_model):
    overrides = ["training.steps=3", "model.width=32", "model.heads=2", "data.max_operators=2"]
    result = run("train", "--recipe", "demo", *overrides, "-o", tmp_path / "run")
    assert result.returncode == 0, result.stderr
    assert "step-000000003" in result.stdout
    assert "parameters" in result.stderr
    curves, given = tmp_path / "curves.svg", tmp_path / "given"
    assert run("train", "plot", tmp_path / "run", "-o", curves).returncode == 0
    assert "<svg" in curves.read_text()
    assert run("train", "push", tmp_path / "run", "--folder", given).returncode == 0
    assert (given / "config.json").is_file()
    report = tmp_path / "report"
    result = run("evaluate", "--model", tiny_model, "--count", 20, "--beam", "1,3", "-o", report)
    assert result.returncode == 0, result.stderr
    assert "verified" in result.stdout
    assert set(json.loads((report / "report.json").read_text())["beams"]) == {"1", "3"}


def test_the_demo_walks_through_everything(tmp_path):
    arguments = [
        "demo", "--recipe", ROOT / "recipes/demo.toml", "-o", tmp_path / "demo", "--examples", 2000,
        "--problems", 10, "training.steps=5", "model.width=32", "model.heads=2",
    ]  # fmt: skip
    result = run(*arguments, timeout=400)
    assert result.returncode == 0, result.stderr
    for text in (
        "1. Data",
        "2. Training",
        "3. Evaluation",
        "12 of 12 solved and verified",
        "no elementary antiderivative",
    ):
        assert text in result.stdout


def test_benches_print_figures():
    result = run("bench", "engine", "--count", 20, "--json")
    assert json.loads(result.stdout.splitlines()[-1])["ratio_to_sympy"] > 0
    result = run("bench", "generate", "bwd", "--seconds", 0.5, "--baseline", 10, "--json")
    figures = json.loads(result.stdout.splitlines()[-1])
    assert {"accepted_per_second", "ratio_to_sympy", "peak_memory_mib", "rejects"} <= set(figures)


def test_a_program_that_calls_the_command_line_goes_on():
    code = (
        "import sys, temporalio, antiderive.cli\n"
        "sys.argv = ['antiderive', 'tasks']\n"
        "try:\n    antiderive.cli.main()\nexcept SystemExit as end:\n    print('left with', end.code)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "left with 0"
