"""Metrics of a model on validation pairs: loss, exact match, and verified accuracy on a sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from antiderive.decoding import Decoding, beam_search
from antiderive.expressions import Expr
from antiderive.models import Seq2Seq
from antiderive.tasks import verify_all
from antiderive.training.config import OptimizationConfig
from antiderive.training.feed import Batch, OpenSource, Pairs, grouped
from antiderive.workers import Pool


def summed_loss(
    model: torch.nn.Module, batch: Batch, pad: int, smoothing: float, device: torch.device
) -> Tensor:
    """Sum of the cross-entropy over all target tokens."""
    source = torch.from_numpy(batch.source).to(device, non_blocking=True)
    target = torch.from_numpy(batch.target).to(device, non_blocking=True)
    logits = model(source, target[:, :-1])
    return F.cross_entropy(
        logits.flatten(0, 1).float(),
        target[:, 1:].flatten(),
        ignore_index=pad,
        label_smoothing=smoothing,
        reduction="sum",
    )


@dataclass(frozen=True)
class _Share:
    """The validation pairs of one source that fall to one process.

    Attributes:
        source: the source.
        batches: pairs for the loss.
        answers: pairs for decoding.
    """

    source: OpenSource
    batches: list[Batch]
    answers: Pairs

    @classmethod
    def of(cls, source: OpenSource, settings: OptimizationConfig, part: int, parts: int) -> _Share:
        """The share of one process among ``parts``."""
        pairs = source.source.validation(settings.evaluate_pairs)
        mine = pairs.select(np.arange(part, len(pairs), parts))
        answers = np.arange(part, min(len(pairs), settings.evaluate_answers), parts)
        batches = [Batch.of(mine, rows) for rows in grouped(mine, settings.tokens_per_batch)]
        return cls(source, batches, pairs.select(answers))


class Validation:
    """The validation pairs of a run, the same at every evaluation, divided among the processes.

    Args:
        sources: sources of the pairs.
        settings: number of pairs and size of a batch.
        max_tokens: longest answer.
        part: index of this process among those that share the work.
        parts: number of those processes.
    """

    def __init__(
        self,
        sources: Sequence[OpenSource],
        settings: OptimizationConfig,
        max_tokens: int,
        *,
        part: int = 0,
        parts: int = 1,
    ) -> None:
        self.decoding = Decoding(max_tokens=max_tokens)
        self.shares = [_Share.of(source, settings, part, parts) for source in sources]

    @torch.inference_mode()
    def measure(
        self, model: Seq2Seq, device: torch.device, add: Callable[[Tensor], Tensor]
    ) -> dict[str, float]:
        """Metrics over all sources and, if there are several, of each.

        Args:
            model: the model, in evaluation mode.
            device: device of the model.
            add: sums a tensor over the processes.
        """
        counts = torch.zeros(len(self.shares), 5, dtype=torch.float64)
        for row, share in enumerate(self.shares):
            for batch in share.batches:
                counts[row, 0] += summed_loss(model, batch, model.config.pad, 0.0, device).item()
                counts[row, 1] += batch.labels
            exact, verified = self._answer(model, share)
            counts[row, 2:] += torch.tensor([len(share.answers), exact, verified])
        counts = add(counts.to(device if device.type != "mps" else "cpu")).cpu()
        metrics = _metrics("", counts.sum(0))
        if len(self.shares) > 1:
            for share, row_counts in zip(self.shares, counts, strict=True):
                metrics.update(_metrics(f"{share.source.name}/", row_counts))
        return metrics

    def _answer(self, model: Seq2Seq, share: _Share) -> tuple[int, int]:
        """Number of answers that match the reference exactly, and number of verified answers."""
        if not len(share.answers):
            return 0, 0
        found = beam_search(model, list(share.answers.problems), self.decoding)
        exact = 0
        candidates: list[tuple[int, Any, Expr]] = []
        for (problem, solution), hypotheses in zip(share.answers, found, strict=True):
            candidate = hypotheses[0].expression() if hypotheses else None
            if candidate is None:
                continue
            exact += candidate == Expr.from_tokens(solution)
            candidates.append((len(candidates), share.source.task.decode(problem), candidate))
        with Pool(1) as pool:
            verdicts = verify_all(pool, share.source.task.name, candidates)
            return exact, sum(verdict.accepted for _, verdict in verdicts)


def _metrics(prefix: str, counts: Tensor) -> dict[str, float]:
    loss, labels, answers, exact, verified = counts.tolist()
    metrics = {f"{prefix}loss": loss / labels} if labels else {}
    if answers:
        metrics[f"{prefix}exact"] = exact / answers
        metrics[f"{prefix}verified"] = verified / answers
    return metrics
