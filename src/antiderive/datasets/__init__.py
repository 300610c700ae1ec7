"""Data sets: examples by recipe and index, shards on disk, and streams that training reads.

Example *i* of a recipe is a pure function of the recipe and *i*.
"""

from __future__ import annotations

from antiderive.datasets.examples import Examples
from antiderive.datasets.functions import Functions

__all__ = ["Examples", "Functions"]
