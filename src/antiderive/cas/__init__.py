"""Computer algebra systems as methods of integration, asked in killable workers.

A request names a method and an integrand; the outcome is an unverified answer, or the reason why there is
none. This room does not know whether an answer is correct, or which method to ask next.

>>> from antiderive import Expr
>>> from antiderive.cas import Request, ask, open_pool
>>> with open_pool(1) as pool:
...     ask(pool, Request("sympy", Expr("x*cos(x)").to_prefix())).value
'add mul x sin x cos x'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.lazy import lazy_exports

if TYPE_CHECKING:
    from antiderive.cas.asking import ask, ask_all, open_pool, prove_zero_sympy, shared_pool
    from antiderive.cas.methods import METHODS, Method, MethodResult, add_method, known_methods, method_named
    from antiderive.cas.outcome import CONCLUSIVE, INCONCLUSIVE, Outcome, OutcomeStatus
    from antiderive.cas.request import Request
    from antiderive.cas.running import function_of, load_sympy

__all__ = [
    "CONCLUSIVE",
    "INCONCLUSIVE",
    "METHODS",
    "Method",
    "MethodResult",
    "Outcome",
    "OutcomeStatus",
    "Request",
    "add_method",
    "ask",
    "ask_all",
    "function_of",
    "known_methods",
    "load_sympy",
    "method_named",
    "open_pool",
    "prove_zero_sympy",
    "shared_pool",
]

# A fork server imports this package and does not need pools.
__getattr__ = lazy_exports(
    __name__,
    {
        "CONCLUSIVE": ".outcome",
        "INCONCLUSIVE": ".outcome",
        "METHODS": ".methods",
        "Method": ".methods",
        "MethodResult": ".methods",
        "Outcome": ".outcome",
        "OutcomeStatus": ".outcome",
        "Request": ".request",
        "add_method": ".methods",
        "ask": ".asking",
        "ask_all": ".asking",
        "function_of": ".running",
        "known_methods": ".methods",
        "load_sympy": ".running",
        "method_named": ".methods",
        "open_pool": ".asking",
        "prove_zero_sympy": ".asking",
        "shared_pool": ".asking",
    },
)
