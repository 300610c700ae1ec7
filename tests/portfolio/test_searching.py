"""Methods tried in turn, on real programs."""

import pytest

from antiderive import Expr
from antiderive.cas import open_pool
from antiderive.errors import AntideriveError, SettingError
from antiderive.portfolio import DEFAULT_ORDER, REST, Step, installed, search, with_mended
from antiderive.verification import verify
from antiderive.workers import Pool

ORDER = (Step("fricas", 5), Step("maxima", 5), Step("giac", 5))


def run(programs, integrand, order=ORDER):
    return search(programs, Expr(integrand), order=order)


def test_the_first_confirmed_answer_ends_it(programs):
    found = run(programs, "x*cos(x)")
    assert [attempt.method for attempt in found.attempts] == ["fricas"]
    assert found.answer.outcome.value == "add mul x sin x cos x"
    assert found.answer.judgment.verdict.status == "proved"
    assert found.proof is None
    assert 0 <= found.cpu_seconds < 5


def test_an_answer_that_is_refuted_is_kept_and_the_next_method_asked(programs):
    """FriCAS takes ``sqrt(x^2)`` for ``x``."""
    found = run(programs, "sqrt(x^2)")
    assert [attempt.method for attempt in found.attempts] == ["fricas", "maxima"]
    assert [attempt.judgment.status for attempt in found.attempts] == ["wrong", "solved"]
    assert found.answer.method == "maxima"


def test_what_nobody_gets_right_is_mended(programs):
    # FriCAS takes the root for `I*(a - b*x)`, which has the wrong sign on one side of `a/b`.
    integrand = Expr("1/(x*sqrt(2*a*b*x - a^2 - b^2*x^2))")
    order = [Step("fricas", 10.0)]
    raw = search(programs, integrand, order=order)
    assert raw.best.judgment.status == "wrong"
    found = with_mended(raw, integrand)
    assert [one.judgment.status for one in found.attempts] == ["wrong", "solved"]
    answer = found.answer.judgment.expression
    assert (found.answer.method, found.answer.outcome.value) == ("fricas", answer.to_prefix())
    assert verify(integrand, answer).accepted


def test_a_method_that_cannot_write_the_integrand_is_passed_over(programs):
    found = run(programs, "abs(x)")
    assert [attempt.outcome.status for attempt in found.attempts] == ["unsupported", "solved"]


def test_a_proof_ends_it(programs):
    found = run(programs, "x^x")
    assert [attempt.method for attempt in found.attempts] == ["fricas"]
    assert found.answer is None and found.proof.outcome.status == "nonelementary"


def test_without_an_answer_every_attempt_is_told(programs):
    found = run(programs, "sqrt(1 + x^5)")
    assert [attempt.outcome.status for attempt in found.attempts] == ["partial"] * 3
    assert found.answer is None and found.proof is None


def test_a_budget_is_one_of_cpu_time(programs):
    """FriCAS needs minutes for this one."""
    found = run(programs, "(x^2 + 1)^400*exp(x)*sin(x)^20", order=(Step("fricas", 0.5),))
    assert found.attempts[0].outcome.status == "timeout"
    assert 0.4 < found.cpu_seconds < 1.5


def test_a_time_for_all_is_shared_by_budgets_and_what_is_left_over_goes_on(programs):
    hard = "(x^2 + 1)^400*exp(x)*sin(x)^20"
    order = (Step("fricas", 1), Step("fricas", 3))
    found = search(programs, Expr(hard), order=order, cpu_seconds=1.2)
    first, second = (attempt.outcome.cpu_seconds for attempt in found.attempts)
    assert 0.2 < first < 0.6 and 0.7 < second < 1.3
    quick = search(programs, Expr("sqrt(1 + x^5)"), order=(Step("maxima", 1), Step("giac", 1)), cpu_seconds=9)
    assert [attempt.outcome.status for attempt in quick.attempts] == ["partial"] * 2


def test_no_method_to_try(programs):
    with pytest.raises(SettingError, match="antiderive cas list"):
        run(programs, "x", order=())


def test_what_is_not_installed_is_left_out(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert [step.method for step in installed()] == [
        step.method for step in DEFAULT_ORDER if step.method.startswith(("own", "sympy"))
    ]


def test_a_program_that_is_asked_for_must_be_there(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    with Pool(1) as pool, pytest.raises(AntideriveError, match="fricas is not installed"):
        search(pool, Expr("x"), order=(Step("fricas", 1),))


def test_a_method_that_ended_is_not_asked_again():
    steps = (Step("sympy-risch", 5.0), Step("sympy-risch", 9.0), Step("sympy-manual", REST))
    with open_pool(1) as pool:
        found = search(pool, Expr("x*atan(x)"), order=steps)
        assert [one.method for one in found.attempts] == ["sympy-risch", "sympy-manual"]


def test_one_step_may_take_the_rest_of_the_time():
    burn, late = "helpers.methods:hang", Step("sympy-manual", 5.0)
    with open_pool(1) as pool:
        short = search(pool, Expr("x"), order=(Step(burn, 0.2), Step(burn, REST), late), cpu_seconds=0.5)
        assert [one.method for one in short.attempts] == [burn, burn]  # then the time is spent
        first, second = (one.outcome for one in short.attempts)
        assert (
            first.status == second.status == "timeout" and first.cpu_seconds < 0.3 < second.cpu_seconds + 0.1
        )
        assert short.cpu_seconds < 0.8
