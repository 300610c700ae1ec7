"""The solver of tasks that need one: computer algebra within budgets, every answer verified."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from antiderive.cas import method_named, open_pool
from antiderive.errors import SettingError
from antiderive.portfolio import Step, installed, search
from antiderive.workers import Pool

if TYPE_CHECKING:
    from antiderive.expressions import Expr
    from antiderive.tasks import Solve
    from antiderive.workers import Caller

FASTEST = (
    Step("own", 0.03),
    Step("giac", 0.05),
    Step("fricas", 0.2),
    Step("maxima", 0.2),
    Step("sympy-risch", 1.0),
    Step("sympy-manual", 2.0),
    Step("sympy", 2.0),
)
"""Methods by pairs per CPU second on random functions, each with its most productive limit; a second method
costs more than it finds. See ``docs/log.md`` for the figures."""

_SECONDS = 2.0
"""CPU seconds of a method that is named without a time and is not in :data:`FASTEST`."""


def solver(task: str, settings: Mapping[str, Any], threads: int, pool: Caller | None = None) -> Solve:
    """Return the function that finds a confirmed antiderivative of an integrand, or a word that says why not.

    Args:
        task: name of the task, for messages.
        settings: its options; ``methods`` and ``cpu_seconds`` are read.
        threads: concurrent calls.
        pool: pool for the calls; by default a pool of this process.

    Raises:
        SettingError: if a method does not exist or none is installed.
    """
    steps = _steps(task, settings)
    pool = pool or _pool(threads)

    def solve(integrand: Expr) -> Expr | str:
        best = search(pool, integrand, order=steps).best.judgment
        return best.expression if best.solved and best.expression is not None else best.status

    return solve


def _steps(task: str, settings: Mapping[str, Any]) -> list[Step]:
    budgets = {step.method: step.cpu_seconds for step in FASTEST}
    named = [name.strip() for name in settings.get("methods", "").split(",") if name.strip()]
    missing = [name for name in named if not method_named(name).installed]
    if missing:
        raise SettingError(f"{missing[0]} is not installed: {method_named(missing[0]).install}")
    methods = named or [step.method for step in installed(FASTEST)][:1]
    if not methods:
        best = FASTEST[0].method
        raise SettingError(
            f"the task {task} needs a computer algebra system: {method_named(best).install}, "
            f"or {method_named('sympy').install}"
        )
    seconds = settings.get("cpu_seconds")
    return [Step(name, seconds or budgets.get(name, _SECONDS)) for name in methods]


@cache
def _pool(threads: int) -> Pool:
    """Open a pool that is kept from one range to the next."""
    return open_pool(threads)
