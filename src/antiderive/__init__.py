"""antiderive: learn to integrate and to solve differential equations; check every answer.

Importing it loads neither torch nor SymPy nor a database driver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from antiderive._core import Expr

if TYPE_CHECKING:
    from antiderive.solving import Solution, integrate
    from antiderive.verification import Verdict, verify

__all__ = ["Expr", "Solution", "Verdict", "integrate", "verify"]
__version__ = "0.1.0"

_HOMES = {
    "Solution": "antiderive.solving",
    "Verdict": "antiderive.verification",
    "integrate": "antiderive.solving",
    "verify": "antiderive.verification",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  (PEP 562: any public name)
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
