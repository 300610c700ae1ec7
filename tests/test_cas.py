"""Calls in child processes: every way to end, and nothing left behind."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from antiderive import Expr
from antiderive.cas import Outcome, integrate_sympy, prove_zero_sympy, run_isolated

HERE = "tests.test_cas"


@pytest.fixture(autouse=True)
def _child_finds_this_module(monkeypatch):
    root = str(Path(__file__).parent.parent)
    monkeypatch.setenv("PYTHONPATH", root)


# What the children do.


def echo(text):
    print("this goes nowhere")
    return Outcome("solved", value=text)


def hang_and_swallow(pid_file):
    Path(pid_file).write_text(str(os.getpid()))
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def hang_in_c(pid_file):
    Path(pid_file).write_text(str(os.getpid()))
    return Outcome("solved", value=str(7 ** (10**9)))


def leave_a_grandchild(pid_file):
    child = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    Path(pid_file).write_text(str(child.pid))
    return hang_and_swallow(pid_file + ".parent")


def eat_memory():
    hoard = []
    while True:
        hoard.append(bytearray(1 << 24))


def exit_without_answer():
    os._exit(3)


def crash():
    import ctypes

    ctypes.string_at(0)


def fail():
    raise RuntimeError("as expected")


def gone(pid):
    """Whether a process is gone or a zombie: it uses no CPU."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_a_value_comes_back_and_prints_go_nowhere(capfd):
    outcome = run_isolated(f"{HERE}:echo", {"text": "x"}, timeout=60)
    assert (outcome.status, outcome.value) == ("solved", "x")
    assert outcome.seconds > 0
    assert capfd.readouterr().out == ""


def test_long_answers_come_back_whole():
    text = "x" * 1_000_000
    assert run_isolated(f"{HERE}:echo", {"text": text}, timeout=60).value == text


@pytest.mark.parametrize("function", ["hang_and_swallow", "hang_in_c", "leave_a_grandchild"])
def test_hangs_are_killed_and_the_cpu_is_free(function, tmp_path):
    pid_file = tmp_path / "pid"
    started = time.monotonic()
    outcome = run_isolated(f"{HERE}:{function}", {"pid_file": str(pid_file)}, timeout=6)
    assert outcome.status == "timeout"
    assert time.monotonic() - started < 12
    pid = int(pid_file.read_text())
    deadline = time.monotonic() + 2
    while not gone(pid) and time.monotonic() < deadline:
        os.sched_yield()
    assert gone(pid)


@pytest.mark.parametrize(
    ("function", "status", "reason"),
    [
        ("exit_without_answer", "crashed", "exit status 3"),
        ("crash", "crashed", "signal 11"),
        ("fail", "crashed", "RuntimeError: as expected"),
        ("missing", "crashed", "AttributeError"),
    ],
)
def test_every_other_end_has_a_reason(function, status, reason):
    outcome = run_isolated(f"{HERE}:{function}", {}, timeout=60)
    assert outcome.status == status
    assert reason in outcome.reason


def test_memory_is_limited():
    outcome = run_isolated(f"{HERE}:eat_memory", {}, timeout=60, memory_mib=512)
    assert outcome.status == "memory"


def test_a_killed_parent_takes_the_child_along(tmp_path):
    pid_file = tmp_path / "pid"
    code = (
        "from antiderive.cas import run_isolated;"
        f"run_isolated('{HERE}:hang_and_swallow', {{'pid_file': {str(pid_file)!r}}}, timeout=600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code])
    try:
        deadline = time.monotonic() + 60
        while not (pid_file.exists() and pid_file.read_text()) and time.monotonic() < deadline:
            os.sched_yield()
    finally:
        parent.kill()
        parent.wait()
    pid = int(pid_file.read_text())
    deadline = time.monotonic() + 5
    while not gone(pid) and time.monotonic() < deadline:
        os.sched_yield()
    assert gone(pid)


@pytest.mark.parametrize(
    ("integrand", "status"),
    [
        ("x*cos(x)", "solved"),
        ("exp(-x^2)", "unsupported"),
        ("x^x", "gave_up"),
        ("exp(x^2)*sin(x)*log(x + 1)", "timeout"),
    ],
)
def test_sympy_integrates_or_says_why_not(integrand, status):
    timeout = 3 if status == "timeout" else 60
    assert integrate_sympy(Expr(integrand), timeout=timeout).status == status


def test_sympy_proves_zero():
    assert prove_zero_sympy(Expr("sin(2x) - 2sin(x)cos(x)"), timeout=60).status == "solved"
    assert prove_zero_sympy(Expr("sin(x) - x"), timeout=60).status == "gave_up"
