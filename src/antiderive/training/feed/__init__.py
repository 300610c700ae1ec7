"""The feed of training: sources of pairs, mixtures of sources, and batches.

It does not know the model or the loss.
"""

from __future__ import annotations

from antiderive.training.feed.batches import Batch, BatchStream, grouped
from antiderive.training.feed.opening import OpenSource, open_sources
from antiderive.training.feed.pairs import Pair, Pairs
from antiderive.training.feed.shards import ShardSource
from antiderive.training.feed.sources import Mixture, PoolSource, RecipeSource, Source
from antiderive.training.feed.text import TextSource

__all__ = [
    "Batch",
    "BatchStream",
    "Mixture",
    "OpenSource",
    "Pair",
    "Pairs",
    "PoolSource",
    "RecipeSource",
    "ShardSource",
    "Source",
    "TextSource",
    "grouped",
    "open_sources",
]
