"""Runs of examples and of functions, made by a task from a range of indices.

This module does not know who makes them or where they go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from antiderive._core import skeleton_hash, split_of
from antiderive.expressions import Expr, Split, TokenRows
from antiderive.tasks.integrals import INTEGRALS


@dataclass(frozen=True, eq=False)
class Examples:
    """A run of examples; all arrays are in the same order.

    Attributes:
        indices: index of each example in its recipe.
        problems: token ids of the problems.
        solutions: token ids of the solutions.
        skeletons: keyed hash of the skeleton of each problem.
        splits: :class:`~antiderive.expressions.Split` of each example.
        rejects: rejected candidates, by reason.
        seconds: time of all threads together in each stage of the generator.
    """

    indices: NDArray[np.uint64]
    problems: TokenRows
    solutions: TokenRows
    skeletons: NDArray[np.uint64]
    splits: NDArray[np.uint8]
    rejects: dict[str, int]
    seconds: dict[str, float]

    @classmethod
    def from_core(cls, start: int, arrays: dict[str, Any]) -> Examples:
        """Make examples from the arrays of the native generator, which began at ``start``."""
        return cls(
            indices=_indices(start, len(arrays["skeletons"])),
            problems=TokenRows(arrays["problem_tokens"], arrays["problem_ends"]),
            solutions=TokenRows(arrays["solution_tokens"], arrays["solution_ends"]),
            skeletons=arrays["skeletons"],
            splits=arrays["splits"],
            rejects=arrays["rejects"],
            seconds=arrays["seconds"],
        )

    @classmethod
    def from_rows(
        cls,
        start: int,
        rows: list[tuple[list[int], list[int], str]],
        rejects: dict[str, int],
        seconds: dict[str, float],
    ) -> Examples:
        """Make examples from ``start`` on, from token ids of problem and solution, and skeleton, of each."""
        skeletons, splits = _hashes([skeleton for _, _, skeleton in rows])
        return cls(
            indices=_indices(start, len(rows)),
            problems=TokenRows.of([problem for problem, _, _ in rows]),
            solutions=TokenRows.of([solution for _, solution, _ in rows]),
            skeletons=skeletons,
            splits=splits,
            rejects=rejects,
            seconds=seconds,
        )

    def __len__(self) -> int:
        return len(self.indices)

    def rows(self, split: Split) -> NDArray[np.intp]:
        """Return the rows of the examples of a split."""
        return np.flatnonzero(self.splits == split)


@dataclass(frozen=True, eq=False)
class Functions:
    """A run of integrands, one for each index, without their integrals; all arrays are in the same order.

    Attributes:
        indices: index of each function in its recipe.
        problems: token ids of the problems that the functions pose.
        skeletons: keyed hash of the skeleton of each function.
        splits: :class:`~antiderive.expressions.Split` of each function.
        rejects: rejected candidates, by reason.
    """

    indices: NDArray[np.uint64]
    problems: TokenRows
    skeletons: NDArray[np.uint64]
    splits: NDArray[np.uint8]
    rejects: dict[str, int]

    @classmethod
    def from_core(cls, start: int, arrays: dict[str, Any]) -> Functions:
        """Make functions from the arrays of the native generator, which began at ``start``."""
        return cls(
            indices=_indices(start, len(arrays["skeletons"])),
            problems=TokenRows(arrays["problem_tokens"], arrays["problem_ends"]),
            skeletons=arrays["skeletons"],
            splits=arrays["splits"],
            rejects=arrays["rejects"],
        )

    @classmethod
    def from_rows(cls, start: int, rows: list[tuple[list[int], str]], rejects: dict[str, int]) -> Functions:
        """Make functions from ``start`` on, from token ids of the problem, and skeleton, of each."""
        skeletons, splits = _hashes([skeleton for _, skeleton in rows])
        problems = TokenRows.of([problem for problem, _ in rows])
        return cls(_indices(start, len(rows)), problems, skeletons, splits, rejects)

    def __len__(self) -> int:
        return len(self.indices)

    def integrand(self, row: int) -> Expr:
        """Return the function of one row."""
        return INTEGRALS.decode(self.problems[row])

    @property
    def operators(self) -> NDArray[np.uint16]:
        """Number of operators of each function."""
        return INTEGRALS.operators(self.problems.operators)


def _indices(start: int, count: int) -> NDArray[np.uint64]:
    return np.arange(start, start + count, dtype=np.uint64)


def _hashes(skeletons: list[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint8]]:
    """Return the keyed hashes of skeletons, and the splits that they decide."""
    hashes = [skeleton_hash(skeleton) for skeleton in skeletons]
    return np.array(hashes, dtype=np.uint64), np.array([split_of(one) for one in hashes], dtype=np.uint8)
