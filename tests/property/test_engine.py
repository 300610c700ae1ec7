"""The engine against independent ones: SymPy for derivatives, mpmath for values."""

import contextlib
import math

import mpmath
import pytest
import sympy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from antiderive import Expr
from antiderive._core import operators
from antiderive.errors import AntideriveError
from antiderive.testing import expressions, formulas

POINTS = [0.7137 + 0.3329j, -1.3719 + 0.2441j, 0.4733 - 1.2151j]
settings.register_profile("engine", deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
settings.load_profile("engine")

FUNCTIONS = [row["name"] for row in operators() if row["derivative"] is not None]


def close(a, b, tolerance=1e-8):
    return abs(a - b) <= tolerance * max(abs(a), abs(b), 1e-12)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(st.complex_numbers(max_magnitude=4, allow_nan=False, allow_subnormal=False))
@settings(max_examples=60)
def test_functions_have_the_values_of_mpmath(name, z):
    z = complex(round(z.real, 3) + 0.0, round(z.imag, 3) + 0.0)
    ours = Expr.apply(name, Expr("x")).evaluate(x=z)
    function = {"ln": mpmath.log, "abs": abs, "sign": mpmath.sign}.get(name) or getattr(mpmath, name)
    try:
        theirs = complex(function(mpmath.mpmathify(z)))
    except (ZeroDivisionError, ValueError):
        return
    if not math.isfinite(abs(theirs)) or math.isnan(abs(ours)):
        return
    # Close to a pole or zero double precision loses digits.
    nearby = complex(function(mpmath.mpmathify(z * (1 + 1e-13))))
    assert abs(ours - theirs) <= 1e-9 * max(abs(theirs), 1e-3) + 100 * abs(nearby - theirs)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_derivatives_are_those_of_sympy(name):
    ours = Expr.apply(name, Expr("x")).diff("x")
    x = sympy.Symbol("x")
    theirs = Expr.apply(name, Expr("x")).to_sympy().diff(x)
    if name in ("abs", "sign"):
        assert ours == {"abs": Expr("sign(x)"), "sign": Expr("0")}[name]
        return
    for z in POINTS:
        assert close(ours.evaluate(x=z), complex(theirs.subs(x, z).evalf()))


@given(expressions(max_leaves=6))
@settings(max_examples=150)
def test_derivatives_have_the_values_of_sympy(expr):
    x = sympy.Symbol("x")
    theirs = sympy.lambdify(x, sympy.diff(expr.to_sympy(), x), "mpmath")
    derivative = expr.diff("x")
    for z in POINTS:
        ours = derivative.evaluate(x=z)
        try:
            reference = complex(theirs(mpmath.mpmathify(z)))
            moved = complex(theirs(mpmath.mpmathify(z * (1 + 1e-12))))
        except (ZeroDivisionError, ValueError, OverflowError, TypeError):
            continue
        if not 1e-12 < abs(reference) < 1e12 or abs(moved - reference) > 1e-8 * abs(reference):
            continue
        assert close(ours, reference, 1e-6), (str(expr), z)


@given(expressions(("x", "y", "a0", "pi")))
@settings(max_examples=300)
def test_sympy_and_back_keeps_the_value(expr):
    back = Expr.from_sympy(expr.to_sympy())
    point = {"x": POINTS[0], "y": POINTS[1], "a0": POINTS[2]}
    ours, theirs = expr.evaluate(**point), back.evaluate(**point)
    if 1e-9 < abs(ours) < 1e9:
        # SymPy's own automatic rewrites are on the principal branch at generic points.
        assert close(ours, theirs, 1e-5), (str(expr), str(back))


@given(expressions(("x", "y", "b", "E", "I")))
def test_every_notation_reads_back(expr):
    assert Expr(expr.to_infix()) == expr
    assert Expr.from_prefix(expr.to_prefix()) == expr
    assert Expr(str(expr)) == expr


@given(formulas(("x", "y")))
def test_a_formula_is_an_expression_or_an_error_of_ours(text):
    try:
        expr = Expr(text)
    except AntideriveError:
        return
    simple = expr.simplify()
    assert Expr(str(simple)) == simple


@given(st.text(max_size=40))
def test_any_text_is_an_expression_or_an_error_of_ours(text):
    for read in (Expr, Expr.from_prefix):
        with contextlib.suppress(AntideriveError):
            read(text)
