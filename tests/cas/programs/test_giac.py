"""Giac: echoes, prose, and logarithms of absolute values."""

import pytest

from antiderive import Expr
from antiderive.cas import Request
from antiderive.cas.backends.giac import BACKEND
from antiderive.verification import verify


@pytest.mark.parametrize(
    ("integrand", "status"),
    [
        ("exp(-x^2)", "special"),
        ("1/log(x)", "special"),
        ("x^x", "partial"),
        ("sqrt(1 + x^4)", "partial"),
        ("1/(x^3 + x + 1)", "unsupported"),  # rootof
    ],
)
def test_what_is_not_solved(ask, integrand, status):
    outcome = ask("giac", integrand)
    assert outcome.status == status, outcome
    assert outcome.value is None


def test_logarithms_of_absolute_values_are_read_without_them(ask):
    assert ask("giac", "1/(x + 1)").value == "ln add x INT+ 1"


@pytest.mark.parametrize("integrand", ["abs(x)", "x*sign(x)", "log(abs(x))"])
def test_absolute_values_of_the_integrand_stay(ask, integrand):
    """Giac says in prose that it assumes a constant sign; the answer is what counts."""
    outcome = ask("giac", integrand)
    assert outcome.status == "solved", outcome
    verdict = verify(integrand, Expr.from_prefix(outcome.value))
    assert verdict.accepted, (outcome, verdict)


@pytest.mark.parametrize("integrand", ["(1 - x^2)^(-1/2)", "(x^2 + 1)^(-1/2)"])
def test_negative_roots_are_not_mistaken(ask, integrand):
    """Giac 1.9 takes ``(1 - x^2)^(-1/2)`` for ``(1 - x^2)^(1/2)``, so they are written as fractions."""
    assert verify(integrand, Expr.from_prefix(ask("giac", integrand).value)).accepted


def test_a_long_formula_comes_through(ask):
    integrand = Expr(" + ".join(f"x^{power}*cos({power}*x)" for power in range(1, 12)))
    outcome = ask("giac", integrand)
    assert verify(integrand, Expr.from_prefix(outcome.value)).accepted


def test_the_echo_is_no_answer():
    echo = '3>> "ANS"+"WER "+string(integrate((vx),vx))\n'
    request = Request("giac", "x")
    assert BACKEND.outcome(request, echo + '"ans1"\n').status == "gave_up"
    assert BACKEND.outcome(request, echo + '"ANSWER vx^2/2"\n').value == "mul div INT+ 1 INT+ 2 pow x INT+ 2"
