"""Forward integration: random functions, integrated by a real computer algebra system, verified."""

import pytest

from antiderive import Expr
from antiderive.datasets.check import check_dataset
from antiderive.datasets.dataset import DataSet
from antiderive.datasets.shards import write_dataset
from antiderive.errors import SettingError
from antiderive.generation import functions_of, generate
from antiderive.tasks import Recipe, task_named

RECIPE = Recipe(task="fwd", min_operators=1, max_operators=4)


def test_what_is_solved_is_verified_and_the_rest_is_counted():
    examples = generate(RECIPE, 0, 40, threads=2)
    functions = functions_of(RECIPE, 0, 40)
    task = task_named("fwd")
    assert 20 < len(examples) < 40
    for row, index in enumerate(examples.indices.tolist()):
        assert examples.problems[row] == functions.problems[index]
        assert examples.splits[row] == functions.splits[index]
        problem = task.decode(examples.problems[row])
        assert task.verify(problem, Expr.from_tokens(examples.solutions[row])).accepted
    outcomes = {
        "partial",
        "special",
        "nonelementary",
        "gave_up",
        "timeout",
        "wrong",
        "unconfirmed",
        "unsupported",
    }
    assert sum(number for reason, number in examples.rejects.items() if reason in outcomes) == 40 - len(
        examples
    )


def test_the_functions_do_not_depend_on_the_method():
    other = Recipe(task="fwd", min_operators=1, max_operators=4, options={"methods": "sympy-risch,maxima"})
    both = generate(RECIPE, 0, 10), generate(other, 0, 10)
    shared = set(both[0].indices.tolist()) & set(both[1].indices.tolist())
    assert len(shared) >= 4
    problems = [{index: e.problems[row] for row, index in enumerate(e.indices.tolist())} for e in both]
    assert all(problems[0][index] == problems[1][index] for index in shared)


def test_a_data_set_holds_what_was_solved(tmp_path):
    manifest = write_dataset(RECIPE, tmp_path / "fwd", 24, threads=2)
    assert 0 < sum(file.examples for _, file in manifest.files()) < 24
    found = check_dataset(DataSet(tmp_path / "fwd"), sample=None)
    assert found.failures == {}


@pytest.mark.parametrize(
    ("options", "message"),
    [({"methods": "foo"}, "unknown method 'foo'"), ({"method": "fricas"}, "did you mean 'methods'")],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(SettingError, match=message):
        generate(Recipe(task="fwd", options=options), 0, 1)
