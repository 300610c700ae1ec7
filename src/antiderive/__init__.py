"""antiderive: learn to integrate and to solve differential equations; check every answer.

Importing it loads neither torch nor SymPy nor a database driver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.expressions import Expr
from antiderive.lazy import lazy_exports

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

__getattr__ = lazy_exports(__name__, _HOMES)
