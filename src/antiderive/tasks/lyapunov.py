"""Global Lyapunov functions of polynomial systems, generated backward.

A system ``x' = f(x, y)``, ``y' = g(x, y)`` (two or three variables) rests at the origin. A function ``V``
with ``V = 0`` there, ``V > 0`` elsewhere and ``dV/dt = grad V . (f, g) <= 0`` everywhere proves that it is
stable. The idea of sampling ``V`` first and a system for it afterwards is that of Alfarano, Charton & Hayat
(2024).

Here ``V = m^T Q m`` with a positive definite ``Q`` and monomials ``m``, and the system is

    f_i = -c_i h_i^2 dV/dx_i + sum_j p_ij dV/dx_j,    c_i > 0,  p_ij = -p_ji,

so that ``dV/dt = -sum_i c_i (h_i dV/dx_i)^2``: the skew part moves along the level sets of ``V``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from math import gcd, lcm
from typing import TYPE_CHECKING, Any, ClassVar

import flint

from antiderive.errors import ParseError, SettingError
from antiderive.expressions import Expr
from antiderive.tasks.task import Option, Task, expressions_of
from antiderive.verification import (
    Poly,
    Verdict,
    definiteness,
    expression_of,
    polynomial_of,
    ring,
    terms_of,
    verify_lyapunov,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from antiderive.tasks.draws import Draws
    from antiderive.tasks.recipe import Recipe

_VARIABLES = ("x", "y", "z")


@dataclass(frozen=True)
class Certificate:
    """Proof of a pair: ``V = basis^T gram basis`` and ``-dV/dt = sum(c * g**2)`` over ``squares``."""

    basis: list[Poly]
    gram: list[list[int]]
    squares: list[tuple[Fraction, Poly]]


@dataclass(frozen=True)
class System:
    """Right-hand sides of ``x' = ..., y' = ...``.

    Attributes:
        equations: one polynomial for each of the first two or three of ``x``, ``y``, ``z``.
        certificate: for a sampled system, the proof that comes with its ``V``.
        flow: the equations, expanded.
    """

    equations: tuple[Expr, ...]
    certificate: Certificate | None = field(default=None, compare=False, repr=False)
    flow: list[Poly] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.equations) not in (2, 3):
            raise ParseError(f"a system has 2 or 3 equations, not {len(self.equations)}")
        flow = [polynomial_of(equation, self.variables) for equation in self.equations]
        for name, equation, poly in zip(self.variables, self.equations, flow, strict=True):
            if poly is None:
                raise ParseError(f"{name}' = {equation} is not a polynomial in {', '.join(self.variables)}")
        object.__setattr__(self, "flow", flow)

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the state variables."""
        return _VARIABLES[: len(self.equations)]


