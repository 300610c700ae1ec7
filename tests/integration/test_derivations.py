"""Derivations as people write them: golden texts, every step checked, four renderings."""

from pathlib import Path

import pytest

from antiderive.integration import integrate
from antiderive.integration.rules import RULES

GOLDEN = (Path(__file__).parents[1] / "golden" / "derivations.txt").read_text(encoding="utf-8")
DERIVATIONS = GOLDEN.rstrip("\n").split("\n\n")


def integrand_of(derivation):
    return derivation.split("\n")[0].removeprefix("∫ ").split(" dx = ")[0]


@pytest.mark.parametrize("derivation", DERIVATIONS, ids=integrand_of)
def test_golden_derivations(derivation):
    steps = integrate(integrand_of(derivation)).steps
    assert steps.to_text() == derivation
    for step in steps.nodes():
        assert step.rule in RULES
        assert step.check().accepted, step


def test_sixty_of_them():
    assert len(DERIVATIONS) >= 60


@pytest.mark.parametrize(
    ("integrand", "rules"),
    [
        ("x*exp(x)", ["parts", "table", "table"]),
        ("x/(x**2 + 1)", ["substitution", "constant factor", "linear argument"]),
        ("exp(x)*sin(x)", ["cyclic parts"]),
        ("1/(x**2 - 1)", ["partial fractions", "sum"]),
        ("sin(x)**2", ["rewriting", "sum"]),
        ("(x - tan(x))/tan(x)**2", ["parallel Risch"]),
        ("1/sqrt(1 + x**2 + x)", ["square root of a quadratic"]),
        ("(1 + x)/((x - 2)*sqrt(1 + x**3))", ["logarithmic part on a curve"]),
    ],
)
def test_textbook_rules_come_before_machinery(integrand, rules):
    found = [step.rule for step in integrate(integrand).steps.nodes()]
    assert found[: len(rules)] == rules or found[1 : len(rules) + 1] == rules


def test_parallel_risch_shows_its_linear_system():
    steps = integrate("exp(x)*(1/x - 1/x**2)").steps
    details = dict(steps.details)
    assert steps.rule == "parallel Risch"
    assert details["ansatz"] == "c1*(exp(x)/x)"
    assert details["linear system"] == "c1 = 1; (-1)*c1 = -1"
    assert details["solution"] == "c1 = 1"


def test_conditions_on_parameters():
    steps = integrate("(a*x + b)**n").steps
    assert set(steps.conditions) == {"a != 0", "n != -1"}


def test_renderings():
    steps = integrate("x*exp(x)").steps
    assert steps.to_markdown().startswith(r"- $\int ")
    assert r"\begin{itemize}" in steps.to_latex() and steps.to_latex().count(
        r"\begin{itemize}"
    ) == steps.to_latex().count(r"\end{itemize}")
    html = steps.to_html()
    assert html.startswith('<ol class="derivation"><li>') and html.count("<li>") == html.count("</li>")
    plain = steps.to_dict()
    assert plain["rule"] == "parts" and plain["facts"]["dv"] == "exp(x)" and len(plain["steps"]) == 2
