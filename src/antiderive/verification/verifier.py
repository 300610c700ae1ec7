"""The verdict on a candidate: screening, then rigorous arithmetic, then symbolic proof."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from antiderive._core import Expr, screen_antiderivative, screen_zero
from antiderive.cas import prove_zero_sympy
from antiderive.errors import AntideriveError, SettingError
from antiderive.verification.rigorous import (
    DIGITS,
    Residual,
    residual_of_antiderivative,
    residual_of_expression,
)
from antiderive.verification.verdict import Verdict

if TYPE_CHECKING:
    from antiderive._core import Samples, ScreenStatus

POINTS = 8
"""Points at which zero must be enclosed for ``agrees``."""

_ROUNDS = 4
"""Sets of random points tried when the first does not give enough usable ones."""

_UNKNOWN = {"Y", "Y'", "Y''"}


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
        SettingError: if the candidate contains the unknown.

    >>> verify("x*cos(x)", "x*sin(x) + cos(x)").status
    'proved'
    >>> verify("x*cos(x)", "x*sin(x)").status
    'refuted'
    >>> verify("y'' + y = 0", "a0*sin(x) + a1*cos(x)").status
    'proved'
    """
    problem = Expr(problem) if isinstance(problem, str) else problem
    candidate = Expr(candidate) if isinstance(candidate, str) else candidate
    equation = bool(problem.free_symbols & _UNKNOWN)
    if candidate.free_symbols & _UNKNOWN or (equation and "y" in candidate.free_symbols):
        raise SettingError("the candidate contains the unknown function y; a solution must be explicit")
    if equation:
        return _verify_ode(problem, candidate, seed, prove_timeout)
    return _verify_antiderivative(problem, candidate, variable, seed, prove_timeout)


def _verify_antiderivative(
    integrand: Expr, candidate: Expr, variable: str, seed: int, prove_timeout: float
) -> Verdict:
    return _judge(
        screen=lambda round_: screen_antiderivative(integrand, candidate, variable, seed * _ROUNDS + round_),
        rigorous=lambda point: residual_of_antiderivative(integrand, candidate, variable, point),
        residual=lambda: candidate.diff(variable) - integrand,
        prove_timeout=prove_timeout,
    )


def _verify_ode(equation: Expr, candidate: Expr, seed: int, prove_timeout: float) -> Verdict:
    first = candidate.diff("x")
    residual = equation.subs({"Y": candidate, "Y'": first, "Y''": first.diff("x")})
    return _judge(
        screen=lambda round_: screen_zero(residual, "x", seed * _ROUNDS + round_),
        rigorous=lambda point: residual_of_expression(residual, point),
        residual=lambda: residual,
        prove_timeout=prove_timeout,
    )


def _judge(
    screen: Callable[[int], tuple[ScreenStatus, Samples]],
    rigorous: Callable[[dict[str, complex]], Residual],
    residual: Callable[[], Expr],
    prove_timeout: float,
) -> Verdict:
    status, samples = screen(0)
    if status != "disagrees":
        proof = _prove(residual, prove_timeout)
        if proof is not None:
            return proof
    agreeing: list[dict[str, str]] = []
    least: int | None = None
    undecided = 0
    for round_ in range(_ROUNDS):
        if round_ > 0:
            _, samples = screen(round_)
        # The point with the largest error first: a wrong candidate is refuted there at once.
        for point, _ in sorted(samples, key=lambda sample: -sample[1]):
            found = rigorous(point)
            if found.nonzero:
                return Verdict("refuted", "the residual excludes zero at a point", points=(_readable(point),))
            if found.digits < DIGITS:
                undecided += 1
                continue
            agreeing.append(_readable(point))
            least = found.digits if least is None else min(least, found.digits)
            if len(agreeing) >= POINTS:
                return Verdict(
                    "agrees", f"zero at {len(agreeing)} random points", digits=least, points=tuple(agreeing)
                )
    if not agreeing and not undecided:
        return Verdict("unknown", "no point was found at which problem and candidate are both defined")
    return Verdict(
        "unknown", f"zero at {len(agreeing)} points, {POINTS} are needed; undecided at {undecided}"
    )


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
