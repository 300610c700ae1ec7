"""Parameters: regions of positive values count, other signs are conditions; constants have either sign."""

import pytest

from antiderive import Expr, verify
from antiderive.verification.parameters import signs_that_hold


@pytest.mark.parametrize(
    ("integrand", "candidate"),
    [
        ("abs(a - 5)", "(5 - a)*x"),
        ("abs(a - b - 5)", "(5 + b - a)*x"),
        ("abs(a*b - 30)", "(30 - a*b)*x"),
        ("sqrt(a^2 - 10*a + 25)", "(5 - a)*x"),
        ("sign(a - 1/1000)", "x"),
        ("abs(x - a)", "(x - a)^2/2"),
        ("abs(x - a - 300)", "-(x - a - 300)^2/2"),
        ("abs(x^2 + a*x + 7)", "x^3/3 + a*x^2/2 + 7*x"),
        ("abs(a - 700)*cos(x)", "(700 - a)*sin(x)"),
    ],
)
def test_wrong_for_some_positive_values_is_wrong(integrand, candidate):
    verdict = verify(integrand, candidate)
    assert verdict.status == "refuted"
    assert "a" in verdict.points[0]


@pytest.mark.parametrize(
    ("integrand", "candidate", "conditions"),
    [
        ("sqrt(a^2)*x", "a*x^2/2", ("a > 0",)),
        ("sqrt(a^2 - x^2)", "x*sqrt(a^2 - x^2)/2 + a^2/2*asin(x/a)", ("a > 0",)),
        ("abs(a - 5)", "abs(5 - a)*x", ()),
        ("cos(a*x)", "sin(a*x)/a", ("a != 0",)),
        ("1/(a + b*x)", "log(a + b*x)/b", ("b != 0",)),
        ("x^n", "x^(n + 1)/(n + 1)", ("n + 1 != 0",)),
        ("sqrt(a)*x", "sqrt(a)*x^2/2", ()),
        ("abs(b)*sqrt(a^2)", "a*b*x", ("a > 0", "b > 0")),
        ("abs(x^2 - a^2)", "sign(x^2 - a^2)*(x^3/3 - a^2*x)", ()),
    ],
)
def test_the_conditions_under_which_an_answer_holds(integrand, candidate, conditions):
    verdict = verify(integrand, candidate)
    assert verdict.accepted, verdict
    assert verdict.conditions == conditions


def test_signs_that_leave_nothing_wrong():
    assert signs_that_hold([]) == ()
    assert signs_that_hold([frozenset("b"), frozenset("ab")]) == ("b > 0",)
    assert signs_that_hold([frozenset("a"), frozenset("b")]) == ("a > 0", "b > 0")


@pytest.mark.parametrize(
    ("equation", "solution", "right"),
    [
        ("y' = abs(y)", "a0*exp(x)", False),
        ("y' = sqrt(y^2)", "a0*exp(x)", False),
        ("y' = sqrt(y)", "(x + a0)^2/4", False),
        ("y' = y*log(y)", "exp(a0*exp(x))", True),
        ("y' = y/(2*x)", "a0*sqrt(x)", True),
        ("y*y' = x", "sqrt(x^2 + a0)", True),
        ("y'' = y", "a0*exp(x) + a1*exp(-x)", True),
    ],
)
def test_constants_of_a_solution_have_either_sign(equation, solution, right):
    verdict = verify(equation, solution)
    assert verdict.accepted is right, verdict


def test_a_counter_example_names_the_parameters():
    (point,) = verify("abs(a - 5)", "(5 - a)*x").points
    values = {name: float(Expr(text).evaluate().real) for name, text in point.items()}
    assert values["a"] > 5
