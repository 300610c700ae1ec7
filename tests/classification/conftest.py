"""A labelled set, made once."""

import numpy as np
import pytest
from helpers.labelled import rows_of, write_set

from antiderive.classification import read_splits


@pytest.fixture(scope="session")
def rows():
    return rows_of(1500)


@pytest.fixture(scope="session")
def labelled_folder(rows, tmp_path_factory):
    return write_set(tmp_path_factory.mktemp("labelled"), rows)


@pytest.fixture(scope="session")
def sets(labelled_folder):
    return read_splits(labelled_folder)


@pytest.fixture
def random():
    return np.random.Generator(np.random.Philox(7))
