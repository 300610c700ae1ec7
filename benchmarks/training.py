"""Compare the speed of the training loop with a plain implementation of the original's.

    python benchmarks/training.py [--pairs 5000] [--share 1.0]

Both learn from the same ``bwd`` pairs, with a model of width 256, 4+4 layers and 8 heads, in float32. The
plain one follows the description of Lample & Charton (2020, section 4.1) and Vaswani et al. (2017): random
batches of 32 padded to their longest sequence, learned positions, a norm after each residual sum, attention
as a softmax matrix, Adam at 1e-4. The last line of the output is JSON; its ``bound`` is the ratio that would
result without padding if all the time were spent on matrix products of these widths.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from pathlib import Path

import torch
from torch import Tensor, nn

from antiderive.expressions import Vocabulary
from antiderive.models import Seq2Seq, Seq2SeqConfig
from antiderive.tasks import Recipe
from antiderive.training import Pairs, RecipeSource, TrainingConfig, train

WIDTH, LAYERS, HEADS, INNER = 256, 4, 8, 1024
SHAPE = {
    "width": WIDTH, "heads": HEADS, "encoder_layers": LAYERS, "decoder_layers": LAYERS, "feed_forward": INNER,
}  # fmt: skip
BATCH = 32
WARMUP = 3
"""Steps before timing begins."""


class PlainAttention(nn.Module):
    """Softmax of the scaled products of queries and keys, times the values."""

    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, x, source, mask):
        def heads(t: Tensor) -> Tensor:
            return t.view(t.shape[0], t.shape[1], HEADS, WIDTH // HEADS).transpose(1, 2)

        query = heads(self.query(x)) / math.sqrt(WIDTH // HEADS)
        scores = query @ heads(self.key(source)).transpose(2, 3)
        weights = scores.masked_fill(~mask, -math.inf).softmax(-1)
        return self.out((weights @ heads(self.value(source))).transpose(1, 2).flatten(2))


class PlainLayer(nn.Module):
    """Self-attention, attention to the source (decoder only), and feed-forward; a norm after each sum."""

    def __init__(self, *, decoder: bool):
        super().__init__()
        self.attention, self.cross = PlainAttention(), PlainAttention() if decoder else None
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3 if decoder else 2))

    def forward(self, x, mask, memory=None, memory_mask=None):
        x = self.norms[0](x + self.attention(x, x, mask))
        if self.cross is not None:
            x = self.norms[1](x + self.cross(x, memory, memory_mask))
        return self.norms[-1](x + self.outer(nn.functional.gelu(self.inner(x))))


class PlainModel(nn.Module):
    """Encoder and decoder with shared embeddings and learned positions."""

    def __init__(self, vocabulary: Vocabulary):
        super().__init__()
        self.pad = vocabulary.pad
        self.tokens = nn.Embedding(len(vocabulary), WIDTH, padding_idx=vocabulary.pad)
        self.places = nn.Embedding(1024, WIDTH)
        for table in (self.tokens, self.places):
            nn.init.normal_(table.weight, std=WIDTH**-0.5)
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(2))
        self.encoder = nn.ModuleList(PlainLayer(decoder=False) for _ in range(LAYERS))
        self.decoder = nn.ModuleList(PlainLayer(decoder=True) for _ in range(LAYERS))

    def forward(self, source, target):
        there = (source != self.pad)[:, None, None, :]
        x = self.norms[0](self.tokens(source) + self.places.weight[: source.shape[1]])
        for layer in self.encoder:
            x = layer(x, there)
        causal = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).tril()
        y = self.norms[1](self.tokens(target) + self.places.weight[: target.shape[1]])
        for layer in self.decoder:
            y = layer(y, causal, x, there)
        return y @ self.tokens.weight.T


class PlainLoop:
    """One pass over the pairs, in parts."""

    def __init__(self, pairs: Pairs):
        self.vocabulary = Vocabulary()
        self.pairs = pairs
        self.model = PlainModel(self.vocabulary)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=1e-4)
        self.order = torch.randperm(len(pairs), generator=torch.Generator().manual_seed(0)).tolist()
        self.equations, self.seconds, self.padding, self.step = 0, 0.0, [0, 0], 0

    def run(self, start: int, end: int):
        """Train on pairs ``start`` to ``end`` of the random order."""
        for first in range(start, end, BATCH):
            began = time.perf_counter()
            rows = self.pairs.select(self.order[first : min(end, first + BATCH)])
            bos, eos, fill = self.vocabulary.bos, self.vocabulary.eos, self.vocabulary.pad
            source = torch.from_numpy(rows.problems.padded(fill, end=eos))
            target = torch.from_numpy(rows.solutions.padded(fill, begin=bos, end=eos))
            logits = self.model(source, target[:, :-1])
            kept = target[:, 1:] != fill
            loss = nn.functional.cross_entropy(logits[kept], target[:, 1:][kept])
            self.optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
            self.optimizer.step()
            loss.item()
            self.step += 1
            self.padding[0] += int((source == fill).sum() + (target == fill).sum())
            self.padding[1] += source.numel() + target.numel()
            if self.step > WARMUP:
                self.equations += len(rows)
                self.seconds += time.perf_counter() - began


def possible_rate(pairs: Pairs) -> float:
    """Equations per second if only the necessary matrix products were computed."""
    model = Seq2Seq(Seq2SeqConfig(vocabulary=len(Vocabulary()), **SHAPE))
    needed = sum(model.training_flops(1, len(p) + 1, len(s) + 1) for p, s in pairs) / len(pairs)
    rows, rounds = 4096, 40
    x, inner, outer = torch.randn(rows, WIDTH), torch.randn(WIDTH, INNER), torch.randn(INNER, WIDTH)

    def feed_forward():
        hidden = x @ inner
        back = (hidden @ outer) @ outer.T
        return hidden.T @ x, x.T @ back, back @ inner.T

    feed_forward()
    began = time.perf_counter()
    for _ in range(rounds):
        feed_forward()
    return rounds * 6 * 2 * rows * WIDTH * INNER / (time.perf_counter() - began) / needed


def our_loop(pairs: Pairs, steps: int, folder: Path, tokens_per_batch: int) -> dict[str, float]:
    """Figures of steps of the package's loop over the pairs, read from a classic text file."""
    vocabulary = Vocabulary()
    text = folder / "pairs.prefix"
    text.write_text(
        "".join(f"{vocabulary.decode(p)}\t{vocabulary.decode(s)}\n" for p, s in pairs),
        encoding="utf-8",
    )
    config = TrainingConfig.from_dict(
        {
            "mixture": {"bwd": {"text": str(text)}},
            "model": SHAPE,
            "training": {
                "steps": WARMUP + steps, "tokens_per_batch": tokens_per_batch, "pool": len(pairs),
                "log_every": 1, "checkpoint_every": 1_000_000, "learning_rate": 1e-4, "warmup": 0,
            },
        }
    )  # fmt: skip
    reports = []
    train(config, folder / "run", report=lambda progress: reports.append((time.perf_counter(), progress)))
    seconds = reports[-1][0] - reports[WARMUP - 1][0]
    counted = [progress for _, progress in reports[WARMUP:]]
    spans = [reports[index + 1][0] - reports[index][0] for index in range(WARMUP - 1, len(reports) - 1)]
    # Each report covers one step, so its rate times its duration is its number of equations.
    equations = sum(p.examples_per_second * span for p, span in zip(counted, spans, strict=True))
    return {
        "equations": equations,
        "seconds": seconds,
        "padding": sum(p.padding for p in counted) / len(counted),
        "loss": counted[-1].loss,
    }


