"""Public names of the package; their modules are imported when they are first used."""

from antiderive.expressions import Expr as Expr
from antiderive.solving import Solution as Solution
from antiderive.solving import integrate as integrate
from antiderive.verification import Verdict as Verdict
from antiderive.verification import verify as verify

__all__ = ["Expr", "Solution", "Verdict", "integrate", "verify"]
__version__: str
