"""Examples by recipe and index, and their splits."""

from operator import attrgetter

import numpy as np
import pytest

from antiderive import Expr
from antiderive._core import skeleton_hash, split_of
from antiderive.errors import SettingError
from antiderive.expressions import Split, Vocabulary
from antiderive.generation import generate
from antiderive.tasks import Recipe, task_named

GOLDEN = [
    # index, problem, solution: changes only with GENERATOR_VERSION
    (
        0,
        "sub Y' add mul INT- 2 mul sin add x INT- 5 cos add x INT- 5 INT+ 1",
        "add x pow cos add x INT- 5 INT+ 2",
    ),
]


def same(a, b):
    return all(
        np.array_equal(attrgetter(name)(a), attrgetter(name)(b))
        for name in (
            "problems.tokens",
            "problems.ends",
            "solutions.tokens",
            "solutions.ends",
            "skeletons",
            "splits",
        )
    )


def test_bytes_do_not_depend_on_the_number_of_threads():
    one = generate(Recipe(), 0, 3000, threads=1)
    assert same(one, generate(Recipe(), 0, 3000, threads=2))
    assert same(one, generate(Recipe(), 0, 3000, threads=7))


def test_an_example_depends_on_its_index_alone():
    whole = generate(Recipe(), 1000, 600)
    for start in (1000, 1017, 1599):
        part = generate(Recipe(), start, 1)
        assert part.problems[0] == whole.problems[start - 1000]
        assert part.solutions[0] == whole.solutions[start - 1000]


def test_the_order_in_which_operators_are_named_does_not_matter():
    weights = {"sin": 2, "add": 5, "exp": 1, "mul": 3}
    one, other = (Recipe(operators=dict(items)) for items in (weights.items(), sorted(weights.items())))
    assert list(one.operators) != list(other.operators)
    assert same(generate(one, 0, 50), generate(other, 0, 50))


def test_golden_examples():
    vocabulary = Vocabulary()
    for index, problem, solution in GOLDEN:
        examples = generate(Recipe(), index, 1)
        assert vocabulary.decode(examples.problems[0]) == problem
        assert vocabulary.decode(examples.solutions[0]) == solution


def test_seeds_and_settings_change_the_examples():
    base = generate(Recipe(), 0, 50)
    for recipe in (Recipe(seed=1), Recipe(max_operators=14), Recipe(max_integer=6)):
        assert not same(base, generate(recipe, 0, 50))


def test_published_shape_of_the_data():
    """Lengths near the published 70 +- 48 and 21 +- 8 tokens; rejects are counted."""
    examples = generate(Recipe(), 0, 20_000, threads=2)
    problems = examples.problems.lengths
    solutions = examples.solutions.lengths
    assert 55 < problems.mean() < 85
    assert 16 < solutions.mean() < 26
    assert problems.max() <= 512
    assert sum(examples.rejects.values()) > 0
    # Only where double precision is in doubt, as for tanh near 1.
    assert examples.rejects["unconfirmed"] < 10


def test_solutions_have_no_additive_constant_and_problems_hold_x():
    examples = generate(Recipe(), 0, 500)
    for index in range(len(examples)):
        solution = Expr.from_tokens(examples.solutions[index])
        assert "x" in solution.free_symbols
        kind, arguments = solution.nodes()[-1]
        if kind == "add":
            nodes = solution.nodes()
            assert all(nodes[a][0] != "number" for a in arguments)


def test_splits_follow_the_skeleton_of_the_problem():
    examples = generate(Recipe(max_operators=6), 0, 5000)
    task = task_named("bwd")
    for index in range(0, 5000, 50):
        skeleton = task.decode(examples.problems[index]).skeleton()
        assert skeleton_hash(skeleton) == examples.skeletons[index]
        assert split_of(skeleton_hash(skeleton)) == examples.splits[index]
    parts = [set(examples.skeletons[examples.rows(split)].tolist()) for split in Split]
    assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])
    shares = [len(examples.rows(split)) / 5000 for split in Split]
    assert shares == pytest.approx([0.96, 0.02, 0.02], abs=0.015)


def test_a_hopeless_recipe_ends_with_an_error():
    with pytest.raises(SettingError, match="hardly any example"):
        generate(Recipe(operators={"add": 1}, min_operators=15, max_tokens=8), 0, 1)
