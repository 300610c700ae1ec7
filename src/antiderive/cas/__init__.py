"""Computer algebra in child processes that are really killed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from antiderive.cas.outcome import Outcome, Status
from antiderive.cas.request import SYMPY_METHODS, Limits, Request

if TYPE_CHECKING:
    from antiderive.cas.pool import Caller, Pool, Share, prove_zero_sympy, shared_pool

__all__ = [
    "SYMPY_METHODS",
    "Caller",
    "Limits",
    "Outcome",
    "Pool",
    "Request",
    "Share",
    "Status",
    "prove_zero_sympy",
    "shared_pool",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401  (PEP 562)
    # The pool is not loaded in the fork server, which imports this package.
    if name in __all__:
        from antiderive.cas import pool

        return getattr(pool, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
