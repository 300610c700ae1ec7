"""Accuracy of an integrator outside its training distribution.

The templates, sums and the search for failures near solved problems follow Welleck et al., "Symbolic
Brittleness in Sequence Models" (AAAI 2022). Every problem is the derivative of a known function, so every
problem has an answer.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from antiderive.decoding import Decoding
from antiderive.errors import AntideriveError, SettingError
from antiderive.evaluation.accuracy import RECORDS, decoding_rules, evaluate_problems
from antiderive.evaluation.counts import AccuracyReport
from antiderive.evaluation.problems import Problem, held_out
from antiderive.expressions import Expr
from antiderive.files import claim_folder
from antiderive.models import Seq2Seq
from antiderive.tasks import Recipe, Task, task_named, tasks_known

TEMPLATES = {
    "k*x": "{k}*x^2/2",
    "k*x^42": "{k}*x^43/43",
    "k1*exp(k2*x)": "{k}*exp({m}*x)/{m}",
    "k1*ln(k2*x)": "{k}*(x*log({m}*x) - x)",
    "k1*sin(k2*x)": "-{k}*cos({m}*x)/{m}",
    "k1*cos(k2*x)": "{k}*sin({m}*x)/{m}",
    "k1*tan(k2*x)": "-{k}*log(cos({m}*x))/{m}",
}
"""Antiderivatives of primitive functions with coefficients."""

GROWING = (10, 100, 1_000, 10_000)
"""Bounds of the coefficients in ``k1*sin(k2*x)`` and similar templates, one series of problems each."""

PUBLISHED = {"task fwd": 0.956, "task bwd": 0.995, "task ibp": 0.996}
"""Accuracy at beam 10 of the published model that was trained on all three tasks, on its own test sets
(Lample & Charton 2020, quoted by Welleck et al. 2022); a much larger model."""

IN_DISTRIBUTION = "as trained"


def evaluate_robustness(
    model: Seq2Seq,
    recipe: Recipe,
    *,
    per_topic: int = 50,
    beams: tuple[int, ...] = (1, 10),
    rounds: int = 2,
    seed: int = 0,
    folder: Path | None = None,
    workers: int = 1,
    report: Callable[[str, int, int], None] = lambda *_: None,
) -> AccuracyReport:
    """Evaluate an integrator by topic.

    The first topics are templates, growing coefficients, longer problems and other tasks. The next are made
    from solved problems: their sums, and neighbors in ``rounds`` generations.

    Args:
        model: an integrator, in evaluation mode.
        recipe: the recipe of its training data.
        per_topic: problems per topic.
        beams: beam sizes.
        rounds: generations of the search for failures; each takes neighbors of problems solved before it.
        seed: seed of coefficients and choices.
        folder: folder of the records, with one sub-folder per generation.
        workers: processes that verify.
        report: called with the name of the stage, problems done and total problems.

    Raises:
        SettingError: if the model's task is not integration.
    """
    if recipe.task not in integration_tasks():
        names = ", ".join(integration_tasks())
        raise SettingError(f"the suite has integrals only, not {recipe.task!r} problems; tasks: {names}")
    if folder is not None:
        claim_folder(folder, "robustness", signs=(f"first/{RECORDS}",))
    task = task_named(recipe.task)
    decoding = Decoding(max_tokens=2 * recipe.max_tokens)
    rng = random.Random(seed)  # noqa: S311  (reproducible choices, no secrets)
    settings = {"seed": seed, "per_topic": per_topic}

    def stage(name: str, problems: list[Problem]) -> AccuracyReport:
        return evaluate_problems(
            model,
            task,
            problems,
            beams,
            decoding,
            folder=None if folder is None else folder / name,
            settings=settings,
            workers=workers,
            report=lambda _, done, total: report(name, done, total),
        )

    problems = first_problems(task, recipe, per_topic, rng)
    reports = [stage("first", problems)]
    solved = _solved(reports[0], problems)
    known = [p for p in solved if p.topic in TEMPLATES or p.topic == IN_DISTRIBUTION]
    later = sums(task, known, per_topic, rng)
    if later:
        reports.append(stage("sums", later))
    parents = known
    for round_ in range(1, rounds + 1):
        children = neighbors(task, parents, per_topic, rng, f"near solved problems, round {round_}")
        if not children:
            break
        reports.append(stage(f"round-{round_}", children))
        parents = _solved(reports[-1], children)
    records = [record for each in reports for record in each.records]
    result = AccuracyReport.of(
        f"robustness, task {recipe.task}", {**settings, "beams": beams, **decoding_rules(decoding)}, records
    )
    result.published = PUBLISHED
    return result


def integration_tasks() -> list[str]:
    """Names of the tasks whose problems are integrands."""
    own = [entry.name for entry in tasks_known() if entry.origin == "antiderive"]
    return [name for name in own if task_named(name).poses_integrals]


def first_problems(task: Task[Any], recipe: Recipe, count: int, rng: random.Random) -> list[Problem]:
    """Problems that do not depend on the model."""
    found = [replace(problem, topic=IN_DISTRIBUTION) for problem in held_out(recipe, count)]
    for topic, pattern in TEMPLATES.items():
        found += _of_pattern(task, topic, pattern, count, 100, rng)
    patterns = [pattern for topic, pattern in TEMPLATES.items() if "k2" in topic]
    for largest in GROWING:
        topic = f"coefficients up to {largest:,}"
        found += [
            problem
            for index in range(count)
            for problem in _of_pattern(task, topic, patterns[index % len(patterns)], 1, largest, rng)
        ]
    longer = replace(recipe, min_operators=recipe.max_operators + 1, max_operators=recipe.max_operators + 3)
    found += [replace(p, topic="longer than trained") for p in held_out(longer, count)]
    for name in integration_tasks():
        if name != recipe.task:
            other = replace(recipe, task=name, options={})
            found += [replace(problem, topic=f"task {name}") for problem in held_out(other, count)]
    return found


def _of_pattern(
    task: Task[Any], topic: str, pattern: str, count: int, largest: int, rng: random.Random
) -> list[Problem]:
    solutions = (
        Expr(pattern.format(k=rng.randint(1, largest), m=rng.randint(2, largest))) for _ in range(count)
    )
    return [problem_of(task, solution, topic) for solution in solutions]


def problem_of(task: Task[Any], solution: Expr, topic: str) -> Problem:
    """The derivative of a function as a problem.

    Raises:
        AntideriveError: if it cannot be written.
    """
    tokens = task.encode(solution.diff("x").simplify())
    return Problem(tokens, solution.to_tokens(), solution.operators, topic)


def sums(task: Task[Any], solved: list[Problem], count: int, rng: random.Random) -> list[Problem]:
    """Sums of two to four problems that the model solves."""
    found: list[Problem] = []
    if len(solved) < 4:
        return found
    for terms in (2, 3, 4):
        for _ in range(count):
            total = Expr(0)
            for problem in rng.sample(solved, terms):
                total = total + Expr.from_tokens(problem.solution)
            found += _written(task, total, f"sums of {terms} solved problems")
    return found


def neighbors(
    task: Task[Any], solved: list[Problem], count: int, rng: random.Random, topic: str
) -> list[Problem]:
    """Problems whose solution is a small change of that of a solved problem."""
    found: list[Problem] = []
    for _ in range(count if solved else 0):
        solution = Expr.from_tokens(rng.choice(solved).solution)
        number = Expr(rng.choice((2, 3, 5, 7, 10, 42)))
        change = rng.randrange(4)
        try:
            if change == 0:
                solution = solution.subs({Expr("x"): number * Expr("x")})
            elif change == 1:
                solution = solution.subs({Expr("x"): Expr("x") + number})
            elif change == 2:
                solution = solution * number
            else:
                solution = solution + number * Expr("x")
        except AntideriveError:
            continue
        found += _written(task, solution, topic)
    return found


def _written(task: Task[Any], solution: Expr, topic: str) -> list[Problem]:
    """The problem in a list; an empty list if it is undefined, too large, or zero."""
    try:
        return [problem_of(task, solution, topic)] if "x" in solution.free_symbols else []
    except AntideriveError:
        return []


def _solved(report: AccuracyReport, problems: list[Problem]) -> list[Problem]:
    """The problems solved at some beam."""
    solved = {record.place for record in report.records if record.rank is not None}
    return [problem for index, problem in enumerate(problems) if index in solved]
