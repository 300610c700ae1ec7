"""Solving: a verified answer, or a plain statement that there is none.

The own integrator comes first, then a model, then computer algebra in the order of the built-in classifier;
verification decides. How a model is trained is not known here. Importing this room loads neither torch nor
SymPy.
"""

from __future__ import annotations

from antiderive.solving.by_model import answers_by_model
from antiderive.solving.integration import default_model_path, integrate
from antiderive.solving.shipped import full_search, shipped_order, shipped_search, threshold_for
from antiderive.solving.solution import Candidate, Solution

__all__ = [
    "Candidate",
    "Solution",
    "answers_by_model",
    "default_model_path",
    "full_search",
    "integrate",
    "shipped_order",
    "shipped_search",
    "threshold_for",
]
