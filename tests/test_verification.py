"""Verdicts: right answers pass in any form, wrong ones never."""

import json

import mpmath
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from antiderive import Expr, verify
from antiderive.datasets import Examples, Recipe
from antiderive.errors import AntideriveError, ParseError, SettingError
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


def test_bad_input():
    with pytest.raises(ParseError):
        verify("x +* 2", "x")
    with pytest.raises(SettingError):
        verify("y' = y", "y")


def test_a_proof_by_sympy_counts():
    problem, candidate = "sec(x)", "log(tan(x/2 + pi/4))"
    assert verify(problem, candidate, prove_timeout=60).status in ("proved", "agrees")


def _mutations(tokens):
    """Token sequences that differ from a solution in one place."""
    names = tokens.split()
    swaps = {
        "sin": "cos",
        "cos": "sin",
        "add": "sub",
        "exp": "sinh",
        "ln": "asinh",
        "INT+": "INT-",
        "sqrt": "exp",
    }
    for place, name in enumerate(names):
        for other in [swaps.get(name), str((int(name) + 1) % 10) if name.isdigit() else None]:
            if other:
                yield " ".join([*names[:place], other, *names[place + 1 :]])


def _central_difference(expr, at):
    """A derivative that owes nothing to ours: 50 digits, mpmath, the infix text."""
    names = {
        "sqrt": mpmath.sqrt,
        "log": mpmath.log,
        "I": mpmath.j,
        "pi": mpmath.pi,
        "E": mpmath.e,
        "abs": abs,
    }
    names |= {n: getattr(mpmath, n) for n in dir(mpmath) if n.startswith(("a", "s", "c", "t", "e"))} | names
    with mpmath.workdps(50):
        code = compile(str(expr), "<f>", "eval")
        return mpmath.diff(lambda t: eval(code, {**names, "x": t}), mpmath.mpf(at), h=mpmath.mpf(10) ** -15)


def test_hundreds_of_wrong_candidates_never_pass():
    """Mutants of generated solutions; those that happen to be right must be right independently."""
    examples = Examples.generate(Recipe(max_operators=8), 0, 300)
    wrong = 0
    for place in range(len(examples)):
        integrand = Expr.from_tokens(examples.problem(place)[2:])
        solution = Expr.from_tokens(examples.solution(place))
        for tokens in list(_mutations(solution.to_prefix()))[:4]:
            try:
                mutant = Expr.from_prefix(tokens)
            except AntideriveError:
                continue
            if verify(integrand, mutant).accepted:
                point = next((p for p in (0.437, 1.269, 2.183, 0.113) if _real(integrand, mutant, p)), None)
                if point is not None:
                    slope = complex(_central_difference(mutant, point))
                    assert abs(slope - integrand.evaluate(x=point)) < 1e-9 * max(1, abs(slope)), (
                        solution,
                        mutant,
                    )
            else:
                wrong += 1
    assert wrong > 400


def _real(f, g, x):
    return all(abs(e.evaluate(x=x)) < 1e6 and abs(e.evaluate(x=x).imag) < 1e-12 for e in (f, g))


def test_generated_solutions_are_accepted():
    examples = Examples.generate(Recipe(), 5000, 300)
    verdicts = [
        verify(Expr.from_tokens(examples.problem(p)[2:]), Expr.from_tokens(examples.solution(p)))
        for p in range(len(examples))
    ]
    assert all(v.accepted for v in verdicts), [v for v in verdicts if not v.accepted]


@given(st.integers(0, 10_000))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_balls_contain_the_double_precision_value(index):
    examples = Examples.generate(Recipe(max_operators=8), index, 1)
    expr = Expr.from_tokens(examples.solution(0))
    from flint import acb

    value = expr.evaluate(x=0.437)
    with precision(128):
        ball = evaluate(expr, {"x": acb(0.437)})[-1].value
    if ball.is_finite() and abs(value) < 1e6:
        assert abs(complex(ball) - value) <= 1e-9 * max(1.0, abs(value))
