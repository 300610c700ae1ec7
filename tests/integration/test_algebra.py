"""The exact algebra below the methods: quotients, towers, linear systems, roots."""

from fractions import Fraction

import pytest

from antiderive import Expr
from antiderive.integration.budget import Budget, BudgetError, GiveUpError, checkpoint, spending
from antiderive.integration.embedding import Circular, embed
from antiderive.integration.linear_systems import has_no_solution, solve
from antiderive.integration.quotients import GENERATORS, factors, monomial, number, quotient
from antiderive.integration.radicals import constant_root, root_of_unity, roots
from antiderive.integration.rational import integrate_rational, reduction
from antiderive.integration.risch_differential_equation import has_no_rational_solution
from antiderive.integration.tower import Kind, Tower
from antiderive.integration.univariate import bezout, common_divisor, division, factored, univariate

x, a = GENERATORS[0], GENERATORS[1]


def test_quotients_are_in_lowest_terms():
    half = quotient((x - 1) * (x + 1), 2 * (x - 1))
    assert half.is_polynomial and half == quotient(x + 1, 2 * x**0)
    assert (half - half).is_zero and (half / half).rational == 1
    assert (monomial(0, -2) * monomial(0, 3)) == monomial(0, 1)
    assert number(Fraction(2, 3)).rational == Fraction(2, 3)
    with pytest.raises(GiveUpError):
        half / number(0)


def test_factors_multiply_to_the_polynomial():
    poly = 6 * (x**2 - a) * (x + a) ** 3
    constant, found = factors(poly)
    product = constant
    for factor, power in found:
        product = product * factor**power
    assert product == poly and {power for _, power in found} == {1, 3}


@pytest.mark.parametrize(
    "expression",
    [
        "x**2/(1 + x)",
        "exp(2*x)*log(x) + sqrt(x)",
        "sqrt(a + b*x)/x",
        "sin(x)*cos(2*x)",
        "x**n*(a + b*x**n)**p",
        "exp(x/2) + exp(x/3)",
        "atan(x) + asin(x)*x",
        "log(x**2*(1 + x))",
        "(1 + x)**(1/2)*(1 - x)**(1/3)",
        "exp(3*log(x) + x)",
        "tanh(x)*x",
    ],
)
def test_embedding_and_back_keeps_the_value(expression):
    tower, element = embed(Expr(expression), "x")
    back = tower.expression(element)
    point = {"x": 0.37, "a": 1.3, "b": 0.8, "n": 1.7, "p": 0.6}
    values = {name: point[name] for name in Expr(expression).free_symbols}
    assert back.evaluate(**values) == pytest.approx(Expr(expression).evaluate(**values), rel=1e-12)


@pytest.mark.parametrize("circular", [Circular.TANGENT, Circular.HALF_TANGENT])
@pytest.mark.parametrize(
    "expression", ["sin(x)", "cos(3*x)/sin(x)", "tan(2*x) + x*sec(x)**2", "sin(x/2)*cos(x)"]
)
def test_circular_functions_by_tangents(expression, circular):
    tower, element = embed(Expr(expression), "x", circular)
    assert tower.expression(element).evaluate(x=0.4) == pytest.approx(
        Expr(expression).evaluate(x=0.4), rel=1e-12
    )


@pytest.mark.parametrize(
    ("expression", "kinds"),
    [
        ("exp(x) + exp(2*x) + exp(x/2)", 1),
        ("log(x) + log(x**2)", 1),
        ("log(6*x)*log(x)", 1),
        ("sqrt(x) + x**(1/3)", 1),
        ("atan(x)*atan(1/x)", 1),
        ("asin(x)*acos(x)", 2),
        ("exp(log(x)*2)", 0),
        ("atanh(tanh(x**2))", 0),
    ],
)
def test_dependent_functions_share_generators(expression, kinds):
    tower, element = embed(Expr(expression), "x")
    made = [slot for slot in tower.closure(element) if tower.kind(slot) is not Kind.VARIABLE]
    assert len(made) == kinds


@pytest.mark.parametrize(
    "expression", ["exp(x)*x", "log(x)/x", "sqrt(1 + x**2)", "atan(x)", "x**n", "asinh(x)"]
)
def test_the_derivation_is_that_of_the_engine(expression):
    tower, element = embed(Expr(expression), "x")
    derivative = tower.expression(tower.reduce(tower.derivative(element)))
    point = {"x": 0.7, "n": 1.3}
    values = {name: point[name] for name in Expr(expression).free_symbols}
    assert derivative.evaluate(**values) == pytest.approx(
        Expr(expression).diff("x").evaluate(**values), rel=1e-12
    )


def test_normal_forms_modulo_roots():
    tower, element = embed(Expr("1/(1 + sqrt(x))"), "x")
    root = tower.element(tower.relations[0])
    assert tower.vanishes(element * (number(1) + root) - number(1))
    assert not element.denominator.degrees()[tower.relations[0]]


def test_linear_systems():
    tower, element = embed(Expr("(3*x + 5)/(x**2 - 1)"), "x")
    columns = [number(1) / quotient(x - 1, x**0), number(1) / quotient(x + 1, x**0)]
    found = solve(tower, element, columns)
    assert [value.rational for value in found] == [4, -1]
    assert solve(tower, element, columns[:1]) is None
    assert has_no_solution(tower, element, columns[:1]) and not has_no_solution(tower, element, columns)


