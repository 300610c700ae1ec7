"""The calls made on each input, by name, in a worker. An input may be refused; nothing else may happen."""

from __future__ import annotations

from collections.abc import Callable

from antiderive.cli.fuzz.inputs import pair_of, text_of
from antiderive.errors import AntideriveError
from antiderive.expressions import Expr


def parse(seed: int, index: int) -> str:
    """Read a text, print it, and read that: the same expression."""

    def work() -> None:
        expression = Expr(text_of(seed, index))
        if Expr(expression.to_infix()) != expression:
            raise AssertionError("the printed form reads as another expression")

    return _refused(work)


def simplify(seed: int, index: int) -> str:
    """Simplify, differentiate, expand and factor."""

    def work() -> None:
        expression = Expr(text_of(seed, index))
        expression.simplify()
        expression.diff("x", 3)
        expression.expand()
        expression.factor()

    return _refused(work)


def verify(seed: int, index: int) -> str:
    """Judge a candidate, half of the time against its own derivative."""
    from antiderive.verification import verify as judge

    def work() -> None:
        problem, candidate = (Expr(text) for text in pair_of(seed, index))
        judge(candidate.diff("x") if index % 2 else problem, candidate)

    return _refused(work)


def _refused(work: Callable[[], None]) -> str:
    """Name of the error with which the package refused the input; empty if it did not."""
    try:
        work()
    except AntideriveError as error:
        return type(error).__name__
    return ""
