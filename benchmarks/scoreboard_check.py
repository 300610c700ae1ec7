"""Check the answers that a scoreboard counts as solved, with mpmath at 50 digits, from their tokens.

    python benchmarks/scoreboard_check.py FOLDER [--digits 50] [--seconds 60] [--json]

FOLDER is the output of ``antiderive scoreboard``. The derivative of each answer is computed numerically and
compared with the integrand at points where both are real, without the package's verification. The exit code
is 1 if an answer is refuted.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import signal
from collections import Counter
from pathlib import Path

import mpmath as mp
from independent_check import check


class TooLongError(Exception):
    pass


def stop(*_: object) -> None:
    raise TooLongError


def judge(work: tuple[str, str, str, int, int]) -> tuple[str, str, str]:
    """Method, verdict and reason for one answer."""
    method, integrand, answer, digits, seconds = work
    mp.mp.dps = digits
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        verdict, reason = check("bwd", integrand.split(), answer.split(), random.Random(0))
    except (TooLongError, RecursionError) as error:
        verdict, reason = "unchecked", type(error).__name__
    finally:
        signal.alarm(0)
    return method, verdict, f"{reason}\n  {integrand}\n  {answer}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--digits", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=60, help="time limit for one answer")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    board = json.loads((options.folder / "scoreboard.json").read_text(encoding="utf-8"))
    solved = {
        (method, integrand)
        for method, results in board["results"].items()
        for integrand, result in results.items()
        if result == "solved"
    }
    work = []
    for line in (options.folder / "answers.jsonl").read_text(encoding="utf-8").splitlines():
        answer = json.loads(line)
        right_time = answer["timeout"] == board["timeout_cpu_seconds"]
        if right_time and (answer["method"], answer["integrand"]) in solved:
            parts = (answer["method"], answer["integrand"], answer["outcome"]["value"])
            work.append((*parts, options.digits, options.seconds))
    if len(work) != len(solved):
        raise SystemExit(f"the scoreboard has {len(solved)} solved problems but {len(work)} answers")
    counts: dict[str, Counter[str]] = {}
    with multiprocessing.Pool() as pool:
        for method, verdict, reason in pool.imap_unordered(judge, work, chunksize=4):
            counts.setdefault(method, Counter())[verdict] += 1
            if verdict == "wrong":
                print(f"{method}: {reason}", flush=True)
    figures = {
        "digits": options.digits,
        "methods": {
            method: {name: found[name] for name in ("right", "wrong", "unchecked")}
            for method, found in sorted(counts.items())
        },
    }
    print(json.dumps(figures) if options.json else figures)
    return 1 if any(found["wrong"] for found in counts.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
