"""Random formulas over the operator table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import assume
from hypothesis import strategies as st

from antiderive._core import operators
from antiderive.errors import LimitError, UndefinedError
from antiderive.expressions import Expr

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOT_SMOOTH = {"abs", "sign"}


def formulas(
    symbols: Sequence[str] = ("x",), *, functions: Sequence[str] | None = None, max_leaves: int = 8
) -> st.SearchStrategy[str]:
    """Infix text of random formulas, as a person would type them: not canonical, perhaps undefined (``1/0``).

    Args:
        symbols: names of the symbols.
        functions: infix names of functions of one argument; by default all smooth ones of the table.
        max_leaves: largest number of symbols and numbers.
    """
    if functions is None:
        functions = [
            row["infix"]
            for row in operators()
            if row["arity"] == 1 and row["infix"] and row["name"] not in _NOT_SMOOTH
        ]
    numbers = st.integers(min_value=1, max_value=9).map(str)
    leaves = st.one_of(st.sampled_from(list(symbols)), st.sampled_from(list(symbols)), numbers)

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        call = st.builds(lambda name, arg: f"{name}({arg})", st.sampled_from(list(functions)), inner)
        binary = st.builds(lambda a, op, b: f"({a} {op} {b})", inner, st.sampled_from("+-*/"), inner)
        power = st.builds(
            lambda a, n: f"({a})**({n})", inner, st.sampled_from(["2", "3", "-1", "1/2", "-1/3"])
        )
        return st.one_of(call, binary, power)

    return st.recursive(leaves, grow, max_leaves=max_leaves)


@st.composite
def expressions(
    draw: st.DrawFn,
    symbols: Sequence[str] = ("x",),
    *,
    functions: Sequence[str] | None = None,
    max_leaves: int = 8,
) -> Expr:
    """Random expressions that are defined, with the arguments of :func:`formulas`."""
    text = draw(formulas(symbols, functions=functions, max_leaves=max_leaves))
    try:
        return Expr(text)
    except (UndefinedError, LimitError):
        assume(condition=False)
        raise
