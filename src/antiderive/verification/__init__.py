"""Verification: is this the antiderivative, does this solve the equation?

Three tiers: double-precision screening at random points, rigorous ball arithmetic in every cell of the real
line, symbolic proof.
"""

from __future__ import annotations

from antiderive.verification.lyapunov import verify_lyapunov
from antiderive.verification.polynomials import Poly, expression_of, polynomial_of, ring, terms_of
from antiderive.verification.sums_of_squares import definiteness
from antiderive.verification.verdict import Verdict
from antiderive.verification.verifier import screen, verify, verify_zero

__all__ = [
    "Poly",
    "Verdict",
    "definiteness",
    "expression_of",
    "polynomial_of",
    "ring",
    "screen",
    "terms_of",
    "verify",
    "verify_lyapunov",
    "verify_zero",
]
