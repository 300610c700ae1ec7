"""Beam search: well-formed, complete, and the same in any batch."""

import itertools

import pytest
import torch
from helpers.well_formed import VOCABULARY, is_solution, mask_accepts

from antiderive.decoding import Decoding, beam_search
from antiderive.errors import SettingError
from antiderive.models import Seq2Seq, Seq2SeqConfig

PROBLEMS = [VOCABULARY.encode(p) for p in ("sub Y' x", "sub Y' mul x cos x", "sub Y' pow x INT+ 2 3")]


@pytest.fixture
def model():
    torch.manual_seed(0)
    config = Seq2SeqConfig(
        vocabulary=len(VOCABULARY), width=32, heads=4, encoder_layers=2, decoder_layers=2, feed_forward=64
    )
    return Seq2Seq(config).eval()


@pytest.mark.parametrize("beam", [1, 4, 10])
def test_every_hypothesis_of_an_untrained_model_is_well_formed(model, beam):
    found = beam_search(model, PROBLEMS, Decoding(beam=beam, max_tokens=15))
    assert [len(hypotheses) for hypotheses in found] == [beam] * 3
    for hypotheses in found:
        assert all(is_solution(h.tokens) and len(h.tokens) <= 15 for h in hypotheses)
        assert [h.score for h in hypotheses] == sorted((h.score for h in hypotheses), reverse=True)
        assert len({tuple(h.tokens) for h in hypotheses}) == beam


def scores_of(model, problem, sequences, penalty):
    """Scores of whole sequences of one length, without a cache."""
    source = torch.tensor([[*problem, VOCABULARY.eos]]).expand(len(sequences), -1)
    targets = torch.tensor([[VOCABULARY.bos, *tokens, VOCABULARY.eos] for tokens in sequences])
    logits = model(source, targets[:, :-1])
    logits[:, :, VOCABULARY.pad] = float("-inf")
    totals = logits.log_softmax(-1).gather(2, targets[:, 1:, None]).sum((1, 2))
    return (totals / (targets.shape[1] - 1) ** penalty).tolist()


@torch.no_grad()
@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_a_wide_beam_finds_the_best_of_all_sequences(model, penalty):
    """Against brute force over every well-formed sequence of one or two tokens."""
    ids = range(3, len(VOCABULARY))
    everything = {}
    for length in (1, 2):
        sequences = [t for t in itertools.product(ids, repeat=length) if mask_accepts(t, room=2)]
        everything.update(zip(sequences, scores_of(model, PROBLEMS[0], sequences, penalty), strict=True))
    found = beam_search(model, PROBLEMS[:1], Decoding(beam=3000, max_tokens=2, length_penalty=penalty))[0]
    assert {tuple(h.tokens): h.score for h in found} == pytest.approx(everything, abs=1e-4)
    assert tuple(found[0].tokens) == max(everything, key=everything.get)


def test_batching_changes_no_hypothesis(model):
    together = beam_search(model, PROBLEMS, Decoding(beam=5, max_tokens=12))
    for problem, hypotheses in zip(PROBLEMS, together, strict=True):
        (alone,) = beam_search(model, [problem], Decoding(beam=5, max_tokens=12))
        assert [h.tokens for h in alone] == [h.tokens for h in hypotheses]


def test_without_the_mask_length_is_still_bounded(model):
    found = beam_search(model, PROBLEMS, Decoding(beam=3, max_tokens=6, grammar=False))
    assert all(len(h.tokens) <= 6 for hypotheses in found for h in hypotheses)
    assert all(hypotheses for hypotheses in found)


def test_beams_are_checked(model):
    assert beam_search(model, [], Decoding()) == []
    with pytest.raises(SettingError):
        beam_search(model, PROBLEMS, Decoding(beam=0))
