"""Sources of an evaluation's problems: recipes, data sets, and lists of integrals."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from antiderive.datasets import DataSet, rows_of, split_of_name
from antiderive.errors import AntideriveError, DataError, SettingError
from antiderive.expressions import Expr, Split
from antiderive.generation import generate
from antiderive.tasks import Recipe

_CHUNK = 10_000
"""Largest number of examples made at once; one in 50 belongs to the test split."""

_TEST_START = 1 << 40
"""First index of test problems in a recipe; training never gets that far."""

_EXHAUSTED = 50_000
"""Examples without a new problem after which a recipe counts as exhausted."""


@dataclass(frozen=True)
class Problem:
    """A problem with its reference solution.

    Attributes:
        tokens: token ids of the problem, as the model reads it.
        solution: token ids of the reference solution; empty if none is known.
        operators: operators of the reference solution.
        topic: topic of the problem, if problems are grouped by topic.
    """

    tokens: list[int]
    solution: list[int]
    operators: int
    topic: str = ""


def held_out(recipe: Recipe, count: int) -> list[Problem]:
    """``count`` distinct problems of the test split of a recipe, or all that can be found.

    Short functions repeat: a third of the first hundred test examples of a recipe of one to five operators
    were the same problem, so each problem is taken once.
    """
    found: dict[tuple[int, ...], Problem] = {}
    start, repeated = _TEST_START, 0
    chunk = min(_CHUNK, 60 * count + 200)
    while len(found) < count and repeated < _EXHAUSTED:
        before = len(found)
        examples = generate(recipe, start, chunk, threads=2)
        start += chunk
        operators = examples.solutions.operators.tolist()
        for row in examples.rows(Split.TEST).tolist():
            tokens = examples.problems[row]
            found.setdefault(tuple(tokens), Problem(tokens, examples.solutions[row], operators[row]))
        repeated = repeated + chunk if len(found) == before else 0
    return list(found.values())[:count]


def problems_of_folder(folder: Path, count: int) -> tuple[str, list[Problem]]:
    """The task of a data set on disk, and up to ``count`` distinct problems of its test split.

    Raises:
        DataError: if it is not a data set or has no test problems.
    """
    data = DataSet(folder)
    names = [name for key in sorted(data.manifest.shards) for name in data.manifest.shards[key].files]
    found: dict[tuple[int, ...], Problem] = {}
    for name in names:
        if split_of_name(name) != Split.TEST or len(found) >= count:
            continue
        table = data.read(name, ["problem", "solution", "solution_operators"])
        rows = zip(
            rows_of(table["problem"]),
            rows_of(table["solution"]),
            table["solution_operators"].to_pylist(),
            strict=True,
        )
        for tokens, solution, operators in rows:
            found.setdefault(tuple(tokens), Problem(tokens, solution, operators))
    if not found:
        raise DataError(f"{folder} has no test problems; generate more examples")
    return data.manifest.task, list(found.values())[:count]


@dataclass(frozen=True)
class Integral:
    """An entry of a list of integrals.

    Attributes:
        topic: its topic or source.
        integrand: a function of ``x``; other symbols are parameters.
        reference: an antiderivative, if the list gives one.
    """

    topic: str
    integrand: Expr
    reference: Expr | None


def read_integrals(path: Path) -> list[Integral]:
    """Read the integrals of a text file.

    Each line has a topic, an integrand and, if known, an antiderivative, separated by tabs. Empty lines and
    lines that begin with ``#`` are ignored.

    Raises:
        DataError: if the file cannot be read, a line is not an integral, or there are no integrals.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read {path}: {error}") from error
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        topic, *formulas = line.split("\t")
        if len(formulas) not in (1, 2):
            raise DataError(f"{path}:{number}: expected topic, integrand, antiderivative, separated by tabs")
        try:
            integrand, reference = Expr(formulas[0]), Expr(formulas[1]) if len(formulas) > 1 else None
        except AntideriveError as error:
            raise DataError(f"{path}:{number}: {error}") from error
        found.append(Integral(topic, integrand, reference))
    if not found:
        raise DataError(f"{path} has no integrals")
    return found


def require_positive(count: int, beams: tuple[int, ...]) -> None:
    """Refuse an empty evaluation.

    Raises:
        SettingError: if ``count`` or a beam is below 1.
    """
    if count < 1 or not beams or min(beams) < 1:
        raise SettingError(f"{count} problems and beams {beams}: all must be at least 1")
