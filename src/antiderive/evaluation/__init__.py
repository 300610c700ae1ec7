"""Evaluation: how often a model is right, with every answer verified."""

from __future__ import annotations

from antiderive.evaluation.accuracy import Report, evaluate

__all__ = ["Report", "evaluate"]
