"""A model and data so small that a run takes a second."""

import json
import os
import subprocess
import sys
from pathlib import Path

from antiderive.training import TrainingConfig

TINY = {
    "data": {"max_operators": 2, "min_operators": 1, "max_tokens": 32},
    "model": {"width": 32, "heads": 2, "encoder_layers": 1, "decoder_layers": 1, "feed_forward": 64, "dropout": 0.1},
    "training": {
        "steps": 12, "tokens_per_batch": 512, "warmup": 2, "pool": 200, "checkpoint_every": 4, "learning_rate": 1e-3,
    },
}  # fmt: skip


def settings(training=None, **tables):
    values = json.loads(json.dumps(TINY))
    values["training"].update(training or {})
    for table, content in tables.items():
        values.setdefault(table, {}).update(content)
    return values


def config(training=None, **tables):
    return TrainingConfig.from_dict(settings(training, **tables))


_SCRIPT = """
import json, sys
from pathlib import Path
from antiderive.errors import AntideriveError, PreemptedError
from antiderive.training import TrainingConfig, train
try:
    train(TrainingConfig.from_dict(json.loads(sys.argv[1])), Path(sys.argv[2]), report=lambda p: print(p.step, flush=True))
except PreemptedError as error:
    print(error)
    sys.exit(75)
except AntideriveError as error:
    print(error)
    sys.exit(2)
"""


def command(values, folder, *, processes=0):
    """A run in a process of its own, or in several that torchrun starts."""
    start = [sys.executable, "-W", "ignore"]
    if processes:
        start += ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    script = Path(folder).parent / "run.py"
    script.write_text(_SCRIPT)
    return [*start, str(script), json.dumps(values), str(folder)]


def run(values, folder, *, processes=0, **environment):
    """Runs it to its end; returns the finished process."""
    return subprocess.run(
        command(values, folder, processes=processes),
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def losses(folder):
    lines = (json.loads(line) for line in (Path(folder) / "log.jsonl").read_text().splitlines())
    return [line["loss"] for line in lines if line["kind"] == "training"]
