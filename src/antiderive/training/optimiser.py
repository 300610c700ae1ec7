"""AdamW, its schedule, and its state by the names of the parameters."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from antiderive.training.config import OptimisationConfig


def learning_rate(step: int, settings: OptimisationConfig) -> float:
    """Linear warm-up, then a cosine from the peak to a tenth of it, or the peak."""
    if step < settings.warmup:
        return settings.learning_rate * (step + 1) / settings.warmup
    if settings.schedule == "constant":
        return settings.learning_rate
    done = (step - settings.warmup) / max(1, settings.steps - settings.warmup)
    return settings.learning_rate * (0.55 + 0.45 * math.cos(math.pi * min(1.0, done)))


def make_optimizer(model: nn.Module, settings: OptimisationConfig) -> torch.optim.AdamW:
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
        # One kernel for all parameters; with loss scaling it would hide the gradients from clipping.
        fused=settings.precision != "16-mixed",
    )


def state_tensors(
    model: nn.Module, optimizer: torch.optim.Optimizer
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Weights and moments by name, whole in the first process (in others perhaps empty); every process takes part."""
    # Its import takes seconds; whoever only loads a model does without it.
    from torch.distributed.checkpoint.state_dict import (
        StateDictOptions,
        get_model_state_dict,
        get_optimizer_state_dict,
    )

    options = StateDictOptions(full_state_dict=True, cpu_offload=True)
    weights = {name: tensor.contiguous() for name, tensor in get_model_state_dict(model, options=options).items()}
    moments = {
        f"{name}/{key}": tensor.contiguous()
        for name, values in get_optimizer_state_dict(model, optimizer, options=options).get("state", {}).items()
        for key, tensor in values.items()
    }
    return weights, moments


def load_state_tensors(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    weights: dict[str, Tensor],
    moments: dict[str, Tensor],
) -> None:
    """The inverse of :func:`state_tensors`; every process has read the whole."""
    from torch.distributed.checkpoint.state_dict import (
        StateDictOptions,
        get_optimizer_state_dict,
        set_model_state_dict,
        set_optimizer_state_dict,
    )

    options = StateDictOptions(full_state_dict=True)
    set_model_state_dict(model, weights, options=options)
    content = get_optimizer_state_dict(model, optimizer, options=options)
    state: dict[str, dict[str, Tensor]] = {}
    for name, tensor in moments.items():
        parameter, key = name.rsplit("/", 1)
        state.setdefault(parameter, {})[key] = tensor
    content["state"] = state
    set_optimizer_state_dict(model, optimizer, content, options=options)
