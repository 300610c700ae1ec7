"""What a model can do on validation problems: loss, exact match, and verified accuracy on a sample."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from antiderive._core import Expr
from antiderive.datasets.sources import Mixture, Pairs
from antiderive.datasets.stream import Batch, BatchStream, group_by_length
from antiderive.decoding import Decoding, beam_search
from antiderive.errors import AntideriveError
from antiderive.models import Seq2Seq
from antiderive.tasks import Task, task_named, verify_all
from antiderive.training.config import TrainingConfig
from antiderive.workers import Pool


def summed_loss(
    model: torch.nn.Module, batch: Batch, pad: int, smoothing: float, device: torch.device
) -> Tensor:
    """Cross-entropy of the next target tokens, summed over them."""
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


@dataclass
class _Part:
    """The share of one source's validation pairs that one process looks at."""

    name: str
    task: Task[Any]
    batches: list[Batch]
    answers: list[tuple[list[int], list[int]]]


class Validation:
    """The same problems at every evaluation, shared among the processes.

    Args:
        config: the run's configuration.
        part: number of this process among those that share the work.
        parts: how many there are.
    """

    def __init__(self, config: TrainingConfig, part: int, parts: int) -> None:
        settings = config.training
        self.config = config
        self.parts: list[_Part] = []
        for name, source in config.sources().items():
            pairs = source.validation(settings.evaluate_pairs)
            mine = [pairs.at(place) for place in range(part, len(pairs), parts)]
            answers = [
                pairs.at(place) for place in range(part, min(len(pairs), settings.evaluate_answers), parts)
            ]
            self.parts.append(
                _Part(
                    name, task_named(config.task_of(name)), _batches(mine, settings.tokens_per_batch), answers
                )
            )

    @torch.inference_mode()
    def measure(
        self, model: Seq2Seq, device: torch.device, add: Callable[[Tensor], Tensor]
    ) -> dict[str, float]:
        """Metrics of all sources together and, with several, of each.

        Args:
            model: in evaluation mode.
            device: where it is.
            add: sums a tensor over the processes.
        """
        counts = torch.zeros(len(self.parts), 5, dtype=torch.float64)
        for row, part in enumerate(self.parts):
            for batch in part.batches:
                counts[row, 0] += summed_loss(model, batch, self.config.model.pad, 0.0, device).item()
                counts[row, 1] += batch.labels
            exact, verified = self._answer(model, part)
            counts[row, 2:] += torch.tensor([len(part.answers), exact, verified])
        counts = add(counts.to(device if device.type != "mps" else "cpu")).cpu()
        metrics = _metrics("", counts.sum(0))
        if len(self.parts) > 1:
            for part, row_counts in zip(self.parts, counts, strict=True):
                metrics.update(_metrics(f"{part.name}/", row_counts))
        return metrics

    def _answer(self, model: Seq2Seq, part: _Part) -> tuple[int, int]:
        if not part.answers:
            return 0, 0
        problems = [problem for problem, _ in part.answers]
        found = beam_search(model, problems, Decoding(max_tokens=self.config.data.max_tokens))
        exact = 0
        candidates: list[tuple[int, Any, Expr]] = []
        for (problem, solution), hypotheses in zip(part.answers, found, strict=True):
            if not hypotheses:
                continue
            try:
                candidate = Expr.from_tokens(hypotheses[0].tokens)
            except AntideriveError:  # not a well-formed expression, or one that is undefined
                continue
            exact += candidate == Expr.from_tokens(solution)
            candidates.append((len(candidates), part.task.decode(problem), candidate))
        with Pool(1) as pool:
            verdicts = verify_all(pool, part.task.name, candidates)
            return exact, sum(verdict.accepted for _, verdict in verdicts)


def _metrics(prefix: str, counts: Tensor) -> dict[str, float]:
    loss, labels, answers, exact, verified = counts.tolist()
    metrics = {f"{prefix}loss": loss / labels} if labels else {}
    if answers:
        metrics[f"{prefix}exact"] = exact / answers
        metrics[f"{prefix}verified"] = verified / answers
    return metrics


def _batches(rows: list[tuple[list[int], list[int]]], budget: int) -> list[Batch]:
    if not rows:
        return []
    pairs = Pairs.of(rows)
    stream = BatchStream(Mixture((), ()), tokens_per_batch=budget)
    groups = group_by_length(
        np.diff(pairs.problem_ends, prepend=0) + 1, np.diff(pairs.solution_ends, prepend=0) + 2, budget
    )
    return [stream.batch(pairs, group, (0, 0), 0, 1) for group in groups]
