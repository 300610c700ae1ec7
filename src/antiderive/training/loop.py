"""The training loop: AdamW, warm-up and cosine, clipping, checkpoints. Lightning Fabric places it."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from antiderive.datasets.stream import Batch, BatchStream
from antiderive.errors import DataError, LimitError
from antiderive.models import Seq2Seq
from antiderive.training.checkpoint import Checkpoint, restore, save
from antiderive.training.config import OptimisationConfig, TrainingConfig


@dataclass(frozen=True)
class TrainingProgress:
    """Where a run is.

    Attributes:
        step: optimiser steps done.
        steps: optimiser steps in all.
        loss: mean loss per target token, smoothed.
        learning_rate: the present one.
        tokens_per_second: tokens that are not padding, over the last steps.
        examples_per_second: over the last steps.
    """

    step: int
    steps: int
    loss: float
    learning_rate: float
    tokens_per_second: float
    examples_per_second: float


def learning_rate(step: int, settings: OptimisationConfig) -> float:
    """Linear warm-up, then a cosine from the peak to a tenth of it."""
    if step < settings.warmup:
        return settings.learning_rate * (step + 1) / settings.warmup
    done = (step - settings.warmup) / max(1, settings.steps - settings.warmup)
    return settings.learning_rate * (0.55 + 0.45 * math.cos(math.pi * min(1.0, done)))


def loss_of(model: torch.nn.Module, batch: Batch, pad: int, smoothing: float, device: torch.device) -> Tensor:
    """Mean cross-entropy of the next target tokens."""
    source = torch.from_numpy(batch.source).to(device)
    target = torch.from_numpy(batch.target).to(device)
    logits = model(source, target[:, :-1])
    return F.cross_entropy(
        logits.flatten(0, 1).float(), target[:, 1:].flatten(), ignore_index=pad, label_smoothing=smoothing
    )


def make_optimizer(model: Seq2Seq, settings: OptimisationConfig) -> torch.optim.AdamW:
    """AdamW with weight decay on matrices only; the groups keep the parameters in the model's order."""
    return torch.optim.AdamW(
        (
            {"params": [p], "weight_decay": settings.weight_decay if p.ndim > 1 else 0.0}
            for p in model.parameters()
        ),
        lr=settings.learning_rate,
        betas=(0.9, 0.98),
    )


def train(
    config: TrainingConfig,
    folder: Path,
    *,
    report: Callable[[TrainingProgress], None] = lambda _: None,
    report_every: int = 10,
) -> Checkpoint:
    """Trains to the configured number of steps and returns the last checkpoint.

    A folder that holds checkpoints of the same configuration is resumed from the newest one. Ctrl-C writes a
    checkpoint before it goes on its way. A line of figures goes to ``log.jsonl`` at each report.

    Raises:
        DataError: if the folder holds a run of another configuration.
        LimitError: if the loss is no longer a number.
    """
    settings = config.training
    run = _Run(config, folder)
    meter = _Meter()
    batches = run.stream.batches(run.position)
    try:
        while run.step < settings.steps:
            batch = next(batches)
            meter.add(run.optimise(batch), batch)
            last = run.step == settings.steps
            if last or run.step % report_every == 0:
                progress = meter.progress(run.step, settings)
                run.log(progress)
                report(progress)
            if last or run.step % settings.checkpoint_every == 0:
                run.save()
    except KeyboardInterrupt:
        if run.step:
            run.save()
        raise
    finally:
        batches.close()
    latest = Checkpoint.latest(folder)
    if latest is None:
        raise DataError(f"{folder}: the checkpoint of step {run.step} is gone")
    return latest


class _Run:
    """Model, optimiser and place of one run; Fabric spreads it over devices and processes."""

    def __init__(self, config: TrainingConfig, folder: Path) -> None:
        self.config, self.folder = config, folder
        # Importing Fabric takes longer than importing torch; whoever only loads a model does without it.
        from lightning_fabric import Fabric

        settings = config.training
        self.fabric = Fabric(precision=settings.precision)  # type: ignore[arg-type]
        self.fabric.launch()
        torch.manual_seed(settings.seed)
        self.model = Seq2Seq(config.model)
        self.optimizer = make_optimizer(self.model, settings)
        self.step, self.position = 0, (self.fabric.global_rank, 0)
        latest = Checkpoint.latest(folder)
        if latest is not None:
            if TrainingConfig.from_dict(latest.state()["config"]) != config:
                raise DataError(f"{folder} holds a run of another configuration; choose another folder")
            self.step, self.position = restore(latest, self.model, self.optimizer)
        folder.mkdir(parents=True, exist_ok=True)
        self.wrapped, self.wrapped_optimizer = self.fabric.setup(self.model, self.optimizer)
        self.wrapped.train()
        self.stream = BatchStream(
            config.data,
            tokens_per_batch=settings.tokens_per_batch,
            pool=settings.pool,
            seed=settings.seed,
            rank=self.fabric.global_rank,
            world=self.fabric.world_size,
        )

    def optimise(self, batch: Batch) -> float:
        """One step of the optimiser; returns the loss."""
        settings = self.config.training
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.step, settings)
        loss = loss_of(
            self.wrapped, batch, self.config.model.pad, settings.label_smoothing, self.fabric.device
        )
        value = loss.item()
        if not math.isfinite(value):
            raise LimitError(
                f"the loss is {value} at step {self.step + 1}; lower training.learning_rate "
                "(the checkpoint before it is whole)"
            )
        self.fabric.backward(loss)
        # With 16-mixed a gradient that overflowed is skipped by the scaler, so it is no error here.
        self.fabric.clip_gradients(
            self.wrapped, self.wrapped_optimizer, max_norm=settings.clip, error_if_nonfinite=False
        )
        self.wrapped_optimizer.step()
        self.wrapped_optimizer.zero_grad()
        self.step, self.position = self.step + 1, batch.position
        return value

    def log(self, progress: TrainingProgress) -> None:
        """Appends a line of figures."""
        if self.fabric.is_global_zero:
            with (self.folder / "log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(asdict(progress)) + "\n")

    def save(self) -> None:
        """Writes a checkpoint of the present step."""
        if self.fabric.is_global_zero:
            save(
                self.folder,
                step=self.step,
                position=self.position,
                config=self.config,
                model=self.model,
                optimizer=self.optimizer,
                keep=self.config.training.keep_checkpoints,
            )


class _Meter:
    """A smoothed loss and the rates since the last report."""

    def __init__(self) -> None:
        self.loss: float | None = None
        self.tokens = self.examples = 0
        self.since = time.monotonic()

    def add(self, loss: float, batch: Batch) -> None:
        self.loss = loss if self.loss is None else 0.98 * self.loss + 0.02 * loss
        self.tokens += batch.tokens
        self.examples += len(batch.source)

    def progress(self, step: int, settings: OptimisationConfig) -> TrainingProgress:
        seconds = max(time.monotonic() - self.since, 1e-9)
        progress = TrainingProgress(
            step,
            settings.steps,
            self.loss or 0.0,
            learning_rate(step, settings),
            self.tokens / seconds,
            self.examples / seconds,
        )
        self.tokens = self.examples = 0
        self.since = time.monotonic()
        return progress
