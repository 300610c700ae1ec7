"""Integrands from the families of textbooks and tables of integrals, with parameters.

Random trees hardly ever give ``(a + b*x)**(3/2)/x**2`` or ``sin(x)**3*cos(x)**4``, so a model trained on them
alone learns little about such integrands. Each family here is a formula with random parts. A family does not
know whether a member has an elementary integral: as in ``fwd``, computer algebra is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from antiderive.expressions import Expr
from antiderive.tasks.solved import SolvedIntegration

if TYPE_CHECKING:
    from antiderive.tasks.draws import Draws
    from antiderive.tasks.recipe import Recipe

_X = Expr("x")
_TRIG = {"sin": 4, "cos": 4, "tan": 2, "cot": 1, "sec": 2, "csc": 1}
_HYPERBOLIC = {"sinh": 3, "cosh": 3, "tanh": 2, "coth": 1, "sech": 2, "csch": 1}
_INVERSE = {"asin": 3, "acos": 2, "atan": 4, "acot": 1, "asec": 1, "acsc": 1}
_INVERSE |= {"asinh": 2, "acosh": 2, "atanh": 3, "acoth": 2, "asech": 1, "acsch": 1}


class Textbook(SolvedIntegration):
    """Find an antiderivative of a member of a textbook family that computer algebra can integrate."""

    name = "textbook"
    title = "integration, forward: integrands of the families of textbooks that computer algebra solves"

    def sample_function(self, recipe: Recipe, random: Draws) -> Expr | str:
        """Sample an integrand, or give the reason why this try has none.

        Raises:
            UndefinedError: if it has no value anywhere.
            LimitError: if it is too large.
        """
        constants = _Constants(random, recipe)
        family = random.weighted(_FAMILIES)
        integrand = family(constants)
        if random.chance(1, 12):
            integrand += random.weighted(_FAMILIES)(constants)
        if "x" not in integrand.free_symbols:
            return "constant"
        fits = recipe.min_operators <= integrand.operators <= recipe.max_operators
        return integrand if fits else "other_size"


@dataclass
class _Constants:
    """Random parts of one integrand. In half of the integrands, constants are mostly parameters."""

    random: Draws
    recipe: Recipe
    parameters: int = 0
    parametric: bool = field(init=False)

    def __post_init__(self) -> None:
        self.parametric = self.recipe.coefficients > 0 and self.random.chance(1, 2)

    def one_of(self, choices: Mapping[Callable[[], Expr], int]) -> Expr:
        """Call one of the makers, chosen by weight."""
        return self.random.weighted(dict(choices))()

    def value(self) -> Expr:
        """Draw a constant other than 0."""
        if self.parametric and self.parameters < self.recipe.coefficients and self.random.chance(4, 5):
            self.parameters += 1
            return Expr(f"a{self.parameters - 1}")
        number = Expr(self.random.between(1, self.recipe.max_integer))
        return -number if self.random.chance(1, 4) else number

    def factor(self) -> Expr:
        """Draw a constant that is often 1, such as a coefficient."""
        return Expr(1) if not self.parametric and self.random.chance(1, 2) else self.value()

    def linear(self) -> Expr:
        """Draw ``a + b*x`` or ``b*x``."""
        start = Expr(0) if self.random.chance(2, 5) else self.value()
        return start + self.factor() * _X

    def argument(self) -> Expr:
        """Draw the argument of a function: ``x`` or a linear expression."""
        return _X if self.random.chance(2, 5) else self.linear()

    def quadratic(self) -> Expr:
        """Draw ``a + c*x**2``, sometimes with a linear term or a leading coefficient."""
        middle = self.value() * _X if self.random.chance(1, 3) else Expr(0)
        start = Expr(0) if self.random.chance(1, 6) and middle != 0 else self.value()
        return start + middle + self.factor() * _X**2

    def binomial(self) -> Expr:
        """Draw ``a + b*x**n``."""
        return self.value() + self.factor() * _X ** self.random.choice((1, 2, 2, 3, 4, -1))

    def power(self) -> Expr:
        """Draw an exponent: an integer, a half, sometimes a third or a parameter."""
        kind = self.random.weighted({"integer": 9, "half": 9, "third": 2, "parameter": 1})
        if kind == "parameter" and self.parametric:
            return self.value()
        if kind == "half":
            return Expr(Fraction(self.random.choice((-5, -3, -1, -1, -1, 1, 1, 1, 3, 5)), 2))
        if kind == "third":
            return Expr(Fraction(self.random.choice((-2, -1, 1, 2, 4)), 3))
        return Expr(self.random.choice((-3, -2, -1, -1, -1, 1, 1, 2, 2, 3, 4)))

    def small(self, most: int) -> int:
        """Draw an exponent from ``-most`` to ``most``, more often positive, never 0."""
        size = self.random.between(1, most)
        return -size if self.random.chance(1, 3) else size

    def monomial(self) -> Expr:
        """Draw ``x**m``, often 1."""
        if self.random.chance(2, 5):
            return Expr(1)
        if self.random.chance(1, 8):
            return _X ** Expr(Fraction(self.random.choice((-5, -3, -1, 1, 3, 5)), 2))
        return _X ** Expr(self.small(4))

    def polynomial(self) -> Expr:
        """Draw a polynomial of degree 1 or 2, often 1."""
        if self.random.chance(3, 11):
            return Expr(1)
        return self.one_of({self.linear: 3, self.quadratic: 2, self.monomial: 3})


def _algebraic(of: _Constants) -> Expr:
    """Draw powers of polynomials: ``x**m*(a + b*x**n)**p*(c + d*x)**q``."""
    product = of.monomial()
    for _ in range(of.random.choice((1, 1, 2, 2, 3))):
        base = of.one_of({of.linear: 3, of.quadratic: 4, of.binomial: 3})
        product *= base ** of.power()
    return product


def _rational(of: _Constants) -> Expr:
    """Draw a rational function."""
    product = of.polynomial()
    for _ in range(of.random.choice((1, 1, 2))):
        base = of.one_of({of.linear: 2, of.quadratic: 3, of.binomial: 4})
        product /= base ** Expr(of.random.choice((1, 1, 2, 3)))
    return product


def _nested_root(of: _Constants) -> Expr:
    """Draw roots of roots and of fractions."""
    if of.random.chance(1, 5):
        return of.monomial() * (of.linear() / of.linear()) ** Expr(Fraction(of.small(3), 2))
    inner = of.one_of({lambda: _X ** Expr(Fraction(1, of.random.choice((2, 2, 3, 4)))): 3, of.binomial: 2})
    root = (of.value() + of.factor() * inner ** Expr(Fraction(1, 2))) ** of.power()
    if of.random.chance(1, 5):
        root += inner ** of.power()
    return of.monomial() * root


def _periodic(of: _Constants, functions: dict[str, int]) -> Expr:
    """Draw powers of functions of one argument, ``(a + b*f(x))**p`` among them."""
    argument = of.argument()
    kind = of.random.weighted({"product": 5, "linear": 5, "polynomial": 2, "multiples": 2, "squares": 2})

    def function() -> Expr:
        return Expr.apply(of.random.weighted(functions), argument)

    if kind == "product":
        return function() ** Expr(of.small(5)) * function() ** Expr(of.small(4))
    if kind == "polynomial":
        return of.polynomial() * function() ** Expr(of.random.choice((1, 1, 2, 3)))
    if kind == "multiples":
        first, second = Expr(of.random.between(1, 5)), Expr(of.random.between(1, 5))
        one = Expr.apply(of.random.weighted(functions), first * argument)
        return one * Expr.apply(of.random.weighted(functions), second * argument) ** Expr(of.small(2))
    if kind == "squares":
        return (of.value() * function() ** 2 + of.factor() * function() ** 2) ** of.power() * function()
    power = of.power() if of.random.chance(2, 3) else Expr(-1)
    base = (of.value() + of.factor() * function()) ** power
    other = function() ** Expr(of.small(3)) if of.random.chance(3, 5) else Expr(1)
    return base * other * ((of.value() + of.value() * function()) if of.random.chance(1, 5) else Expr(1))


def _trigonometric(of: _Constants) -> Expr:
    return _periodic(of, _TRIG)


def _hyperbolic(of: _Constants) -> Expr:
    return _periodic(of, _HYPERBOLIC)


def _exponential(of: _Constants) -> Expr:
    """Draw a polynomial or trigonometric function times an exponential, or a rational function of one."""
    exponent = of.one_of({of.argument: 5, of.quadratic: 1, lambda: of.factor() / _X: 1})
    base = of.value() if of.random.chance(1, 4) else Expr("E")
    power = base**exponent
    kind = of.random.weighted({"polynomial": 3, "trigonometric": 2, "rational": 3, "root": 1})
    if kind == "polynomial":
        return of.polynomial() * power
    if kind == "trigonometric":
        name = of.random.weighted({**_TRIG, **_HYPERBOLIC})
        return of.polynomial() * power * Expr.apply(name, of.argument())
    if kind == "root":
        return of.polynomial() * (of.value() + of.factor() * power) ** of.power()
    numerator = of.factor() + power ** Expr(of.small(3))
    return numerator / (of.value() + of.factor() * power ** Expr(of.small(2)))


def _logarithmic(of: _Constants) -> Expr:
    """Draw ``x**m*(d + e*x)**q*(a + b*ln(c*x**n))**p``."""
    power = {lambda: of.factor() * _X ** of.power(): 1}
    inner = of.one_of({lambda: _X: 4, of.linear: 3, of.quadratic: 3, **power})
    logarithm = Expr.apply("ln", inner)
    if of.random.chance(1, 3):
        logarithm = of.value() + of.factor() * logarithm
    outer = of.one_of({lambda: Expr(1): 3, of.linear: 1, of.quadratic: 1}) ** of.power()
    return of.monomial() * outer * logarithm ** Expr(of.random.choice((1, 1, 1, 2, 2, 3, -1)))


def _inverse(of: _Constants) -> Expr:
    """Draw ``x**m*(d + e*x**2)**q*(a + b*atan(c*x))**p``, or an exponential of such a function."""
    scaled = {lambda: of.factor() * _X: 4, lambda: _X ** of.power(): 1}
    inner = of.one_of({lambda: _X: 2, of.argument: 1, **scaled})
    function = Expr.apply(of.random.weighted(_INVERSE), inner)
    if of.random.chance(1, 8):
        times = Fraction(of.small(3), of.random.between(1, 2))
        return of.monomial() * Expr.apply("exp", times * function)
    if of.random.chance(1, 3):
        function = of.value() + of.factor() * function
    outer = of.quadratic() ** of.power() if of.random.chance(2, 5) else Expr(1)
    return of.monomial() * outer * function ** Expr(of.random.choice((1, 1, 1, 2, 2, 3, -1)))


def _substitution(of: _Constants) -> Expr:
    """Draw ``f(g(x))*g'(x)``."""
    name = of.random.weighted({**_TRIG, **_HYPERBOLIC, "ln": 4, "exp": 4, "atan": 2})
    inner = of.one_of({lambda: Expr.apply(name, of.argument()): 4, of.quadratic: 2, of.binomial: 1})
    if of.random.chance(1, 2):
        return (of.value() + of.factor() * inner) ** of.power() * inner.diff("x")
    outer = of.random.weighted({"exp": 2, "sin": 1, "cos": 1, "ln": 1, "atan": 1})
    return Expr.apply(outer, inner) * inner.diff("x")


_FAMILIES: dict[Callable[[_Constants], Expr], int] = {
    _algebraic: 26,
    _rational: 10,
    _nested_root: 5,
    _trigonometric: 22,
    _hyperbolic: 9,
    _exponential: 9,
    _logarithmic: 8,
    _inverse: 12,
    _substitution: 6,
}
