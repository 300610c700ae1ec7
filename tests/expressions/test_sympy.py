"""SymPy in and out."""

import pytest
import sympy

from antiderive import Expr
from antiderive.errors import UnsupportedError

x = sympy.Symbol("x")
y = sympy.Function("y")


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("x*cos(x)", x * sympy.cos(x)),
        ("exp(x)/2", sympy.exp(x) / 2),
        ("sqrt(x)", sympy.sqrt(x)),
        ("log(x)", sympy.log(x)),
        ("pi + E + I", sympy.pi + sympy.E + sympy.I),
        ("abs(x)", sympy.Abs(x)),
        ("y'' + y", y(x).diff(x, 2) + y(x)),
    ],
)
def test_both_ways(ours, theirs):
    expr = Expr(ours) if "'" not in ours else Expr.from_prefix("add Y Y''")
    assert expr.to_sympy() == theirs
    assert Expr.from_sympy(theirs) == expr


def test_equations_become_differences():
    assert Expr.from_sympy(sympy.Eq(y(x).diff(x), y(x))) == Expr("y' = y")


@pytest.mark.parametrize(
    "value",
    [sympy.erf(x), sympy.Integral(x, x), sympy.Float(0.5), sympy.oo, sympy.Symbol("alpha"), sympy.zoo],
)
def test_what_is_not_represented_is_refused(value):
    with pytest.raises(UnsupportedError):
        Expr.from_sympy(value)
