"""Right answers in disguise are accepted, wrong ones never; which is which is for mpmath to say."""

import random
from pathlib import Path

import pytest

from antiderive import Expr, verify
from antiderive.errors import AntideriveError
from antiderive.generation import generate
from antiderive.tasks import Recipe, task_named
from antiderive.testing.candidates import Tree, differs, disguised, mutated

PROBLEMS = Path(__file__).parents[1] / "problems"


def rows(name):
    lines = (PROBLEMS / name).read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if not line.startswith("#")]


INTEGRALS, ODES = rows("integrals.tsv"), rows("odes.tsv")


def test_there_are_enough_textbook_problems():
    assert len({integrand for _, integrand, _ in INTEGRALS}) >= 200
    assert len({equation for _, equation, _ in ODES}) >= 100
    assert all(sum(topic == row[0] for row in INTEGRALS) >= 8 for topic, _, _ in INTEGRALS)
    with_parameters = [f for _, f, _ in INTEGRALS if Expr(f).free_symbols - {"x"}]
    assert 30 < len(with_parameters) < 100


@pytest.mark.parametrize(("topic", "integrand", "antiderivative"), INTEGRALS)
def test_textbook_integrals(topic, integrand, antiderivative):
    verdict = verify(integrand, antiderivative)
    assert verdict.accepted, verdict
    if not Expr(integrand).free_symbols - {"x"}:
        assert not differs(Expr(integrand), Expr(antiderivative))


@pytest.mark.parametrize(("topic", "equation", "solution"), ODES)
def test_textbook_equations(topic, equation, solution):
    verdict = verify(equation, solution)
    assert verdict.accepted, verdict
    constants = {"a0", "a1"} if "y''" in equation else {"a0"}
    assert constants == Expr(solution).free_symbols & {"a0", "a1"}


@pytest.fixture(scope="module")
def examples():
    made = generate(Recipe(seed=7), 0, 200)
    return [
        (task_named("bwd").decode(made.problems[place]), Expr.from_tokens(made.solutions[place]))
        for place in range(len(made))
    ]


def test_disguised_answers_are_accepted(examples):
    rng = random.Random(1)
    judged = refused = changed = 0
    for integrand, solution in examples:
        try:
            candidate = disguised(solution, rng)
        except AntideriveError:
            continue
        if differs(integrand, candidate) is False:
            judged += 1
            changed += candidate != solution
            refused += not verify(integrand, candidate).accepted
    assert judged > 150
    assert changed > 120
    assert refused <= judged // 200


def test_wrong_answers_never_pass(examples):
    rng = random.Random(2)
    wrong = dict.fromkeys(("constant", "sign", "subtree", "near"), 0)
    for integrand, solution in examples * 2:
        try:
            kind, candidate = mutated(solution, rng)
        except AntideriveError:
            continue
        if differs(integrand, candidate):
            wrong[kind] += 1
            verdict = verify(integrand, candidate)
            assert not verdict.accepted, (kind, integrand, candidate, verdict)
    assert min(wrong.values()) > 40


@pytest.mark.parametrize(
    ("integrand", "candidate", "expected"),
    [
        ("cos(x)", "sin(x)", False),
        ("cos(x)", "sin(x)*(1 + 10^-12)", True),
        ("x^(1/3)", "3*x^(4/3)/4", False),
        ("1/(1 + x^2)", "-acot(x)", False),
        ("sqrt(-1 - x^2)", "x", None),
        ("exp(x)", "x", True),
    ],
)
def test_the_independent_judge(integrand, candidate, expected):
    assert differs(Expr(integrand), Expr(candidate)) is expected


def test_trees_write_what_they_read():
    text = "add mul INT- 1 2 sin x div x pow x INT+ 3"
    tree = Tree.read(text)
    assert tree.text == text
    assert [tree.at(path).name for path in tree.paths()][:4] == ["add", "mul", "INT- 1 2", "sin"]
    assert tree.put((0, 1), Tree("y")).text == "add mul INT- 1 2 y div x pow x INT+ 3"
