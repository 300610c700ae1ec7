"""SymPy's methods: what each of their answers is called."""

import pytest

from antiderive import Expr
from antiderive.cas import Request, ask, ask_all
from antiderive.testing import assert_antiderivative
from antiderive.workers import Limits


@pytest.mark.parametrize(
    ("method", "integrand", "status"),
    [
        ("sympy", "x*cos(x)", "solved"),
        ("sympy", "exp(-x^2)", "special"),
        ("sympy", "sin(x)/x", "special"),
        ("sympy", "1/log(x)", "special"),
        ("sympy", "x^x", "partial"),
        ("sympy", "abs(x)", "partial"),
        ("sympy", "x*exp(a*x)", "solved"),
        ("sympy", "x^a", "solved"),
        ("sympy-risch", "x*exp(x)*log(x) + exp(x)", "partial"),
        ("sympy-risch", "exp(-x^2)", "partial"),
        ("sympy-risch", "exp(x)/x", "partial"),
        ("sympy-risch", "log(x)^2/x", "solved"),
        ("sympy-risch", "sqrt(1 + x^4)", "partial"),
        ("sympy-manual", "x*exp(x)", "solved"),
        ("sympy-manual", "x^x", "partial"),
        ("sympy-heurisch", "log(x)*x", "solved"),
        ("sympy-heurisch", "x^x", "gave_up"),
        ("sympy", "1/(x^4 + x + 1)", "unsupported"),
    ],
)
def test_answers_have_their_names(sympy_pool, method, integrand, status):
    outcome = ask(sympy_pool, Request(method, Expr(integrand).to_prefix()))
    assert outcome.status == status, outcome
    if status == "solved":
        assert_antiderivative(integrand, Expr.from_prefix(outcome.value))
    else:
        assert outcome.value is None
        assert outcome.reason


def test_another_variable(sympy_pool):
    request = Request("sympy", Expr("a*cos(t)").to_prefix(), "t")
    assert Expr.from_prefix(ask(sympy_pool, request).value) == Expr("a*sin(t)")


def test_a_hang_of_sympys_own_is_killed(sympy_pool):
    request = Request("sympy", Expr("exp(x^2)*sin(x)*log(x + 1)").to_prefix())
    assert ask(sympy_pool, request, limits=Limits(0.5)).status == "timeout"


def test_answers_do_not_depend_on_the_worker_or_on_what_it_did_before(sympy_pool):
    texts = ["sin(x)^3*x", "1/(x^3 + 2)", "x*atan(x)", "x*log(x)^2"]
    request = [Request("sympy", Expr(text).to_prefix()) for text in texts]
    once = [ask(sympy_pool, r).value for r in request]
    again = dict(ask_all(sympy_pool, ((index % 4, request[index % 4]) for index in range(7, -1, -1))))
    assert None not in once
    assert [again[index].value for index in range(4)] == once
