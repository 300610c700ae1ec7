"""A pool for SymPy."""

import pytest

from antiderive.cas import open_pool
from antiderive.workers import Limits


@pytest.fixture(scope="session")
def sympy_pool():
    """Two workers with SymPy."""
    with open_pool(2, limits=Limits(60)) as pool:
        yield pool
