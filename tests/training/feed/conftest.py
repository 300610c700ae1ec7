"""One data set as examples, shards and text, and a source of each kind."""

import pytest

from antiderive.datasets.shards import write_dataset
from antiderive.expressions import Vocabulary
from antiderive.generation import generate
from antiderive.tasks import Recipe
from antiderive.training import RecipeSource, ShardSource, TextSource

RECIPE = Recipe(min_operators=1, max_operators=3, max_tokens=48)
COUNT = 3000


@pytest.fixture(scope="session")
def recipe():
    return RECIPE


@pytest.fixture(scope="session")
def examples():
    return generate(RECIPE, 0, COUNT)


@pytest.fixture(scope="session")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards") / "data"
    write_dataset(RECIPE, folder, COUNT, shard=700)
    return folder


@pytest.fixture(scope="session")
def text(tmp_path_factory, examples):
    path = tmp_path_factory.mktemp("text") / "data.prefix"
    names = Vocabulary()
    with path.open("w") as file:
        for index in range(len(examples)):
            count = f"{index}|" if index % 3 == 0 else ""
            line = (
                f"{count}{names.decode(examples.problems[index])}\t{names.decode(examples.solutions[index])}"
            )
            file.write(line + ("\n" if index + 1 < len(examples) else ""))
    return path


@pytest.fixture
def open_source(shards, text):
    """Opens the source of a kind: ``recipe``, ``shards`` or ``text``."""
    return {
        "recipe": lambda: RecipeSource(RECIPE),
        "shards": lambda: ShardSource(shards, 48, block=100),
        "text": lambda: TextSource(text, "bwd", 48),
    }
