"""Exact match and verified accuracy on the test split, by beam and by size of the solution."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from antiderive._core import Expr
from antiderive.datasets import Examples, Recipe, Split
from antiderive.decoding import Hypothesis, beam_search
from antiderive.errors import AntideriveError, SettingError
from antiderive.models import Seq2Seq
from antiderive.tasks import task_named

_CHUNK = 10_000
_TEST_START = 1 << 40
"""Where evaluation looks for test problems; training never gets that far in a recipe."""


@dataclass
class Tally:
    """Counts over some problems.

    Attributes:
        problems: problems decoded.
        exact: the first hypothesis is the reference solution.
        solved: some hypothesis is verified (``proved`` or ``agrees``).
        unknown: none is verified and for some it could not be decided.
        malformed: hypotheses that are no expression or undefined.
        hypotheses: hypotheses in all.
    """

    problems: int = 0
    exact: int = 0
    solved: int = 0
    unknown: int = 0
    malformed: int = 0
    hypotheses: int = 0

    def add(self, other: Tally) -> None:
        """Adds the counts of another tally."""
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass
class Report:
    """The result of an evaluation.

    Attributes:
        task: name of the task.
        beams: a tally for each beam size.
        by_operators: for the largest beam, a tally by number of operators of the solution.
        seconds: wall-clock time.
        seconds_per_problem: the same, over problems and beams.
    """

    task: str
    beams: dict[int, Tally] = field(default_factory=dict)
    by_operators: dict[int, Tally] = field(default_factory=dict)
    seconds: float = 0.0
    seconds_per_problem: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def test_problems(recipe: Recipe, count: int) -> Iterator[tuple[list[int], list[int], int]]:
    """Problem, solution (token ids) and operators of the solution of ``count`` test examples."""
    found = 0
    start = _TEST_START
    while found < count:
        examples = Examples.generate(recipe, start, _CHUNK, threads=2)
        start += _CHUNK
        places = examples.places(Split.TEST)[: count - found]
        found += len(places)
        for place in places.tolist():
            yield examples.problem(place), examples.solution(place), int(examples.solution_operators[place])


def evaluate(
    model: Seq2Seq,
    recipe: Recipe,
    *,
    count: int = 500,
    beams: tuple[int, ...] = (1, 10),
    batch: int = 32,
    report: Callable[[int, int, int], None] = lambda *_: None,
) -> Report:
    """Decodes ``count`` test problems of a recipe with each beam and verifies the hypotheses.

    Args:
        model: the model, in evaluation mode.
        recipe: where the problems come from; those of its test split are used.
        count: number of problems.
        beams: beam sizes; a problem counts as solved at a beam when any of its hypotheses is verified.
        batch: problems decoded together at beam 1; fewer at larger beams.
        report: called with the beam, problems done and problems in all.

    Raises:
        SettingError: if ``count`` or a beam is below 1.
    """
    if count < 1 or not beams or min(beams) < 1:
        raise SettingError(f"{count} problems and beams {beams}: all must be at least 1")
    started = time.monotonic()
    task = task_named(recipe.task)
    # Problems of like length are decoded together.
    problems = sorted(test_problems(recipe, count), key=lambda example: len(example[0]))
    result = Report(recipe.task)
    for beam in beams:
        total = Tally()
        by_operators: dict[int, Tally] = {}
        size = max(1, 2 * batch // (1 + beam))
        for start in range(0, count, size):
            group = problems[start : start + size]
            found = beam_search(model, [p for p, _, _ in group], beam=beam, max_tokens=recipe.max_tokens)
            for (problem, solution, operators), hypotheses in zip(group, found, strict=True):
                tally = judge(task.decode(problem), solution, hypotheses, task.name)
                total.add(tally)
                by_operators.setdefault(operators, Tally()).add(tally)
            report(beam, min(start + size, count), count)
        result.beams[beam] = total
        result.by_operators = dict(sorted(by_operators.items()))
    result.seconds = time.monotonic() - started
    result.seconds_per_problem = result.seconds / (count * len(beams))
    return result


def judge(problem: Expr, solution: list[int], hypotheses: list[Hypothesis], task: str) -> Tally:
    """Verifies the hypotheses for one problem, best first, up to the first right one."""
    tally = Tally(problems=1, hypotheses=len(hypotheses))
    reference = Expr.from_tokens(solution)
    verifier = task_named(task)
    undecided = False
    for rank, hypothesis in enumerate(hypotheses):
        try:
            candidate = Expr.from_tokens(hypothesis.tokens)
        except AntideriveError:
            tally.malformed += 1
            continue
        if rank == 0:
            tally.exact = int(candidate == reference)
        verdict = verifier.verify(problem, candidate)
        if verdict.accepted:
            tally.solved = 1
            return tally
        undecided |= verdict.status == "unknown"
    tally.unknown = int(undecided)
    return tally
