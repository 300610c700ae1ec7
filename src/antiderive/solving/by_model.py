"""A model alone, asked in worker processes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from antiderive.cas import Limits, Outcome, Request
from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.solving.integration import integrate, load

if TYPE_CHECKING:
    from antiderive.cas import Caller

_LOADING_SECONDS = 120.0
"""CPU time for the libraries and the weights of a model, which each worker loads once."""

_MODEL_MIB = 16_384
"""Address space that libraries, weights and a beam may take."""


def answers_of_model(
    pool: Caller, model: Path, integrands: Sequence[str], *, beam: int, cpu_seconds: float
) -> Iterator[tuple[str, Outcome]]:
    """Integrands with what a model alone makes of them, in order of completion.

    Args:
        pool: where the model runs.
        model: its folder.
        integrands: functions of ``x`` in prefix form.
        beam: hypotheses asked of the model.
        cpu_seconds: what each may take; loading the model does not count.
    """
    requests = (
        (one, Request(f"{__name__}:answer", json.dumps([str(model), beam, one]))) for one in integrands
    )
    limits = Limits(cpu_seconds + _LOADING_SECONDS, memory_mib=_MODEL_MIB)
    for integrand, outcome in pool.map(requests, limits=limits):
        if outcome.value is None:
            yield integrand, outcome
            continue
        seconds, prefix = json.loads(outcome.value)
        if seconds > cpu_seconds:
            found = Outcome("timeout", reason=f"{seconds:.1f} CPU seconds")
        elif prefix is None:
            found = Outcome("gave_up", reason=outcome.reason)
        else:
            found = Outcome("solved", prefix)
        yield integrand, replace(found, cpu_seconds=seconds, memory_mib=outcome.memory_mib)


def answer(question: str, variable: str) -> Outcome:
    """Answers in a worker: folder, beam and integrand in; CPU seconds and verified answer out, as JSON.

    The libraries and the weights are loaded before the time begins to count.
    """
    import torch

    torch.set_num_threads(1)
    folder, beam, integrand = json.loads(question)
    load(Path(folder).resolve())
    started = time.process_time()
    try:
        solution = integrate(
            Expr.from_prefix(integrand), variable=variable, model=Path(folder), beam=beam, order=()
        )
    except AntideriveError as error:
        return Outcome("crashed", reason=str(error))
    found = None if solution.expression is None else solution.expression.to_prefix()
    return Outcome("solved", json.dumps([time.process_time() - started, found]), solution.verdict.reason)
