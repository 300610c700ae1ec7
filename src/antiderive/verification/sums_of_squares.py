"""Sums of squares: exact proofs that a polynomial is nowhere negative.

A polynomial ``p`` is a sum of squares exactly if ``p = g^T Q g`` for a vector ``g`` of monomials and a matrix
``Q`` that is positive semidefinite (the Gram matrix method; Parrilo 2003). A semidefinite program finds such
a ``Q`` in floating point; it is rounded to rationals, projected back on the equations, and its definiteness
is decided by an exact LDL^T, so that nothing of the floating-point run has to be trusted (Peyrl & Parrilo
2008). Where ``Q`` must be singular its kernel is rounded first and the problem is put in the smaller space.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import flint
import numpy as np
from numpy.typing import NDArray

from antiderive.verification.polynomials import Poly

Matrix: TypeAlias = Any
"""``flint.fmpq_mat``."""

_MAX_BASIS = 30
"""Most monomials of a Gram matrix; beyond it the program takes longer than a verification should."""

_DENOMINATOR_BITS = (4, 10, 20, 32)
"""Denominators 2^k that Gram matrices are rounded to, in turn."""

_SINGULAR = 1e-5
"""Eigenvalues below this share of the largest are taken for zero when a kernel is rounded."""

_TOLERANCE = 1e-7
"""Least eigenvalues above minus this are taken for those of a semidefinite matrix, until proved."""

_ROUNDS = 4
"""Times that the space is made smaller."""


Status: TypeAlias = Literal["exact", "numeric", "absent", "unsolved"]


@dataclass(frozen=True)
class SumOfSquares:
    """What is known of a polynomial as a sum of squares.

    Attributes:
        status: ``exact`` (proved in rational arithmetic), ``numeric`` (only a floating-point Gram matrix was
            found), ``absent`` (there is none within the solver's accuracy), ``unsolved`` (the Gram matrix is
            not unique and no solver is installed, or it is too large).
        positive: for ``exact``, the polynomial is also positive away from 0 and grows without bound: its Gram
            matrix is positive definite on monomials that have a power of each variable alone among them.
    """

    status: Status
    positive: bool = False


def sum_of_squares(poly: Poly, hint: Sequence[Poly] = ()) -> SumOfSquares:
    """Looks for a sum of squares that is ``poly``.

    Args:
        poly: a polynomial with rational coefficients.
        hint: polynomials whose combinations are tried as squares first, before all monomials that fit. A
            Gram matrix of monomials may be rational and yet have a kernel that is not, which rounding
            misses.
    """
    if poly == 0:
        return SumOfSquares("exact")
    if hint and _search(poly, list(hint)) == "exact":
        return SumOfSquares("exact")
    exponents = gram_basis(poly)
    if len(exponents) > _MAX_BASIS:
        return SumOfSquares("unsolved")
    context = poly.context()
    found = _search(poly, [context.from_dict({powers: 1}) for powers in exponents])
    if found != "positive":
        return SumOfSquares(found)
    alone = {powers.index(max(powers)) for powers in exponents if sum(powers) == max(powers) > 0}
    return SumOfSquares("exact", positive=len(alone) == len(context.gens()))


def _search(poly: Poly, basis: list[Poly]) -> Status | Literal["positive"]:
    """Looks for a Gram matrix on ``basis``; ``positive`` if a positive definite one was proved."""
    for round_ in range(_ROUNDS):
        equations = _equations(poly, basis)
        if equations is None:
            return "absent" if round_ == 0 else "numeric"
        guess, margin = _solve(equations, len(basis))
        if guess is None or margin < -_TOLERANCE:
            return "unsolved" if guess is None else "absent" if round_ == 0 else "numeric"
        for gram in _rounded(equations, guess):
            definite = definiteness(gram)
            if definite != "indefinite":
                return "positive" if definite == "positive" and round_ == 0 else "exact"
        smaller = _without_kernel(basis, guess)
        if smaller is None:
            break
        basis = smaller
    return "numeric"


def gram_basis(poly: Poly) -> list[tuple[int, ...]]:
    """Exponents of the monomials that a square in ``poly`` can contain.

    Half of the box and of the degrees of ``poly``, without those whose square has coefficient 0 and is no
    other product of two of them: their row of every Gram matrix is zero.
    """
    support = {tuple(map(int, powers)) for powers in poly.monoms()}
    high = [max(powers[i] for powers in support) // 2 for i in range(len(poly.context().gens()))]
    least, most = min(map(sum, support)), max(map(sum, support))
    chosen = [
        powers
        for powers in itertools.product(*(range(top + 1) for top in high))
        if least <= 2 * sum(powers) <= most
    ]
    while True:
        mixed = {
            tuple(a + b for a, b in zip(*pair, strict=True)) for pair in itertools.combinations(chosen, 2)
        }
        kept = [
            powers
            for powers in chosen
            if (double := tuple(2 * k for k in powers)) in support or double in mixed
        ]
        if len(kept) == len(chosen):
            return chosen
        chosen = kept


def definiteness(gram: Matrix) -> Literal["positive", "semidefinite", "indefinite"]:
    """Decides a symmetric rational matrix exactly, by elimination without pivoting (LDL^T)."""
    rows = gram.tolist()
    size = len(rows)
    positive = True
    for k in range(size):
        pivot = rows[k][k]
        if pivot < 0:
            return "indefinite"
        if pivot == 0:
            if any(rows[k][j] != 0 for j in range(k + 1, size)):
                return "indefinite"
            positive = False
            continue
        for i in range(k + 1, size):
            if rows[i][k] != 0:
                factor = rows[i][k] / pivot
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return "positive" if positive else "semidefinite"


@dataclass(frozen=True)
class _Equations:
    """``rows @ q == values``, rows independent, for the upper triangle ``q`` of a Gram matrix by columns."""

    rows: Matrix
    values: Matrix


def _pairs(size: int) -> list[tuple[int, int]]:
    return [(i, j) for j in range(size) for i in range(j + 1)]


def _equations(poly: Poly, basis: list[Poly]) -> _Equations | None:
    """The linear equations of ``poly = g^T Q g``; ``None`` if they contradict each other."""
    products = [(basis[i] * basis[j] * (1 if i == j else 2)).to_dict() for i, j in _pairs(len(basis))]
    target = poly.to_dict()
    monomials = sorted({m for product in products for m in product} | set(target))
    columns = len(products)
    table = [
        [product.get(m, flint.fmpq(0)) for product in products] + [target.get(m, flint.fmpq(0))]
        for m in monomials
    ]
    reduced, rank = flint.fmpq_mat(table).rref()
    rows = reduced.tolist()[:rank]
    if not rows or all(entry == 0 for entry in rows[-1][:columns]):
        return None
    return _Equations(
        flint.fmpq_mat([row[:columns] for row in rows]), flint.fmpq_mat([row[columns:] for row in rows])
    )


def _solve(equations: _Equations, size: int) -> tuple[NDArray[np.float64] | None, float]:
    """The Gram matrix with the largest least eigenvalue, in floating point, with that eigenvalue.

    Both are relative to the largest value of the equations.
    """
    unknowns = size * (size + 1) // 2
    if equations.rows.nrows() == unknowns:  # it is unique
        gram = _symmetric(_floats(equations.rows.solve(equations.values))[:, 0], size)
        return gram, float(np.linalg.eigvalsh(gram)[0]) / max(1e-300, float(np.abs(gram).max()))
    try:
        import clarabel
        from scipy import sparse
    except ModuleNotFoundError:
        return None, 0.0
    rows, values = _floats(equations.rows), _floats(equations.values)[:, 0]
    scale = float(np.abs(values).max())
    diagonal = np.array([1.0 if i == j else 0.0 for i, j in _pairs(size)])
    weight = np.where(diagonal == 1, 1.0, np.sqrt(2))
    # Unknowns: the triangle of Q and the margin t; Q - t*I is semidefinite, t <= 1, t as large as possible.
    matrix = sparse.bmat(
        [
            [sparse.csc_matrix(rows), None],
            [sparse.diags(-weight), sparse.csc_matrix(diagonal[:, None])],
            [None, sparse.csc_matrix([[1.0]])],
        ],
        format="csc",
    )
    bound = np.concatenate([values / scale, np.zeros(unknowns), [1.0]])
    cost = np.zeros(unknowns + 1)
    cost[-1] = -1
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.max_threads = 1
    cones = [clarabel.ZeroConeT(len(values)), clarabel.PSDTriangleConeT(size), clarabel.NonnegativeConeT(1)]
    quadratic = sparse.csc_matrix((unknowns + 1, unknowns + 1))
    found = clarabel.DefaultSolver(quadratic, cost, matrix, bound, cones, settings).solve()
    solution = np.array(found.x)
    return _symmetric(solution[:-1], size) * scale, float(solution[-1])


def _floats(matrix: Matrix) -> NDArray[np.float64]:
    return np.array([[float(Fraction(int(e.p), int(e.q))) for e in row] for row in matrix.tolist()])


def _symmetric(triangle: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    gram = np.zeros((size, size))
    for value, (i, j) in zip(triangle, _pairs(size), strict=True):
        gram[i, j] = gram[j, i] = value
    return gram


def _rounded(equations: _Equations, guess: NDArray[np.float64]) -> Iterator[Matrix]:
    """Rational Gram matrices near ``guess`` that fulfil the equations, from coarse to fine."""
    size = len(guess)
    transposed = equations.rows.transpose()
    normal = equations.rows * transposed
    for bits in _DENOMINATOR_BITS:
        near = flint.fmpq_mat([[flint.fmpq(round(guess[i, j] * 2**bits), 2**bits)] for i, j in _pairs(size)])
        exact = near + transposed * normal.solve(equations.values - equations.rows * near)
        gram = flint.fmpq_mat(size, size)
        for place, (i, j) in enumerate(_pairs(size)):
            gram[i, j] = gram[j, i] = exact[place, 0]
        yield gram


def _without_kernel(basis: list[Poly], gram: NDArray[np.float64]) -> list[Poly] | None:
    """A basis of what is left when the kernel of ``gram`` is taken out; ``None`` if it has none."""
    values, vectors = np.linalg.eigh(gram)
    kernel = vectors[:, values < _SINGULAR * max(1e-300, values[-1])].T
    if not 0 < len(kernel) < len(basis):
        return None
    pivots = _echelon(kernel)
    free = [column for column in range(len(basis)) if column not in pivots]
    smaller = []
    for column in free:
        total = basis[column]
        for row, pivot in enumerate(pivots):
            entry = Fraction(kernel[row, column]).limit_denominator(60)
            total -= flint.fmpq(entry.numerator, entry.denominator) * basis[pivot]
        smaller.append(total)
    return smaller


def _echelon(rows: NDArray[np.float64]) -> list[int]:
    """Brings ``rows`` to reduced echelon form in place, with large pivots, and returns their columns."""
    pivots: list[int] = []
    for place in range(len(rows)):
        column = int(np.argmax(np.abs(rows[place])))
        pivots.append(column)
        rows[place] /= rows[place, column]
        for other in range(len(rows)):
            if other != place:
                rows[other] -= rows[other, column] * rows[place]
    return pivots
