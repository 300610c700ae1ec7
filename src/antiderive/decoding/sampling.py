"""Random hypotheses: temperature and nucleus sampling (Holtzman et al. 2020).

Samples are more diverse than a beam; since answers are verified, one right answer among many is enough.
"""

from __future__ import annotations

import torch
from torch import Tensor

from antiderive.decoding.hypothesis import Hypothesis, score_of
from antiderive.decoding.partial import IMPOSSIBLE, PartialHypotheses, by_length
from antiderive.decoding.settings import ROWS
from antiderive.errors import SettingError
from antiderive.models import Seq2Seq


def sample(
    model: Seq2Seq,
    problems: list[list[int]],
    *,
    count: int,
    temperature: float = 1.0,
    top_p: float = 1.0,
    max_tokens: int = 256,
    length_penalty: float = 1.0,
    grammar: bool = True,
    seed: int = 0,
    rows: int = ROWS,
) -> list[list[Hypothesis]]:
    """Random hypotheses from ``count`` samples for each problem, best first, without duplicates.

    Args:
        model: the model, in evaluation mode.
        problems: token ids of each problem, without special tokens.
        count: samples drawn for each problem.
        temperature: divides the logits; below 1 it favors likely tokens.
        top_p: each token is drawn from the likeliest ones that reach this total probability.
        max_tokens: longest hypothesis, not counting the end token.
        length_penalty: as in beam search; scores are the model's own, at temperature 1.
        grammar: allow only well-formed expressions.
        seed: seed of the random numbers.
        rows: samples drawn together; problems of similar length share a batch.

    Raises:
        SettingError: for settings out of range.
    """
    if count < 1 or max_tokens < 1 or rows < 1 or temperature <= 0 or not 0 < top_p <= 1:
        raise SettingError(
            f"count {count}, max_tokens {max_tokens} and rows {rows} must be at least 1, temperature "
            f"{temperature} positive, top_p {top_p} above 0 and at most 1"
        )
    generator = torch.Generator(device=model.embedding.weight.device).manual_seed(seed)
    found: list[list[Hypothesis]] = [[] for _ in problems]
    for indices in by_length(problems, rows // count):
        with torch.inference_mode():
            batch = [problems[index] for index in indices]
            state = PartialHypotheses(model, batch, count, max_tokens, grammar=grammar, branching=False)
            drawn = _draw(state, temperature, top_p, length_penalty, generator)
        for index, hypotheses in zip(indices, drawn, strict=True):
            different = {tuple(h.tokens): h for h in hypotheses}.values()
            found[index] = sorted(different, key=lambda h: -h.score)
    return found


def _draw(
    rows: PartialHypotheses,
    temperature: float,
    top_p: float,
    length_penalty: float,
    generator: torch.Generator,
) -> list[list[Hypothesis]]:
    """Sample until every row has ended; what a row writes after its end is ignored."""
    count = len(rows.tokens)
    totals = torch.zeros(count, device=rows.device)
    ended = torch.zeros(count, dtype=torch.bool, device=rows.device)
    found: list[list[Hypothesis]] = [[] for _ in range(count // rows.width)]
    while rows.length <= rows.max_tokens and not bool(ended.all()):
        log_probabilities = rows.log_probabilities()
        # The grammar may allow a finished row no token at all, so it repeats the end token.
        log_probabilities[ended] = IMPOSSIBLE
        log_probabilities[ended, rows.eos] = 0.0
        chosen = torch.multinomial(_nucleus(log_probabilities / temperature, top_p), 1, generator=generator)
        totals += log_probabilities.gather(1, chosen)[:, 0]
        tokens = chosen[:, 0]
        now = (tokens == rows.eos) & ~ended
        for row in now.nonzero()[:, 0].tolist():
            score = score_of(float(totals[row]), rows.length, length_penalty)
            found[row // rows.width].append(Hypothesis(rows.written(row), score))
        ended |= now
        if rows.length == rows.max_tokens:
            break
        rows.append(tokens)
    return found


def _nucleus(logits: Tensor, top_p: float) -> Tensor:
    """Probabilities of the likeliest tokens that together reach ``top_p``, and 0 elsewhere."""
    probabilities = logits.softmax(-1)
    if top_p == 1:
        return probabilities
    ordered, indices = probabilities.sort(dim=-1, descending=True)
    # A token stays while those before it sum to less than top_p; so the likeliest always stays.
    ordered = ordered.masked_fill(ordered.cumsum(-1) - ordered >= top_p, 0.0)
    return torch.zeros_like(probabilities).scatter_(1, indices, ordered)
