"""What verification makes of the outcomes of methods."""

from typing import get_args

import pytest

from antiderive import Expr
from antiderive.cas import Outcome, OutcomeStatus
from antiderive.portfolio import judge_outcome

INTEGRAND = Expr("x*cos(x)")


def test_a_right_answer_is_solved():
    judged = judge_outcome(INTEGRAND, Outcome("solved", Expr("x*sin(x) + cos(x)").to_prefix()))
    assert (judged.status, judged.solved, judged.verdict.status) == ("solved", True, "proved")
    assert judged.expression.diff("x") == INTEGRAND


def test_an_answer_that_is_refuted_is_wrong_and_has_its_counter_example():
    judged = judge_outcome(INTEGRAND, Outcome("solved", Expr("x*sin(x)").to_prefix()))
    assert (judged.status, judged.solved) == ("wrong", False)
    at = float(judged.verdict.points[0]["x"])
    assert abs(judged.expression.diff("x").evaluate(x=at) - INTEGRAND.evaluate(x=at)) > 1e-6


@pytest.mark.parametrize("answer", ["sin sin", "Y", None, "x x"])
def test_an_answer_that_cannot_be_judged_is_unconfirmed(answer):
    judged = judge_outcome(INTEGRAND, Outcome("solved", answer))
    assert (judged.status, judged.solved, judged.verdict.status) == ("unconfirmed", False, "unknown")
    assert "cannot be verified" in judged.verdict.reason


def test_an_answer_in_another_variable_is_judged_in_it():
    answer = Outcome("solved", Expr("x*t").to_prefix())
    assert judge_outcome(Expr("x"), answer, variable="t").solved
    assert judge_outcome(Expr("x"), answer).status == "wrong"


@pytest.mark.parametrize("status", sorted(set(get_args(OutcomeStatus)) - {"solved"}))
def test_any_other_outcome_keeps_its_word(status):
    judged = judge_outcome(INTEGRAND, Outcome(status, reason="why"))
    assert (judged.status, judged.verdict, judged.expression) == (status, None, None)
