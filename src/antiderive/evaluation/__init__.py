"""Evaluation: accuracy of models and of computer algebra, with every answer verified.

It does not know how a model was trained. Torch is imported only when a model runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.lazy import lazy_exports

if TYPE_CHECKING:
    from antiderive.evaluation.accuracy import evaluate, evaluate_problems
    from antiderive.evaluation.checking import CheckedHypothesis, ProblemRecord, check_hypotheses
    from antiderive.evaluation.contestants import Contestants
    from antiderive.evaluation.counts import AccuracyReport, ProblemCounts
    from antiderive.evaluation.orders import Play, fixed_plays, frontier, play, replays_of
    from antiderive.evaluation.outcomes import Answer, Answers
    from antiderive.evaluation.problems import (
        Integral,
        Problem,
        held_out,
        problems_of_folder,
        read_integrals,
        require_positive,
    )
    from antiderive.evaluation.report import accuracy_tables, write_accuracy_report
    from antiderive.evaluation.robustness import evaluate_robustness
    from antiderive.evaluation.scoreboard import Scoreboard, standings_of
    from antiderive.evaluation.scoreboard_report import scoreboard_tables, write_scoreboard

__all__ = [
    "AccuracyReport",
    "Answer",
    "Answers",
    "CheckedHypothesis",
    "Contestants",
    "Integral",
    "Play",
    "Problem",
    "ProblemCounts",
    "ProblemRecord",
    "Scoreboard",
    "accuracy_tables",
    "check_hypotheses",
    "evaluate",
    "evaluate_problems",
    "evaluate_robustness",
    "fixed_plays",
    "frontier",
    "held_out",
    "play",
    "problems_of_folder",
    "read_integrals",
    "replays_of",
    "require_positive",
    "scoreboard_tables",
    "standings_of",
    "write_accuracy_report",
    "write_scoreboard",
]

_MODULES = {
    ".accuracy": ("evaluate", "evaluate_problems"),
    ".checking": ("CheckedHypothesis", "ProblemRecord", "check_hypotheses"),
    ".contestants": ("Contestants",),
    ".counts": ("AccuracyReport", "ProblemCounts"),
    ".orders": ("Play", "fixed_plays", "frontier", "play", "replays_of"),
    ".outcomes": ("Answer", "Answers"),
    ".problems": (
        "Integral",
        "Problem",
        "held_out",
        "problems_of_folder",
        "read_integrals",
        "require_positive",
    ),
    ".report": ("accuracy_tables", "write_accuracy_report"),
    ".robustness": ("evaluate_robustness",),
    ".scoreboard": ("Scoreboard", "standings_of"),
    ".scoreboard_report": ("scoreboard_tables", "write_scoreboard"),
}
__getattr__ = lazy_exports(__name__, {name: module for module, names in _MODULES.items() for name in names})
