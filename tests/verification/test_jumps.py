"""Jumps: named for an antiderivative, refuted for a solution of an equation."""

import pytest

from antiderive import verify
from antiderive.verification import Verdict


@pytest.mark.parametrize(
    ("integrand", "candidate", "jumps"),
    [
        ("1", "x + sign(x)", (0,)),
        ("sign(x - 3)", "x*sign(x - 3)", (3,)),
        ("abs(log(x))", "sign(log(x))*(x*log(x) - x)", (1,)),
        ("1/(1 + x^2)", "-atan(1/x)", (0,)),
        ("2*x", "x^2 + atan(1/(x - 250)) + atan(x - 250)", (250,)),
        ("abs((x + 15)*(x + 16))", "sign((x + 15)*(x + 16))*(x^3/3 + 31*x^2/2 + 240*x)", (-16, -15)),
    ],
)
def test_an_antiderivative_that_jumps_is_accepted_with_the_places(integrand, candidate, jumps):
    verdict = verify(integrand, candidate)
    assert verdict.accepted
    assert verdict.jumps == pytest.approx(jumps, abs=1e-6)
    assert "it jumps at x =" in verdict.reason
    assert Verdict.from_dict(verdict.to_dict()) == verdict


def test_periodic_jumps_are_named_for_a_few_periods():
    jumps = verify("1/(2 + cos(x))", "2/sqrt(3)*atan(tan(x/2)/sqrt(3))").jumps
    assert {-3.1415927, 3.1415927} <= set(jumps)


@pytest.mark.parametrize(
    ("integrand", "candidate"),
    [
        ("1/x", "log(x)"),
        ("abs(x)", "x*abs(x)/2"),
        ("1/x^2", "-1/x"),
        ("x^(-2/3)", "3*x^(1/3)"),
        ("tan(x)", "-log(abs(cos(x)))"),
        ("sign(x - 3)", "abs(x - 3)"),
        ("1/sqrt(1 - x^2)", "asin(x)"),
        ("exp(-1/x)/x^2", "exp(-1/x)"),
    ],
)
def test_poles_and_ends_of_the_domain_are_no_jumps(integrand, candidate):
    verdict = verify(integrand, candidate)
    assert verdict.accepted
    assert verdict.jumps == ()


@pytest.mark.parametrize(
    ("equation", "solution", "right"),
    [
        ("y' = 1", "x + sign(x) + a0", False),
        ("y' = 1", "atan(tan(x)) + a0", False),
        ("y'^2 = 1", "abs(x) + a0", False),
        ("y' = sign(x)", "abs(x) + a0", True),
        ("x*y' = y", "a0*abs(x)", True),
        ("x*y' = 1", "log(abs(x)) + a0", True),
        ("y*y' = x", "abs(x)", True),
    ],
)
def test_a_solution_has_no_jumps_where_its_equation_is_regular(equation, solution, right):
    verdict = verify(equation, solution)
    assert verdict.accepted is right, verdict


def test_verdicts_from_before_there_were_jumps_are_read():
    old = {"status": "proved", "reason": "", "digits": None, "points": [], "valid_on": []}
    assert Verdict.from_dict(old).jumps == ()
