"""Training: configuration, feed, loop, checkpoints, logs, and export.

It knows tasks and data sets only by name, and does not know how an answer is verified: a task does that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.lazy import lazy_exports

if TYPE_CHECKING:
    from antiderive.training.checkpoint import (
        Checkpoint,
        claim_run,
        find_checkpoint,
        load_model,
        require_model,
    )
    from antiderive.training.config import OptimizationConfig, SourceConfig, TrainingConfig
    from antiderive.training.curves import plot_runs
    from antiderive.training.feed import (
        Batch,
        BatchStream,
        Mixture,
        Pairs,
        RecipeSource,
        ShardSource,
        TextSource,
        open_sources,
    )
    from antiderive.training.hub import export, from_pretrained, push
    from antiderive.training.loop import TrainingProgress, train

__all__ = [
    "Batch",
    "BatchStream",
    "Checkpoint",
    "Mixture",
    "OptimizationConfig",
    "Pairs",
    "RecipeSource",
    "ShardSource",
    "SourceConfig",
    "TextSource",
    "TrainingConfig",
    "TrainingProgress",
    "claim_run",
    "export",
    "find_checkpoint",
    "from_pretrained",
    "load_model",
    "open_sources",
    "plot_runs",
    "push",
    "require_model",
    "train",
]

# Loading a model needs neither the loop, nor Parquet, nor computer algebra.
__getattr__ = lazy_exports(
    __name__,
    {
        **dict.fromkeys(
            ("Checkpoint", "claim_run", "find_checkpoint", "load_model", "require_model"), ".checkpoint"
        ),
        **dict.fromkeys(("OptimizationConfig", "SourceConfig", "TrainingConfig"), ".config"),
        **dict.fromkeys(("Batch", "BatchStream", "Mixture", "Pairs", "RecipeSource"), ".feed"),
        **dict.fromkeys(("ShardSource", "TextSource", "open_sources"), ".feed"),
        **dict.fromkeys(("export", "from_pretrained", "push"), ".hub"),
        **dict.fromkeys(("TrainingProgress", "train"), ".loop"),
        "plot_runs": ".curves",
    },
)
