"""Solving: an answer that has been checked, or an honest "no"."""

from __future__ import annotations

from antiderive.solving.by_model import answer_by_model
from antiderive.solving.integration import default_model_path, integrate
from antiderive.solving.solution import Candidate, Solution

__all__ = ["Candidate", "Solution", "answer_by_model", "default_model_path", "integrate"]
