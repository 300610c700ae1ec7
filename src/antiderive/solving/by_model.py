"""A model on its own, in worker processes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from antiderive.cas import Outcome
from antiderive.expressions import Expr
from antiderive.solving.integration import integrate, load
from antiderive.workers import Call, Limits

if TYPE_CHECKING:
    from antiderive.workers import Caller, Result

_LOADING_SECONDS = 120.0
"""CPU seconds allowed for loading libraries and weights, which each worker does once."""

_MODEL_MIB = 16_384
"""Address space allowed for libraries, weights and a beam."""


def answers_by_model(
    pool: Caller, model: Path, integrands: Sequence[str], *, beam: int, cpu_seconds: float
) -> Iterator[tuple[str, Outcome]]:
    """Integrands with the outcomes of a model on its own, in order of completion.

    Args:
        pool: runs the model.
        model: folder of the model.
        integrands: functions of ``x`` in prefix form.
        beam: number of hypotheses.
        cpu_seconds: limit for each integrand; loading the model does not count.
    """
    calls = ((one, Call(answer_by_model, (str(model), beam, one))) for one in integrands)
    limits = Limits(cpu_seconds + _LOADING_SECONDS, memory_mib=_MODEL_MIB)
    for integrand, result in pool.map(calls, limits=limits):
        yield integrand, _outcome_of(result, cpu_seconds)


def answer_by_model(folder: str, beam: int, integrand: str) -> tuple[float, str | None, str]:
    """CPU seconds, the verified answer in prefix form if there is one, and else the reason.

    This runs in a worker. Time counts only after libraries and weights are loaded.

    Args:
        folder: folder of the model.
        beam: number of hypotheses.
        integrand: the integrand in prefix form.

    Raises:
        AntideriveError: if the model cannot be loaded or run.
    """
    import torch

    torch.set_num_threads(1)
    model = Path(folder)
    load(model.resolve())
    started = time.process_time()
    solution = integrate(Expr.from_prefix(integrand), model=model, beam=beam, order=())
    found = None if solution.expression is None else solution.expression.to_prefix()
    return time.process_time() - started, found, solution.verdict.reason


def _outcome_of(result: Result, cpu_seconds: float) -> Outcome:
    """The outcome of a call of :func:`answer_by_model`, not counting the time for loading."""
    if result.status != "returned":
        return Outcome.stopped(result)
    seconds, answer, reason = result.value
    if seconds > cpu_seconds:
        found = Outcome("timeout", reason=f"{seconds:.1f} CPU seconds")
    elif answer is None:
        found = Outcome("gave_up", reason=reason)
    else:
        found = Outcome("solved", answer)
    return replace(found, cpu_seconds=seconds, memory_mib=result.memory_mib)
