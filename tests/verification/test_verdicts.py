"""Verdicts: right answers pass in any form, wrong ones never."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from antiderive import Expr, verify
from antiderive.errors import ParseError, SettingError
from antiderive.generation import generate
from antiderive.tasks import INTEGRALS, Recipe
from antiderive.verification import screen, verify_zero
from antiderive.verification.rigorous import evaluate, precision

RIGHT = [
    ("x*cos(x)", "x*sin(x) + cos(x) + 7"),
    ("1/x", "log(x)"),
    ("1/x", "log(-x)"),
    ("1/x", "log(abs(x))"),
    ("sin(x)^2", "x/2 - sin(2x)/4"),
    ("sin(2x)", "sin(x)^2"),
    ("sin(2x)", "-cos(x)^2"),
    ("sec(x)", "log(tan(x/2 + pi/4))"),
    ("1/(a + b*x)", "log(a + b*x)/b"),
    ("sqrt(1 - x^2)", "x*sqrt(1 - x^2)/2 + asin(x)/2"),
    ("1/sqrt(x^2 + 1)", "log(x + sqrt(x^2 + 1))"),
    ("1/(x^2 - 1)", "-atanh(x)"),
    ("1/(x^2 - 1)", "-acoth(x)"),
    ("x^x*(log(x) + 1)", "x^x"),
    ("0", "3"),
]
WRONG = [
    ("x*cos(x)", "x*sin(x) - cos(x)"),
    ("x*cos(x)", "x*sin(x) + cos(x)*(1 + 10^-9)"),
    ("1/x", "log(x)/log(2)"),
    ("tanh(50*x)", "x"),
    ("exp(-x^2)", "-exp(-x^2)/(2x)"),
    ("x", "x^2"),
    ("1/(1 + exp(40*x))", "0"),
    ("0", "x"),
    # Both terms drown at most points and overflow at the others.
    ("2*x + 125*exp(sinh(125*x))*cosh(125*x) + 1", "x^2 + x + exp(sinh(126*x))"),
    ("1 - 500*sinh(250*x)*cosh(250*x)*exp(-sinh(250*x)^2)", "x + exp(-sinh(251*x)^2)"),
]
ODES = [
    ("y' = y", "a0*exp(x)", True),
    ("y'' + y = 0", "a0*sin(x) + a1*cos(x)", True),
    ("x*y' = y", "a0*x", True),
    ("y' = y^2", "-1/(x + a0)", True),
    ("y'' + y = 0", "a0*sinh(x)", False),
    ("y' = y", "exp(x) + 1", False),
]


@pytest.mark.parametrize(("integrand", "candidate"), RIGHT)
def test_right_answers_are_accepted(integrand, candidate):
    verdict = verify(integrand, candidate)
    assert verdict.accepted, verdict


@pytest.mark.parametrize(("integrand", "candidate"), WRONG)
def test_wrong_answers_are_refuted_with_a_point(integrand, candidate):
    verdict = verify(integrand, candidate)
    assert verdict.status == "refuted"
    assert "x" in verdict.points[0]


@pytest.mark.parametrize(("equation", "candidate", "right"), ODES)
def test_solutions_of_equations(equation, candidate, right):
    assert verify(equation, candidate).accepted is right


@pytest.mark.parametrize(
    ("problem", "candidate", "places"),
    [
        ("sqrt(x^2)", "x^2/2", [(0, 10)]),
        ("abs(x)", "-x^2/2", [(-10, 0)]),
        ("1/sqrt(x^2 - 1)", "acosh(x)", [(1, 10)]),
        ("1/(x*sqrt(x^2 - 1))", "acos(1/x)", [(1, 10)]),
        ("sqrt((x^2 - 4)^2)", "x^3/3 - 4x", [(-10, -2), (2, 10)]),
        ("y' = abs(y)/x", "a0*x", [(0, 10)]),
    ],
)
def test_an_answer_for_part_of_the_domain_is_refuted_and_says_where_it_holds(problem, candidate, places):
    verdict = verify(problem, candidate)
    assert verdict.status == "refuted"
    assert [pytest.approx(place, abs=1e-6) for place in places] == list(verdict.valid_on)
    assert "only on part of the domain, x in" in verdict.reason


@pytest.mark.parametrize(
    ("integrand", "candidate"),
    [
        # Real where some parts are not: only there the candidate has the wrong sign or branch.
        (
            "sqrt(c - c/(a*x))*exp(acoth(a*x))/x^2",
            "-2*(a*x + 1)*sqrt((a*c*x - c)/(a*x))*sqrt((a*x + 1)/(a*x - 1))/(3*x)",
        ),
        ("x^2*exp(asech(a*x))", "(3*a*x^2 + 2*(a^2*x^3 - x)*sqrt((1 - a^2*x^2)/(a^2*x^2)))/(6*a^2)"),
        ("sqrt(x - 1)*sqrt(x - 2)*(2*x - 3)", "2*(x^2 - 3*x + 2)^(3/2)/3"),
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_an_answer_that_is_wrong_on_part_of_the_real_line_is_refuted(integrand, candidate, seed):
    verdict = verify(integrand, candidate, seed=seed)
    assert verdict.status == "refuted"
    assert verdict.valid_on


@pytest.mark.parametrize(
    ("problem", "candidate"),
    [("tanh(50*x)", "x"), ("1/(1 + exp(40*x))", "0"), ("1/(1 + exp(-9*x)) + x", "x + x^2/2"), ("x", "x^2")],
)
def test_a_near_miss_that_saturates_is_right_nowhere(problem, candidate):
    verdict = verify(problem, candidate)
    assert verdict.status == "refuted"
    assert verdict.valid_on == ()


def test_systems_are_as_good_as_their_worst_equation():
    # The harmonic oscillator: p' = -q, q' = p.
    q, p = Expr("a0*sin(x + a1)"), Expr("a0*cos(x + a1)")
    assert verify_zero([q.diff("x") - p, p.diff("x") + q]).status == "proved"
    assert verify_zero([q.diff("x") - p, p.diff("x") - q]).status == "refuted"
    with pytest.raises(SettingError):
        verify_zero([])


def test_many_pairs_are_screened_as_each_alone():
    pairs = [(Expr(f), Expr(F)) for f, F in RIGHT + WRONG]
    statuses = screen(pairs)
    assert statuses == [screen([pair])[0] for pair in pairs]
    assert "disagrees" not in statuses[: len(RIGHT)]
    assert "disagrees" in statuses[len(RIGHT) :]


def test_agreement_states_its_evidence():
    verdict = verify("sec(x)", "log(tan(x/2 + pi/4))")
    assert verdict.status == "agrees"
    assert verdict.digits >= 30
    assert len(verdict.points) >= 8
    assert json.loads(json.dumps(verdict.to_dict()))["status"] == "agrees"


def test_what_cannot_be_decided_is_unknown():
    # A factor that is beyond double precision everywhere.
    verdict = verify("x*exp(exp(exp(exp(9))))", "x")
    assert verdict.status == "unknown"
    assert "no point" in verdict.reason


def test_a_part_that_never_has_an_effect_is_not_confirmed():
    # The second factor differs from 1 by less than 1e-1000 wherever it can be evaluated.
    verdict = verify("x*tanh(cosh(x) + exp(30))", "x^2/2")
    assert verdict.status == "unknown"
    assert "no effect" in verdict.reason


def test_a_part_with_an_effect_at_its_own_scale_only_refutes():
    # The second term is below 1e-30 of the first but within 1e-9 of zero, where its poles are.
    assert verify("x*(1 + tan(exp(10^9*x))*exp(-cosh(10^9*x)))", "x^2/2").status == "refuted"


def test_bad_input():
    with pytest.raises(ParseError):
        verify("x +* 2", "x")
    with pytest.raises(SettingError):
        verify("y' = y", "y")


def test_a_proof_by_sympy_counts():
    problem, candidate = "sec(x)", "log(tan(x/2 + pi/4))"
    assert verify(problem, candidate, prove_timeout=60).status in ("proved", "agrees")


def test_generated_solutions_are_accepted():
    examples = generate(Recipe(), 5000, 300)
    verdicts = [
        verify(INTEGRALS.decode(examples.problems[p]), Expr.from_tokens(examples.solutions[p]))
        for p in range(len(examples))
    ]
    assert all(v.accepted for v in verdicts), [v for v in verdicts if not v.accepted]


@given(st.integers(0, 10_000))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_balls_contain_the_double_precision_value(index):
    examples = generate(Recipe(max_operators=8), index, 1)
    expr = Expr.from_tokens(examples.solutions[0])
    from flint import acb, arb

    value = expr.evaluate(x=0.437)
    with precision(128):
        ball = evaluate(expr, {"x": acb(0.437)})
    if ball.is_finite() and abs(value) < 1e6:
        slack = 1e-9 * max(1.0, abs(value))
        assert ball.overlaps(acb(arb(value.real, slack), arb(value.imag, slack)))


def test_overflow_on_the_way_is_no_warning(recwarn):
    assert verify("10^308*sin(x)", "10^308*cos(x)").status == "refuted"
    assert not recwarn.list
