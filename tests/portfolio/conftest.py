"""Programs to search with, started once."""

import pytest

from antiderive.cas import Limits, Pool


@pytest.fixture(scope="session")
def programs():
    """A worker for each program, without SymPy."""
    with Pool(3, limits=Limits(20), warm=False) as pool:
        yield pool
