"""A model alone, asked in worker processes."""

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
"""CPU time for the libraries and the weights of a model, which each worker loads once."""

_MODEL_MIB = 16_384
"""Address space that libraries, weights and a beam may take."""


def answers_by_model(
    pool: Caller, model: Path, integrands: Sequence[str], *, beam: int, cpu_seconds: float
) -> Iterator[tuple[str, Outcome]]:
    """Integrands with the outcomes of a model alone, in order of completion.

    Args:
        pool: where the model runs.
        model: its folder.
        integrands: functions of ``x`` in prefix form.
        beam: hypotheses asked of the model.
        cpu_seconds: what each may take; loading the model does not count.
    """
    calls = ((one, Call(answer_by_model, (str(model), beam, one))) for one in integrands)
    limits = Limits(cpu_seconds + _LOADING_SECONDS, memory_mib=_MODEL_MIB)
    for integrand, result in pool.map(calls, limits=limits):
        yield integrand, _outcome_of(result, cpu_seconds)


def answer_by_model(folder: str, beam: int, integrand: str) -> tuple[float, str | None, str]:
    """CPU seconds, the verified answer in prefix form if there is one, and the reason if there is none.

    It runs in a worker. The libraries and the weights are loaded before the time begins to count.

    Args:
        folder: of the model.
        beam: hypotheses that are asked of it.
        integrand: in prefix form.

    Raises:
        AntideriveError: if the model cannot be loaded or asked.
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
    """The outcome of a call of :func:`answer_by_model`; loading is none of the problem's time."""
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
