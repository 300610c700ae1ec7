"""Programs to search with, started once."""

import pytest

from antiderive.workers import Limits, Pool


@pytest.fixture(scope="session")
def programs():
    """A worker for each program, without SymPy."""
    with Pool(3, limits=Limits(20)) as pool:
        yield pool
