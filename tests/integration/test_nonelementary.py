"""Proofs that there is no elementary antiderivative; none may be false."""

from pathlib import Path

import pytest

from antiderive import Expr
from antiderive.generation import generate
from antiderive.integration import integrate
from antiderive.integration.budget import Budget, BudgetError, spending
from antiderive.integration.equivalents import proof_of_none
from antiderive.integration.problem import Problem
from antiderive.tasks import Recipe

PROBLEMS = Path(__file__).parents[1] / "problems"
CLASSICAL = [
    line.split("\t")
    for line in (PROBLEMS / "nonelementary.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize("integrand", [integrand for integrand, _, _ in CLASSICAL])
def test_classical_integrals(integrand):
    found = integrate(integrand, budget=10.0)
    assert found.expression is None
    assert found.proof is not None, integrand
    assert found.reason == "there is no elementary antiderivative"
    assert found.proof.field[0] in ("x", "u", "v", "w")
    assert found.proof.claim and found.proof.theorem


def test_the_certificate_is_readable():
    proof = integrate("exp(exp(x))").proof
    assert proof.reductions == ("With u = exp(x): the integral of exp(exp(x)) dx is that of exp(u)/u du.",)
    assert proof.field == ("u", "exp(u)")
    assert "y' + (1)*y = 1/u has no rational solution" in proof.claim
    assert "Liouville" in proof.theorem
    assert proof.to_dict()["claim"] == proof.claim and proof.claim in proof.to_text()


@pytest.mark.parametrize(
    "integrand",
    [
        "exp(x + log(x))/x",
        "log(exp(x))",
        "exp(-x**2 + log(x))",
        "exp(x*log(x))*(log(x) + 1)",
        "exp(x)*(1/x - 1/x**2)",
        "(2 + x)*exp(x)/(x + 3)**2",
        "exp(atan(x))/(1 + x**2)",
        "(1/x - 1)*atanh(tanh(x**2))",
        "x/sqrt(1 - x**4)",
        "(x**2 - 1)/(x*sqrt(1 + 3*x**2 + x**4))",
        "1/(x*log(x)*log(log(x)))",
        "exp(exp(x) + x)",
        "1/(1 - x**3)**(1/3)",
        "exp(asin(x))",
        "x*cos(x)/sin(x)**2",
        "(x*cos(x) - sin(x))/x**2",
        "exp(x)*sin(x)/(exp(x)*sin(x))",
        "log(x)/x + log(x)**2/x",
        "1/log(x) - 1/log(x)**2",
        "exp(x**2)*(2*x**2 + 1)",
    ],
)
def test_disguised_integrands_that_are_elementary(integrand):
    assert none_proved(Expr(integrand)) is None


@pytest.mark.parametrize("task", ["bwd", "ibp", "liouville", "sub"])
def test_no_false_proof_on_integrands_with_an_antiderivative_by_construction(task):
    examples = generate(Recipe(task=task), 10_000, 60)
    for index in range(60):
        integrand = Expr.from_tokens(examples.problems[index][2:])  # after sub and Y'
        assert none_proved(integrand) is None, integrand


def test_symbolic_parameters_are_not_decided():
    assert integrate("exp(-a*x**2)").proof is None
    assert integrate("x**n*exp(-x)").proof is None


def none_proved(integrand):
    try:
        with spending(Budget(0.5)):
            return proof_of_none(Problem(integrand, "x"), lambda part, variable: None)
    except BudgetError:
        return None
