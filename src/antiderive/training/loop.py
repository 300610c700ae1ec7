"""The training loop: batches, steps, the log, evaluations and checkpoints.

It does not know on which devices it runs (Lightning Fabric does) or where its pairs come from.
"""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

from antiderive.errors import DataError, LimitError, PreemptedError
from antiderive.expressions import Vocabulary
from antiderive.models import Seq2Seq
from antiderive.training.checkpoint import Checkpoint, claim_run, mark_best, rotate, save
from antiderive.training.config import TrainingConfig
from antiderive.training.feed import Batch, BatchStream, Mixture, OpenSource, open_sources
from antiderive.training.launch import launch, peak_flops
from antiderive.training.logs import Log
from antiderive.training.optimizer import learning_rate, load_state_tensors, make_optimizer, state_tensors
from antiderive.training.signals import StopSignals
from antiderive.training.speed import SpeedWatch, watch_for
from antiderive.training.validation import Validation, summed_loss


@dataclass(frozen=True)
class TrainingProgress:
    """Progress of a run; figures are means over the steps since the last report, over all processes.

    Attributes:
        step: optimizer steps done.
        steps: total number of optimizer steps.
        loss: loss per target token.
        learning_rate: learning rate of the last step.
        gradient_norm: gradient norm of the last step, before clipping.
        tokens_per_second: tokens per second, without padding.
        examples_per_second: examples per second.
        padding: share of padding among the tokens of the batches.
        utilization: floating-point operations per second as a share of the devices' peak, if known.
    """

    step: int
    steps: int
    loss: float
    learning_rate: float
    gradient_norm: float
    tokens_per_second: float
    examples_per_second: float
    padding: float
    utilization: float | None = None

    def figures(self) -> dict[str, float]:
        """Figures for the log."""
        values = asdict(self)
        return {name: v for name, v in values.items() if v is not None and name not in ("step", "steps")}


def train(
    config: TrainingConfig,
    folder: Path,
    *,
    report: Callable[[TrainingProgress], None] = lambda _: None,
    report_validation: Callable[[int, dict[str, float]], None] = lambda *_: None,
    note: Callable[[str], None] = lambda _: None,
) -> Checkpoint:
    """Train for the configured number of steps and return the last checkpoint.

    If the folder holds checkpoints of the same configuration, the run resumes from the newest one. On
    SIGTERM, SIGUSR1 and Ctrl-C it finishes the current step and writes a checkpoint before it stops.

    Args:
        config: data, model and optimization.
        folder: where checkpoints and logs go.
        report: called for each line of the log, in the first process.
        report_validation: called with the step and metrics of each evaluation, in the first process.
        note: called with a line on a damaged checkpoint or a slow machine, in the first process.

    Raises:
        DataError: if the folder holds a run with another configuration or number of processes, or anything
            else, or data are missing.
        LimitError: if the loss becomes infinite or not a number.
        PreemptedError: after SIGTERM or SIGUSR1.
        KeyboardInterrupt: after Ctrl-C.
    """
    run = _Run(config, folder, open_sources(config), note)
    with StopSignals() as signals, closing(run):
        for pieces in run.pieces():
            run.optimize(pieces)
            stop = run.due(signals, report, report_validation)
            if stop:
                run.save()
                if stop == signal.SIGINT:
                    raise KeyboardInterrupt
                raise PreemptedError(
                    f"stopped by {signal.Signals(stop).name} after step {run.step}; a checkpoint is written, "
                    "and the same command resumes from it"
                )
            if run.finished:
                break
    latest = Checkpoint.latest(folder)
    if latest is None:
        raise DataError(f"{folder}: the checkpoint of step {run.step} has been removed")
    return latest


