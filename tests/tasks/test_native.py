"""The native tasks: examples by index, checked by evaluation that shares nothing with the generators."""

import cmath
import importlib.util
import random
from pathlib import Path

import mpmath
import numpy as np
import pytest

from antiderive import Expr
from antiderive._core import native_tasks, skeleton_hash, split_of
from antiderive.errors import ParseError, SettingError
from antiderive.expressions import Vocabulary
from antiderive.generation import functions_of, generate
from antiderive.tasks import Recipe, task_named, tasks_known

TASKS = ["bwd", "derivative", "ibp", "liouville", "ode1", "ode2", "sub"]
INTEGRATION = ["bwd", "ibp", "liouville", "sub"]

_SCRIPT = Path(__file__).parents[2] / "benchmarks" / "independent_check.py"
_SPEC = importlib.util.spec_from_file_location("independent_check", _SCRIPT)
independent_check = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(independent_check)

PUBLISHED = {
    # Mean tokens of problem and solution: Lample & Charton 2020, table 1.
    "bwd": (70, 21),
    "ibp": (18, 26),
    "ode1": (124, 23),
    "ode2": (149, 24),
}


@pytest.fixture(scope="module", params=TASKS)
def examples(request):
    return request.param, generate(Recipe(task=request.param), 0, 400, threads=2)


def pairs(name, examples, count):
    task = task_named(name)
    for index in range(count):
        yield task.decode(examples.problems[index]), Expr.from_tokens(examples.solutions[index])


def test_every_native_task_has_a_file():
    assert set(native_tasks()) <= {entry.name for entry in tasks_known()} | {"fwd"}


def test_examples_depend_on_recipe_and_index_alone(examples):
    name, whole = examples
    recipe = Recipe(task=name)
    for start, count in ((0, 1), (123, 4), (399, 1)):
        part = generate(recipe, start, count)
        for index in range(count):
            assert part.problems[index] == whole.problems[start + index]
            assert part.solutions[index] == whole.solutions[start + index]
    assert np.array_equal(generate(recipe, 0, 400, threads=1).problems.tokens, whole.problems.tokens)
    assert generate(Recipe(task=name, seed=1), 0, 4).problems[0] != whole.problems[0]


def test_examples_are_accepted_by_the_verifier(examples):
    name, whole = examples
    task = task_named(name)
    verdicts = [task.verify(problem, solution).status for problem, solution in pairs(name, whole, 60)]
    assert "refuted" not in verdicts
    assert verdicts.count("unknown") <= 3, verdicts


def test_examples_hold_by_an_independent_check(examples):
    name, whole = examples
    vocabulary = Vocabulary()
    head = 2 if name in INTEGRATION else 0
    verdicts = []
    with mpmath.workdps(50):
        for index in range(60):
            problem = vocabulary.decode(whole.problems[index][head:]).split()
            solution = vocabulary.decode(whole.solutions[index]).split()
            verdicts.append(independent_check.check(name, problem, solution, random.Random(index)))
    assert [verdict for verdict in verdicts if verdict[0] == "wrong"] == []
    assert [word for word, _ in verdicts].count("right") >= 55


def test_the_independent_check_finds_wrong_pairs():
    check = independent_check.check
    with mpmath.workdps(50):
        for task, problem, solution in (
            ("bwd", "cos x", "mul INT- 1 sin x"),
            ("bwd", "cos x", "add sin x mul INT+ 1 mul pow INT+ 1 0 INT- 9 x"),
            ("ode1", "sub Y' Y", "mul a8 exp mul INT+ 2 x"),
            ("ode2", "add Y'' Y", "mul a8 mul a9 exp x"),
        ):
            assert check(task, problem.split(), solution.split(), random.Random(0))[0] == "wrong"
        assert (
            check("ode2", "add Y'' Y".split(), "mul a8 sin add x a9".split(), random.Random(0))[0] == "right"
        )


def test_lengths_are_near_the_published_ones(examples):
    name, whole = examples
    problems = whole.problems.lengths
    solutions = whole.solutions.lengths
    assert problems.max() <= 512
    if name in PUBLISHED:
        problem, solution = PUBLISHED[name]
        assert 0.6 * problem < problems.mean() < 1.3 * problem
        assert 0.7 * solution < solutions.mean() < 1.3 * solution


def test_splits_follow_the_skeleton(examples):
    name, whole = examples
    for index, (problem, _) in enumerate(pairs(name, whole, 50)):
        assert skeleton_hash(problem.skeleton()) == whole.skeletons[index]
        assert split_of(int(whole.skeletons[index])) == whole.splits[index]


@pytest.mark.parametrize("name", ["ode1", "ode2"])
def test_equations_have_their_order_and_their_constants(name):
    whole = generate(Recipe(task=name), 0, 200)
    for problem, solution in pairs(name, whole, 200):
        assert ("Y''" in problem.free_symbols) == (name == "ode2")
        assert problem.free_symbols <= {"x", "Y", "Y'", "Y''"}
        assert solution.free_symbols == ({"x", "a8"} if name == "ode1" else {"x", "a8", "a9"})


def test_by_parts_gives_what_is_not_in_its_table():
    """x*exp(x) and its like: products, each with a solution that backward generation hardly finds."""
    whole = generate(Recipe(task="ibp"), 0, 2000, threads=2)
    assert whole.rejects["known"] > 0
    assert whole.rejects["no_primitive"] > 0
    problems = {str(problem) for problem, _ in pairs("ibp", whole, 2000)}
    assert len(problems) > 1000


@pytest.mark.parametrize("name", TASKS)
def test_coefficients_are_reduced_and_named_in_order(name):
    whole = generate(Recipe(task=name, coefficients=3), 0, 150)
    symbols = set()
    for problem, solution in pairs(name, whole, 150):
        used = (problem.free_symbols | solution.free_symbols) & {f"a{k}" for k in range(8)}
        # No name is left out: a1 only beside a0.
        assert used == {f"a{k}" for k in range(len(used))}, (str(problem), str(solution))
        symbols |= used
    assert symbols == {"a0", "a1", "a2"} or name == "ibp"
    with pytest.raises(SettingError, match="coefficients"):
        Recipe(task=name, coefficients=9)


def test_functions_have_no_solution_of_their_own():
    recipe = Recipe(task="fwd", min_operators=1, max_operators=6)
    functions = functions_of(recipe, 10, 50, threads=2)
    assert len(functions) == 50
    for index in range(50):
        function = functions.integrand(index)
        assert "x" in function.free_symbols
        assert function.operators == functions.operators[index]
        assert skeleton_hash(function.skeleton()) == functions.skeletons[index]
        assert any(
            abs(cmath.phase(v)) in (0.0, cmath.pi)
            for v in function.evaluate(
                x=np.array([0.437, 1.269, -0.352, 2.183, -1.417, 0.113, 3.671, -2.739])
            )
            if cmath.isfinite(v)
        )
    again = functions_of(recipe, 30, 1)
    assert again.problems[0] == functions.problems[20]
    with pytest.raises(SettingError, match="the problems of the task 'derivative' are not integrals"):
        functions_of(Recipe(task="derivative"), 0, 1)


def test_equations_are_written_and_read():
    task = task_named("ode1")
    problem = task.decode(Vocabulary().encode("sub Y' Y"))
    assert task.write(problem) == "y' - y = 0"
    assert task.read(task.write(problem)) == problem
    assert task.verify(problem, Expr("a8*exp(x)")).status == "proved"
    with pytest.raises(ParseError, match="order 1"):
        task.decode(Vocabulary().encode("sub Y x"))
