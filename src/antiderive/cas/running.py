"""The part of a call that runs in a Python worker. It does not know pools or limits."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from antiderive.cas.outcome import Outcome, OutcomeStatus


def load_sympy() -> None:
    """Load SymPy, if installed, and fill its caches: the ``preload`` of pools that ask it."""
    if find_spec("sympy") is not None:
        import_module("antiderive.cas.backends.sympy").warm_up()


def function_of(method: str) -> Callable[[str, str], Outcome]:
    """Return the function that runs a method in Python; importing it may take a while.

    It takes the expression and the variable as text and returns an outcome without times.

    Raises:
        LookupError: if SymPy has no such method.
        ImportError: if there is no such module.
        AttributeError: if there is no such function in it.
    """
    module, colon, name = method.partition(":")
    function: Callable[[str, str], Outcome] = (
        getattr(import_module(module), name)
        if colon
        else import_module("antiderive.cas.backends.sympy").METHODS[method]
    )
    return function


def run(
    method: str, expression: str, variable: str
) -> tuple[OutcomeStatus, str | None, str, tuple[tuple[str, ...], ...]]:
    """Run a method; return status, value, reason and evidence of the outcome."""
    outcome = function_of(method)(expression, variable)
    return outcome.status, outcome.value, outcome.reason, outcome.evidence
