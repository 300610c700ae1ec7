"""Where the problems of an evaluation come from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from antiderive.datasets import Examples, Recipe, Split
from antiderive.errors import DataError, SettingError

_CHUNK = 10_000
"""Most examples made at once; one in 50 is for testing."""

_TEST_START = 1 << 40
"""Where evaluation looks for test problems; training never gets that far in a recipe."""

_BARREN = 50_000
"""Examples without a new problem after which there are taken to be no more."""


@dataclass(frozen=True)
class Problem:
    """A problem with its reference solution.

    Attributes:
        tokens: token ids of the problem, as the model reads it.
        solution: token ids of the reference solution; empty if none is known.
        operators: operators of the reference solution.
        topic: a name for its kind, for problems that are sorted by kind.
    """

    tokens: list[int]
    solution: list[int]
    operators: int
    topic: str = ""


def held_out(recipe: Recipe, count: int) -> list[Problem]:
    """``count`` different problems of the test split of a recipe, or as many as there seem to be.

    Short functions come up again and again: a third of the first hundred test examples of a recipe of one to
    five operators were the same problem, so each is taken once.
    """
    found: dict[tuple[int, ...], Problem] = {}
    start, barren = _TEST_START, 0
    chunk = min(_CHUNK, 60 * count + 200)
    while len(found) < count and barren < _BARREN:
        before = len(found)
        examples = Examples.generate(recipe, start, chunk, threads=2)
        start += chunk
        for place in examples.places(Split.TEST).tolist():
            tokens, operators = examples.problem(place), int(examples.solution_operators[place])
            found.setdefault(tuple(tokens), Problem(tokens, examples.solution(place), operators))
        barren = barren + chunk if len(found) == before else 0
    return list(found.values())[:count]


def problems_of_folder(folder: Path, count: int) -> tuple[str, list[Problem]]:
    """The task of a data set on disk, and up to ``count`` different problems of its test split.

    Raises:
        DataError: if it is no data set or has no test problems.
    """
    found: dict[tuple[int, ...], Problem] = {}
    for path in sorted(folder.glob("test-*.parquet")):
        if len(found) >= count:
            break
        try:
            table = pq.read_table(path, columns=["problem", "solution", "solution_operators"])
        except (OSError, pa.ArrowException) as error:
            raise DataError(f"cannot read {path}: {str(error).splitlines()[0]}") from error
        rows = zip(*(table.column(name).to_pylist() for name in table.column_names), strict=True)
        for tokens, solution, operators in rows:
            found.setdefault(tuple(tokens), Problem(tokens, solution, operators))
    if not found:
        raise DataError(f"{folder} holds no test problems (files test-*.parquet)")
    return _task_of_folder(folder), list(found.values())[:count]


def _task_of_folder(folder: Path) -> str:
    recipe = folder / "recipe.toml"
    if recipe.exists():
        return Recipe.load(recipe).task
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return str(manifest["task"])
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{folder}: neither recipe.toml nor manifest.json names the task") from error


def require_positive(count: int, beams: tuple[int, ...]) -> None:
    """Refuses an empty evaluation.

    Raises:
        SettingError: if ``count`` or a beam is below 1.
    """
    if count < 1 or not beams or min(beams) < 1:
        raise SettingError(f"{count} problems and beams {beams}: all must be at least 1")
