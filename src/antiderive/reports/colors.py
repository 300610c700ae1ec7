"""Colors of outcomes in plots."""

from __future__ import annotations

OUTCOME_COLORS = {
    "solved": "#2a7f3f",
    "wrong": "#b3001b",
    "unconfirmed": "#e8747c",
    "special": "#8e63b8",
    "partial": "#c2a5dc",
    "nonelementary": "#1f4e8c",
    "gave_up": "#7fa8d1",
    "unsupported": "#bfbfbf",
    "timeout": "#f2b134",
    "memory": "#d98200",
    "crashed": "#7a4b00",
}
"""Green is solved, reds are wrong or doubtful, blue is a no, yellows are limits."""
