"""FriCAS: what its answers prove, and what they do not."""

import pytest

from antiderive import Expr
from antiderive.cas import Request
from antiderive.cas.backends.fricas import BACKEND, Kernel, proves_nonelementary
from antiderive.generation import generate
from antiderive.portfolio import judge_outcome
from antiderive.tasks import Recipe
from antiderive.verification import verify


@pytest.mark.parametrize(
    ("integrand", "status"),
    [
        # Answers in special functions are a class of their own.
        ("exp(-x^2)", "special"),
        ("sin(x)/x", "special"),
        ("1/log(x)", "special"),
        ("exp(x)/x", "special"),
        ("exp(exp(x))", "special"),
        ("log(log(x))", "special"),
        ("x*tan(x)", "special"),
        ("sqrt(1 + x^4)", "special"),
        # Purely transcendental towers.
        ("x^x", "nonelementary"),
        ("exp(-x^2)*log(x)", "nonelementary"),
        ("x/(x + exp(x))", "nonelementary"),
        ("x*tan(x)*exp(x)", "nonelementary"),
        ("atan(x)/(x + 1)", "nonelementary"),
        ("sqrt(2)*exp(x^2)*log(x)/(x + 1)", "nonelementary"),
        ("exp(x^2 + 2)*log(3*x)", "nonelementary"),
        ("exp(a*x^2)*log(x)", "nonelementary"),
        ("exp(x)*exp(x^2)*(log(x) + log(2*x))", "nonelementary"),
        # An algebraic function of the variable, or constants that might be related: no proof.
        ("sqrt(1 + x^5)", "partial"),
        ("asin(x)/x", "partial"),
        ("exp(x)*sqrt(x + 1)/(x^2 + 1)", "partial"),
        ("exp(x^2)*log(x)*(log(2) + x*exp(1) + pi)", "partial"),
        # An implementation that is incomplete.
        ("sqrt(1 + exp(x) + x)", "gave_up"),
    ],
)
def test_classical_examples(ask, integrand, status):
    outcome = ask("fricas", integrand)
    assert outcome.status == status, outcome
    assert outcome.value is None and outcome.reason


@pytest.mark.parametrize(
    "integrand",
    [
        "exp(x)*(log(x) + 1/x)",
        "x^x*(log(x) + 1)",
        "exp(-x^2)*(1 - 2*x^2)",
        "(1 + x)*exp(x + x*exp(x))",
        "1/(x*log(x)*log(log(x)))",
        "(1/log(x) - 1/log(x)^2)",
        "x*exp(x)/(1 + x)^2",
        "tan(x) + x*(1 + tan(x)^2)",
        "exp(x)*exp(2*x)*exp(exp(3*x))",
        "(log(2*x) - log(x))*exp(x)",
        "sqrt(2)*(exp(sqrt(2)*x)*x + exp(sqrt(2)*x)/sqrt(2))",
        "atan(x)/(1 + x^2)",
        "cosh(x)^2 - sinh(x)^2",
        "log(x)^a/x",
    ],
)
def test_elementary_look_alikes(ask, integrand):
    outcome = ask("fricas", integrand)
    assert outcome.status == "solved", outcome
    assert verify(integrand, Expr.from_prefix(outcome.value)).accepted


def test_no_derivative_is_called_nonelementary(ask):
    """Label noise: these have an elementary integral, known from how they were made."""
    operators = {
        "add": 10,
        "sub": 3,
        "mul": 10,
        "div": 5,
        "pow2": 4,
        "exp": 6,
        "ln": 6,
        "sin": 3,
        "tan": 3,
        "atan": 3,
    }
    recipe = Recipe(min_operators=3, max_operators=8, seed=3, operators=operators)
    examples = generate(recipe, 0, 60)
    outcomes = [
        ask("fricas", Expr.from_tokens(examples.solutions[index]).diff("x")) for index in range(len(examples))
    ]
    assert [outcome for outcome in outcomes if outcome.status == "nonelementary"] == []
    assert sum(outcome.status == "solved" for outcome in outcomes) > 50


