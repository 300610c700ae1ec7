"""Batched beam search with a key-value cache; a beam of 1 is greedy decoding.

The rules are those of the code published with Lample & Charton (2020), so that figures are comparable. The
best ``2 * beam`` continuations of a problem are taken in order until ``beam`` of them continue. Those that
end the expression become finished hypotheses, of which the ``beam`` best are kept. A problem is done when it
has ``beam`` of them and (unless stopping early) no later one can beat the worst.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from heapq import heappush, heapreplace

import torch
from torch import Tensor

from antiderive.decoding.hypothesis import Hypothesis, score_of
from antiderive.decoding.partial import IMPOSSIBLE, PartialHypotheses, by_length
from antiderive.decoding.settings import Decoding
from antiderive.models import Seq2Seq

Accept = Callable[[int, Hypothesis], bool]
"""Tells whether a finished hypothesis of a problem (given by its index in the list) is the answer."""


def beam_search(
    model: Seq2Seq,
    problems: list[list[int]],
    settings: Decoding,
    *,
    accept: Accept | None = None,
) -> list[list[Hypothesis]]:
    """Up to ``settings.beam`` hypotheses for each problem, best first.

    Args:
        model: the model, in evaluation mode.
        problems: token ids of each problem, without special tokens.
        settings: beam, lengths and rules.
        accept: called once for each hypothesis as it is finished, in another thread, while the search
            continues; never called after the return. A problem is done when one is accepted.
    """
    found: list[list[Hypothesis]] = [[] for _ in problems]
    for indices in by_length(problems, settings.rows // settings.beam):
        with _Acceptance(indices, accept) as acceptance, torch.inference_mode():
            batch = _Beam(model, [problems[index] for index in indices], settings, acceptance)
            for index, hypotheses in zip(indices, batch.run(), strict=True):
                found[index] = sorted(hypotheses, key=lambda h: -h.score)
    return found


class _Acceptance:
    """Calls ``accept`` in a thread of its own, so that verification runs alongside the search."""

    def __init__(self, indices: list[int], accept: Accept | None) -> None:
        self._indices, self._accept = indices, accept
        self._executor = ThreadPoolExecutor(max_workers=1) if accept is not None else None
        self._asked: list[tuple[int, Future[bool]]] = []

    def __enter__(self) -> _Acceptance:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=kind is not None)
            if kind is None:
                self.answered()  # raises the error of the last calls, if there was one

    def ask(self, problem: int, hypothesis: Hypothesis) -> None:
        """Submit a hypothesis."""
        if self._executor is not None and self._accept is not None:
            self._asked.append(
                (problem, self._executor.submit(self._accept, self._indices[problem], hypothesis))
            )

    def answered(self) -> set[int]:
        """Problems that have had a hypothesis accepted since the last call."""
        accepted = {problem for problem, future in self._asked if future.done() and future.result()}
        self._asked = [(p, future) for p, future in self._asked if not future.done() and p not in accepted]
        return accepted


class _Beam:
    """One batch of problems."""

    def __init__(
        self, model: Seq2Seq, problems: list[list[int]], settings: Decoding, acceptance: _Acceptance
    ) -> None:
        self.settings, self.acceptance = settings, acceptance
        self.beam, self.penalty = settings.beam, settings.length_penalty
        self.rows = PartialHypotheses(
            model, problems, self.beam, settings.max_tokens, grammar=settings.grammar, branching=True
        )
        count = len(problems)
        self.active = list(range(count))
        self.done = [False] * count
        # Heaps with the worst on top; the second entry breaks ties.
        self.finished: list[list[tuple[float, int, Hypothesis]]] = [[] for _ in range(count)]
        self.made = 0
        # All rows of a problem start equal: only one of them may continue.
        self.scores = torch.full((count, self.beam), IMPOSSIBLE, device=self.rows.device)
        self.scores[:, 0] = 0.0

    def run(self) -> list[list[Hypothesis]]:
        """The finished hypotheses of each problem."""
        for _ in range(self.rows.max_tokens + 1):
            self._step()
            if not self._drop_done():
                break
        return [[hypothesis for _, _, hypothesis in found] for found in self.finished]

    def _step(self) -> None:
        """Extend every partial hypothesis by one token."""
        problems = len(self.active)
        log_probabilities = self.rows.log_probabilities()
        vocabulary = log_probabilities.shape[-1]
        totals = (self.scores.view(-1, 1) + log_probabilities).view(problems, -1)
        # At most beam of these continuations end, one for each row, so at least beam of them continue.
        scores, indices = totals.topk(min(2 * self.beam, totals.shape[-1]), dim=-1)
        parents, tokens = indices // vocabulary, indices % vocabulary
        ends = tokens == self.rows.eos
        self._close(scores[:, 0])
        self._finish(scores, parents, ends)
        order = ends.to(torch.int8).argsort(dim=-1, stable=True)[:, : self.beam]
        self._extend(*(part.gather(1, order) for part in (scores, parents, tokens)))

    def _close(self, best: Tensor) -> None:
        """Mark the problems that no continuation can improve; ``best`` scores their best continuation."""
        # The longest length gives the best score; it counts the begin and the end token, as published.
        bound = (best / (self.rows.max_tokens + 2) ** self.penalty).tolist()
        for problem in self.acceptance.answered():
            self.done[problem] = True
        for problem, possible in zip(self.active, bound, strict=True):
            found = self.finished[problem]
            full = len(found) == self.beam
            if possible == IMPOSSIBLE or (full and (self.settings.early_stopping or found[0][0] >= possible)):
                self.done[problem] = True

    def _finish(self, scores: Tensor, parents: Tensor, ends: Tensor) -> None:
        """Add to the finished hypotheses those that rank above the last continuation that is kept."""
        continuing = (~ends).cumsum(-1)
        ends = ends & (continuing < self.beam) & (scores > IMPOSSIBLE)
        where = ends.nonzero()
        totals, rows = scores[ends].tolist(), parents[ends].tolist()
        for index, total, row in zip(where[:, 0].tolist(), totals, rows, strict=True):
            problem = self.active[index]
            score = score_of(total, self.rows.length, self.penalty)
            found = self.finished[problem]
            full = len(found) == self.beam
            if self.done[problem] or (full and score <= found[0][0]):
                continue
            hypothesis = Hypothesis(self.rows.written(index * self.beam + row), score)
            self.made += 1
            (heapreplace if full else heappush)(found, (score, self.made, hypothesis))
            self.acceptance.ask(problem, hypothesis)

    def _extend(self, scores: Tensor, parents: Tensor, tokens: Tensor) -> None:
        """Append the tokens to the rows of their parents."""
        self.scores = scores
        self.rows.take(parents)
        self.rows.append(tokens.flatten())

    def _drop_done(self) -> bool:
        """Drop finished problems once there are enough of them; return false if all are finished."""
        keep = [index for index, problem in enumerate(self.active) if not self.done[problem]]
        if keep and 8 * (len(self.active) - len(keep)) >= len(self.active):
            problems = torch.tensor(keep, device=self.rows.device)
            self.rows.keep(problems)
            self.scores = self.scores[problems]
            self.active = [self.active[index] for index in keep]
        return bool(keep)
