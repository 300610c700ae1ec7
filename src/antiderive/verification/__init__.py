"""Verification: is this the antiderivative, does this solve the equation?

Three tiers: double-precision screening at random points, rigorous ball arithmetic, symbolic proof.
"""

from __future__ import annotations

from antiderive.verification.answers import Judgement, judge_outcome
from antiderive.verification.verdict import Verdict
from antiderive.verification.verifier import screen, verify, verify_zero

__all__ = ["Judgement", "Verdict", "judge_outcome", "screen", "verify", "verify_zero"]
