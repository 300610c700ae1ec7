"""What tests of labels share: both kinds of store."""

import pytest

from antiderive.cas import open_pool
from antiderive.workers import Limits


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request, tmp_path):
    """URL of an empty store: a file, or a database of a real server."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/labels.db"
    return request.getfixturevalue("postgres").new_database()


@pytest.fixture(scope="session")
def pool():
    """Two workers with a limit of five seconds."""
    with open_pool(2, limits=Limits(5.0)) as shared:
        yield shared
