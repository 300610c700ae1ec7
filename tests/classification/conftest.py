"""Random numbers of a fixed seed."""

import numpy as np
import pytest


@pytest.fixture
def random():
    return np.random.Generator(np.random.Philox(7))
