"""The search for an integral among methods: steps and budgets, turns, and the judgment of outcomes.

Methods of computer algebra are called one after another until an answer is confirmed, or it is proved that
there is none. A wrong answer may be mended, and a search replayed from recorded outcomes. The portfolio knows
nothing of models, tasks or data sets.
"""

from __future__ import annotations

from antiderive.portfolio.attempts import Attempt, Search
from antiderive.portfolio.judgment import Judgment, answer_status, judge_outcome
from antiderive.portfolio.mending import mended
from antiderive.portfolio.nonelementary import checked_claim
from antiderive.portfolio.own import OWN, OWN_SECONDS
from antiderive.portfolio.replay import Replays
from antiderive.portfolio.searching import request_of, search, with_mended
from antiderive.portfolio.steps import DEFAULT_ORDER, REST, Step, installed, share
from antiderive.portfolio.turns import Turns, take_turns

__all__ = [
    "DEFAULT_ORDER",
    "OWN",
    "OWN_SECONDS",
    "REST",
    "Attempt",
    "Judgment",
    "Replays",
    "Search",
    "Step",
    "Turns",
    "answer_status",
    "checked_claim",
    "installed",
    "judge_outcome",
    "mended",
    "request_of",
    "search",
    "share",
    "take_turns",
    "with_mended",
]
