"""AdamW, its schedule, and its state by parameter name."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from antiderive.training.config import OptimizationConfig


def learning_rate(step: int, settings: OptimizationConfig) -> float:
    """Learning rate of a step: linear warm-up, then a cosine down to a tenth of the peak, or the peak."""
    if step < settings.warmup:
        return settings.learning_rate * (step + 1) / settings.warmup
    if settings.schedule == "constant":
        return settings.learning_rate
    done = (step - settings.warmup) / max(1, settings.steps - settings.warmup)
    return settings.learning_rate * (0.55 + 0.45 * math.cos(math.pi * min(1.0, done)))


def make_optimizer(model: nn.Module, settings: OptimizationConfig) -> torch.optim.AdamW:
    """AdamW with weight decay on matrices only."""
    matrices = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    return torch.optim.AdamW(
        [
            {"params": matrices, "weight_decay": settings.weight_decay},
            {"params": others, "weight_decay": 0.0},
        ],
        lr=settings.learning_rate,
        betas=(0.9, settings.beta2),
        # The fused kernel unscales gradients itself, so with loss scaling they could not be clipped.
        fused=settings.precision != "16-mixed",
    )


def state_tensors(
    model: nn.Module, optimizer: torch.optim.Optimizer
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Weights and moments by name, complete in the first process; every process takes part."""
    # This import takes seconds, and loading a model does not need it.
    from torch.distributed.checkpoint.state_dict import (
        StateDictOptions,
        get_model_state_dict,
        get_optimizer_state_dict,
    )

    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    weights: dict[str, Any] = get_model_state_dict(model, options=options)
    state: dict[str, Any] = get_optimizer_state_dict(model, optimizer, options=options)
    return (
        {name: tensor.contiguous() for name, tensor in weights.items()},
        {
            f"{name}/{key}": tensor.contiguous()
            for name, values in state.get("state", {}).items()
            for key, tensor in values.items()
        },
    )


def load_state_tensors(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    weights: dict[str, Tensor],
    moments: dict[str, Tensor],
) -> None:
    """Load what :func:`state_tensors` returned; every process passes all of it."""
    from torch.distributed.checkpoint.state_dict import (
        StateDictOptions,
        get_optimizer_state_dict,
        set_model_state_dict,
        set_optimizer_state_dict,
    )

    options = StateDictOptions(full_state_dict=True)
    set_model_state_dict(model, dict(weights), options=options)
    content: dict[str, Any] = get_optimizer_state_dict(model, optimizer, options=options)
    state: dict[str, dict[str, Tensor]] = {}
    for name, tensor in moments.items():
        parameter, key = name.rsplit("/", 1)
        state.setdefault(parameter, {})[key] = tensor
    whole: Any = {**content, "state": state}
    set_optimizer_state_dict(model, optimizer, whole, options=options)
