"""Is training as fast as this machine allows? It is compared with one thread that does the same alone.

Threads of torch wait for each other in every operation, so that two of them beside busy processes can be many
times slower than one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import torch

from antiderive.models import Seq2Seq
from antiderive.training.feed import Batch
from antiderive.training.validation import summed_loss

_SLOW = 0.25
"""Share of the rate of one thread below which training is too slow, twice in a row."""

_TOKENS = 2048
"""Tokens of the batch by which the rate of one thread is measured."""


class SpeedWatch:
    """Tells once when training is far slower than one thread alone.

    Args:
        alone: operations a second of one thread.
        note: is given the line.
    """

    def __init__(self, alone: float, note: Callable[[str], None]) -> None:
        self._alone, self._note = alone, note
        self._slow = 0

    def see(self, rate: float) -> None:
        """Take in the operations a second since the last report."""
        self._slow = self._slow + 1 if rate < _SLOW * self._alone else 0
        if self._slow == 2:
            self._note(
                f"training runs at {rate / self._alone:.0%} of the rate of one thread alone: its threads "
                "wait for other processes of this machine; stop it and go on with training.threads=1"
            )


def watch_for(model: Seq2Seq, batch: Batch, pad: int, note: Callable[[str], None]) -> SpeedWatch | None:
    """Watch over a model that trains on a CPU in several threads of this process alone."""
    if torch.get_num_threads() == 1 or model.embedding.weight.device.type != "cpu":
        return None
    return SpeedWatch(rate_of_one_thread(model, batch, pad), note)


def rate_of_one_thread(model: Seq2Seq, batch: Batch, pad: int) -> float:
    """Operations a second of a forward and a backward pass in one thread; gradients are zero afterwards."""
    rows = max(1, _TOKENS // (batch.source.shape[1] + batch.target.shape[1]))
    part = replace(batch, source=batch.source[:rows], target=batch.target[:rows])
    operations = model.training_flops(len(part.source), part.source.shape[1], part.target.shape[1] - 1)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    seconds = []
    try:
        for _ in range(2):
            began = time.perf_counter()
            torch.autograd.backward(summed_loss(model, part, pad, 0.0, torch.device("cpu")))
            seconds.append(time.perf_counter() - began)
    finally:
        model.zero_grad(set_to_none=True)
        torch.set_num_threads(threads)
    return operations / min(seconds)
