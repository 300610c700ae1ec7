"""A model alone, asked in a worker process."""

from __future__ import annotations

import time
from pathlib import Path

from antiderive._core import Expr
from antiderive.solving.integration import integrate, load


def answer_by_model(folder: str, beam: int, integrand: str) -> tuple[float, str | None, str]:
    """CPU seconds, the verified answer in prefix form if there is one, and the reason if there is none.

    The libraries and the weights are loaded before the time begins to count.

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
