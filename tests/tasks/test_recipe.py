"""Recipes: what contradicts itself is refused, files hold all of it."""

import pytest

from antiderive.errors import DataError, SettingError
from antiderive.tasks import Recipe, task_named


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"min_operators": 5, "max_operators": 3}, "no range"),
        ({"operators": {"sin": 0}}, "every operator has weight 0"),
        ({"operators": {"foo": 1}}, "unknown operator 'foo'"),
        ({"variable_weight": 0}, "constant"),
        ({"max_operators": 200}, "128 bits"),
        ({"max_operators": 4_000_000_000}, "there may be 1000"),
        ({"max_tokens": 4_000_000_000}, "there may be 100000"),
        ({"variable_weight": 4_000_000_000, "weighted_shapes": True}, "the largest is 1000000"),
        ({"operators": {"sin": 4_000_000_000}}, "the largest is 1000000"),
        ({"seed": -1}, "seed"),
        ({"max_operators": 2.5}, "must be int"),
        ({"max_tokens": 3}, "nothing fits"),
        ({"max_operater": 5}, "did you mean 'max_operators'"),
        ({"task": "nothing"}, "unknown task"),
    ],
)
def test_contradictory_recipes_are_refused(settings, message):
    with pytest.raises(SettingError, match=message):
        task_named(Recipe.from_dict(settings).task).generate(Recipe.from_dict(settings), 0, 1)


def test_recipes_round_trip_through_toml(tmp_path):
    recipe = Recipe(seed=3, max_operators=7, operators={"add": 2, "sin": 1})
    path = tmp_path / "recipe.toml"
    path.write_text(recipe.to_toml(), encoding="utf-8")
    assert Recipe.load(path) == recipe
    with pytest.raises(DataError, match="cannot read"):
        Recipe.load(tmp_path / "missing.toml")


def test_an_absurd_count_is_refused_before_memory_is_taken():
    with pytest.raises(SettingError, match="examples in one call"):
        task_named("bwd").generate(Recipe(), 0, 2**60)