class _Run:
    """Model, optimizer and position of a run, in one of its processes."""

    def __init__(
        self,
        config: TrainingConfig,
        folder: Path,
        sources: Sequence[OpenSource],
        note: Callable[[str], None],
    ) -> None:
        settings = self.settings = config.training
        self.config, self.folder, self.sources, self.note = config, folder, sources, note
        self.fabric = launch(settings)
        if self.fabric.is_global_zero:
            claim_run(folder)
        rank, self.world = self.fabric.global_rank, self.fabric.world_size
        self.threads = torch.get_num_threads()
        torch.set_num_threads(settings.threads or self.threads)
        torch.manual_seed(settings.seed)
        self.model = Seq2Seq(config.model)
        self.model.save_memory = settings.recompute
        module: Any = torch.compile(self.model, dynamic=True) if settings.compile else self.model
        self.wrapped = self.fabric.setup_module(module)
        self.optimizer = make_optimizer(self.model, settings)
        self.wrapped_optimizer: Any = self.fabric.setup_optimizers(self.optimizer)
        self.wrapped.train()
        self.stream = BatchStream(
            Mixture(tuple(each.source for each in sources), tuple(each.weight for each in sources)),
            tokens_per_batch=settings.tokens_per_batch // settings.streams,
            pool=settings.pool,
            seed=settings.seed,
            stream=rank % settings.streams,
            streams=settings.streams,
        )
        self.step, self.position = 0, (self.stream.stream, 0)
        self.best: float | None = None
        self.worse = 0
        self._restore()
        self.first = self.step
        self.validation: Validation | None = None
        self.meter = _Meter(peak_flops(self.fabric, settings))
        self.watch: SpeedWatch | None = None
        self.log: Log | None = None
        if self.fabric.is_global_zero and not self.finished:
            self.log = Log(folder, self.step)

    @property
    def finished(self) -> bool:
        """True if all steps are done, or evaluations have stopped improving."""
        settings = self.settings
        return self.step >= settings.steps or 0 < settings.patience <= self.worse

    def pieces(self) -> Iterator[list[Batch]]:
        """Pieces of each batch for this process, from the current position on."""
        if self.finished:
            return
        streams, rank = self.settings.streams, self.fabric.global_rank
        batches = self.stream.batches(
            self.position, part=rank // streams, parts=self.world // streams, pieces=self.settings.accumulate
        )
        with closing(batches):
            yield from batches

    def optimize(self, pieces: list[Batch]) -> None:
        """Make one step of the optimizer."""
        settings, fabric = self.settings, self.fabric
        if self.step == self.first and self.world == 1 and settings.strategy != "fsdp":
            self.watch = watch_for(self.model, pieces[0], self.config.model.pad, self.note)
            self.meter.reset()
        # Dropout depends only on the seed, the step and the process, so checkpoints need no random state.
        torch.manual_seed((settings.seed << 40) + (self.step << 12) + fabric.global_rank)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.step, settings)
        labels = float(pieces[0].labels)
        if settings.streams > 1:
            counts = self._sum(torch.tensor([labels], device=fabric.device))
            labels = counts.item() * settings.streams / self.world
        loss = torch.zeros((), device=fabric.device)
        for index, batch in enumerate(pieces):
            with fabric.no_backward_sync(self.wrapped, enabled=index + 1 < len(pieces)):
                part = summed_loss(
                    self.wrapped, batch, self.config.model.pad, settings.label_smoothing, fabric.device
                )
                # Gradients are averaged over processes, but every label of the batch must count the same.
                fabric.backward(part * (self.world / labels))
            loss += part.detach() / labels
        # With 16-mixed the scaler skips a gradient that overflowed, so it is not an error here.
        norm = fabric.clip_gradients(
            self.wrapped, self.wrapped_optimizer, max_norm=settings.clip, error_if_nonfinite=False
        )
        self.wrapped_optimizer.step()
        self.wrapped_optimizer.zero_grad()
        self.step, self.position = self.step + 1, pieces[0].position
        self.meter.add(loss, norm, pieces, self.model)

    def due(
        self,
        signals: StopSignals,
        report: Callable[[TrainingProgress], None],
        report_validation: Callable[[int, dict[str, float]], None],
    ) -> int:
        """Report, evaluate and save when due; return the signal that stops all processes, or 0."""
        settings, step = self.settings, self.step
        last = self.finished
        evaluate = settings.evaluate_every > 0 and step % settings.evaluate_every == 0
        save_now = last or step % settings.checkpoint_every == 0
        stop = signals.received
        if last or evaluate or save_now or step % settings.log_every == 0 or (stop and self.world == 1):
            progress, stop = self._progress(signals.received)
            if self.log is not None:
                self.log.add("training", step, progress.figures())
                report(progress)
        elif self.world > 1:
            # Processes must stop at the same step, so they compare signals only where all of them report.
            stop = 0
        if evaluate:
            metrics = self._evaluate()
            if self.log is not None:
                self.log.add("validation", step, metrics)
                report_validation(step, metrics)
        if save_now or self.finished:
            self.save()
        return 0 if self.finished else stop

    def _progress(self, received: int) -> tuple[TrainingProgress, int]:
        """Figures of all processes since the last report, and the largest signal that any of them received.

        Raises:
            LimitError: if the loss is infinite or not a number.
        """
        meter, settings = self.meter, self.settings
        figures = meter.figures()
        sums = self._sum(figures.to(self.fabric.device, torch.float32)).tolist()
        stop = received
        if self.world > 1:
            signals: Any = torch.tensor(received, device=self.fabric.device)
            signals = self.fabric.all_reduce(signals, reduce_op="max")
            stop = int(signals.item())
        loss, tokens, size, examples, flops = sums
        loss /= meter.steps
        norm = _number(meter.norm)
        # A gradient that is not finite ruins the weights before it shows in the loss; loss scaling skips such
        # steps.
        if not math.isfinite(loss) or (not math.isfinite(norm) and settings.precision != "16-mixed"):
            raise LimitError(
                f"the loss is {loss} and the gradient norm {norm} in steps {self.step - meter.steps + 1} to "
                f"{self.step}; lower training.learning_rate (the last checkpoint is from before these steps)"
            )
        seconds = max(time.monotonic() - meter.since, 1e-9)
        peak = meter.peak
        if self.watch is not None:
            self.watch.see(flops / seconds)
        # Every process of a stream counts the whole batch's examples.
        examples *= settings.streams / self.world
        progress = TrainingProgress(
            step=self.step,
            steps=settings.steps,
            loss=loss,
            learning_rate=learning_rate(self.step - 1, settings),
            gradient_norm=norm,
            tokens_per_second=tokens / seconds,
            examples_per_second=examples / seconds,
            padding=1 - tokens / size,
            utilization=None if peak is None else flops / seconds / (peak * self.world),
        )
        meter.reset()
        return progress, stop

    def _evaluate(self) -> dict[str, float]:
        settings = self.settings
        # All processes gather sharded parameters together, so all must do the same work here.
        alone = settings.strategy == "fsdp"
        part, parts = (0, 1) if alone else (self.fabric.global_rank, self.world)
        if self.validation is None:
            longest = self.config.data.max_tokens
            self.validation = Validation(self.sources, settings, longest, part=part, parts=parts)
        self.model.eval()
        with self.fabric.autocast():
            metrics = self.validation.measure(
                self.model, self.fabric.device, (lambda counts: counts) if alone else self._sum
            )
        self.model.train()
        self.meter.reset()
        if settings.metric not in metrics:
            raise DataError(f"no validation pairs for the metric {settings.metric}; choose another metric")
        value = metrics[settings.metric]
        score = -value if settings.metric.endswith("loss") else value
        self.worse += 1
        if self.best is None or score > self.best:
            self.best, self.worse = score, 0
            self.save()
            if self.fabric.is_global_zero:
                mark_best(self.folder, self.step, settings.metric, value)
        return metrics

    def save(self) -> None:
        """Write a checkpoint of the current step; every process takes part."""
        positions = self._positions()
        weights, moments = state_tensors(self.model, self.optimizer)
        if self.fabric.is_global_zero:
            state = {
                "step": self.step,
                "positions": positions,
                "world": self.world,
                "best": self.best,
                "worse": self.worse,
                "precision": self.fabric.strategy.precision.state_dict(),
                "vocabulary": Vocabulary().digest,
                "config": self.config.to_dict(),
            }
            save(self.folder, state=state, model=weights, optimizer=moments)
            rotate(self.folder, self.settings.keep_checkpoints)
        self.fabric.barrier()

    def _positions(self) -> list[list[int]]:
        """The position of each stream; the first processes hold one each."""
        if self.settings.streams == 1:
            return [list(self.position)]
        gathered: Any = self.fabric.all_gather(torch.tensor(self.position, device=self.fabric.device))
        positions: list[list[int]] = gathered[: self.settings.streams].tolist()
        return positions

    def _restore(self) -> None:
        latest, damage = Checkpoint.latest_whole(self.folder)
        # All have looked before the first process renames anything.
        self.fabric.barrier()
        if latest is None:
            return
        state = latest.state()
        different = TrainingConfig.from_dict(state["config"]).differences(self.config)
        if different:
            raise DataError(
                f"{self.folder} holds a run with another configuration ({'; '.join(different)}); "
                "choose another folder"
            )
        if state["world"] != self.world:
            raise DataError(
                f"{self.folder} holds a run of {state['world']} processes, and this one has {self.world}; "
                "start as many as before, or choose another folder"
            )
        load_state_tensors(self.model, self.optimizer, latest.tensors("model"), latest.tensors("optimizer"))
        self.fabric.strategy.precision.load_state_dict(state["precision"])
        self.step, self.best, self.worse = state["step"], state["best"], state["worse"]
        if self.fabric.is_global_zero:
            for error in damage:
                self.note(f"{error}; going on from {latest.path.name}")
            for newer in Checkpoint.all(self.folder)[: len(damage)]:
                newer.set_aside()
        pool, batch = state["positions"][self.stream.stream]
        self.position = (pool, batch)

    def _sum(self, values: Tensor) -> Tensor:
        if self.world == 1:
            return values
        total: Any = self.fabric.all_reduce(values, reduce_op="sum")
        return cast("Tensor", total)

    def close(self) -> None:
        """Close the log, and give torch its threads back."""
        torch.set_num_threads(self.threads)
        if self.log is not None:
            self.log.close()