def test_linear_systems_with_parameters():
    tower, element = embed(Expr("1/((x - a)*(x - b))"), "x")
    one = number(1) / (tower.element(0) - tower.constant(Expr("a")))
    other = number(1) / (tower.element(0) - tower.constant(Expr("b")))
    values = solve(tower, element, [one, other])
    assert tower.expression(values[0]).evaluate(a=2.0, b=0.5) == pytest.approx(1 / 1.5)


def test_univariate_polynomials():
    tower = Tower("x")
    first, second = (
        univariate(quotient(poly, x**0)) for poly in ((x - 1) * (x + 2) ** 2, (x + 2) * (x**2 + 1))
    )
    assert common_divisor(tower, first, second) == univariate(quotient(x + 2, x**0))
    ratio, rest = division(tower, first, second)
    assert len(ratio) == 1 and len(rest) < len(second)
    s, t, common = bezout(tower, first, second)
    assert len(common) == 2 and s and t


def test_factors_over_algebraic_constants():
    tower = Tower("x")
    constant_root(tower, number(2), 2)
    pieces = factored(tower, univariate(quotient(x**4 + 1, x**0)))
    assert sorted(len(piece) for piece in pieces) == [3, 3]


@pytest.mark.parametrize(
    ("value", "order", "expected"),
    [
        (8, 2, "2*sqrt(2)"),
        (Fraction(4, 9), 2, "2/3"),
        (-4, 2, "2*I"),
        (6, 2, "sqrt(6)"),
        (16, 3, "2*2**(1/3)"),
    ],
)
def test_roots_of_numbers(value, order, expected):
    tower = Tower("x")
    assert tower.expression(constant_root(tower, number(value), order)) == Expr(expected)


def test_denested_roots():
    tower = Tower("x")
    root = constant_root(tower, number(2), 2)
    assert tower.expression(constant_root(tower, number(3) + number(2) * root, 2)) == Expr("1 + sqrt(2)")
    imaginary = tower.imaginary_unit()
    square = constant_root(tower, imaginary * number(2), 2)
    assert tower.vanishes(square - number(1) - imaginary)


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24])
def test_roots_of_unity(order):
    tower = Tower("x")
    root = root_of_unity(tower, Fraction(1, order))
    assert tower.vanishes(root**order - number(1))
    value = tower.expression(root).evaluate()
    assert (
        abs(
            value
            - complex(Expr(f"cos(2*pi/{order})").evaluate().real, Expr(f"sin(2*pi/{order})").evaluate().real)
        )
        < 1e-9
    )


@pytest.mark.parametrize("poly", [x**2 - 2, x**3 - 2, x**4 + 1, x**4 - 2 * x**2 - 7, x**3 + x + 1, x**6 + 5])
def test_roots_of_polynomials(poly):
    tower = Tower("x")
    coefficients = univariate(quotient(poly, x**0))
    found = roots(tower, coefficients)
    assert len(found) == len(coefficients) - 1
    for root in found:
        value = tower.expression(root).evaluate()
        total = sum(complex(c.rational) * value**power for power, c in enumerate(coefficients))
        assert abs(total) < 1e-8


def test_horowitz_reduction_leaves_simple_poles():
    tower, f = embed(Expr("1/(x**2*(x**2 + 1)**3)"), "x")
    reduced = reduction(tower, f)
    assert not reduced.rational.is_zero
    assert all(part.denominator.degrees()[0] <= 2 for part in reduced.simple)


@pytest.mark.parametrize(
    "integrand", ["1/(x**6 + 1)", "(x**3 + 1)/(x**5 + x)", "x**7/(x**12 + 1)", "1/(x**5 + 1)"]
)
def test_rational_functions_have_real_antiderivatives(integrand):
    tower, f = embed(Expr(integrand), "x")
    answer = integrate_rational(tower, f)
    derivative = answer.diff("x")
    for point in (-1.7, 0.3, 2.9):
        assert derivative.evaluate(x=point) == pytest.approx(Expr(integrand).evaluate(x=point), rel=1e-9)
    assert "I" not in {value for kind, value in answer.nodes() if kind == "symbol"}


@pytest.mark.parametrize(
    ("w", "g", "solvable"),
    [
        ("1", "1/x", False),
        ("1", "1/x - 1/x**2", True),
        ("2*x", "1", False),
        ("2*x", "2*x**2 + 1", True),
        ("-2/x", "0*x + 1/x", True),
        ("3/x", "x", True),
        ("-1/x**2", "1", False),
    ],
)
def test_risch_differential_equation(w, g, solvable):
    tower, left = embed(Expr(w) + 0 * Expr("x"), "x")
    _, right = embed(Expr(g), "x")
    assert (has_no_rational_solution(tower, left, right) is None) == solvable


def test_budgets_are_nested_and_end():
    outer = Budget(10.0)
    with spending(outer), spending(outer.share(-1.0)), pytest.raises(BudgetError):
        checkpoint()
    checkpoint()
    assert outer.left > 5 and outer.used < 5
