"""The verdict on a candidate: screening, then rigorous arithmetic, then symbolic proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from antiderive._core import screen_pairs
from antiderive.cas import prove_zero_sympy
from antiderive.errors import AntideriveError, SettingError
from antiderive.expressions import UNKNOWNS, Expr
from antiderive.verification.claims import Antiderivative, Claim, Vanishing, factors
from antiderive.verification.rigorous import DIGITS
from antiderive.verification.validity import disagreements, intervals_of_validity
from antiderive.verification.verdict import Verdict

if TYPE_CHECKING:
    from antiderive._core import ScreenStatus

POINTS = 8
"""Points at which zero must be enclosed for ``agrees``."""

_ROUNDS = 4
"""Sets of random points tried when the first does not give enough usable ones."""

_SWEEPS = 3
"""Choices of the parameters for which the real line is swept before ``agrees``."""


def verify(
    problem: str | Expr,
    candidate: str | Expr,
    *,
    variable: str = "x",
    seed: int = 0,
    prove_timeout: float = 0.0,
) -> Verdict:
    """Judges ``candidate`` as an antiderivative of, or as a solution of, ``problem``.

    A problem that contains the unknown (``y' = y``, ``Y'' + Y``) is an ODE that must vanish when the
    candidate is put in for the unknown; any other problem is an integrand. Other symbols are parameters; they
    are tested at random positive values. The derivatives of ``abs`` and ``sign`` are those on the real
    line.

    Args:
        problem: integrand or ODE.
        candidate: what is to be judged.
        variable: the variable of integration, or the independent variable (for an ODE, ``x``).
        seed: chooses the random points.
        prove_timeout: seconds for a symbolic proof by SymPy, in a child process, where the native rewrites do
            not prove the residual zero; 0 leaves it out.

    Raises:
        ParseError: if a text is not a formula.
        SettingError: if the candidate contains the unknown, or an equation is to be in another variable.

    >>> verify("x*cos(x)", "x*sin(x) + cos(x)").status
    'proved'
    >>> verify("x*cos(x)", "x*sin(x)").status
    'refuted'
    >>> verify("y'' + y = 0", "a0*sin(x) + a1*cos(x)").status
    'proved'
    """
    problem = Expr(problem) if isinstance(problem, str) else problem
    candidate = Expr(candidate) if isinstance(candidate, str) else candidate
    equation = problem.is_equation
    if candidate.is_equation or (equation and "y" in candidate.free_symbols):
        raise SettingError("the candidate contains the unknown function y; a solution must be explicit")
    if equation and variable != "x":
        raise SettingError(f"an equation for y is in x, not in {variable}; leave the variable out")
    if equation:
        return _judge_zero(_ode_residual(problem, candidate), "x", seed, prove_timeout)
    return _judge(Antiderivative(problem, candidate, variable), seed, prove_timeout)


def verify_zero(
    residuals: Sequence[Expr], *, variable: str = "x", seed: int = 0, prove_timeout: float = 0.0
) -> Verdict:
    """Judges whether expressions vanish: the residuals of a system, or of a task of one's own.

    All of them must be accepted; the verdict is that of the worst.

    Args:
        residuals: expressions that should be zero wherever they are defined.
        variable: the variable that takes values of either sign; other symbols are positive parameters.
        seed: chooses the random points.
        prove_timeout: seconds for a symbolic proof of each by SymPy; 0 leaves it out.

    >>> sine, cosine = Expr("2*sin(x)"), Expr("2*cos(x)")
    >>> verify_zero([sine.diff("x") - cosine, cosine.diff("x") + sine]).status
    'proved'

    Raises:
        SettingError: if there are none.
    """
    if not residuals:
        raise SettingError("there is no residual to judge")
    verdicts = (_judge_zero(residual, variable, seed, prove_timeout) for residual in residuals)
    return min(verdicts, key=lambda verdict: _ORDER.index(verdict.status))


def screen(pairs: Sequence[tuple[Expr, Expr]], *, variable: str = "x", seed: int = 0) -> list[ScreenStatus]:
    """Double-precision screening of many pairs of integrand and candidate, without the GIL.

    It is a sieve, not a verdict: ``agrees`` and ``disagrees`` are what rounding errors allow to be seen at
    eight points, ``doubtful`` is in between, ``untested`` agrees but some part has no effect at any point,
    ``undefined`` found no point to look at.

    >>> screen([(Expr("cos(x)"), Expr("sin(x)")), (Expr("cos(x)"), Expr("x"))])
    ['agrees', 'disagrees']
    """
    return screen_pairs(pairs, variable, seed * _ROUNDS)


def _ode_residual(equation: Expr, candidate: Expr) -> Expr:
    first = candidate.diff("x")
    return equation.subs(dict(zip(UNKNOWNS, (candidate, first, first.diff("x")), strict=True)))


_ORDER = ("refuted", "unknown", "agrees", "proved")
"""From worst to best."""


def _judge_zero(residual: Expr, variable: str, seed: int, prove_timeout: float) -> Verdict:
    """A product vanishes if one of its factors does; each is judged against the size of its own terms."""
    best: Verdict | None = None
    for factor in factors(residual):
        verdict = _judge(Vanishing(factor, variable), seed, prove_timeout)
        if verdict.accepted:
            return verdict
        if best is None or _ORDER.index(verdict.status) > _ORDER.index(best.status):
            best = verdict
    return best if best is not None else Verdict("unknown", "there is nothing to judge")


def _judge(claim: Claim, seed: int, prove_timeout: float) -> Verdict:
    status, samples = claim.screen(seed * _ROUNDS)
    if status != "disagrees":
        proof = _prove(claim.residual, prove_timeout)
        if proof is not None:
            return proof
    agreeing: list[tuple[dict[str, complex], int]] = []
    undecided = 0
    real_seen = False
    for round_ in range(_ROUNDS):
        if round_ > 0:
            status, samples = claim.screen(seed * _ROUNDS + round_)
        real_seen = real_seen or any(_is_real(point, claim) for point, _ in samples)
        # Real points first, and of each kind the one with the largest error: there a wrong candidate is
        # refuted at once.
        for point, _ in sorted(samples, key=lambda sample: (not _is_real(sample[0], claim), -sample[1])):
            found = claim.rigorous(point)
            if found.nonzero:
                # Branches may part off the real line: points there refute only if there are no real ones.
                if real_seen and not _is_real(point, claim):
                    continue
                return _refuted(claim, point)
            if found.digits >= DIGITS:
                agreeing.append((point, found.digits))
            else:
                undecided += 1
        if len(agreeing) >= POINTS and status != "untested":
            return _agreement(claim, agreeing)
    return Verdict("unknown", _why_unknown(len(agreeing), undecided))


def _agreement(claim: Claim, agreeing: Sequence[tuple[dict[str, complex], int]]) -> Verdict:
    """``agrees`` with the points and the digits there, unless the real line has a point that refutes."""
    points = [point for point, _ in agreeing]
    contradiction = _contradiction(claim, points)
    if contradiction is not None:
        return _refuted(claim, contradiction)
    return Verdict(
        "agrees",
        f"zero at {len(points)} random points",
        digits=min(digits for _, digits in agreeing),
        points=tuple(_readable(point) for point in points),
    )


def _contradiction(claim: Claim, agreeing: Sequence[dict[str, complex]]) -> dict[str, complex] | None:
    """A point of the real line at which a candidate that agrees at random points is wrong.

    All random points may lie where a branch of the candidate is the right one, and they keep to where every
    part of the problem is real: ``(x - 2)^(1/2)*(x - 1)^(1/2)`` is real for x < 1 as well.
    """
    parameters = len(agreeing[0]) > 1
    for point in agreeing[: _SWEEPS if parameters else 1]:
        for x in disagreements(partial(claim.errors, point)):
            place = {**point, claim.variable: complex(x)}
            if claim.is_real(place) and claim.rigorous(place).nonzero:
                return place
    return None


def _is_real(point: Mapping[str, complex], claim: Claim) -> bool:
    return point[claim.variable].imag == 0


def _why_unknown(agreeing: int, undecided: int) -> str:
    if agreeing >= POINTS:
        return f"zero at {agreeing} points, but some part has no effect at any of them"
    if not agreeing and not undecided:
        return "no point was found at which problem and candidate are both defined"
    return f"zero at {agreeing} points, {POINTS} are needed; undecided at {undecided}"


def _refuted(claim: Claim, point: dict[str, complex]) -> Verdict:
    """The verdict with its counter-example, and where the candidate is right if that is somewhere."""
    reason = "the residual excludes zero at a point"
    valid: tuple[tuple[float, float], ...] = ()
    if _is_real(point, claim):
        valid = intervals_of_validity(
            partial(claim.errors, point),
            lambda x: claim.rigorous({**point, claim.variable: complex(x)}).digits >= DIGITS,
        )
    if valid:
        places = " and ".join(f"({low:g}, {high:g})" for low, high in valid)
        reason += f"; it is right only on part of the domain, {claim.variable} in {places}"
    return Verdict("refuted", reason, points=(_readable(point),), valid_on=valid)


def _prove(residual: Callable[[], Expr], prove_timeout: float) -> Verdict | None:
    try:
        difference = residual()
        if difference == 0 or difference.simplify() == 0:
            return Verdict("proved", "the residual simplifies to zero")
    except AntideriveError:
        return None  # too large or undefined as a formula: the numeric tiers decide
    if prove_timeout > 0 and prove_zero_sympy(difference, timeout=prove_timeout).status == "solved":
        return Verdict("proved", "SymPy reduces the residual to zero")
    return None


def _readable(point: dict[str, complex]) -> dict[str, str]:
    """Values as text that names the exact double."""
    return {name: repr(z.real) if z.imag == 0 else repr(z) for name, z in sorted(point.items())}
