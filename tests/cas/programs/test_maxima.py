"""Maxima: questions are refused, left-over integrals prove nothing."""

import pytest

from antiderive import Expr
from antiderive.cas import Request
from antiderive.cas.backends.maxima import BACKEND
from antiderive.verification import verify


@pytest.mark.parametrize(
    ("integrand", "status"),
    [
        ("exp(-x^2)", "special"),
        ("sin(x)/x", "special"),
        ("log(x)/(x + 1)", "special"),
        ("x^x", "partial"),
        ("sqrt(1 + x^4)", "partial"),
        ("1/(x^3 + x + 1)", "partial"),
        ("1/(x^5 + x + 1)", "partial"),
    ],
)
def test_what_is_not_solved(ask, integrand, status):
    outcome = ask("maxima", integrand)
    assert outcome.status == status, outcome
    assert outcome.value is None


@pytest.mark.parametrize("integrand", ["1/(x^2 + a)", "x^n", "1/(x^2 - a^2)", "exp(-a*x)*x"])
def test_parameters_are_positive(ask, integrand):
    outcome = ask("maxima", integrand)
    assert outcome.status == "solved", outcome
    assert verify(integrand, Expr.from_prefix(outcome.value)).accepted


def test_a_question_is_refused_and_leaves_nothing_behind(ask):
    for _ in range(2):
        refused = ask("maxima", "1/(x^2 + a - b)")
        assert (refused.status, "question refused" in refused.reason) == ("gave_up", True), refused
        assert ask("maxima", "1/x").value == "ln x"


@pytest.mark.parametrize("integrand", ["log(x^6)/2", "x - log(x^2)", "abs(x)", "sqrt(x^2)"])
def test_answers_hold_for_negative_arguments(ask, integrand):
    verdict = verify(integrand, Expr.from_prefix(ask("maxima", integrand).value))
    assert verdict.accepted, verdict


REQUEST = Request("maxima", "x")


@pytest.mark.parametrize(
    ("output", "status", "reason"),
    [
        ("ANSWER 'integrate(foo(vx),vx)\n", "partial", "an integral is left"),
        ("ANSWER li[2](vx)\n", "special", "li"),
        ("ANSWER atan2(vx,1)\n", "unsupported", "atan2"),
        ("ANSWER 0.5*vx\n", "unsupported", "inexact"),
        ("ANSWER [vx,1]\n", "unsupported", "unexpected"),
        ("expt: undefined\n -- an error. To debug\n", "gave_up", "expt: undefined"),
    ],
)
def test_what_is_printed_is_read_with_care(output, status, reason):
    outcome = BACKEND.outcome(REQUEST, output)
    assert outcome.status == status and reason in outcome.reason and outcome.value is None
