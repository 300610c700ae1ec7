"""From a formula to a checked answer."""

import json
from pathlib import Path

import pytest

from antiderive import Expr, integrate, verify
from antiderive.errors import DataError, ParseError, SettingError
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


def test_sympy_steps_in_where_the_model_fails(tiny_model):
    solution = integrate("x^2*exp(3*x)*sin(x)", model=tiny_model, beam=2, timeout=60)
    assert solution.solved
    assert solution.method == "cas:sympy"
    assert [method for method, _ in solution.attempts] == ["model", "cas:sympy"]
    assert all(not c.verdict.accepted for c in solution.candidates[:-1])
    assert verify("x^2*exp(3*x)*sin(x)", solution.expression).accepted


def test_an_honest_no():
    solution = integrate("exp(-x^2)", timeout=60)
    assert not solution.solved
    assert solution.expression is None
    assert "erf" in solution.verdict.reason
    assert str(solution).startswith("no elementary antiderivative found")


def test_a_timeout_is_named():
    solution = integrate("exp(x^2)*sin(x)*log(x + 1)", timeout=2)
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
