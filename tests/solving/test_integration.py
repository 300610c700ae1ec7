"""From a formula to a checked answer."""

import json
from pathlib import Path

import pytest

from antiderive import Expr, integrate, verify
from antiderive.errors import DataError, ParseError, SettingError
from antiderive.portfolio import Step
from antiderive.solving import default_model_path
from antiderive.training import Checkpoint, TrainingConfig


@pytest.fixture(autouse=True)
def _no_model_by_chance(monkeypatch, tmp_path):
    monkeypatch.delenv("ANTIDERIVE_MODEL", raising=False)
    monkeypatch.chdir(tmp_path)


def recipe_of(model):
    return TrainingConfig.from_dict(Checkpoint.latest(model).state()["config"]).data


def test_the_model_answers_what_it_has_learned(tiny_model):
    solution = integrate("cos(x)", model=tiny_model)
    assert solution.solved
    assert solution.method == "model"
    assert solution.expression == Expr("sin(x)")
    assert solution.verdict.status == "proved"


def test_the_answer_comes_in_the_variable_that_was_asked(tiny_model):
    solution = integrate("cos(t)", variable="t", model=tiny_model)
    assert (solution.method, solution.expression) == ("model", Expr("sin(t)"))


def test_a_constant_factor_that_the_model_gets_wrong_is_mended(tiny_model):
    # In training there are no numbers above 3.
    solutions = [
        integrate(text, model=tiny_model, order=()) for text in ("5*exp(x)", "9*exp(x)", "5*x", "4/x")
    ]
    found = [one for one in solutions if one.solved and "factor" in one.verdict.reason]
    assert found
    for one in found:
        assert (one.method, one.candidates[0].verdict.status) == ("model", "refuted")
        assert (one.expression.diff("x") - one.problem).simplify() == 0


def test_computer_algebra_steps_in_where_the_model_fails(tiny_model):
    order = (Step("giac", 10), Step("maxima", 10))
    solution = integrate("x^2*exp(3*x)*sin(x)", model=tiny_model, beam=2, timeout=60, order=order)
    assert solution.solved
    assert solution.method.startswith("cas:")
    assert [method for method, _ in solution.attempts] == ["model", solution.method]
    assert all(not c.verdict.accepted for c in solution.candidates[:-1])
    assert verify("x^2*exp(3*x)*sin(x)", solution.expression).accepted


def test_the_integrator_follows_a_model_that_fails(tiny_model):
    solution = integrate("x^2*exp(3*x)*sin(x)", model=tiny_model, beam=2)
    assert [method for method, _ in solution.attempts] == ["model", "own"]
    assert solution.steps.after == solution.expression
    assert all(step.check().accepted for step in solution.steps.nodes())


def test_the_integrator_comes_first_and_needs_nobody_else(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    solution = integrate("x^3*sqrt(1 + x^2)")
    assert (solution.method, len(solution.attempts)) == ("own", 1)
    none = integrate("exp(-x^2)")
    assert none.nonelementary and none.method == "own" and none.steps is None
    assert none.certificate.claim and none.to_dict()["certificate"]["theorem"]


def test_a_proof_that_there_is_none_is_an_answer_and_names_who_proved_it():
    solution = integrate("x^x", timeout=60, order=(Step("fricas", 10),))
    assert (solution.solved, solution.nonelementary, solution.expression) == (False, True, None)
    assert solution.method == "cas:fricas"
    assert str(solution) == "no elementary antiderivative exists (proved by FriCAS)"
    assert solution.to_dict()["nonelementary"] is True


def test_an_answer_in_special_functions_is_a_proof_that_there_is_no_other():
    solution = integrate("exp(-x^2)", timeout=60, order=(Step("giac", 10),))
    assert str(solution) == "no elementary antiderivative exists (proved by Giac)"
    assert [method for method, _ in solution.attempts][-1] == "cas:giac"


@pytest.mark.parametrize("integrand", ["exp(x + exp(x))", "x^x*log(x) + x^x + sin(x)"])
def test_what_sympy_denies_may_have_an_antiderivative(integrand):
    solution = integrate(integrand, timeout=60, order=(Step("sympy", 20),))
    assert not solution.nonelementary


def test_without_a_proof_every_method_is_asked_and_told():
    order = (Step("fricas", 1), Step("maxima", 1), Step("sympy-manual", 1))
    solution = integrate("sqrt(1 + x^5)", timeout=60, order=order)
    assert not solution.solved and not solution.nonelementary and solution.method is None
    assert [method for method, _ in solution.attempts[1:]] == [f"cas:{step.method}" for step in order]
    assert str(solution).startswith("no elementary antiderivative found (model: no model given; cas:fricas: ")


def test_a_wrong_answer_is_a_candidate_and_the_next_method_is_asked():
    """FriCAS takes ``sqrt(x^2)`` for ``x``."""
    solution = integrate("sqrt(x^2)", timeout=60, order=(Step("fricas", 1), Step("maxima", 1)))
    assert solution.method == "cas:maxima"
    assert solution.candidates[0].method == "cas:fricas"
    assert solution.candidates[0].verdict.status == "refuted"
    assert solution.attempts[1][1].startswith("its answer was not confirmed: refuted, ")


def test_an_order_may_be_chosen_for_the_integrand():
    asked = []

    def choose(integrand):
        asked.append(integrand)
        return (Step("maxima", 1),)

    assert integrate("x*cos(x)", order=choose, timeout=60).method == "cas:maxima"
    assert asked == [Expr("x*cos(x)")]
    nobody = integrate("x*cos(x)", order=())
    assert not nobody.solved and "antiderive cas list" in nobody.verdict.reason


def test_a_timeout_is_named():
    solution = integrate("exp(x^2)*sin(x)*log(x + 1)", timeout=2, order=(Step("sympy", 1),))
    assert not solution.solved
    assert "stopped after 2 s" in solution.verdict.reason


def test_constants_need_nobody():
    assert integrate("7").expression == Expr("7*x")
    assert integrate("a*b", variable="t").expression == Expr("a*b*t")


def test_parameters_and_json():
    solution = integrate("1/(a + b*x)", timeout=60)
    assert solution.expression == Expr("log(a + b*x)/b")
    values = json.loads(json.dumps(solution.to_dict()))
    assert {"solved", "expression", "verdict", "method", "candidates", "seconds"} <= set(values)
    assert values["verdict"]["status"] == "proved"


def test_bad_input():
    with pytest.raises(ParseError):
        integrate("x +* 2")
    with pytest.raises(SettingError, match="differential equation"):
        integrate("y' = y")
    with pytest.raises(SettingError):
        integrate("x", timeout=-1)
    with pytest.raises(DataError):
        integrate("x", model=Path("nowhere"))


def test_the_default_model(monkeypatch, tmp_path):
    assert default_model_path() is None
    (tmp_path / "out/demo/model").mkdir(parents=True)
    assert default_model_path() is not None
    monkeypatch.setenv("ANTIDERIVE_MODEL", "elsewhere")
    assert str(default_model_path()) == "elsewhere"
