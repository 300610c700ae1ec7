"""Fixtures that several test files share."""

import logging
import sys

import pytest
from helpers.servers import PostgresServer


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
    """A running PostgreSQL server of the tests' own; see :class:`helpers.servers.PostgresServer`."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def bucket():
    """URL of a bucket of an S3 server on this machine, which the environment leads to."""
    from moto.server import ThreadedMotoServer
    from s3fs import S3FileSystem

    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # it says every request
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    with pytest.MonkeyPatch.context() as environment:
        host, port = server.get_host_and_port()
        environment.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        environment.setenv("AWS_ACCESS_KEY_ID", "key")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        S3FileSystem().mkdir("bucket")
        yield "s3://bucket"
    server.stop()


@pytest.fixture(scope="session")
def temporal(tmp_path_factory):
    """A Temporal development server of the tests' own."""
    from antiderive.distributed import DevServer, free_port

    server = DevServer(tmp_path_factory.mktemp("temporal") / "temporal.db", free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def address(temporal, request):
    """The server, and a queue of this test's own."""
    from antiderive.distributed import Address

    return Address(temporal.address, queue=request.node.name)


@pytest.fixture
def workers(address):
    """Starts workers; they are killed at the end."""
    from helpers.cluster import WorkerProcess

    started = []

    def start(*options, held=False):
        started.append(WorkerProcess(address, *options, held=held))
        return started[-1]

    yield start
    for worker in started:
        worker.end()


@pytest.fixture
def eventually():
    """Waits for a condition and gives its value."""
    from helpers.cluster import eventually as waited_for

    return waited_for


@pytest.fixture(scope="session")
def labelled_rows():
    """Functions with the outcomes of all methods, as a labelling run gives them."""
    from helpers.labelled import rows_of

    return rows_of(1500)


@pytest.fixture(scope="session")
def labelled_folder(labelled_rows, tmp_path_factory):
    """A labelled set on disk."""
    from helpers.labelled import write_set

    return write_set(tmp_path_factory.mktemp("labelled"), labelled_rows)


@pytest.fixture(scope="session")
def labelled_sets(labelled_folder):
    """The labelled sets of the splits."""
    from antiderive.classification import read_splits

    return read_splits(labelled_folder)
