"""Requests go in, outcomes come out."""

import subprocess
import sys

import pytest

from antiderive import Expr
from antiderive.cas import Request, ask, ask_all, prove_zero_sympy
from antiderive.errors import SettingError
from antiderive.workers import Limits


def test_outcomes_say_what_was_used(sympy_pool):
    outcome = ask(sympy_pool, Request("sympy", Expr("x*cos(x)*exp(x)").to_prefix()))
    assert Expr.from_prefix(outcome.value).diff("x").simplify() == Expr("x*cos(x)*exp(x)")
    assert outcome.status == "solved"
    assert outcome.seconds > 0
    assert 20 < outcome.memory_mib < 1000


def test_a_method_may_be_a_function_of_the_installation(sympy_pool):
    requests = [Request(f"helpers.methods:{name}", "x") for name in ("answer", "hang", "no_outcome", "lost")]
    outcomes = dict(ask_all(sympy_pool, enumerate(requests), limits=Limits(0.3)))
    assert [outcomes[key].status for key in range(4)] == ["solved", "timeout", "crashed", "crashed"]
    assert outcomes[0].value == "x" and outcomes[0].seconds > 0
    assert "AttributeError" in outcomes[3].reason


def test_limits_of_a_request_come_before_those_of_the_caller(sympy_pool):
    request = Request("helpers.methods:hang", "x", limits=Limits(0.1))
    assert "0.1 s" in ask(sympy_pool, request, limits=Limits(60)).reason


@pytest.mark.parametrize("method", ["mathematica", "sympy-magic"])
def test_an_unknown_method_is_an_error(sympy_pool, method):
    with pytest.raises(SettingError, match="unknown program"):
        ask(sympy_pool, Request(method, "x"))


def test_sympy_proves_zero():
    assert prove_zero_sympy(Expr("sin(2x) - 2sin(x)cos(x)"), timeout=60).status == "solved"
    assert prove_zero_sympy(Expr("sin(x) - x"), timeout=60).status == "gave_up"


def test_a_forked_copy_of_the_process_has_a_pool_of_its_own():
    code = (
        "import os\n"
        "from antiderive.cas import Request, ask, shared_pool\n"
        "from antiderive.errors import WorkerError\n"
        "from antiderive.workers import Call, Limits\n"
        "status = lambda pool: ask(pool, Request('sympy', 'x'), limits=Limits(60)).status\n"
        "ours = shared_pool()\n"
        "first = status(ours)\n"
        "pid = os.fork()\n"
        "if not pid:\n"
        "    try: ours.submit(Call(os.getpid))\n"
        "    except WorkerError as error: assert 'make a new one' in str(error)\n"
        "    else: raise SystemExit(1)\n"
        "second = status(shared_pool())\n"
        "if pid: assert os.waitpid(pid, 0)[1] == 0\n"
        "assert first == second == 'solved'\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