def main():
    """Time both and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=5000)
    parser.add_argument("--share", type=float, default=1.0, help="share of a pass that is timed")
    parser.add_argument("--tokens", type=int, default=4096, help="tokens of our batches")
    options = parser.parse_args()
    torch.manual_seed(0)
    drawn = RecipeSource(Recipe()).pool(0, int(options.pairs * 1.1))
    pairs = drawn.select(list(range(options.pairs)))
    timed = int(options.pairs * options.share)
    plain = PlainLoop(pairs)
    # The plain loop is timed before and after ours, so that other load on the machine affects both.
    plain.run(0, timed // 2)
    with tempfile.TemporaryDirectory() as folder:
        tokens = sum(len(p) + len(s) + 3 for p, s in pairs)
        steps = max(5, round(1.03 * options.share * tokens / options.tokens))
        possible = possible_rate(pairs)
        ours = our_loop(pairs, steps, Path(folder), options.tokens)
    plain.run(timed // 2, timed)
    ours_rate, plain_rate = ours["equations"] / ours["seconds"], plain.equations / plain.seconds
    ratio = ours_rate / plain_rate
    plain_padding = plain.padding[0] / plain.padding[1]
    print(f"{'':12} {'equations/s':>12} {'padding':>8} {'seconds':>8}")
    print(f"{'antiderive':12} {ours_rate:12.1f} {ours['padding']:8.1%} {ours['seconds']:8.1f}")
    print(f"{'original':12} {plain_rate:12.1f} {plain_padding:8.1%} {plain.seconds:8.1f}")
    print(
        json.dumps(
            {
                "pairs": options.pairs,
                "threads": torch.get_num_threads(),
                "equations_per_second": ours_rate,
                "original_equations_per_second": plain_rate,
                "ratio_to_original": ratio,
                "bound": possible / plain_rate,
                "padding": ours["padding"],
                "original_padding": plain_padding,
            }
        )
    )


if __name__ == "__main__":
    main()
