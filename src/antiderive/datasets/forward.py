"""Examples of the task ``fwd``: random functions, integrated by computer algebra, verified."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from antiderive.cas import Pool
from antiderive.cas.methods import method_named
from antiderive.cas.portfolio import Step, installed
from antiderive.datasets.functions import Functions
from antiderive.datasets.sampling import ends_of, joined, operators_of
from antiderive.errors import SettingError
from antiderive.tasks import INTEGRALS
from antiderive.tasks.fwd import FASTEST, ForwardIntegration
from antiderive.verification.portfolio import Search, search

if TYPE_CHECKING:
    from antiderive.cas import Caller
    from antiderive.tasks.recipe import Recipe

_SECONDS = 2.0
"""CPU time of a method that is asked for by name and has no time of its own."""


def solve_functions(
    task: ForwardIntegration, recipe: Recipe, start: int, count: int, threads: int, pool: Caller | None = None
) -> tuple[NDArray[np.uint64], dict[str, Any]]:
    """Indices and arrays (as ``_core.generate`` gives them) of the functions of a range that were solved.

    Args:
        task: the task.
        recipe: the recipe of the functions.
        start: first index.
        count: number of functions that are tried.
        threads: functions at a time.
        pool: where the calls are made; by default a pool of this process.

    Raises:
        SettingError: if a method does not exist or none is installed.
    """
    started = time.perf_counter()
    steps = _steps(task, recipe)
    functions = Functions.generate(recipe, start, count)
    pool = pool or _pool(threads)

    def solve(place: int) -> list[int] | str:
        integrand = functions.integrand(place)
        return _solution(search(pool, integrand, order=steps), recipe.max_tokens)

    with ThreadPoolExecutor(threads) as executor:
        answers = list(executor.map(solve, range(count)))
    places = [place for place, answer in enumerate(answers) if not isinstance(answer, str)]
    solutions = [answer for answer in answers if not isinstance(answer, str)]
    rejects = Counter(answer for answer in answers if isinstance(answer, str))
    rejects.update({reason: number for reason, number in functions.rejects.items() if number})
    problems = [functions.problem(place) for place in places]
    return functions.indices[places], {
        "problem_tokens": joined(problems),
        "problem_ends": ends_of(problems),
        "solution_tokens": joined(solutions),
        "solution_ends": ends_of(solutions),
        "skeletons": functions.skeletons[places],
        "splits": functions.splits[places],
        "problem_operators": INTEGRALS.problem_operators(functions.operators[places]),
        "solution_operators": operators_of(solutions),
        "rejects": dict(sorted(rejects.items())),
        "seconds": {"integrate": time.perf_counter() - started},
    }


def _steps(task: ForwardIntegration, recipe: Recipe) -> list[Step]:
    settings = task.settings(recipe)
    budgets = {step.method: step.cpu_seconds for step in FASTEST}
    named = [name.strip() for name in settings["methods"].split(",") if name.strip()]
    missing = [name for name in named if not method_named(name).installed]
    if missing:
        raise SettingError(f"{missing[0]} is not installed: {method_named(missing[0]).install}")
    methods = named or [step.method for step in installed(FASTEST)][:1]
    if not methods:
        best = FASTEST[0].method
        raise SettingError(
            f"the task fwd needs a computer algebra system: {method_named(best).install}, "
            f"or {method_named('sympy').install}"
        )
    return [Step(name, settings["cpu_seconds"] or budgets.get(name, _SECONDS)) for name in methods]


@cache
def _pool(threads: int) -> Pool:
    """Workers are kept from one range to the next."""
    return Pool(threads)


def _solution(found: Search, max_tokens: int) -> list[int] | str:
    """Tokens of the solution, or why there is none."""
    best = found.best.judgement
    if not best.solved or best.expression is None:
        return best.status
    tokens = best.expression.to_tokens()
    return tokens if len(tokens) <= max_tokens else "too_long"
