"""Functions to label, by recipe and index."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from antiderive.expressions import Split
from antiderive.generation import functions_of

if TYPE_CHECKING:
    from antiderive.tasks import Recipe


@dataclass(frozen=True)
class Function:
    """The function at one index of a recipe; a row of the table ``functions``.

    Attributes:
        index: its index in the recipe.
        key: hash of its text; two indices with the same function share it.
        prefix: the function in prefix form.
        operators: number of its operators.
        skeleton: keyed hash of its skeleton.
        split: train, valid or test, by the skeleton.
    """

    index: int
    key: bytes
    prefix: str
    operators: int
    skeleton: int
    split: str


def content_key(prefix: str) -> bytes:
    """Return 16 bytes that name the problem "integrate this function of x"."""
    return hashlib.blake2b(f"integrate x\0{prefix}".encode(), digest_size=16).digest()


def functions_to_label(recipe: Recipe, start: int, count: int) -> list[Function]:
    """Return functions ``start`` to ``start + count`` of a recipe, as rows of a store.

    Raises:
        SettingError: for a task that is unknown or poses no integrals.
    """
    made = functions_of(recipe, start, count)
    columns = (made.operators, made.skeletons, made.splits)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [
        Function(
            index=start + row,
            key=content_key(prefix := made.integrand(row).to_prefix()),
            prefix=prefix,
            operators=operators,
            skeleton=skeleton,
            split=Split(split).name.lower(),
        )
        for row, (operators, skeleton, split) in enumerate(rows)
    ]
