"""The sources of a configuration, opened once per run, for training and evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from antiderive.tasks import Task, task_named
from antiderive.training.config import TrainingConfig
from antiderive.training.feed.shards import ShardSource
from antiderive.training.feed.sources import RecipeSource, Source
from antiderive.training.feed.text import TextSource


@dataclass(frozen=True)
class OpenSource:
    """One source of a mixture.

    Attributes:
        name: name of the source in the mixture.
        task: task of its problems.
        weight: share of the training pairs, relative to the weights of the others.
        source: source of the pairs.
    """

    name: str
    task: Task[Any]
    weight: float
    source: Source


def open_sources(config: TrainingConfig) -> tuple[OpenSource, ...]:
    """Open the sources of a configuration's mixture, in its order.

    Raises:
        DataError: if files are missing.
    """
    seed, threads = config.training.seed, max(1, config.training.threads)
    opened = []
    for name, source in config.mixture.items():
        task = source.recipe.get("task", name)
        longest = int(source.recipe.get("max_tokens", config.data.max_tokens))
        pairs: Source
        if source.shards:
            pairs = ShardSource(Path(source.shards), longest, seed=seed)
        elif source.text:
            pairs = TextSource(Path(source.text), task, longest, seed=seed)
        else:
            pairs = RecipeSource(config.recipes[name], threads)
        opened.append(OpenSource(name, task_named(task), source.weight, pairs))
    return tuple(opened)
