"""How the tiers together come to a verdict on a claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from antiderive.cas import prove_zero_sympy
from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.verification.cells import Cell, Line, cut_line
from antiderive.verification.claims import Antiderivative, Claim
from antiderive.verification.jumps import jumps_of_antiderivative, places
from antiderive.verification.parameters import base_values, nonzero_conditions
from antiderive.verification.parts import nodes_of
from antiderive.verification.regions import survey_real_line, survey_regions
from antiderive.verification.resolution import MOST_DIGITS, without_effect
from antiderive.verification.rigorous import Point, sizes_are_real
from antiderive.verification.survey import POINTS, Survey
from antiderive.verification.validity import intervals_of_validity
from antiderive.verification.verdict import Verdict

ROUNDS = 4
"""Sets of random points tried until every part has had an effect."""

Screening = tuple[str, Sequence[tuple[dict[str, complex], float]]]


def judge(claim: Claim, seed: int, prove_timeout: float, constants: frozenset[str] = frozenset()) -> Verdict:
    """The verdict on a claim.

    Args:
        claim: with or without parameters; they are positive, except for ``constants``.
        seed: chooses the random points.
        prove_timeout: seconds for a proof by SymPy; 0 leaves it out.
        constants: parameters that may have either sign.
    """
    screened = claim.screen(seed * ROUNDS)
    proof = None
    if screened[0] == "disagrees":
        counter = _counter_among(claim, screened)
        if counter is not None:
            return refuted(claim, counter)
    else:
        proof = prove(claim, prove_timeout)
    parameters = sorted(_symbols(claim) - {claim.variable})
    if proof is not None and not _has_sizes(claim.answers):
        return _proved(claim, proof, parameters, seed)
    if not parameters:
        surveys = survey_real_line(claim, seed, _real_samples(claim, screened))
        conditions: tuple[str, ...] = ()
    else:
        surveys, conditions = survey_regions(claim, seed, parameters, constants)
    for found in surveys:
        if found.counter is not None:
            return refuted(claim, {**found.values, **found.counter})
    doubt = _doubt(claim, surveys, seed, screened)
    if isinstance(doubt, Verdict):
        return doubt
    if doubt is not None and (proof is None or not any(found.agreeing for found in surveys)):
        return Verdict("unknown", doubt)
    verdict = replace(_agreement(claim, surveys, proof), conditions=conditions)
    return _with_jumps(verdict, claim, surveys[0].values, surveys[0].line)


def _real_samples(claim: Claim, screened: Screening) -> list[dict[str, complex]]:
    """Those points of a screening that are on the real line, the ones with the largest errors first."""
    samples = sorted(screened[1], key=lambda sample: -sample[1])
    return [point for point, _ in samples if point[claim.variable].imag == 0]


def _symbols(claim: Claim) -> set[str]:
    return set().union(*(expression.free_symbols for expression in (*claim.problems, *claim.answers)))


def _has_sizes(expressions: Sequence[Expr]) -> bool:
    """Whether there is an ``abs`` or a ``sign``: rewrites know their slopes for real arguments only."""
    return any(kind in ("abs", "sign") for expression in expressions for kind, _ in nodes_of(expression))


def _counter_among(claim: Claim, screened: Screening) -> Point | None:
    """A point of a screening, on the real line, at which the residual provably is not zero.

    Those with the largest errors come first: there a wrong candidate is refuted at once.
    """
    for point in _real_samples(claim, screened):
        seen = claim.rigorous(point)
        if seen.nonzero and seen.real:
            return point
    return None


def _proved(claim: Claim, proof: Verdict, parameters: Sequence[str], seed: int) -> Verdict:
    """A proof by rewrites that hold for all values, with the jumps between the cells."""
    conditions = nonzero_conditions(claim.problems, claim.answers, claim.variable, ())
    verdict = replace(proof, conditions=conditions)
    if not isinstance(claim, Antiderivative) or not _can_jump(claim.candidate):
        return verdict
    values = base_values(parameters, seed)
    try:
        here = claim.at(values) if parameters else claim
    except AntideriveError:
        return verdict
    line = cut_line(here.problems, here.answers, claim.variable, quickly=True)
    return _with_jumps(verdict, claim, values, line)


def _with_jumps(verdict: Verdict, claim: Claim, values: Mapping[str, Fraction], line: Line) -> Verdict:
    """The verdict with the places at which an antiderivative jumps for some values of the parameters."""
    if not isinstance(claim, Antiderivative):
        return verdict
    try:
        here = claim.at(values) if values else claim
    except AntideriveError:
        return verdict
    jumps = jumps_of_antiderivative(here.integrand, here.candidate, claim.variable, line)
    if not jumps:
        return verdict
    reason = f"{verdict.reason}; it jumps at {claim.variable} = {places(jumps)}"
    return replace(verdict, reason=reason, jumps=tuple(jumps))


_SMOOTH = frozenset(["add", "mul", "number", "symbol", "exp", "sin", "cos", "sinh", "cosh", "tanh", "sech"])


def _can_jump(candidate: Expr) -> bool:
    """Whether an expression has special points at all."""
    nodes = nodes_of(candidate)
    return any(
        kind not in _SMOOTH and not (kind == "pow" and _is_natural(nodes[value[1]])) for kind, value in nodes
    )


def _is_natural(node: tuple[str, object]) -> bool:
    kind, value = node
    return kind == "number" and isinstance(value, tuple) and value[1] == 1 and value[0] > 0


def _doubt(claim: Claim, surveys: Sequence[Survey], seed: int, screened: Screening) -> str | Verdict | None:
    """Why a residual that is not refuted does not count as zero, or a refutation that came up on the way."""
    points = [point for found in surveys for point in found.points]
    if claim.digits > MOST_DIGITS:
        return "the constants are too long, or too large and too small at once, to see every difference"
    if not points:
        return "no point was found at which problem and candidate are both defined"
    if len(points) < POINTS:
        undecided = [cell for found in surveys for cell in found.undecided]
        return f"zero at {len(points)} points, {POINTS} are needed; undecided in {_intervals(undecided)}"
    return _drowned(claim, points, seed, screened)


def _drowned(claim: Claim, points: Sequence[Point], seed: int, screened: Screening) -> str | Verdict | None:
    """The doubt that some part had no effect at any point; more points are screened for that part."""
    status, real = screened[0], _real_samples(claim, screened)
    rounds = range(1, ROUNDS) if real else ()
    for round_ in rounds:
        if status != "untested":
            return None
        screened = claim.screen(seed * ROUNDS + round_)
        status, real = screened[0], [*real, *_real_samples(claim, screened)]
        counter = _counter_among(claim, screened) if status == "disagrees" else None
        if counter is not None:
            return refuted(claim, counter)
    if real and status != "untested":
        return None
    if without_effect([*claim.problems, *claim.answers], [*points, *real]):
        return f"zero at {len(points)} points, but some part has no effect at any of them"
    return None


def _agreement(claim: Claim, surveys: Sequence[Survey], proof: Verdict | None) -> Verdict:
    """``agrees`` with the points and the digits there; ``proved`` if the proof holds in all cells."""
    points = [point for found in surveys for point in found.points]
    undecided = [cell for found in surveys for cell in found.undecided]
    real = (sizes_are_real(answer, point) for answer in claim.answers for point in points)
    if proof is not None and not undecided and all(real):
        return proof
    cells, line = sum(len(found.cells) for found in surveys), surveys[0].line
    reason = f"zero at {len(points)} random points"
    if cells > 1:
        reason += f", one in each of {cells} cells"
    if len(surveys) > 1:
        reason += f" for {len(surveys)} choices of the parameters"
    if line.unresolved:
        reason += f"; special points were not found in {_intervals(line.unresolved)}"
    elif line.far and line.specials:
        low, high = line.specials[0].place, line.specials[-1].place
        reason += f"; special points were looked for from {low:.4g} to {high:.4g}"
    if undecided:
        reason += f"; undecided in {_intervals(undecided)}"
    digits = min(found.digits for found in surveys)
    return Verdict("agrees", reason, digits=digits, points=tuple(_readable(point) for point in points))


def _intervals(stretches: Sequence[Cell | tuple[float, float]]) -> str:
    ends = [(s.low, s.high) if isinstance(s, Cell) else s for s in stretches]
    shown = " and ".join(f"({float(low):.4g}, {float(high):.4g})" for low, high in ends[:3])
    return shown + (" and more" if len(ends) > 3 else "") if shown else "some cells"


def refuted(claim: Claim, point: Point) -> Verdict:
    """The verdict with its counter-example, and where the candidate is right if that is somewhere."""
    reason = "the residual excludes zero at a point"
    at = {name: complex(value) for name, value in point.items()}
    valid = intervals_of_validity(
        lambda where: claim.errors(at, where),
        lambda x: claim.rigorous({**point, claim.variable: complex(x)}).digits >= claim.digits,
    )
    if valid:
        shown = " and ".join(f"({low:g}, {high:g})" for low, high in valid)
        reason += f"; it is right only on part of the domain, {claim.variable} in {shown}"
    return Verdict("refuted", reason, points=(_readable(point),), valid_on=valid)


def prove(claim: Claim, prove_timeout: float) -> Verdict | None:
    """A proof that the residual is zero, by rewrites that hold for all complex values."""
    try:
        difference = claim.residual()
        if difference == 0 or difference.simplify() == 0:
            return Verdict("proved", "the residual simplifies to zero")
    except AntideriveError:
        return None  # too large or undefined as a formula: the numeric tiers decide
    if prove_timeout > 0 and prove_zero_sympy(difference, timeout=prove_timeout).status == "solved":
        return Verdict("proved", "SymPy reduces the residual to zero")
    return None


def _readable(point: Point) -> dict[str, str]:
    """Values as text that names them exactly."""
    return {name: _text(value) for name, value in sorted(point.items())}


def _text(value: complex | Fraction) -> str:
    if isinstance(value, Fraction):
        return repr(float(value)) if Fraction(float(value)) == value else str(value)
    return repr(value.real) if value.imag == 0 else repr(value)
