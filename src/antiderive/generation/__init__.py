"""Examples of a recipe by index: task, settings and, where a task needs one, a solver brought together.

Example *i* of a recipe is a pure function of the recipe and *i*. How a task makes its examples is the task's
business. This room does not know where examples are kept.

>>> from antiderive.expressions import Vocabulary
>>> from antiderive.tasks import Recipe
>>> examples = generate(Recipe(task="bwd", max_operators=3), 0, 100)
>>> len(examples), Vocabulary().decode(examples.problems[0])[:6]
(100, "sub Y'")
"""

from __future__ import annotations

from antiderive.generation.examples import functions_of, generate
from antiderive.generation.solver import FASTEST

__all__ = ["FASTEST", "functions_of", "generate"]
