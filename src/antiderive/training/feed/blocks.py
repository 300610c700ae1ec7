"""The endless order in which the blocks of a file are read: a different permutation in each epoch."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


def blocks_of_pool(number: int, per_pool: int, blocks: int, seed: int) -> Iterator[int]:
    """The ``per_pool`` blocks of pool ``number``, out of a file of ``blocks`` blocks."""
    for index in range(number * per_pool, (number + 1) * per_pool):
        epoch, within = divmod(index, blocks)
        yield int(_permutation(epoch, blocks, seed)[within])


@lru_cache(maxsize=8)
def _permutation(epoch: int, blocks: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng([seed, epoch]).permutation(blocks)
