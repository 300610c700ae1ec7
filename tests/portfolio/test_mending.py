"""Answers that lack nothing but a factor which is constant on intervals."""

import mpmath
import pytest
from sympy import lambdify

from antiderive import Expr, verify
from antiderive.portfolio import mended


def slope_of(answer, x):
    """The derivative of a formula at a point, by differences at 60 digits."""
    with mpmath.workdps(60):
        return mpmath.diff(lambdify("x", answer.to_sympy(), "mpmath"), mpmath.mpf(x))


@pytest.mark.parametrize(
    ("integrand", "wrong", "points"),
    [
        ("1/(x*sqrt(x^2))", "-1/x", (-1.7, -0.3, 0.4, 2.9)),
        ("sqrt(x^2 - 2x + 1)", "x^2/2 - x", (-2.5, 0.3, 1.2, 4.0)),
        ("abs(x)*cos(x)", "x*sin(x) + cos(x)", (-3.1, -0.2, 0.2, 1.4)),
        ("x/(x^2 + 1)", "log(x^2 + 1)", (-2.2, 0.7, 3.3)),
        ("cos(x)*sin(x)", "-7*cos(x)^2", (-2.2, 0.7, 3.3)),
    ],
)
def test_a_mended_answer_is_right_on_either_side(integrand, wrong, points):
    integrand, wrong = Expr(integrand), Expr(wrong)
    assert verify(integrand, wrong).status == "refuted"
    answer, verdict = mended(integrand, wrong)
    assert verdict.accepted and "factor" in verdict.reason
    for x in points:
        assert slope_of(answer, x) == pytest.approx(complex(integrand.evaluate(x=x)), rel=1e-9)


def test_a_factor_that_is_a_number_is_written_as_one():
    assert str(mended(Expr("x/(x^2 + 1)"), Expr("log(x^2 + 1)"))[0]) == "log(x**2 + 1)/2"
    assert str(mended(Expr("exp(sin(x)^2 + cos(x)^2 + x)"), Expr("exp(x)/3"))[0]).startswith("exp(")


def test_parameters_may_be_part_of_the_factor():
    answer, _ = mended(Expr("cos(a*x)"), Expr("sin(a*x)"))
    assert str(answer) == "sin(a*x)/a"


@pytest.mark.parametrize(
    ("integrand", "wrong"),
    [
        ("x*cos(x)", "x*sin(x)"),
        ("cos(x)", "3"),
        ("exp(x)", "exp(x)*(1 + 1/10^9*x)"),
        ("exp(x)", "exp(x) + x"),
        ("log(x)", "log(x)"),
    ],
)
def test_what_lacks_more_is_not_mended(integrand, wrong):
    assert mended(Expr(integrand), Expr(wrong)) is None


def test_another_variable():
    answer, _ = mended(Expr("2*t*x"), Expr("t^2"), "t")
    assert answer == Expr("t^2*x")