class Lyapunov(Task[System]):
    """Find a Lyapunov function of a polynomial system."""

    name = "lyapunov"
    title = "global Lyapunov functions of polynomial systems, backward: sample V, make a system for it"
    options: ClassVar[Mapping[str, Option]] = {"min_dimension": 2, "max_dimension": 3, "max_degree": 4}

    def encode(self, problem: System) -> list[int]:
        """Return the tokens of the right-hand sides, one after the other."""
        return [token for equation in problem.equations for token in equation.to_tokens()]

    def decode(self, tokens: list[int]) -> System:
        """Return the system with these right-hand sides."""
        return System(expressions_of(tokens))

    def read(self, text: str) -> System:
        """Read a system such as ``x' = y; y' = -x - y``; the left-hand sides may be left out."""
        equations = []
        for name, part in zip("xyz?", text.strip().strip(";").split(";"), strict=False):
            left, equals, right = part.rpartition("=")
            if equals and left.strip() != f"{name}'":
                raise ParseError(f"{left.strip()!r} stands in the place of {name}'", text)
            equations.append(Expr(right))
        return System(tuple(equations))

    def write(self, problem: System) -> str:
        """Return the equations on one line, separated by ``;``."""
        pairs = zip(problem.variables, problem.equations, strict=True)
        return "; ".join(f"{name}' = {equation}" for name, equation in pairs)

    def skeleton(self, problem: System) -> str:
        """Return the skeletons of the right-hand sides."""
        return " ; ".join(equation.skeleton() for equation in problem.equations)

    def verify(self, problem: System, candidate: Expr) -> Verdict:
        """Verify by sums of squares in rational arithmetic, else by rigorous arithmetic at sampled points."""
        return verify_lyapunov(problem.equations, candidate, problem.variables)

    def confirm(self, problem: System, solution: Expr) -> bool:
        """Check the certificate of the pair, exactly."""
        proof = problem.certificate
        if proof is None:
            return super().confirm(problem, solution)
        names = problem.variables
        v = polynomial_of(solution, names)
        if v is None or definiteness(flint.fmpq_mat(proof.gram)) != "positive":
            return False
        alone = {
            monomial.degrees().index(monomial.total_degree()) for monomial in proof.basis if _alone(monomial)
        }
        if any(monomial.is_constant() for monomial in proof.basis) or len(alone) < len(names):
            return False
        if v != _quadratic(proof.basis, proof.gram):
            return False
        slope = sum(v.derivative(i) * f for i, f in enumerate(problem.flow))
        squares = sum(_rational(c) * g * g for c, g in proof.squares)
        return slope == -squares and all(c >= 0 for c, _ in proof.squares)

    def settings(self, recipe: Recipe) -> dict[str, Any]:
        """Return the options of ``recipe``, checked against each other."""
        found = super().settings(recipe)
        if not 2 <= found["min_dimension"] <= found["max_dimension"] <= 3:
            raise SettingError("task lyapunov: dimensions go from 2 to 3, min_dimension up to max_dimension")
        if found["max_degree"] not in (2, 4, 6, 8):
            raise SettingError(f"task lyapunov: max_degree must be 2, 4, 6 or 8, not {found['max_degree']}")
        return found

    def sample(self, recipe: Recipe, random: Draws) -> tuple[System, Expr] | str:
        """Sample a positive definite ``V`` and a system along which it never rises."""
        settings = self.settings(recipe)
        names = _VARIABLES[: random.between(settings["min_dimension"], settings["max_dimension"])]
        basis = _monomials(random, names, settings["max_degree"] // 2)
        gram = _definite(random, len(basis), recipe.max_integer)
        v = _quadratic(basis, gram)
        flow, squares = _flow(random, v, names, recipe.max_integer)
        if any(f == 0 for f in flow):
            return "still"
        if not squares:
            return "conserved"
        # The time is scaled so that the coefficients are integers without a common factor.
        content = _content(flow)
        flow = [f / content for f in flow]
        scale = Fraction(int(content.q), int(content.p))
        proof = Certificate(basis, gram, [(c * scale, g) for c, g in squares])
        return System(tuple(map(expression_of, flow)), proof), expression_of(v)


def _monomials(random: Draws, names: tuple[str, ...], half: int) -> list[Poly]:
    """Sample a power of each variable alone and, half of the time, a product of two of them."""
    variables = ring(names).gens()
    chosen = [variable ** random.between(1, half) for variable in variables]
    if half > 1 and random.chance(1, 2):
        first, second = random.choice(list(combinations(variables, 2)))
        chosen.append(first * second)
    return chosen


def _definite(random: Draws, size: int, largest: int) -> list[list[int]]:
    """Sample a primitive symmetric matrix of integers in which each diagonal entry dominates its row."""
    gram = [[0] * size for _ in range(size)]
    for i, j in combinations(range(size), 2):
        if random.chance(1, 3):
            gram[i][j] = gram[j][i] = random.choice((-1, 1)) * random.between(1, largest)
    for i in range(size):
        gram[i][i] = sum(map(abs, gram[i])) + random.between(1, largest)
    common = gcd(*(entry for row in gram for entry in row))
    return [[entry // common for entry in row] for row in gram]


def _quadratic(basis: list[Poly], gram: list[list[int]]) -> Poly:
    """Return ``basis^T gram basis``."""
    size = range(len(basis))
    return sum(gram[i][j] * basis[i] * basis[j] for i in size for j in size)


def _flow(
    random: Draws, v: Poly, names: tuple[str, ...], largest: int
) -> tuple[list[Poly], list[tuple[Fraction, Poly]]]:
    """Return right-hand sides for ``v``, and the weighted squares that sum to ``-dV/dt``."""
    one, variables = ring(names).constant(1), ring(names).gens()
    slopes = [v.derivative(i) for i in range(len(names))]
    flow, squares = [one - one for _ in names], []
    for i, slope in enumerate(slopes):
        kind = random.weighted({"none": 1, "one": 3, "variable": 1})
        if kind != "none":
            weight, factor = random.between(1, largest), one if kind == "one" else random.choice(variables)
            flow[i] -= weight * factor**2 * slope
            squares.append((Fraction(weight), factor * slope))
    for i, j in combinations(range(len(names)), 2):
        kind = random.weighted({"none": 1, "one": 2, "variable": 2})
        if kind != "none":
            weight = random.choice((-1, 1)) * random.between(1, largest)
            turn = weight * (one if kind == "one" else random.choice(variables))
            flow[i] += turn * slopes[j]
            flow[j] -= turn * slopes[i]
    return flow, squares


def _content(polys: list[Poly]) -> Any:  # noqa: ANN401  (a flint.fmpq)
    """Return the positive rational that makes all coefficients integers without a common factor."""
    coefficients = [c for poly in polys for c in terms_of(poly).values()]
    return flint.fmpq(gcd(*(c.numerator for c in coefficients)), lcm(*(c.denominator for c in coefficients)))


def _alone(monomial: Poly) -> bool:
    """Tell whether a monomial is a power of one variable."""
    return len(monomial.monoms()) == 1 and max(monomial.degrees()) == monomial.total_degree() > 0


def _rational(value: Fraction) -> Any:  # noqa: ANN401  (a flint.fmpq)
    return flint.fmpq(value.numerator, value.denominator)
