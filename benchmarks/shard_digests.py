"""Print the SHA-256 of the first shards of each task: the same before and after a change that must keep data.

There is one line for each task: the digest of the names and checksums of the files of its data set. For tasks
that need a solver, the tokens of the functions are hashed too, since the data set depends on the solver.

    python benchmarks/shard_digests.py
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from pathlib import Path

from antiderive.datasets.shards import write_dataset
from antiderive.generation import functions_of
from antiderive.tasks import Recipe, task_named, tasks_known

SOLVED = {"methods": "giac", "cpu_seconds": 5.0}
"""Options of the tasks that need a solver; no function comes near the limit, so timing decides nothing."""


def digest_of_shards(recipe: Recipe, count: int) -> tuple[int, str]:
    """Number of examples, and the digest of their files."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = write_dataset(recipe, Path(folder) / "data", count, threads=2)
    lines = sorted(f"{name} {file.sha256}" for name, file in manifest.files())
    return manifest.examples(), hashlib.sha256("\n".join(lines).encode()).hexdigest()


def digest_of_functions(recipe: Recipe, count: int) -> str:
    """Digest of the tokens, skeletons and splits of functions."""
    made = functions_of(recipe, 0, count)
    parts = (made.problems.tokens, made.problems.ends, made.skeletons, made.splits, made.operators)
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--count", type=int, default=2_000, help="examples of each task")
    parser.add_argument(
        "--solved", type=int, default=100, help="functions to solve, where a solver is needed"
    )
    parser.add_argument("--tasks", help="names separated by commas; by default all of the package")
    options = parser.parse_args()
    own = [entry.name for entry in tasks_known() if entry.origin == "antiderive"]
    for name in options.tasks.split(",") if options.tasks else own:
        if task_named(name).needs_solver:
            digest = digest_of_functions(Recipe(task=name), options.count)
            print(f"{name:<12} {options.count:>6} functions {digest}")
            recipe, count = Recipe(task=name, options=SOLVED), options.solved
        else:
            recipe, count = Recipe(task=name), options.count
        examples, digest = digest_of_shards(recipe, count)
        print(f"{name:<12} {examples:>6} examples  {digest}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
