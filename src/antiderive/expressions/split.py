"""The split into train, valid and test, decided by the skeleton of a problem.

The skeleton is the canonical form with numeric constants abstracted away, so no test problem has a train
problem that differs from it only in constants.
"""

from __future__ import annotations

from enum import IntEnum

from antiderive._core import skeleton_hash, split_of


class Split(IntEnum):
    """The part of a data set that a problem belongs to, decided by the keyed hash of its skeleton.

    One skeleton in 50 is for testing, and another one in 50 for validation, for every recipe.
    """

    TRAIN = 0
    VALID = 1
    TEST = 2

    @classmethod
    def of(cls, skeleton: str) -> Split:
        """Return the split of the problems of one skeleton.

        >>> Split.of("mul # x").name
        'TRAIN'
        """
        return cls(split_of(skeleton_hash(skeleton)))
