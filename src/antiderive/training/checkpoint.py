"""Checkpoints: a folder with ``model.safetensors``, ``optimizer.safetensors`` and ``state.json``.

A checkpoint is written beside its place and renamed, so that it is whole wherever a run is cut off. Nothing
in it is executed when it is read.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from antiderive.datasets import Vocabulary
from antiderive.errors import DataError
from antiderive.models import Seq2Seq
from antiderive.training.config import TrainingConfig

_NAME = re.compile(r"step-(\d{9})$")


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint on disk."""

    path: Path

    @property
    def step(self) -> int:
        """The optimiser step it was written after."""
        match = _NAME.search(self.path.name)
        return int(match.group(1)) if match else int(self.state()["step"])

    def state(self) -> dict[str, Any]:
        """Step, position in the stream, configuration.

        Raises:
            DataError: if it is not there or of another vocabulary.
        """
        try:
            state: dict[str, Any] = json.loads((self.path / "state.json").read_text(encoding="utf-8"))
            Vocabulary().check(state["vocabulary"])
        except (OSError, json.JSONDecodeError, KeyError) as error:
            raise DataError(f"{self.path} is no checkpoint: {error}") from error
        return state

    def model(self) -> Seq2Seq:
        """The model with its weights, in evaluation mode."""
        config = TrainingConfig.from_dict(self.state()["config"])
        model = Seq2Seq(config.model)
        model.load_state_dict(self.tensors("model"))
        return model.eval()

    def tensors(self, name: str) -> dict[str, torch.Tensor]:
        """The tensors of one file.

        Raises:
            DataError: if it cannot be read.
        """
        try:
            return load_file(self.path / f"{name}.safetensors")
        except (OSError, SafetensorError) as error:
            raise DataError(f"{self.path}: cannot read {name}.safetensors: {error}") from error

    @classmethod
    def latest(cls, folder: Path) -> Checkpoint | None:
        """The newest checkpoint in a run's folder."""
        found = sorted(path for path in folder.glob("step-*") if _NAME.search(path.name))
        return cls(found[-1]) if found else None


def save(
    folder: Path,
    *,
    step: int,
    position: tuple[int, int],
    config: TrainingConfig,
    model: Seq2Seq,
    optimizer: torch.optim.Optimizer,
    keep: int,
) -> Checkpoint:
    """Writes a checkpoint and removes all but the ``keep`` newest."""
    target = folder / f"step-{step:09d}"
    temporary = folder / f".{target.name}.{os.getpid()}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    save_file(model.state_dict(), temporary / "model.safetensors")
    names = [name for name, _ in model.named_parameters()]
    moments = {"rng": torch.get_rng_state()}
    for place, values in optimizer.state_dict()["state"].items():
        for key, tensor in values.items():
            moments[f"{names[place]}/{key}"] = tensor
    save_file(moments, temporary / "optimizer.safetensors")
    state = {
        "step": step,
        "position": list(position),
        "vocabulary": Vocabulary().digest,
        "config": config.to_dict(),
    }
    (temporary / "state.json").write_text(json.dumps(state, indent=1), encoding="utf-8")
    shutil.rmtree(target, ignore_errors=True)
    temporary.replace(target)
    for old in sorted(folder.glob("step-*"))[:-keep]:
        shutil.rmtree(old, ignore_errors=True)
    return Checkpoint(target)


def restore(
    checkpoint: Checkpoint, model: Seq2Seq, optimizer: torch.optim.Optimizer
) -> tuple[int, tuple[int, int]]:
    """Loads weights, moments and random state; returns the step and the position in the stream."""
    state = checkpoint.state()
    model.load_state_dict(checkpoint.tensors("model"))
    moments = checkpoint.tensors("optimizer")
    torch.set_rng_state(moments.pop("rng"))
    places = {name: place for place, (name, _) in enumerate(model.named_parameters())}
    content = optimizer.state_dict()
    content["state"] = {}
    for name, tensor in moments.items():
        parameter, key = name.rsplit("/", 1)
        content["state"].setdefault(places[parameter], {})[key] = tensor
    optimizer.load_state_dict(content)
    pool, batch = state["position"]
    return state["step"], (pool, batch)


def load_model(path: Path) -> Seq2Seq:
    """The model of a checkpoint, or of the newest checkpoint of a run's folder.

    Raises:
        DataError: if there is none.
    """
    if not path.is_dir():
        raise DataError(f"there is no folder {path}")
    checkpoint = Checkpoint.latest(path) or Checkpoint(path)
    return checkpoint.model()
