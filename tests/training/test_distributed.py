"""Two processes over gloo, started by torchrun: the same curve, the same refusals."""

import json
import os
import socket
import subprocess

import pytest
import torch
from helpers.runs import command, config, losses, run, settings

from antiderive.errors import DataError
from antiderive.training import Checkpoint, TrainingConfig, load_model, train

VALUES = {"log_every": 1, "checkpoint_every": 6, "steps": 12}
NO_DROPOUT = {"dropout": 0.0}
TOLERANCE = 1e-4
"""Relative. The batches are the same; only the order of additions differs, and steps amplify it."""


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The curve of one process."""
    folder = tmp_path_factory.mktemp("alone")
    train(config(VALUES, model=NO_DROPOUT), folder)
    return losses(folder)


def test_accumulation_follows_the_curve(tmp_path, alone):
    train(config({**VALUES, "accumulate": 3}, model=NO_DROPOUT), tmp_path)
    assert losses(tmp_path) == pytest.approx(alone, rel=TOLERANCE)


def test_two_processes_follow_the_curve_and_the_world_is_checked(tmp_path, alone):
    values = settings(
        {**VALUES, "evaluate_every": 12, "evaluate_pairs": 9, "evaluate_answers": 5}, model=NO_DROPOUT
    )
    done = run(values, tmp_path / "two", processes=2)
    assert done.returncode == 0, done.stderr
    assert losses(tmp_path / "two") == pytest.approx(alone, rel=TOLERANCE)
    # The shared evaluation is that of one process.
    seen = []
    train(
        config({**values["training"]}, model=NO_DROPOUT),
        tmp_path / "one",
        report_validation=lambda _, m: seen.append(m),
    )
    lines = (json.loads(line) for line in (tmp_path / "two" / "log.jsonl").read_text().splitlines())
    shared = next(line for line in lines if line["kind"] == "validation")
    assert {name: shared[name] for name in seen[0]} == pytest.approx(seen[0], rel=TOLERANCE)
    # Resumed by one process: refused, and the checkpoints are as they were.
    with pytest.raises(DataError, match="a run of 2 processes, and this one has 1") as refused:
        train(TrainingConfig.from_dict(values), tmp_path / "two")
    assert "\n" not in str(refused.value)
    assert Checkpoint.latest(tmp_path / "two").step == 12
    load_model(tmp_path / "two")


def test_sharded_parameters_follow_the_curve(tmp_path, alone):
    values = settings({**VALUES, "strategy": "fsdp"}, model=NO_DROPOUT)
    done = run(values, tmp_path / "sharded", processes=2)
    assert done.returncode == 0, done.stderr
    assert losses(tmp_path / "sharded") == pytest.approx(alone, rel=TOLERANCE)
    # Its checkpoints are whole: the newest is made again from the one before.
    last = Checkpoint.latest(tmp_path / "sharded")
    kept = last.tensors("model")
    for path in last.path.iterdir():
        path.unlink()
    last.path.rmdir()
    assert run(values, tmp_path / "sharded", processes=2).returncode == 0
    again = Checkpoint.latest(tmp_path / "sharded").tensors("model")
    assert all(torch.equal(tensor, again[name]) for name, tensor in kept.items())


def test_slurm_is_detected_and_streams_resume(tmp_path):
    """The variables that srun sets, with a stream of data for each of two tasks of a job; no SLURM is needed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    values = settings({**VALUES, "streams": 2, "steps": 6})

    def job():
        tasks = []
        for rank in (0, 1):
            environment = {
                "SLURM_JOB_ID": "1", "SLURM_JOB_NAME": "train", "SLURM_NTASKS": "2", "SLURM_NNODES": "1",
                "SLURM_NODELIST": "localhost", "SLURM_PROCID": str(rank), "SLURM_LOCALID": str(rank),
                "SLURM_NODEID": "0", "SLURM_NTASKS_PER_NODE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
                "OMP_NUM_THREADS": "1",
            }  # fmt: skip
            tasks.append(
                subprocess.Popen(
                    command(values, tmp_path / "job"), env={**os.environ, **environment},
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                )
            )  # fmt: skip
        for task in tasks:
            output, _ = task.communicate(timeout=240)
            assert task.returncode == 0, output

    job()
    state = Checkpoint.latest(tmp_path / "job").state()
    assert state["world"] == 2
    pools = [pool for pool, _ in state["positions"]]
    assert [pool % 2 for pool in pools] == [0, 1]
