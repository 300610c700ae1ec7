"""Measure the resident memory of a training process over many steps of a very small model.

    OMP_NUM_THREADS=1 python benchmarks/training_memory.py [--steps 20000]

Data are generated on the fly, checkpoints and logs are written as in any run. The last line is JSON.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import tempfile
from pathlib import Path

from antiderive.training import TrainingConfig, train


def resident_mib() -> float:
    """Resident memory of this process, in MiB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main():
    """Train, and print the memory after each twentieth of the steps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=20_000)
    steps = parser.parse_args().steps
    every = max(1, steps // 20)
    config = TrainingConfig.from_dict(
        {
            "data": {"min_operators": 1, "max_operators": 2, "max_tokens": 32},
            "model": {"width": 16, "heads": 1, "encoder_layers": 1, "decoder_layers": 1, "feed_forward": 32},
            "training": {"steps": steps, "tokens_per_batch": 256, "pool": 1000, "log_every": every},
        }
    )
    seen: list[float] = []

    def report(progress):
        seen.append(resident_mib())
        print(f"step {progress.step:>6}: {seen[-1]:.1f} MiB, loss {progress.loss:.3f}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        train(config, Path(folder), report=report)
    # The first quarter fills caches and the allocator's pools.
    settled = seen[len(seen) // 4 :]
    print(json.dumps({"steps": steps, "resident_mib": seen[-1], "growth_mib": settled[-1] - settled[0]}))


if __name__ == "__main__":
    main()
