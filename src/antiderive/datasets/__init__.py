"""Data sets: recipes, the vocabulary, shards on disk, and streams that training reads.

Example *i* of a recipe is a pure function of the recipe and *i*.
"""

from __future__ import annotations

from antiderive.datasets.examples import Examples, Split
from antiderive.datasets.functions import Functions
from antiderive.datasets.recipe import Recipe
from antiderive.datasets.vocabulary import Vocabulary

__all__ = ["Examples", "Functions", "Recipe", "Split", "Vocabulary"]
