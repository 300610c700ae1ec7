"""Programs that the tests of back ends talk to, started once."""

import os
import select
import subprocess
import time

import pytest

from antiderive import Expr
from antiderive.cas.backends import fricas, giac, maxima

BACKENDS = {"fricas": fricas.BACKEND, "giac": giac.BACKEND, "maxima": maxima.BACKEND}


class Child:
    """A program that is kept running; a stand-in for the pool."""

    def __init__(self, backend):
        self.backend = backend
        self.asked = 0
        self.process = subprocess.Popen(
            backend.command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **backend.environment()},
            start_new_session=True,
        )
        self.talk(backend.prelude(), "ready")

    def talk(self, text, tag):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()
        output, deadline = b"", time.monotonic() + 60
        while not self.backend.finished(output, tag):
            assert select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))[0], output[-500:]
            data = os.read(self.process.stdout.fileno(), 1 << 16)
            assert data, output[-500:]
            output += data
        return output.decode()

    def ask(self, integrand, variable="x"):
        self.asked += 1
        tag = f"answer{self.asked}"
        output = self.talk(self.backend.question(integrand, variable, tag), tag)
        return self.backend.answer(output, tag)


@pytest.fixture(scope="session")
def ask():
    """``ask(method, integrand, variable)`` gives the outcome."""
    children = {}

    def asked(method, integrand, variable="x"):
        if method not in children:
            children[method] = Child(BACKENDS[method])
        return children[method].ask(Expr(integrand) if isinstance(integrand, str) else integrand, variable)

    yield asked
    for child in children.values():
        child.process.kill()
        child.process.communicate()
