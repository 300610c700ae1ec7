"""Assertions that show the evidence when they fail."""

from __future__ import annotations

import cmath

from antiderive.expressions import Expr
from antiderive.verification import verify


def assert_antiderivative(integrand: str | Expr, candidate: str | Expr) -> None:
    """Fail unless the candidate is verified as an antiderivative."""
    verdict = verify(integrand, candidate)
    assert verdict.accepted, f"{candidate} for {integrand}: {verdict}"  # noqa: S101


def assert_same_value(a: Expr, b: Expr, *, tolerance: float = 1e-8, **point: complex) -> None:
    """Fail unless two expressions have the same value at a point; undefined values count as equal."""
    u, v = a.evaluate(**point), b.evaluate(**point)
    both_undefined = cmath.isnan(u) and cmath.isnan(v)
    same = both_undefined or abs(u - v) <= tolerance * max(abs(u), abs(v))
    assert same, f"{a} is {u} and {b} is {v} at {point}"  # noqa: S101
