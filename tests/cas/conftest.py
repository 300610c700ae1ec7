"""A pool for the tests of back ends, with its programs started once."""

import pytest

from antiderive import Expr
from antiderive.cas import Limits, Pool, Request


@pytest.fixture(scope="session")
def pool():
    with Pool(3, limits=Limits(20)) as shared:
        yield shared


@pytest.fixture
def ask(pool):
    """``ask(method, integrand, variable)`` gives the outcome."""

    def asked(method, integrand, variable="x"):
        integrand = Expr(integrand) if isinstance(integrand, str) else integrand
        return pool.call(Request(method, integrand.to_prefix(), variable))

    return asked
