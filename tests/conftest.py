"""Fixtures that several test files share."""

import sys

import pytest
from servers import PostgresServer


@pytest.fixture
def interruptible():
    """Makes a command listen to SIGINT even where the tests run in the background, which ignores it."""
    code = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    return lambda command: [sys.executable, "-c", code, *map(str, command)]


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """A model trained for a few seconds on functions of one or two operators."""
    # It loads torch for seconds, which tests without a model need not wait.
    from antiderive.training import TrainingConfig, train

    config = TrainingConfig.from_dict(
        {
            "data": {
                "min_operators": 1,
                "max_operators": 2,
                "max_tokens": 32,
                "operators": {"add": 2, "mul": 2, "sin": 1, "cos": 1, "exp": 1, "ln": 1},
                "max_integer": 3,
            },
            "model": {"width": 64, "heads": 4, "encoder_layers": 2, "decoder_layers": 2, "feed_forward": 128},
            "training": {
                "steps": 250,
                "tokens_per_batch": 2048,
                "warmup": 30,
                "learning_rate": 2e-3,
                "pool": 4000,
                "checkpoint_every": 250,
            },
        }
    )
    folder = tmp_path_factory.mktemp("model")
    train(config, folder)
    return folder


@pytest.fixture(scope="session")
def postgres():
    """A running PostgreSQL server of the tests' own; see :class:`servers.PostgresServer`."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.close()
