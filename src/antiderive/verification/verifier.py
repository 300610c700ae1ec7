"""Is this the antiderivative, does this solve the equation, is this zero?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from antiderive._core import screen_pairs
from antiderive.errors import AntideriveError, SettingError
from antiderive.expressions import UNKNOWNS, Expr
from antiderive.verification.cells import cut_line
from antiderive.verification.claims import Antiderivative, Vanishing, factors
from antiderive.verification.decision import ROUNDS, judge
from antiderive.verification.jumps import jumps_of_solution, places
from antiderive.verification.parameters import base_values
from antiderive.verification.verdict import Verdict

if TYPE_CHECKING:
    from antiderive._core import ScreenStatus

_NO_CONSTANTS: frozenset[str] = frozenset()


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
    candidate is put in for the unknown; any other problem is an integrand. The real line is cut into cells at
    the special points of problem and candidate, and every cell in which the problem is real must agree. Other
    symbols are parameters: positive values of any size must agree, and where others do not, the verdict's
    ``conditions`` say so; constants of a solution may have either sign. ``abs`` and ``sign`` are functions of
    real numbers in a problem.

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
    >>> verify("sqrt(a^2)", "a*x").conditions
    ('a > 0',)
    >>> verify("1", "x + sign(x)").jumps
    (0.0,)
    """
    problem = Expr(problem) if isinstance(problem, str) else problem
    candidate = Expr(candidate) if isinstance(candidate, str) else candidate
    equation = problem.is_equation
    if candidate.is_equation or (equation and "y" in candidate.free_symbols):
        raise SettingError("the candidate contains the unknown function y; a solution must be explicit")
    if equation and variable != "x":
        raise SettingError(f"an equation for y is in x, not in {variable}; leave the variable out")
    if equation:
        return _judge_solution(problem, candidate, seed, prove_timeout)
    return judge(Antiderivative(problem, candidate, variable), seed, prove_timeout)


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
    verdicts = (
        _judge_zero(residual, variable, seed, prove_timeout, (), _NO_CONSTANTS) for residual in residuals
    )
    return min(verdicts, key=lambda verdict: _ORDER.index(verdict.status))


def screen(pairs: Sequence[tuple[Expr, Expr]], *, variable: str = "x", seed: int = 0) -> list[ScreenStatus]:
    """Double-precision screening of many pairs of integrand and candidate, without the GIL.

    It is a sieve, not a verdict: ``agrees`` and ``disagrees`` are what rounding errors allow to be seen at
    eight points, ``doubtful`` is in between, ``untested`` agrees but some part has no effect at any point,
    ``undefined`` found no point to look at.

    >>> screen([(Expr("cos(x)"), Expr("sin(x)")), (Expr("cos(x)"), Expr("x"))])
    ['agrees', 'disagrees']
    """
    return screen_pairs(pairs, variable, seed * ROUNDS)


_ORDER = ("refuted", "unknown", "agrees", "proved")
"""From worst to best."""


def _judge_solution(equation: Expr, candidate: Expr, seed: int, prove_timeout: float) -> Verdict:
    """By substitution, for constants of either sign; it must not jump where the equation is regular."""
    first = candidate.diff("x")
    residual = equation.subs(dict(zip(UNKNOWNS, (candidate, first, first.diff("x")), strict=True)))
    constants = frozenset(candidate.free_symbols - equation.free_symbols - {"x"})
    verdict = _judge_zero(residual, "x", seed, prove_timeout, (candidate,), constants)
    if not verdict.accepted:
        return verdict
    names = sorted((equation.free_symbols | candidate.free_symbols) - set(UNKNOWNS) - {"x"})
    values = base_values(names, seed)
    try:
        here, solution = equation.subs(values), candidate.subs(values)
    except AntideriveError:
        return verdict
    line = cut_line([], [solution], "x")
    jumps = jumps_of_solution(here, solution, line)
    if not jumps:
        return verdict
    point = {name: repr(float(value)) for name, value in values.items()} | {"x": repr(jumps[0])}
    reason = f"it jumps or has a kink at x = {places(jumps)}, where the equation is regular"
    return replace(verdict, status="refuted", reason=reason, digits=None, points=(point,), jumps=tuple(jumps))


def _judge_zero(
    residual: Expr,
    variable: str,
    seed: int,
    prove_timeout: float,
    answers: tuple[Expr, ...],
    constants: frozenset[str],
) -> Verdict:
    """A product vanishes if one of its factors does; each is judged against the size of its own terms."""
    best: Verdict | None = None
    for factor in factors(residual):
        verdict = judge(Vanishing(factor, variable, answers), seed, prove_timeout, constants)
        if verdict.accepted:
            return verdict
        if best is None or _ORDER.index(verdict.status) > _ORDER.index(best.status):
            best = verdict
    return best if best is not None else Verdict("unknown", "there is nothing to judge")
