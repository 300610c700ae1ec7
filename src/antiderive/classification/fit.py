"""Training of classifiers, shared by all families. It does not know how a network reads an integrand."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from antiderive.classification.prediction import Layout
from antiderive.classification.targets import Targets, loss_of
from antiderive.errors import SettingError

_BUCKET = 20
"""Batches sorted by length together: enough for little padding, few enough to stay shuffled."""


@dataclass(frozen=True)
class FitConfig:
    """Settings of the training of a classifier.

    Attributes:
        epochs: largest number of passes over the training split.
        patience: training stops after this many passes without a better validation loss.
        batch: functions per step.
        learning_rate: peak learning rate of AdamW; it warms up for a twentieth of the steps, then follows a
            cosine.
        weight_decay: weight decay of matrices.
        seed: seed of weights, order and dropout.

    Raises:
        SettingError: for values out of range.
    """

    epochs: int = 20
    patience: int = 4
    batch: int = 64
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "patience", "batch", "learning_rate"):
            if getattr(self, name) <= 0:
                raise SettingError(f"{name} = {getattr(self, name)} must be positive")


@dataclass(frozen=True)
class Epoch:
    """Figures of one pass.

    Attributes:
        number: number of the pass, from 1.
        training_loss: mean loss over the steps.
        validation_loss: loss on the whole validation split.
        best: whether this is the lowest validation loss so far.
        seconds: wall-clock time since the start.
    """

    number: int
    training_loss: float
    validation_loss: float
    best: bool
    seconds: float


Rows = Sequence[Sequence[float]]
"""Encoded integrands: token ids, or features."""

Collate = Callable[[Sequence[Sequence[float]]], Tensor]
"""Makes a batch from rows."""


def fit(
    module: nn.Module,
    layout: Layout,
    train: tuple[Rows, Targets],
    valid: tuple[Rows, Targets],
    config: FitConfig,
    *,
    collate: Collate,
    report: Callable[[Epoch], None] = lambda _: None,
) -> list[Epoch]:
    """Train a module from batches to outputs [B, O], and leave the best weights in it.

    Args:
        module: the module to train.
        layout: meaning of the outputs.
        train: rows and targets of the training split.
        valid: rows and targets of the validation split.
        config: settings of the training.
        collate: makes a batch from rows.
        report: called after each pass.
    """
    started = time.monotonic()
    device = next(module.parameters()).device
    torch.manual_seed(config.seed)
    optimizer = _optimizer(module, config)
    steps = config.epochs * math.ceil(len(train[0]) / config.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
    epochs: list[Epoch] = []
    best, weights = math.inf, {}
    since = 0
    for number in range(1, config.epochs + 1):
        module.train()
        losses = []
        for indices in _batches(train[0], config.batch, seed=(config.seed, number)):
            batch = collate([train[0][index] for index in indices]).to(device)
            loss = loss_of(layout, module(batch), train[1].select(torch.tensor(indices)).to(device))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(module.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        rows = torch.from_numpy(logits_of(module, valid[0], collate, batch=4 * config.batch))
        validation = loss_of(layout, rows.float(), valid[1]).item()
        better = validation < best
        if better:
            best, since = validation, 0
            weights = {name: tensor.detach().clone() for name, tensor in module.state_dict().items()}
        else:
            since += 1
        epochs.append(Epoch(number, float(np.mean(losses)), validation, better, time.monotonic() - started))
        report(epochs[-1])
        if since >= config.patience:
            break
    if weights:
        module.load_state_dict(weights)
    module.eval()
    return epochs


def logits_of(module: nn.Module, rows: Rows, collate: Collate, *, batch: int = 256) -> NDArray[np.float64]:
    """The outputs [N, O] of a module, computed in batches of similar length."""
    device = next(module.parameters()).device
    module.eval()
    order = sorted(range(len(rows)), key=lambda index: len(rows[index]))
    parts = []
    with torch.inference_mode():
        for first in range(0, len(order), batch):
            chosen = collate([rows[index] for index in order[first : first + batch]])
            parts.append(module(chosen.to(device)).double().cpu())
    written = torch.cat(parts)
    back = torch.empty(len(order), dtype=torch.long)
    back[torch.tensor(order)] = torch.arange(len(order))
    return written[back].numpy()


def _optimizer(module: nn.Module, config: FitConfig) -> torch.optim.AdamW:
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    matrices = [parameter for parameter in trained if parameter.ndim > 1]
    others = [parameter for parameter in trained if parameter.ndim <= 1]
    groups = [
        {"params": matrices, "weight_decay": config.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.learning_rate)


def _rate(step: int, steps: int) -> float:
    warmup = max(1, steps // 20)
    if step < warmup:
        return (step + 1) / warmup
    return 0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warmup) / max(1, steps - warmup))))


def _batches(rows: Rows, size: int, *, seed: tuple[int, int]) -> Iterator[list[int]]:
    """Indices of all rows, shuffled, in batches of similar length."""
    random = np.random.Generator(np.random.Philox(np.random.SeedSequence(seed)))
    order = random.permutation(len(rows))
    batches = []
    for first in range(0, len(order), size * _BUCKET):
        bucket = sorted(order[first : first + size * _BUCKET].tolist(), key=lambda index: len(rows[index]))
        batches += [bucket[index : index + size] for index in range(0, len(bucket), size)]
    for index in random.permutation(len(batches)):
        yield batches[index]
