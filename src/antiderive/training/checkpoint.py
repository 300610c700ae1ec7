"""Checkpoints: a folder with ``model.safetensors``, ``optimizer.safetensors`` and ``state.json``.

A checkpoint is written under a temporary name and renamed, so it is complete even if the run is killed.
Reading one executes nothing in it. An exported model has ``config.json`` instead of the state, and no
optimizer.
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

from antiderive.errors import DataError
from antiderive.expressions import Vocabulary
from antiderive.models import Seq2Seq
from antiderive.training.config import TrainingConfig

_NAME = re.compile(r"step-(\d{9})$")
_BEST = "best.json"


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint, or an exported model, on disk."""

    path: Path

    @property
    def step(self) -> int:
        """Number of optimizer steps before it was written."""
        match = _NAME.search(self.path.name)
        return int(match.group(1)) if match else int(self.state()["step"])

    def state(self) -> dict[str, Any]:
        """Step and configuration; in a checkpoint, also the state from which a run resumes.

        Raises:
            DataError: if it is missing or has another vocabulary.
        """
        exported = self.path / "config.json"
        path = exported if exported.exists() else self.path / "state.json"
        try:
            state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            Vocabulary().check(state["vocabulary"])
        except (OSError, json.JSONDecodeError, KeyError, TypeError) as error:
            raise DataError(f"{self.path} is not a checkpoint: {error}") from error
        return state

    def config(self) -> TrainingConfig:
        """The configuration of its training."""
        return TrainingConfig.from_dict(self.state()["config"])

    def model(self) -> Seq2Seq:
        """The model with its weights, in evaluation mode.

        Raises:
            DataError: if the weights do not fit the configuration.
        """
        model = Seq2Seq(self.config().model)
        try:
            model.load_state_dict(self.tensors("model"))
        except RuntimeError as error:
            raise DataError(f"{self.path}: the weights do not fit the configuration: {error}") from error
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

    @classmethod
    def best(cls, folder: Path) -> Checkpoint | None:
        """The checkpoint with the best evaluation in a run's folder, if there was an evaluation."""
        try:
            step = json.loads((folder / _BEST).read_text(encoding="utf-8"))["step"]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(f"cannot read {folder / _BEST}: {error}") from error
        path = folder / f"step-{step:09d}"
        return cls(path) if path.is_dir() else None


def find_checkpoint(path: Path) -> Checkpoint:
    """The best checkpoint in a run's folder, else its newest; or the checkpoint or exported model itself.

    Raises:
        DataError: if there is no such folder.
    """
    if not path.is_dir():
        raise DataError(f"there is no folder {path}")
    return Checkpoint.best(path) or Checkpoint.latest(path) or Checkpoint(path)


def load_model(path: Path) -> Seq2Seq:
    """The model of a run (its best checkpoint, else its newest), a checkpoint, or an exported folder.

    Raises:
        DataError: if there is none.
    """
    return find_checkpoint(path).model()


def save(
    folder: Path,
    *,
    state: dict[str, Any],
    model: dict[str, torch.Tensor],
    optimizer: dict[str, torch.Tensor],
) -> Checkpoint:
    """Write a checkpoint for ``state["step"]``, unless there is one."""
    target = folder / f"step-{state['step']:09d}"
    for left in folder.glob(".step-*"):  # left by a run that was killed while writing
        shutil.rmtree(left, ignore_errors=True)
    if target.exists():
        return Checkpoint(target)
    temporary = folder / f".{target.name}.{os.getpid()}"
    temporary.mkdir(parents=True)
    save_file(model, temporary / "model.safetensors")
    save_file(optimizer, temporary / "optimizer.safetensors")
    (temporary / "state.json").write_text(json.dumps(state, indent=1), encoding="utf-8")
    for path in temporary.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    temporary.replace(target)
    return Checkpoint(target)


def mark_best(folder: Path, step: int, metric: str, value: float) -> None:
    """Record which checkpoint is the best."""
    temporary = folder / f".{_BEST}"
    content = json.dumps({"step": step, "metric": metric, "value": value})
    temporary.write_text(content, encoding="utf-8")
    temporary.replace(folder / _BEST)


def rotate(folder: Path, keep: int) -> None:
    """Remove all checkpoints but the ``keep`` newest and the best."""
    best = Checkpoint.best(folder)
    for old in sorted(path for path in folder.glob("step-*") if _NAME.search(path.name))[:-keep]:
        if best is None or old != best.path:
            shutil.rmtree(old, ignore_errors=True)
