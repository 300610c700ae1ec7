"""Batched beam search with a key-value cache; a beam of 1 is greedy decoding.

Every problem of the batch has ``beam`` partial hypotheses. In each step all their continuations compete;
those that end the expression move to the problem's finished ones. A problem is done when it has ``beam``
finished hypotheses and no partial one can still beat the worst of them, or at the length limit.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from antiderive.datasets import Vocabulary
from antiderive.datasets.stream import pad
from antiderive.decoding.grammar import Grammar, GrammarState
from antiderive.errors import SettingError
from antiderive.models import Seq2Seq

_IMPOSSIBLE = float("-inf")


@dataclass(frozen=True)
class Hypothesis:
    """A finished sequence.

    Attributes:
        tokens: token ids, without begin and end.
        score: log-probability divided by length to the power of the length penalty.
    """

    tokens: list[int]
    score: float


@torch.inference_mode()
def beam_search(
    model: Seq2Seq,
    problems: list[list[int]],
    *,
    beam: int = 1,
    max_tokens: int = 256,
    length_penalty: float = 1.0,
    grammar: bool = True,
) -> list[list[Hypothesis]]:
    """Up to ``beam`` hypotheses for each problem, best first.

    Args:
        model: the model, in evaluation mode.
        problems: token ids of each problem, without special tokens.
        beam: hypotheses kept for each problem.
        max_tokens: longest hypothesis, the end token not counted.
        length_penalty: exponent of the length that scores are divided by; 0 compares plain
            log-probabilities.
        grammar: allow only well-formed expressions.

    Raises:
        SettingError: if ``beam`` or ``max_tokens`` is below 1.
    """
    if beam < 1 or max_tokens < 1:
        raise SettingError(f"beam {beam} and max_tokens {max_tokens} must be at least 1")
    if not problems:
        return []
    search = _Search(model, problems, beam, max_tokens, length_penalty, use_grammar=grammar)
    for length in range(max_tokens + 1):
        if not search.active:
            break
        search.step(length)
    return [sorted(found, key=lambda h: -h.score) for found in search.finished]


class _Search:
    """State of one search: rows are the partial hypotheses, ``beam`` in a row for each active problem."""

    def __init__(
        self,
        model: Seq2Seq,
        problems: list[list[int]],
        beam: int,
        max_tokens: int,
        length_penalty: float,
        *,
        use_grammar: bool,
    ) -> None:
        device = model.embedding.weight.device
        vocabulary = Vocabulary()
        self.model, self.beam, self.max_tokens, self.penalty = model, beam, max_tokens, length_penalty
        self.eos, self.pad = vocabulary.eos, vocabulary.pad
        self.grammar = Grammar(vocabulary, device)
        self.use_grammar = use_grammar
        source = torch.from_numpy(pad([[*p, vocabulary.eos] for p in problems], vocabulary.pad)).to(device)
        memory, mask = model.encode(source)
        count = len(problems)
        self.active = list(range(count))
        self.finished: list[list[Hypothesis]] = [[] for _ in range(count)]
        rows = torch.arange(count, device=device).repeat_interleave(beam)
        self.mask = mask[rows]
        self.cache = model.start(memory[rows])
        self.tokens = torch.full((count * beam, 1), vocabulary.bos, device=device)
        self.state: GrammarState = self.grammar.start(count * beam)
        # All rows of a problem are equal at first: only one of them may go on.
        self.scores = torch.full((count, beam), _IMPOSSIBLE, device=device)
        self.scores[:, 0] = 0.0

    def step(self, length: int) -> None:
        """Extends every partial hypothesis of ``length`` tokens by one."""
        logits = self.model.decode(self.tokens[:, -1:], self.cache, self.mask)[:, -1].float()
        logits[:, self.pad] = _IMPOSSIBLE
        log_probabilities = logits.log_softmax(-1)
        if self.use_grammar:
            allowed = self.grammar.allowed(self.state, self.max_tokens - length)
            log_probabilities = log_probabilities.masked_fill(~allowed, _IMPOSSIBLE)
        elif length == self.max_tokens:
            log_probabilities[:, : self.eos] = _IMPOSSIBLE
            log_probabilities[:, self.eos + 1 :] = _IMPOSSIBLE
        vocabulary = log_probabilities.shape[-1]
        problems = len(self.active)
        totals = self.scores.view(-1, 1) + log_probabilities
        # Of 2*beam best continuations at most beam can be ends, one for each row: beam go on.
        scores, places = totals.view(problems, -1).topk(min(2 * self.beam, self.beam * vocabulary), dim=-1)
        parents, tokens = places // vocabulary, places % vocabulary
        self._finish(scores, parents, tokens, length)
        self._go_on(scores, parents, tokens)
        self._drop_done(length + 1)

    def _finish(self, scores: Tensor, parents: Tensor, tokens: Tensor, length: int) -> None:
        """Moves hypotheses that end among the first ``beam`` continuations to the finished ones."""
        ends = (tokens == self.eos) & (scores > _IMPOSSIBLE)
        ends[:, self.beam :] = False
        for problem, place in ends.nonzero().tolist():
            row = problem * self.beam + int(parents[problem, place])
            score = float(scores[problem, place]) / max(length, 1) ** self.penalty
            found = self.finished[self.active[problem]]
            found.append(Hypothesis(self.tokens[row, 1:].tolist(), score))
            if len(found) > self.beam:
                found.remove(min(found, key=lambda h: h.score))

    def _go_on(self, scores: Tensor, parents: Tensor, tokens: Tensor) -> None:
        """Keeps the ``beam`` best continuations that do not end."""
        open_scores = scores.masked_fill(tokens == self.eos, _IMPOSSIBLE)
        self.scores, places = open_scores.topk(self.beam, dim=-1)
        tokens = tokens.gather(1, places).flatten()
        first = torch.arange(len(self.active), device=tokens.device)[:, None] * self.beam
        rows = (parents.gather(1, places) + first).flatten()
        self.tokens = torch.cat([self.tokens[rows], tokens[:, None]], dim=1)
        self.cache.select(rows)
        self.state = self.grammar.advance(self.state.select(rows), tokens)

    def _drop_done(self, length: int) -> None:
        """Leaves out the problems for which nothing better can come."""
        # Scores only fall, and dividing by the longest length is the kindest penalty.
        best_possible = (self.scores[:, 0] / self.max_tokens**self.penalty).tolist()
        keep = []
        for place, problem in enumerate(self.active):
            found = self.finished[problem]
            full = len(found) == self.beam and best_possible[place] <= min(h.score for h in found)
            if best_possible[place] > _IMPOSSIBLE and not full and length <= self.max_tokens:
                keep.append(place)
        if len(keep) == len(self.active):
            return
        problems = torch.tensor(keep, dtype=torch.long, device=self.tokens.device)
        rows = (problems[:, None] * self.beam + torch.arange(self.beam, device=problems.device)).flatten()
        self.active = [self.active[place] for place in keep]
        self.scores, self.tokens, self.mask = self.scores[problems], self.tokens[rows], self.mask[rows]
        self.cache.select_sources(rows)
        self.state = self.state.select(rows)
