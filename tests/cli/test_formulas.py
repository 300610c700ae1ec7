"""Formulas as arguments: a minus sign is no option, two readings are shown, variables are not ignored."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(sys.executable).with_name("antiderive")


def run(*arguments, cwd):
    return subprocess.run(
        [TOOL, *arguments], capture_output=True, text=True, timeout=120, cwd=cwd, check=False
    )


def test_a_formula_may_begin_with_a_minus_sign(tmp_path):
    solved = run("solve", "-x^2", "--timeout", "60", cwd=tmp_path)
    assert (solved.returncode, solved.stderr) == (0, "")
    assert solved.stdout.startswith("-x**3/3 + C")
    refuted = run("verify", "x", "-1", cwd=tmp_path)
    assert refuted.returncode == 1
    assert refuted.stdout.startswith("refuted")
    assert run("verify", "--json", "-h*x", "-h*x^2/2", cwd=tmp_path).returncode == 0
    assert run("verify", "--variable=t", "--", "-t", "-t^2/2", cwd=tmp_path).returncode == 0
    assert "Usage" in run("verify", "-h", cwd=tmp_path).stdout


def test_a_misspelled_option_is_an_error(tmp_path):
    result = run("solve", "--varable", "t", "x", cwd=tmp_path)
    assert result.returncode == 2
    assert "did you mean" in result.stderr.lower()


def test_of_two_readings_the_one_taken_is_shown(tmp_path):
    result = run("verify", "1/2x", "x^2/4", "--json", cwd=tmp_path)
    assert json.loads(result.stdout)["status"] == "proved"
    first, second = result.stderr.splitlines()
    assert first == "note: 1/2x is read as x/2"
    assert "1/2x" not in second
    assert "a/(b*c)" in second
    assert run("verify", "x/2", "x^2/4", cwd=tmp_path).stderr == ""


@pytest.mark.parametrize("text", ["x^2=4", "x dx", "xi", "dy/dt = y", "y(0)=1"])
def test_what_could_be_misread_is_refused_in_one_line(text, tmp_path):
    result = run("solve", text, cwd=tmp_path)
    assert result.returncode == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1


def test_a_variable_is_not_ignored(tmp_path):
    result = run("verify", "y' = y", "exp(x)", "--variable", "t", cwd=tmp_path)
    assert result.returncode == 2
    assert "in x, not in t" in result.stderr
    warned = run("solve", "sin(t)", cwd=tmp_path)
    assert warned.returncode == 0
    assert warned.stdout.startswith("x*sin(t) + C")
    assert "--variable t" in warned.stderr
    assert run("verify", "cos(t)", "sin(t)", "--variable", "t", cwd=tmp_path).stderr == ""


def test_fuzz_counts_its_calls_and_finds_nothing(tmp_path):
    result = run("fuzz", "--seconds", "60", "--count", "4", "--seed", "3", cwd=tmp_path)
    assert result.returncode == 0
    figures = json.loads(result.stdout.splitlines()[-1])
    assert figures["calls"] == 12
    assert figures["failures"] == 0
    assert 0 < figures["slowest_cpu_seconds"] <= 10
    assert 0 < figures["peak_memory_mib"] <= 1024
