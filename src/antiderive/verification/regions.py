"""A claim in all regions of its parameters, and the signs of the parameters for which it holds."""

from __future__ import annotations

import random
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
    base = base_values(parameters, random.Random(seed))
    expressions = (*claim.problems, *claim.answers)
    surveys: list[Survey] = []
    for values in positive_regions(expressions, claim.variable, base):
        found = _in_region(claim, values, seed, POINTS if not surveys else 1)
        if found is not None and found.counter is not None:
            return [found], ()
        if found is not None and found.agreeing:
            surveys.append(found)
    failing: list[frozenset[str]] = []
    others: list[tuple[frozenset[str], Survey]] = []
    for negative, choices in mirrored_regions(expressions, claim.variable, base):
        for values in choices:
            found = _in_region(claim, values, seed, 1 if surveys else POINTS)
            if found is None:
                continue
            if found.counter is not None and negative <= constants:
                return [found], ()
            if found.counter is not None or not found.agreeing and found.undecided:
                failing.append(negative)
                break
            if found.agreeing:
                others.append((negative, found))
    others = [(negative, found) for negative, found in others if negative not in failing]
    if surveys:
        signs = signs_that_hold(failing)
    elif others:
        # Real for other signs only.
        least = min((negative for negative, _ in others), key=lambda names: (len(names), sorted(names)))
        surveys = [found for negative, found in others if negative == least]
        signs = tuple(f"{name} {'<' if name in least else '>'} 0" for name in parameters)
    else:
        found = _in_region(claim, base, seed, POINTS, anywhere=True)
        return [] if found is None else [found], ()
    known = [condition.split()[0] for condition in signs]
    return surveys, (*signs, *nonzero_conditions(claim.problems, claim.answers, claim.variable, known))


def _in_region(
    claim: Claim, values: Values, seed: int, points: int, *, anywhere: bool = False
) -> Survey | None:
    """The survey for values of the parameters; ``None`` where the claim is not defined."""
    try:
        here = claim.at(values)
    except AntideriveError:
        return None
    found = survey_line(here, seed, points=points, anywhere=anywhere)
    found.values = values
    return found
