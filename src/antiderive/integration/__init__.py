"""The project's own integrator: exact, in the base install, verified, explained step by step."""

from __future__ import annotations

from antiderive.integration.integrator import Integral, integrate
from antiderive.integration.proof import Proof
from antiderive.integration.steps import Step

__all__ = ["Integral", "Proof", "Step", "integrate"]
