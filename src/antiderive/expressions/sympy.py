"""Conversion to and from SymPy, driven by the operator table, without recursion."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

from antiderive._core import Expr, operators
from antiderive.errors import MissingExtraError, UnsupportedError
from antiderive.expressions.symbols import CONSTANTS, UNKNOWNS

try:
    import sympy
except ImportError as error:
    raise MissingExtraError("conversion to SymPy", "cas") from error

_CONSTANTS = {name: getattr(sympy, name) for name in CONSTANTS}


@cache
def _functions() -> dict[str, Any]:
    """Return the SymPy functions by the token name of the operator."""
    return {row["name"]: getattr(sympy, row["sympy"]) for row in operators() if row["sympy"]}


@cache
def _names() -> dict[Any, str]:
    """Return token names by SymPy function, for operators of one argument that are SymPy classes."""
    return {
        function: name for name, function in _functions().items() if name not in ("add", "mul", "pow", "sqrt")
    }


def _symbol(name: str) -> Any:  # noqa: ANN401  (SymPy is untyped)
    if name in _CONSTANTS:
        return _CONSTANTS[name]
    if name in UNKNOWNS:
        x = sympy.Symbol("x")
        unknown = sympy.Function("y")(x)
        order = UNKNOWNS.index(name)
        return sympy.Derivative(unknown, (x, order)) if order else unknown
    return sympy.Symbol(name)


def to_sympy(expr: Expr) -> Any:  # noqa: ANN401
    """Return the same expression in SymPy; the unknown ``Y`` becomes ``y(x)``.

    SymPy applies its own automatic simplifications, so the result may print differently.
    """
    made: list[Any] = []
    functions = _functions()
    for kind, value in expr.nodes():
        if kind == "number":
            made.append(sympy.Rational(*value))
        elif kind == "symbol":
            made.append(_symbol(value))
        else:
            made.append(functions[kind](*(made[index] for index in value)))
    return made[-1]


def from_sympy(value: Any) -> Expr:  # noqa: ANN401
    """Return the expression of a SymPy object.

    Raises:
        UnsupportedError: for functions outside the operator table (``erf``, unevaluated integrals, ...),
            inexact numbers and unknown symbols.
    """
    value = sympy.sympify(value)
    made: dict[Any, Expr] = {}
    stack = [(value, False)]
    while stack:
        node, ready = stack.pop()
        if node in made:
            continue
        leaf = _leaf(node)
        if leaf is not None:
            made[node] = leaf
        elif ready:
            made[node] = _branch(node, [made[argument] for argument in node.args])
        else:
            stack.append((node, True))
            stack.extend((argument, False) for argument in node.args)
    return made[value]


def _leaf(node: Any) -> Expr | None:  # noqa: ANN401
    """Convert a node without arguments, or the unknown function and its derivatives; else return None."""
    if isinstance(node, sympy.Rational):
        return Expr(Fraction(int(node.p), int(node.q)))
    if (
        isinstance(node, sympy.core.function.AppliedUndef)
        and node.func.__name__ == "y"
        and len(node.args) == 1
    ):
        return Expr.from_prefix(UNKNOWNS[0])
    if isinstance(node, sympy.Derivative) and node.expr.func == sympy.Function("y"):
        if node.derivative_count in (1, 2):
            return Expr.from_prefix(UNKNOWNS[node.derivative_count])
        raise UnsupportedError(f"a derivative of order {node.derivative_count} is not represented")
    for name, constant in _CONSTANTS.items():
        if node == constant:
            return Expr.from_prefix(name)
    if isinstance(node, sympy.Symbol):
        try:
            return Expr.from_prefix(node.name)
        except ValueError:
            raise UnsupportedError(
                f"the symbol {node.name!r} is not represented; use x y z t, a0 to a9 or single letters"
            ) from None
    if not node.args:
        raise UnsupportedError(f"{node} ({type(node).__name__}) is not represented")
    return None


def _branch(node: Any, arguments: list[Expr]) -> Expr:  # noqa: ANN401
    if node.is_Add:
        return Expr.apply("add", *arguments)
    if node.is_Mul:
        return Expr.apply("mul", *arguments)
    if node.is_Pow:
        return Expr.apply("pow", *arguments)
    if isinstance(node, sympy.Equality):
        return arguments[0] - arguments[1]
    name = _names().get(node.func)
    if name is None or len(arguments) != 1:
        raise UnsupportedError(f"the function {node.func.__name__} is not represented")
    return Expr.apply(name, *arguments)
