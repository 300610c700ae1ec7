"""A claim in all regions of its parameters, and the signs of the parameters for which it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from antiderive.errors import AntideriveError
from antiderive.verification.claims import Claim
from antiderive.verification.parameters import (
    Values,
    base_values,
    mirrored_regions,
    nonzero_conditions,
    positive_regions,
    signs_that_hold,
)
from antiderive.verification.survey import POINTS, Survey, survey_line


def survey_real_line(claim: Claim, seed: int, samples: Sequence[Mapping[str, complex]] = ()) -> list[Survey]:
    """The survey of a claim without parameters; in complex values, if the problem is real nowhere."""
    found = survey_line(claim, seed, samples)
    if found.counter is None and not found.agreeing and not found.undecided:
        found = survey_line(claim, seed, anywhere=True)
    return [found]


def survey_regions(
    claim: Claim, seed: int, parameters: Sequence[str], constants: frozenset[str]
) -> tuple[list[Survey], tuple[str, ...]]:
    """Surveys for the parameters of all regions that count, and the conditions under which they do.

    Positive parameters always count, and so do ``constants`` of either sign: a counter-example there ends the
    search. Other signs count if nothing is wrong there, and are excluded by a condition if something is.
    """
    base = base_values(parameters, seed)
    regions = positive_regions((*claim.problems, *claim.answers), claim.variable, base)
    positive = _Signs(claim, seed, frozenset(), regions)
    if positive.counter is not None:
        return [positive.counter], ()
    others = []
    for negative, choices in mirrored_regions((*claim.problems, *claim.answers), claim.variable, base):
        found = _Signs(claim, seed, negative, choices)
        if found.counter is not None and negative <= constants:
            return [found.counter], ()
        others.append(found)
    surveys = positive.agreeing
    signs = signs_that_hold([found.negative for found in others if found.fails])
    if not surveys:
        # Real for other signs only, if at all.
        holding = [found for found in others if found.agreeing and not found.fails]
        if not holding:
            nowhere_real = _in_region(claim, base, seed, POINTS, anywhere=True)
            return [] if nowhere_real is None else [nowhere_real], ()
        least = min(holding, key=lambda found: (len(found.negative), sorted(found.negative)))
        surveys = least.agreeing
        signs = tuple(f"{name} {'<' if name in least.negative else '>'} 0" for name in parameters)
    known = [condition.split()[0] for condition in signs]
    return surveys, (*signs, *nonzero_conditions(claim.problems, claim.answers, claim.variable, known))


class _Signs:
    """The regions in which some parameters are negative and the others positive, until one speaks against."""

    def __init__(self, claim: Claim, seed: int, negative: frozenset[str], regions: Sequence[Values]) -> None:
        self.negative = negative
        self.agreeing: list[Survey] = []
        self.counter: Survey | None = None
        self.fails = False
        for values in regions:
            found = _in_region(claim, values, seed, 1 if self.agreeing else POINTS)
            if found is not None and found.counter is not None:
                self.counter, self.fails = found, True
                return
            if found is not None and found.agreeing:
                self.agreeing.append(found)
            elif found is not None and found.undecided:
                self.fails = True


def _in_region(
    claim: Claim, values: Values, seed: int, points: int, *, anywhere: bool = False
) -> Survey | None:
    """The survey for values of the parameters; ``None`` where the claim is not defined."""
    try:
        here = claim.at(values)
    except AntideriveError:
        return None
    found = survey_line(here, seed, points=points, anywhere=anywhere, quickly=points < POINTS)
    found.values = values
    return found
