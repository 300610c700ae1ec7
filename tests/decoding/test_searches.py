"""Rules of beam search, sampling, and verification beside the search."""

import threading

import pytest
import torch

from antiderive import Expr
from antiderive.decoding import Decoding, Hypothesis, beam_search, distinct, sample
from antiderive.errors import SettingError
from antiderive.expressions import Vocabulary
from antiderive.models import Seq2Seq, Seq2SeqConfig

VOCABULARY = Vocabulary()
PROBLEMS = [
    VOCABULARY.encode(p) for p in ("sub Y' x", "sub Y' mul x cos x", "sub Y' pow x INT+ 2 3", "sub Y' 1")
]


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(1)
    config = Seq2SeqConfig(
        vocabulary=len(VOCABULARY), width=32, heads=4, encoder_layers=1, decoder_layers=2, feed_forward=64
    )
    made = Seq2Seq(config).eval()
    with torch.no_grad():
        made.embedding.weight *= 3  # sharper, so that hypotheses differ in score
    return made


def published(model, problem, beam, max_tokens, penalty, early_stopping):
    """The rules of the published decoder, token by token; nothing is cached."""
    eos, bos, pad = VOCABULARY.eos, VOCABULARY.bos, VOCABULARY.pad
    source = torch.tensor([[*problem, eos]])
    rows, finished = [([bos], 0.0)], []
    for length in range(1, max_tokens + 2):
        targets = torch.tensor([tokens for tokens, _ in rows])
        logits = model(source.expand(len(rows), -1), targets)[:, -1]
        logits[:, pad] = float("-inf")
        steps = logits.log_softmax(-1)
        continuations = sorted(
            (
                (total + float(steps[row, token]), row, token)
                for row, (_, total) in enumerate(rows)
                for token in range(len(VOCABULARY))
                if token != pad and (length <= max_tokens or token == eos)
            ),
            reverse=True,
        )[: 2 * beam]
        if len(finished) == beam:
            worst = min(score for score, _ in finished)
            if early_stopping or worst >= continuations[0][0] / (max_tokens + 2) ** penalty:
                break
        children = []
        for total, row, token in continuations:
            if token == eos:
                finished.append((total / length**penalty, rows[row][0][1:]))
                finished = sorted(finished, reverse=True)[:beam]
            else:
                children.append(([*rows[row][0], token], total))
            if len(children) == beam:
                break
        rows = children
        if not rows:
            break
    return sorted(finished, reverse=True)


@torch.no_grad()
@pytest.mark.parametrize(("penalty", "early"), [(1.0, False), (0.0, False), (1.0, True), (2.0, False)])
@pytest.mark.parametrize("beam", [1, 4])
def test_the_rules_are_the_published_ones(model, beam, penalty, early):
    settings = Decoding(beam=beam, max_tokens=8, length_penalty=penalty, early_stopping=early, grammar=False)
    found = beam_search(model, PROBLEMS, settings)
    for problem, hypotheses in zip(PROBLEMS, found, strict=True):
        expected = published(model, problem, beam, 8, penalty, early)
        assert [h.tokens for h in hypotheses] == [tokens for _, tokens in expected]
        assert [h.score for h in hypotheses] == pytest.approx([score for score, _ in expected], abs=1e-4)


def test_small_batches_give_the_same(model):
    whole = beam_search(model, PROBLEMS, Decoding(beam=4, max_tokens=10))
    assert beam_search(model, PROBLEMS, Decoding(beam=4, max_tokens=10, rows=4)) == [
        [Hypothesis(h.tokens, pytest.approx(h.score, abs=1e-4)) for h in each] for each in whole
    ]


def test_the_search_stops_at_the_first_accepted_answer(model):
    """Answers are judged in another thread while the search goes on, each once."""
    asked, threads = [], set()

    def accept(index, hypothesis):
        threads.add(threading.current_thread())
        asked.append((index, tuple(hypothesis.tokens)))
        return index == 1

    settings = Decoding(beam=6, max_tokens=40)
    everything = beam_search(model, PROBLEMS, settings)
    found = beam_search(model, PROBLEMS, settings, accept=accept)
    assert threading.current_thread() not in threads
    assert len(set(asked)) == len(asked)
    assert {index for index, _ in asked} == {0, 1, 2, 3}
    assert all((index, tuple(h.tokens)) in asked for index in range(4) for h in found[index])
    assert [h.tokens for h in found[0]] == [h.tokens for h in everything[0]]
    assert len(found[1]) >= 1


def test_an_error_of_the_judge_is_not_lost(model):
    def accept(index, hypothesis):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        beam_search(model, PROBLEMS, Decoding(beam=3, max_tokens=30), accept=accept)


@torch.no_grad()
def test_samples_come_with_the_probabilities_of_the_model(model):
    """Against the exact distribution over sequences of one token."""
    found = sample(model, PROBLEMS[:1], count=3000, max_tokens=1, length_penalty=0.0, seed=5)[0]
    exact = {
        tuple(h.tokens): h.score
        for h in beam_search(model, PROBLEMS[:1], Decoding(beam=100, max_tokens=1, length_penalty=0.0))[0]
    }
    for hypothesis in found:
        assert hypothesis.score == pytest.approx(exact[tuple(hypothesis.tokens)], abs=1e-4)
    likeliest = max(exact, key=exact.get)
    assert tuple(found[0].tokens) == likeliest
    assert len({tuple(h.tokens) for h in found}) == len(found)


def test_sampling_settings(model):
    greedy = beam_search(model, PROBLEMS, Decoding(beam=1, max_tokens=12))
    for settings in ({"temperature": 1e-4}, {"top_p": 1e-6}):
        found = sample(model, PROBLEMS, count=3, max_tokens=12, **settings)
        assert [[h.tokens for h in each] for each in found] == [[h.tokens for h in each] for each in greedy]
    again = [sample(model, PROBLEMS, count=8, max_tokens=12, seed=seed) for seed in (3, 3, 4)]
    assert again[0] == again[1] != again[2]
    for hypotheses in again[0]:
        assert all(len(h.tokens) <= 12 for h in hypotheses)
    with pytest.raises(SettingError):
        sample(model, PROBLEMS, count=1, top_p=0.0)


def test_distinct_expressions():
    texts = ["add x sin x", "add sin x x", "pow INT+ 0 INT- 1", "sin x"]
    hypotheses = [Hypothesis(VOCABULARY.encode(text), -index) for index, text in enumerate(texts)]
    assert [(e, h.score) for e, h in distinct(hypotheses)] == [(Expr("x + sin(x)"), 0), (Expr("sin(x)"), -3)]
