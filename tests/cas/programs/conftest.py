"""Each program in a worker of its own, started once."""

import pytest

from antiderive import Expr
from antiderive.cas import Request
from antiderive.cas import ask as ask_system
from antiderive.workers import Limits, Pool


@pytest.fixture(scope="session")
def programs():
    """A worker for each program, without SymPy."""
    with Pool(3, limits=Limits(20)) as pool:
        yield pool


@pytest.fixture
def ask(programs):
    """``ask(method, integrand, variable)`` gives the outcome."""

    def asked(method, integrand, variable="x"):
        integrand = Expr(integrand) if isinstance(integrand, str) else integrand
        return ask_system(programs, Request(method, integrand.to_prefix(), variable))

    return asked
