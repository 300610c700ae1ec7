"""Training: configuration, data, loop, checkpoints, logs, and models for others."""

from __future__ import annotations

from antiderive.training.checkpoint import Checkpoint, find_checkpoint, load_model
from antiderive.training.config import TrainingConfig
from antiderive.training.hub import export, from_pretrained, push
from antiderive.training.loop import train

__all__ = [
    "Checkpoint",
    "TrainingConfig",
    "export",
    "find_checkpoint",
    "from_pretrained",
    "load_model",
    "push",
    "train",
]
