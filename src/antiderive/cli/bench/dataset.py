"""``antiderive bench dataset``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click


@click.command()
@click.option("--count", type=click.IntRange(min=1), default=200_000, show_default=True, help="Examples.")
@click.option("--task", default="bwd", show_default=True, help="Task.")
@click.option(
    "--workers", type=click.IntRange(min=1), default=None, help="Workers of each step.  [default: all cores]"
)
@click.option("--scratch", type=click.Path(path_type=Path, exists=True), help="Folder for the files.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object on the last line.")
def command(count: int, task: str, workers: int | None, scratch: Path | None, *, as_json: bool) -> None:
    """Measure examples per second and memory of each step: generate, check, convert, deduplicate.

    Each step is a separate command; its memory is that of its largest process.
    """
    figures: dict[str, Any] = {"task": task, "count": count, "workers": workers or os.cpu_count() or 1}
    with TemporaryDirectory(dir=scratch, prefix="antiderive-bench-") as name:
        folder = Path(name)
        data, text = folder / "data", folder / "text"
        own = ["--workers", str(figures["workers"])]
        steps: dict[str, list[str | Path]] = {
            "generate": ["generate", task, "--count", str(count), "-o", data, *own],
            "check": ["dataset", "check", data, *own],
            "to_classic": ["dataset", "convert", data, "--to", "classic", "-o", text, *own],
            "to_parquet": [
                *["dataset", "convert", str(text / "data.prefix"), "--to", "parquet", "--task", task],
                *["-o", str(folder / "back"), *own],
            ],
            "dedup_exact": ["dataset", "dedup", data, "-o", folder / "exact"],
            "dedup_skeleton": ["dataset", "dedup", data, "-o", folder / "skeleton", "--by", "skeleton"],
        }
        for step, arguments in steps.items():
            seconds, memory = _run([str(argument) for argument in arguments])
            figures[step] = {
                "seconds": seconds,
                "examples_per_second": count / seconds,
                "peak_memory_mib": memory,
            }
            click.echo(f"  {step:<15} {seconds:>8.1f} s {count / seconds:>10,.0f}/s {memory:>8,.0f} MiB")
    if as_json:
        click.echo(json.dumps(figures))


def _run(arguments: list[str]) -> tuple[float, float]:
    """Run one command and return its seconds and MiB."""
    started = time.perf_counter()
    code = "from antiderive.cli import main; main()"
    child = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)  # the child has been reaped
    if child.returncode:
        raise click.ClickException(
            f"antiderive {' '.join(arguments)} ended with exit code {child.returncode}"
        )
    return time.perf_counter() - started, usage.ru_maxrss / 1024
