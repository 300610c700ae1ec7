"""Run every benchmark of this folder in turn, and write their figures to one JSON file.

    python benchmarks [-o benchmarks.json] [--only NAME ...]

They compare the package with other implementations, or check it with independent ones, and take some hours in
all; ``antiderive bench all`` measures the package itself.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from antiderive.cli.bench.common import run_benches

FOLDER = Path(__file__).parent
TASKS = ("bwd", "ibp", "ode1", "ode2", "sub", "liouville", "derivative")
OPTIONS = {
    **{f"independent_check {task}": ["independent_check.py", task, "--json"] for task in TASKS},
    "verification": ["verification.py"],
    "false_proofs": ["false_proofs.py"],
    "decoding": ["decoding.py"],
    "training": ["training.py"],
    "training_memory": ["training_memory.py"],
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-o", "--out", type=Path, default=Path("benchmarks.json"))
    parser.add_argument("--only", action="append", choices=OPTIONS, help="may be given several times")
    options = parser.parse_args()
    plans = {
        name: [sys.executable, str(FOLDER / script), *arguments]
        for name, (script, *arguments) in OPTIONS.items()
        if not options.only or name in options.only
    }
    return run_benches(plans, options.out)


if __name__ == "__main__":
    sys.exit(main())
