"""Solving: a verified answer, or a plain statement that there is none.

A model proposes candidates, computer algebra is called in the order of the built-in classifier, and
verification decides. How a model is trained is not known here. Importing this room loads neither torch nor
SymPy.
"""

from __future__ import annotations

from antiderive.solving.by_model import answers_by_model
from antiderive.solving.integration import default_model_path, integrate
from antiderive.solving.shipped import shipped_order, shipped_search, threshold_for
from antiderive.solving.solution import Candidate, Solution

__all__ = [
    "Candidate",
    "Solution",
    "answers_by_model",
    "default_model_path",
    "integrate",
    "shipped_order",
    "shipped_search",
    "threshold_for",
]
