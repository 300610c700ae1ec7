"""Searches replayed from recorded outcomes, without calling any method again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from statistics import median

from antiderive.cas import Outcome
from antiderive.portfolio.attempts import Attempt, Search
from antiderive.portfolio.judgment import Judgment
from antiderive.portfolio.steps import Step
from antiderive.portfolio.turns import Turns, take_turns


class Replays:
    """Recorded attempts with the full time limit, from which the outcomes of shorter calls follow.

    Args:
        attempts: by integrand, in prefix form, and method.
        cpu_seconds: time limit of each recorded call; no replayed call may have more.

    Attributes:
        cpu_seconds: as given.
        overrun: for each method, the CPU seconds it takes to stop a call at its limit.
    """

    def __init__(self, attempts: Mapping[tuple[str, str], Attempt], cpu_seconds: float) -> None:
        self.cpu_seconds = cpu_seconds
        self._attempts = attempts
        late: dict[str, list[float]] = {}
        for (_, method), attempt in attempts.items():
            found = late.setdefault(method, [])
            if attempt.outcome.status == "timeout":
                found.append(attempt.outcome.cpu_seconds - cpu_seconds)
        self.overrun = {method: max(0.0, median(found or [0.0])) for method, found in late.items()}

    def call(self, integrand: str, step: Step) -> Attempt:
        """The attempt that this step would have made."""
        attempt = self._attempts[integrand, step.method]
        if attempt.outcome.cpu_seconds <= step.cpu_seconds:
            return attempt
        outcome = Outcome("timeout", cpu_seconds=step.cpu_seconds + self.overrun[step.method])
        return Attempt(step.method, outcome, Judgment("timeout"))

    def search(self, integrand: str, steps: Sequence[Step]) -> Search:
        """Replay the search of :mod:`antiderive.portfolio.searching` with these steps."""
        return take_turns(Turns(steps, self.cpu_seconds), partial(self.call, integrand))
