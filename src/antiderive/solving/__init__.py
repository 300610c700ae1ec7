"""Solving: an answer that has been checked, or an honest "no".

A model proposes, computer algebra is asked in the order of the classifier that ships, verification decides.
Importing it loads neither torch nor SymPy.
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
