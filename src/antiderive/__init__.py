"""antiderive: learn to integrate and to solve differential equations; check every answer.

Importing it loads neither torch nor SymPy nor a database driver; ``__init__.pyi`` has the types.
"""

from __future__ import annotations

from antiderive.expressions import Expr
from antiderive.lazy import lazy_exports

__all__ = ["Expr", "Solution", "Verdict", "integrate", "verify"]
__version__ = "0.1.0"

__getattr__ = lazy_exports(
    __name__,
    {
        "Solution": "antiderive.solving",
        "Verdict": "antiderive.verification",
        "integrate": "antiderive.solving",
        "verify": "antiderive.verification",
    },
)