@pytest.mark.parametrize(
    "antiderivative",
    [
        "log(x)*log(x + 1)",
        "log(x)*log(x^2 + 1)",
        "log(x)*atan(x + 1)",
        "log(exp(x) + 1)*log(exp(x) + 2)",
        "log(tan(x))*log(tan(x) + 1)",
        "log(log(x))*log(log(x) + 1)",
    ],
)
def test_two_primitives_prove_nothing(ask, antiderivative):
    """FriCAS 1.3.8 leaves the integral of some derivatives of products of two logarithms."""
    assert ask("fricas", Expr(antiderivative).diff("x")).status in ("partial", "solved", "special")


@pytest.mark.parametrize(
    "zero",
    [
        "acosh(5/4) - log(2)",
        "cos(pi/12) - (sqrt(6) + sqrt(2))/4",
        "10^20*((1 + sqrt(2))^2 - 3 - 2*sqrt(2))",
        "atan(2) + atan(1/2) - pi/2",
        "sqrt(5 + 2*sqrt(6)) - sqrt(2) - sqrt(3)",
    ],
)
@pytest.mark.parametrize("hard", ["exp(x^2)", "exp(x^2)*log(x)"])
def test_a_constant_that_is_zero_in_disguise_proves_nothing(ask, zero, hard):
    integrand = Expr(f"({zero})*{hard} + x")
    outcome = ask("fricas", integrand)
    assert outcome.status != "nonelementary"
    assert judge_outcome(integrand, outcome).status != "nonelementary"


def kernels(*lines):
    return [Kernel.read(line) for line in lines]


REQUEST = Request("fricas", "x")
X, EXP = "variable vx vx", "variable exp exp(vx)"


@pytest.mark.parametrize(
    ("tower", "proved"),
    [
        ([X], True),
        ([X, EXP, "variable log log(vx)"], True),
        ([X, EXP, "constant va va"], True),
        ([X, EXP, "constant nthRoot 2^(1/2)", "constant nthRoot 3^(1/5)", "constant log log(2)"], True),
        ([X, EXP, "constant nthRoot 2^(1/2)", "constant nthRoot 6^(1/2)"], False),
        ([X, EXP, "constant nthRoot 4^(1/4)"], False),
        ([X, EXP, "constant nthRoot (-1)^(1/2)"], False),
        ([X, EXP, "constant log log(2)", "constant log log(3)"], False),
        ([X, EXP, "constant rootOf rootOf(y^3+y+1,y)"], False),
        ([X, EXP, "variable nthRoot (vx+1)^(1/2)"], False),
        ([X, EXP, "variable abs abs(vx)"], False),
        ([X, EXP, "variable Ei Ei(vx)"], False),
        ([X, "variable log log(vx)", "variable log log(vx+1)"], False),
        ([X, "variable log log(vx)", "variable atan atan(vx)"], False),
        ([X, EXP, "variable log log(exp(vx)+1)"], False),
    ],
)
def test_what_a_tower_proves(tower, proved):
    assert proves_nonelementary(kernels(*tower)) == proved


def test_the_first_answer_of_a_list_is_taken():
    output = "ANSWER log(vx+va)\nANSWER atan(vx)\nanswer1 \n"
    assert BACKEND.outcome(REQUEST, output).value == "ln add a x"


@pytest.mark.parametrize(
    ("output", "status", "reason"),
    [
        ("ANSWER integral(foo(vx),vx::Symbol)\n", "partial", "an integral is left"),
        ("ANSWER integral(Ei(vx),vx::Symbol)\nKERNEL variable vx vx\n", "partial", "an integral is left"),
        ("ANSWER rootOf(%%A0^3+1,%%A0)\n", "unsupported", "rootOf"),
        (">> Error detected within library code:\n   division by zero\n\n", "gave_up", "division by zero"),
        ("", "gave_up", "no answer"),
    ],
)
def test_what_is_printed_is_read_with_care(output, status, reason):
    outcome = BACKEND.outcome(REQUEST, output)
    assert outcome.status == status and reason in outcome.reason and outcome.value is None


def test_its_own_copies_of_a_tower_are_reported(ask):
    assert "vx, log(vx), exp(vx*log(vx))" in ask("fricas", "x^x").reason
