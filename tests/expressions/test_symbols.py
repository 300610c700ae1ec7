"""The table of symbols, and what an expression says of its own."""

import pytest

from antiderive import Expr
from antiderive.errors import SettingError
from antiderive.expressions import COEFFICIENTS, CONSTANTS, UNKNOWNS


def test_names_by_kind():
    assert CONSTANTS == ("pi", "E", "I")
    assert COEFFICIENTS == tuple(f"a{number}" for number in range(10))
    assert UNKNOWNS == ("Y", "Y'", "Y''")


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("b*x + a1*sin(a0*x) + pi + E + I", ["a0", "a1", "b"]),
        ("x*y + t", ["y", "t"]),
        ("y'' + a0*y = x", ["a0"]),
        ("cos(x)", []),
    ],
)
def test_parameters_are_the_symbols_beside_the_variable(text, parameters):
    assert Expr(text).parameters() == parameters


def test_parameters_beside_another_variable():
    assert Expr("x*y + t").parameters("t") == ["x", "y"]
    assert Expr("x*y + t").parameters(Expr("t")) == ["x", "y"]
    with pytest.raises(SettingError, match="unknown symbol"):
        Expr("x").parameters("ab")


@pytest.mark.parametrize(
    ("text", "is_equation"),
    [("y' = y", True), ("y'' + x", True), ("Y*x", True), ("x*y", False), ("E", False)],
)
def test_an_equation_contains_the_unknown(text, is_equation):
    assert Expr(text).is_equation is is_equation
