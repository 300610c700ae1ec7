"""Proofs of none: special functions that remain, fields that are checked, and what proves nothing."""

import pytest

from antiderive import Expr
from antiderive.cas import Outcome, Request, ask, open_pool
from antiderive.portfolio import checked_claim, judge_outcome
from antiderive.portfolio.nonelementary import (
    generators_are_independent,
    has_elementary_inverse,
    special_functions_remain,
)
from antiderive.workers import Limits


@pytest.fixture(scope="module")
def sympy_pool():
    with open_pool(1, limits=Limits(60)) as pool:
        yield pool


def p(text):
    return Expr(text).to_prefix()


@pytest.mark.parametrize(
    ("function", "known"),
    [
        ("x^2 + 1", True),
        ("sqrt(log(x) + 1)", True),
        ("exp(2*x)/(exp(2*x) + 1)", True),
        ("x^a", True),
        ("x + exp(x)", False),
        ("x^x", False),
        ("sin(1)^2 + cos(1)^2 - 1", False),
        ("x*log(x)", False),
    ],
)
def test_elementary_inverses(function, known):
    assert has_elementary_inverse(Expr(function), "x") == known


@pytest.mark.parametrize(
    ("integrand", "evidence", "proved"),
    [
        ("exp(-x^2)", [("elementary", p("0")), ("erf", p("sqrt(pi)/2"), "x")], True),
        ("exp(-x^2)", [("elementary", p("0")), ("erf", p("sqrt(pi)"), "x")], False),  # a wrong answer
        ("1/log(x)", [("elementary", p("x")), ("li", p("1"), "x")], False),
        ("sin(x)/x", [("elementary", p("0")), ("Si", p("1"), "x")], True),
        ("cos(x)/x", [("elementary", p("0")), ("Ci", p("1/2"), "x"), ("Ci", p("1/2"), p("-x"))], True),
        ("2*x", [("elementary", p("x^2")), ("Ci", p("1"), "x"), ("Ci", p("-1"), p("-x"))], False),
        ("2*x", [("elementary", p("x^2")), ("erf", p("1"), "x"), ("erf", p("1"), p("-x"))], False),
        ("2*x", [("elementary", p("x^2")), ("Ei", p("1"), "x"), ("Ei", p("-1"), "x")], False),
        (
            "2*x",
            [("elementary", p("x^2")), ("Ei", p("1"), "x"), ("Chi", p("-1"), "x"), ("Shi", p("-1"), "x")],
            False,
        ),
        ("2*x", [("elementary", p("x^2")), ("erfi", p("1"), "x"), ("erf", p("I"), p("I*x"))], False),
        ("x", [("elementary", p("x^2/2")), ("erfi", p("cos(pi/12) - (sqrt(6) + sqrt(2))/4"), "x")], False),
        ("x", [("elementary", p("x^2/2")), ("Ei", p("1"), p("3"))], False),
        (
            "1/sqrt(x^3)",
            [("elementary", p("0")), ("weierstrassPInverse", p("2"), p("0"), p("0"), "x")],
            False,
        ),
        ("1/sqrt(1 - x^4)", [("elementary", p("0")), ("ellipticF", p("1"), "x", p("-1"))], True),
        ("1/(1 - x^2)", [("elementary", p("0")), ("ellipticF", p("1"), "x", p("1"))], False),
        ("exp(x)*x", [], False),
    ],
)
def test_special_functions_that_remain(integrand, evidence, proved):
    assert special_functions_remain(Expr(integrand), evidence, "x") == proved


@pytest.mark.parametrize(
    ("generators", "independent"),
    [
        ([("exp", "x"), ("log", "x")], True),
        ([("exp", "x"), ("tan", "x")], True),
        ([("exp", "x"), ("exp", p("2*x"))], False),
        ([("exp", "x"), ("exp", p("x + 1"))], False),
        ([("log", "x"), ("log", p("x^2"))], False),
        ([("atan", "x"), ("atan", p("1/x"))], False),
        ([("exp", "x"), ("exp", p("sin(x)^2 + cos(x)^2 + x"))], False),
        ([("log", "x"), ("exp", p("x*log(x)")), ("exp", p("x*log(x) + log(x)"))], False),
        ([("log", "x"), ("exp", p("x*log(x)"))], True),
        ([("exp", p(f"x^{n}")) for n in range(1, 6)], False),  # more than are looked at
    ],
)
def test_generators(generators, independent):
    assert generators_are_independent(generators, "x") == independent


def test_a_field_that_does_not_hold_the_integrand_proves_nothing():
    integrand = Expr("(atan(x) + atan(1/x) - pi/2)*exp(x^2)*log(x) + x")
    field = (("integrand", p("-pi/2*exp(x^2)*log(x) + x")), ("log", "x"), ("exp", p("x^2")))
    status, reason = checked_claim(integrand, Outcome("nonelementary", reason="proved", evidence=field))
    assert status == "partial" and "not certain" in reason


@pytest.mark.parametrize(
    "integrand",
    [
        "exp(x + exp(x))",
        "x^x*log(x) + x^x + sin(x)",
        "(atan(2) + atan(1/2) - pi/2)*exp(x^2) + x",
        "exp(exp(exp(x)) + exp(x) + x)",
        "exp(exp(x))*exp(x)*(exp(x) + 1)",
    ],
)
@pytest.mark.parametrize("method", ["sympy", "sympy-risch"])
def test_sympy_denies_nothing_that_is_elementary(sympy_pool, integrand, method):
    outcome = ask(sympy_pool, Request(method, p(integrand)))
    assert outcome.status != "nonelementary"
    assert judge_outcome(Expr(integrand), outcome).status != "nonelementary"


@pytest.mark.parametrize("integrand", ["exp(-x^2)", "1/log(x)", "exp(x)/x", "sin(x)/x", "exp(exp(x))"])
def test_an_answer_of_sympy_in_special_functions_is_followed_up(sympy_pool, integrand):
    outcome = ask(sympy_pool, Request("sympy", p(integrand)))
    assert outcome.status == "special"
    assert judge_outcome(Expr(integrand), outcome).status == "nonelementary"
