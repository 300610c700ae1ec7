"""The model, the grammar mask and beam search."""

import itertools

import pytest
import torch

from antiderive import Expr
from antiderive.datasets.stream import pad
from antiderive.decoding import Decoding, Grammar, beam_search
from antiderive.errors import AntideriveError, SettingError
from antiderive.expressions import Vocabulary
from antiderive.models import Seq2Seq, Seq2SeqConfig

VOCABULARY = Vocabulary()
PROBLEMS = [VOCABULARY.encode(p) for p in ("sub Y' x", "sub Y' mul x cos x", "sub Y' pow x INT+ 2 3")]


@pytest.fixture
def model():
    torch.manual_seed(0)
    config = Seq2SeqConfig(
        vocabulary=len(VOCABULARY), width=32, heads=4, encoder_layers=2, decoder_layers=2, feed_forward=64
    )
    return Seq2Seq(config).eval()


def test_step_by_step_is_the_whole_sequence(model):
    source = torch.tensor(pad(PROBLEMS, 0))
    target = torch.randint(3, len(VOCABULARY), (3, 9))
    whole = model(source, target)
    memory, mask = model.encode(source)
    cache = model.start(memory)
    steps = [model.decode(target[:, i : i + 1], cache, mask) for i in range(9)]
    torch.testing.assert_close(torch.cat(steps, dim=1), whole, atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_branches_share_what_they_have_in_common(model):
    """Branches that go on from random others of their tree, against the whole sequence of each."""
    branches, steps = 4, 24
    source = torch.tensor(pad(PROBLEMS, 0))
    memory, mask = model.encode(source)
    cache = model.start(memory, branching=True)
    written = torch.full((len(PROBLEMS), branches, 1), VOCABULARY.bos)
    generator = torch.Generator().manual_seed(0)
    positions = []
    for step in range(steps):
        found = model.decode(written[:, :, -1], cache, mask)
        whole = model(source.repeat_interleave(branches, 0), written.flatten(0, 1))[:, -1]
        torch.testing.assert_close(found.flatten(0, 1), whole, atol=1e-4, rtol=1e-4)
        positions.append(cache.own[0].count)
        parents = torch.randint(branches, written.shape[:2], generator=generator)
        cache.branch(parents)
        if step == steps // 2:  # the second tree is done
            cache.select(torch.tensor([0, 2]))
            written, parents, source, mask = written[::2], parents[::2], source[::2], mask[::2]
        new = torch.randint(3, len(VOCABULARY), (*parents.shape, 1), generator=generator)
        written = torch.cat([written.gather(1, parents[:, :, None].expand_as(written)), new], dim=2)
    # What is behind no branch any more is left out.
    assert max(positions) < 0.75 * branches * steps


def test_padding_changes_nothing(model):
    target = torch.tensor([[1, 5, 6]])
    alone = model(torch.tensor([PROBLEMS[0]]), target)
    padded = model(torch.tensor(pad(PROBLEMS, 0))[:1], target)
    torch.testing.assert_close(alone, padded, atol=1e-5, rtol=1e-4)


def test_the_decoder_does_not_look_ahead(model):
    source = torch.tensor([PROBLEMS[0]])
    target = torch.tensor([[1, 5, 6, 7]])
    changed = torch.tensor([[1, 5, 6, 20]])
    torch.testing.assert_close(model(source, target)[:, :3], model(source, changed)[:, :3])


def test_configurations_are_checked():
    with pytest.raises(SettingError, match="heads"):
        Seq2SeqConfig(vocabulary=10, width=30, heads=4)
    with pytest.raises(SettingError, match="decoder_layers"):
        Seq2SeqConfig(vocabulary=10, decoder_layers=0)


def is_solution(tokens):
    """An independent judgement: the parser reads it and it has no unknown."""
    names = [VOCABULARY.names[token] for token in tokens]
    if any(name.startswith(("Y", "<")) for name in names):
        return False
    try:
        Expr.from_prefix(" ".join(names))
    except AntideriveError as error:
        # Undefined or too large values are well-formed all the same.
        return type(error).__name__ != "ParseError"
    return True


def mask_accepts(tokens, room=20):
    grammar = Grammar(VOCABULARY)
    state = grammar.start(1)
    for place, token in enumerate([*tokens, VOCABULARY.eos]):
        if not grammar.allowed(state, room - place)[0, token]:
            return False
        state = grammar.advance(state, torch.tensor([token]))
    return True


def test_the_mask_accepts_exactly_the_well_formed_sequences():
    names = ["x", "sin", "add", "INT+", "7", "Y", "<pad>"]
    ids = [VOCABULARY.ids[name] for name in names]
    counts = {True: 0, False: 0}
    for length in range(1, 5):
        for tokens in itertools.product(ids, repeat=length):
            expected = is_solution(tokens)
            assert mask_accepts(tokens) is expected, VOCABULARY.decode(tokens)
            counts[expected] += 1
    assert min(counts.values()) > 10


def test_the_mask_always_leaves_a_way_to_the_end():
    generator = torch.Generator().manual_seed(0)
    grammar = Grammar(VOCABULARY)
    for room in (1, 2, 3, 8, 30):
        for _ in range(50):
            state, tokens = grammar.start(1), []
            for place in range(room + 1):
                allowed = grammar.allowed(state, room - place)[0]
                assert allowed.any()
                token = torch.multinomial(allowed.float(), 1, generator=generator)
                if int(token) == VOCABULARY.eos:
                    break
                tokens.append(int(token))
                state = grammar.advance(state, token)
            assert is_solution(tokens), VOCABULARY.decode(tokens)
            assert len(tokens) <= room


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
