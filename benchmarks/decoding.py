"""Compare beam search with the original's algorithm, on the same weights and threads.

    python benchmarks/decoding.py --model out/demo/model --count 200

The original's algorithm, written here from its description (Lample & Charton 2020, and the rules of the
published decoder): one problem at a time, keys and values cached and reordered as a whole in every step, and
the bookkeeping of hypotheses in Python, token by token. It computes nothing twice. Both run without the
grammar mask; the share of problems with the same hypotheses is printed. Without --model, a small model is
trained first (--steps). The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import torch

from antiderive.decoding import Decoding, Hypothesis, beam_search
from antiderive.evaluation import held_out
from antiderive.expressions import Vocabulary
from antiderive.models import Seq2Seq
from antiderive.tasks import Recipe
from antiderive.training import TrainingConfig, find_checkpoint, load_model, train

T = TypeVar("T")


class Finished:
    """The best finished hypotheses of one problem."""

    def __init__(self, beam: int, max_length: int, length_penalty: float) -> None:
        self.beam, self.max_length, self.penalty = beam, max_length, length_penalty
        self.hypotheses: list[tuple[float, list[int]]] = []

    def add(self, tokens: list[int], total: float) -> None:
        score = total / len(tokens) ** self.penalty
        if len(self.hypotheses) < self.beam or score > min(self.hypotheses)[0]:
            self.hypotheses.append((score, tokens))
            if len(self.hypotheses) > self.beam:
                self.hypotheses.remove(min(self.hypotheses))

    def done(self, best: float) -> bool:
        full = len(self.hypotheses) == self.beam
        return full and min(self.hypotheses)[0] >= best / self.max_length**self.penalty


@torch.inference_mode()
def original(model: Seq2Seq, problem: list[int], settings: Decoding) -> list[Hypothesis]:
    """Beam search for one problem."""
    beam, max_tokens = settings.beam, settings.max_tokens
    vocabulary = Vocabulary()
    source = torch.tensor([[*problem, vocabulary.eos]])
    memory, mask = model.encode(source)
    rows = torch.zeros(beam, dtype=torch.long)
    cache, mask = model.start(memory[rows]), mask[rows]
    generated = torch.full((beam, 1), vocabulary.bos)
    scores = torch.full((beam,), -1e9)
    scores[0] = 0.0
    finished = Finished(beam, max_tokens + 2, settings.length_penalty)
    for length in range(1, max_tokens + 2):
        logits = model.decode(generated[:, -1:], cache, mask)[:, -1]
        logits[:, vocabulary.pad] = float("-inf")
        totals = logits.log_softmax(-1) + scores[:, None]
        size = totals.shape[-1]
        best, indices = totals.view(-1).topk(2 * beam)
        if finished.done(best.max().item()):
            break
        children: list[tuple[float, int, int]] = []
        for total, index in zip(best, indices, strict=True):
            row, token = int(index) // size, int(index) % size
            if token == vocabulary.eos or length == max_tokens + 1:
                finished.add(generated[row].tolist(), float(total))
            else:
                children.append((float(total), token, row))
            if len(children) == beam:
                break
        if not children:
            break
        scores = torch.tensor([total for total, _, _ in children])
        parents = torch.tensor([row for _, _, row in children])
        tokens = torch.tensor([token for _, token, _ in children])
        generated = torch.cat([generated[parents], tokens[:, None]], dim=1)
        for layer in cache.own:
            layer.select(parents)
    return [Hypothesis(tokens[1:], score) for score, tokens in sorted(finished.hypotheses, reverse=True)]


def small_model(steps: int) -> tuple[Seq2Seq, Recipe]:
    """The demo's model, trained for a few steps: its hypotheses end, and differ."""
    config = TrainingConfig.load("demo", (f"training.steps={steps}",))
    with tempfile.TemporaryDirectory() as folder:
        train(config, Path(folder))
        return load_model(Path(folder)), config.data


def timed(work: Callable[[], list[T]]) -> tuple[float, list[T]]:
    """Seconds that ``work`` takes, and its result."""
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def same(ours: list[Hypothesis], theirs: list[Hypothesis]) -> bool:
    """True if both lists have the same token sequences."""
    return {tuple(h.tokens) for h in ours} == {tuple(h.tokens) for h in theirs}


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, help="folder of a model")
    parser.add_argument("--steps", type=int, default=300, help="training steps without --model")
    parser.add_argument("--count", type=int, default=600, help="problems for our search")
    parser.add_argument("--alone", type=int, default=50, help="problems for the slow original search")
    parser.add_argument("--beam", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3, help="repetitions; the fastest of each counts")
    settings = parser.parse_args()
    torch.set_num_threads(settings.threads)
    if settings.model is not None:
        model, recipe = load_model(settings.model), find_checkpoint(settings.model).config().data
    else:
        model, recipe = small_model(settings.steps)
    problems = [problem.tokens for problem in held_out(recipe, settings.count)]
    masked = Decoding(beam=settings.beam, max_tokens=recipe.max_tokens)
    free = replace(masked, grammar=False)
    beam_search(model, problems[:4], masked)  # warms up

    # Spread over the list, so that both see problems of the same lengths.
    alone = problems[:: max(1, len(problems) // settings.alone)]
    seconds = masked_seconds = original_seconds = float("inf")
    for _ in range(settings.rounds):
        took, theirs = timed(lambda: [original(model, problem, free) for problem in alone])
        original_seconds = min(original_seconds, took / len(alone))
        took, ours = timed(lambda: beam_search(model, problems, free))
        seconds = min(seconds, took / len(problems))
        took, _ = timed(lambda: beam_search(model, problems, masked))
        masked_seconds = min(masked_seconds, took / len(problems))

    mine = ours[:: max(1, len(problems) // settings.alone)]
    equal = sum(same(a, b) for a, b in zip(mine, theirs, strict=True)) / len(alone)
    first = sum(a[0].tokens == b[0].tokens for a, b in zip(mine, theirs, strict=True)) / len(alone)
    print(f"beam {settings.beam}, {settings.threads} threads, {model.parameters_count:,} parameters")
    print(f"{'original':<22}{original_seconds:>9.4f} s per equation")
    print(f"{'batched':<22}{seconds:>9.4f} s per equation, {original_seconds / seconds:.1f} times as fast")
    print(f"{'batched, with mask':<22}{masked_seconds:>9.4f} s per equation")
    print(f"same hypotheses: {equal:.1%} of {len(alone)} problems; same first: {first:.1%}")
    figures = {
        "seconds_per_equation": seconds,
        "seconds_per_equation_with_mask": masked_seconds,
        "original_seconds_per_equation": original_seconds,
        "ratio_to_original": original_seconds / seconds,
        "same_hypotheses_share": equal,
        "same_first_share": first,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
