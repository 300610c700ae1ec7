"""A model alone, asked in a worker process."""

from __future__ import annotations

import json
import time
from pathlib import Path

from antiderive._core import Expr
from antiderive.cas import Outcome
from antiderive.errors import AntideriveError
from antiderive.solving.integration import integrate, load


def answer(question: str, variable: str) -> Outcome:
    """What runs in a worker: model folder, beam and integrand in, CPU seconds and verified answer out, as JSON.

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
