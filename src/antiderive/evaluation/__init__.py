"""Evaluation: how often a model is right, with every answer verified.

``antiderive.evaluation.accuracy`` and ``.robustness`` run models and need torch; what is here does not.
"""

from __future__ import annotations

from antiderive.evaluation.judging import Judged, Record, judge
from antiderive.evaluation.summary import Report, Tally

__all__ = ["Judged", "Record", "Report", "Tally", "judge"]
