"""Mending: wrong answers that lack only a factor that is constant on every interval of the real line."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from antiderive.errors import AntideriveError
from antiderive.expressions import Expr
from antiderive.verification import Verdict, verify

_POINTS = 32
_LARGEST_DENOMINATOR = 1000


def mended(integrand: Expr, candidate: Expr, variable: str = "x") -> tuple[Expr, Verdict] | None:
    """A refuted candidate times the factor that makes it right, with the verdict; ``None`` if there is none.

    If a root or logarithm is taken on the wrong branch, the derivative is the integrand times a function that
    is constant wherever it is smooth, such as ``sqrt(x^2)/x``; the simplest such function is a wrong constant
    factor. The missing factor is the integrand over the derivative. The product is verified like any other
    candidate.

    Args:
        integrand: the integrand.
        candidate: a wrong answer.
        variable: the variable of integration.

    >>> answer, verdict = mended(Expr("1/(x*sqrt(x^2))"), Expr("-1/x"))
    >>> str(answer), verdict.status
    ('-1/sqrt(x**2)', 'proved')
    >>> mended(Expr("cos(x)"), Expr("x*sin(x)")) is None
    True
    """
    try:
        factor = integrand / candidate.diff(variable)
        answer = factor * candidate
        verdict = verify(integrand, answer, variable=variable)
        if not verdict.accepted:
            return None
        forms = [_as_number(factor), factor.simplify()]
        shorter = [form * candidate for form in forms if form is not None and form != factor]
    except AntideriveError:
        return None
    for other in sorted(shorter, key=lambda one: one.operators):
        if other.operators <= answer.operators:
            found = verify(integrand, other, variable=variable)
            if found.accepted:
                answer, verdict = other, found
                break
    return answer, replace(verdict, reason=f"{verdict.reason}, with a factor constant on intervals")


def _as_number(factor: Expr) -> Expr | None:
    """The rational number that an expression equals wherever it is defined, judged by its values."""
    random = np.random.default_rng(0)
    points = {name: random.uniform(0.5, 2.0, _POINTS) for name in sorted(factor.free_symbols)}
    values = factor.evaluate(**points) if points else np.array([factor.evaluate()])
    values = values[np.isfinite(values)]
    if not len(values) or not np.allclose(values, values[0], rtol=1e-9, atol=0.0):
        return None
    number = Fraction(values[0].real).limit_denominator(_LARGEST_DENOMINATOR)
    if not np.isclose(values[0], float(number), rtol=1e-9, atol=0.0):
        return None
    return Expr(str(number))