class _Meter:
    """Sums of this process since the last report."""

    def __init__(self, peak: float | None) -> None:
        self.peak = peak
        self.norm: Tensor | None = None
        self.reset()

    def reset(self) -> None:
        """Reset the sums to zero."""
        self.loss: Tensor | float = 0.0
        self.steps = self.tokens = self.size = self.examples = 0
        self.flops = 0.0
        self.since = time.monotonic()

    def add(self, loss: Tensor, norm: Tensor | None, pieces: list[Batch], model: Seq2Seq) -> None:
        self.loss = self.loss + loss
        self.norm = norm
        self.steps += 1
        self.examples += pieces[0].examples
        for batch in pieces:
            self.tokens += batch.tokens
            self.size += batch.size
            rows, source = batch.source.shape
            self.flops += model.training_flops(rows, source, batch.target.shape[1] - 1)

    def figures(self) -> Tensor:
        """Sums of loss, tokens, tokens with padding, examples and floating-point operations."""
        loss = float(self.loss)
        return torch.tensor([loss, self.tokens, self.size, self.examples, self.flops], dtype=torch.float64)


def _number(norm: Tensor | None) -> float:
    if norm is None:
        return math.nan
    whole: Any = norm
    return float(whole.full_tensor() if hasattr(whole, "full_tensor") else whole)
