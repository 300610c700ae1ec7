"""Configurations: files, overrides, and what is refused."""

import pytest
from helpers.runs import TINY

from antiderive.errors import DataError, SettingError
from antiderive.tasks import Recipe
from antiderive.training import TrainingConfig


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"trainning": {}}, "did you mean 'training'"),
        ({"training": {"step": 5}}, "did you mean 'steps'"),
        ({"training": {"steps": "many"}}, "not of type int"),
        ({"training": {"compile": 1}}, "not of type bool"),
        ({"training": {"steps": 0}}, "below 1"),
        ({"training": {"precision": "8"}}, "32-true"),
        ({"training": {"metric": "beauty"}}, "verified"),
        ({"training": {"metric": "ode9/loss"}}, "names no source"),
        ({"training": {"patience": 2}}, "set evaluate_every"),
        ({"model": {"width": 33}}, "heads"),
        ({"model": {"norm": "sandwich"}}, "choose from: pre, post"),
        ({"data": {"seed": "x"}}, "must be int"),
        ({"data": 5}, "not a table"),
        ({"mixture": {"bwd": 5}}, "not a table"),
        ({"mixture": {"bwd": {"wait": 2.0}}}, "did you mean 'weight'"),
        ({"mixture": {"bwd": {"weight": 0}}}, "not positive"),
        ({"mixture": {"bwd": {"shards": "a", "text": "b"}}}, "give one"),
        ({"mixture": {"fwd": {}}}, "mixture.fwd.shards=FOLDER"),
    ],
)
def test_configurations_are_checked(values, message):
    with pytest.raises(SettingError, match=message):
        TrainingConfig.from_dict(values)


def test_recipes_and_overrides(tmp_path):
    loaded = TrainingConfig.load(
        "demo", ("training.steps=7", "training.precision=bf16-mixed", "mixture.bwd.weight=2")
    )
    assert loaded.training.steps == 7
    assert loaded.training.precision == "bf16-mixed"
    assert TrainingConfig.from_dict(loaded.to_dict()) == loaded
    assert loaded.data == Recipe(min_operators=1, max_operators=5, max_tokens=64)
    assert loaded.mixture["bwd"].weight == 2
    with pytest.raises(SettingError, match="table.setting=value"):
        TrainingConfig.load("demo", ("steps=7",))
    with pytest.raises(SettingError, match="not a table"):
        TrainingConfig.load("demo", ("training.steps.deep=7",))
    with pytest.raises(DataError, match="built-in recipes: base, demo, paper, small, tiny"):
        TrainingConfig.load(tmp_path / "missing.toml")


@pytest.mark.parametrize("name", ["tiny", "small", "base", "paper"])
def test_every_recipe_takes_every_mixture_of_tasks(name):
    shards = "mixture.fwd.shards=somewhere"
    mixtures = ("fwd", "bwd", "ibp", "fwd,bwd", "bwd,ibp", "fwd,bwd,ibp", "ode1", "ode2")
    for tasks in (mixture.split(",") for mixture in mixtures):
        loaded = TrainingConfig.load(name, (shards,) if "fwd" in tasks else (), tasks=tuple(tasks))
        assert list(loaded.mixture) == tasks
        # What a task's examples are like by itself holds in a mixture too.
        assert TrainingConfig.from_dict(loaded.to_dict()) == loaded
        for task in set(tasks) - {"fwd"}:
            alone = TrainingConfig.load(name, tasks=(task,))
            assert loaded.recipes[task] == alone.recipes[task]
    assert TINY["training"]["steps"] < loaded.training.steps
