"""Verified accuracy of a model by beam size, by rank, and by size of the solution."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from antiderive.decoding import Decoding, beam_search
from antiderive.errors import DataError
from antiderive.evaluation.checking import ProblemRecord, check_hypotheses
from antiderive.evaluation.counts import AccuracyReport
from antiderive.evaluation.problems import Problem, held_out, require_positive
from antiderive.files import claim_folder, writing_to
from antiderive.models import Seq2Seq
from antiderive.tasks import Recipe, Task, task_named, verify_one
from antiderive.workers import Pool

RECORDS = "records.jsonl"
_ROWS = 320


def evaluate(
    model: Seq2Seq,
    recipe: Recipe,
    *,
    count: int = 500,
    beams: tuple[int, ...] = (1, 10),
    workers: int = 1,
    report: Callable[[int, int, int], None] = lambda *_: None,
) -> AccuracyReport:
    """Decode ``count`` test problems of a recipe with each beam and verify the hypotheses.

    Args:
        model: the model, in evaluation mode.
        recipe: recipe of the problems, which are taken from its test split.
        count: number of problems.
        beams: beam sizes.
        workers: processes that verify while the decoder continues.
        report: called with the beam, problems done and total problems.

    Raises:
        SettingError: if ``count`` or a beam is below 1.
    """
    require_positive(count, beams)
    decoding = Decoding(max_tokens=recipe.max_tokens)
    task = task_named(recipe.task)
    problems = held_out(recipe, count)
    return evaluate_problems(model, task, problems, beams, decoding, workers=workers, report=report)


def evaluate_problems(
    model: Seq2Seq,
    task: Task[Any],
    problems: list[Problem],
    beams: tuple[int, ...],
    decoding: Decoding,
    *,
    title: str = "",
    folder: Path | None = None,
    settings: dict[str, Any] | None = None,
    workers: int = 1,
    report: Callable[[int, int, int], None] = lambda *_: None,
) -> AccuracyReport:
    """Evaluate any problems like :func:`evaluate`.

    Args:
        model: the model, in evaluation mode.
        task: task of the problems.
        problems: the problems.
        beams: beam sizes; a problem counts as solved at a beam when any of its hypotheses is verified.
        decoding: settings of the search, shared by all beams.
        title: title of the report.
        folder: folder to which records are appended; records of an earlier evaluation with the same settings
            are reused.
        settings: further settings that identify this evaluation (model, data).
        workers: processes that verify while the decoder continues.
        report: called with the beam, problems done and total problems.

    Raises:
        DataError: if the folder holds records with other settings.
    """
    require_positive(len(problems), beams)
    # More problems, or another beam, continue where a smaller evaluation ended.
    identity = {"task": task.name, **(settings or {}), **decoding_rules(decoding)}
    journal = _Journal(folder, json.loads(json.dumps(identity)))
    # Problems of similar length are decoded together.
    order = sorted(range(len(problems)), key=lambda index: len(problems[index].tokens))
    with Pool(workers) as pool, ThreadPoolExecutor(workers) as threads:
        verify = partial(verify_one, pool, task.name)
        for beam in beams:
            left = [index for index in order if (beam, index) not in journal.records]
            done = len(problems) - len(left)
            size = max(1, _ROWS // beam)
            pending: list[Future[ProblemRecord]] = []
            for start in range(0, len(left), size):
                batch = left[start : start + size]
                jobs = _decode(
                    model, [problems[index] for index in batch], batch, replace(decoding, beam=beam)
                )
                journal.add(future.result() for future in pending)
                pending = [threads.submit(check_hypotheses, task, *job, verify) for job in jobs]
                done += len(batch)
                report(beam, done, len(problems))
            journal.add(future.result() for future in pending)
    wanted = [journal.records[beam, index] for beam in beams for index in range(len(problems))]
    return AccuracyReport.of(title or f"task {task.name}", identity, wanted)


def decoding_rules(decoding: Decoding) -> dict[str, Any]:
    """Settings that determine the hypotheses, except the beam, as plain values."""
    return {name: value for name, value in asdict(decoding).items() if name not in ("beam", "rows")}


def _decode(
    model: Seq2Seq, problems: list[Problem], indices: list[int], decoding: Decoding
) -> list[tuple[ProblemRecord, list[int], list[int], list[tuple[list[int], float]]]]:
    """Arguments of :func:`check_hypotheses` for each problem of a batch."""
    started = time.perf_counter()
    found = beam_search(model, [problem.tokens for problem in problems], decoding)
    seconds = (time.perf_counter() - started) / len(problems)
    jobs = []
    for index, problem, hypotheses in zip(indices, problems, found, strict=True):
        record = ProblemRecord(
            decoding.beam, index, "", "", problem.operators, problem.topic, decode_seconds=seconds
        )
        jobs.append((record, problem.tokens, problem.solution, [(h.tokens, h.score) for h in hypotheses]))
    return jobs


class _Journal:
    """The records so far, also on disk if there is a folder."""

    def __init__(self, folder: Path | None, identity: dict[str, Any]) -> None:
        self.records: dict[tuple[int, int], ProblemRecord] = {}
        self._path = None if folder is None else folder / RECORDS
        if self._path is None:
            return
        claim_folder(self._path.parent, "evaluation", signs=(RECORDS,))
        with writing_to(self._path.parent):
            if not self._path.exists():
                self._path.write_text(json.dumps(identity) + "\n", encoding="utf-8")
                return
            first, *lines = self._path.read_text(encoding="utf-8").split("\n")
        whole = lines[:-1]  # an incomplete line lacks the line break
        try:
            present = json.loads(first)
            records = [ProblemRecord.from_dict(json.loads(line)) for line in whole]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise DataError(f"{self._path} is damaged: {error}; choose another folder") from error
        if present != identity:
            raise DataError(f"{folder} holds an evaluation with other settings; choose another folder")
        self.records = {(record.beam, record.place): record for record in records}
        if lines[-1]:
            self._path.write_text("\n".join([first, *whole, ""]), encoding="utf-8")

    def add(self, records: Iterator[ProblemRecord]) -> None:
        new = list(records)
        self.records.update({(record.beam, record.place): record for record in new})
        if self._path is not None:
            with writing_to(self._path.parent), self._path.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(record.to_dict()) + "\n" for record in new)
