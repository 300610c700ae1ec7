"""Computer algebra in child processes that are really killed."""

from __future__ import annotations

from antiderive.cas.outcome import Outcome
from antiderive.cas.process import run_isolated
from antiderive.cas.sympy import integrate_sympy, prove_zero_sympy

__all__ = ["Outcome", "integrate_sympy", "prove_zero_sympy", "run_isolated"]
