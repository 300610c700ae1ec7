"""A pool to misbehave in."""

import pytest

from antiderive.workers import Limits, Pool


@pytest.fixture(scope="session")
def pool():
    """Two workers with nothing preloaded."""
    with Pool(2, limits=Limits(cpu_seconds=0.5, wall_seconds=30, memory_mib=256)) as pool:
        yield pool
