"""Architectures as configurations, the decoder's cache, tree positions."""

import pytest
import torch

from antiderive.errors import LimitError, SettingError
from antiderive.expressions import Expr, TokenRows, Vocabulary
from antiderive.models import Seq2Seq, Seq2SeqConfig
from antiderive.models.positions import TreePositions

VOCABULARY = Vocabulary()
PROBLEMS = ("sub Y' x", "sub Y' mul x cos x", "sub Y' pow x INT+ 2 3")
SMALL = {"width": 32, "heads": 2, "encoder_layers": 2, "decoder_layers": 2, "feed_forward": 64}
SHAPES = {
    "modern": {},
    "original": {"norm": "post", "positions": "learned", "bias": True},
    "tree": {"tree_positions": True},
}


def model(**settings):
    torch.manual_seed(0)
    return Seq2Seq(Seq2SeqConfig(len(Vocabulary()), **{**SMALL, **settings})).eval()


def padded(*texts):
    """Rows of token names as one tensor."""
    rows = TokenRows.of([VOCABULARY.encode(text) for text in texts])
    return torch.from_numpy(rows.padded(VOCABULARY.pad))


@pytest.mark.parametrize("shape", SHAPES)
def test_steps_with_a_cache_give_what_the_whole_sequence_gives(shape):
    net = model(**SHAPES[shape])
    source = padded("add x sin x <eos>", "mul INT+ 1 2 x <eos>")
    target = padded("<bos> mul x x", "<bos> ln sin x")
    with torch.inference_mode():
        whole = net(source, target)
        memory, mask = net.encode(source)
        cache = net.start(memory)
        steps = [net.decode(target[:, step : step + 1], cache, mask) for step in range(target.shape[1])]
        # Padding changes nothing.
        alone = net(source[:1, :5], target[:1])
    torch.testing.assert_close(torch.cat(steps, 1), whole, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(alone, whole[:1], atol=1e-5, rtol=1e-5)


def test_the_original_has_its_number_of_parameters():
    # Six layers each, width 512, by hand: attention 4 (d^2 + d), feed-forward 8 d^2 + 5 d, norms 2 d each.
    d, vocabulary = 512, len(Vocabulary())
    attention, inner, norm = 4 * (d * d + d), 8 * d * d + 5 * d, 2 * d
    expected = 6 * (attention + inner + 2 * norm) + 6 * (2 * attention + inner + 3 * norm)
    expected += vocabulary * d + 1024 * d + 2 * norm
    shape = Seq2SeqConfig(vocabulary, 512, 8, 6, 6, 2048, norm="post", positions="learned", bias=True)
    with torch.device("meta"):
        assert Seq2Seq(shape).parameters_count == expected


def test_operations_are_counted_as_torch_counts_them():
    from torch.utils.flop_counter import FlopCounterMode

    net = model().train()
    source, target = torch.randint(3, 20, (3, 40)), torch.randint(3, 20, (3, 24))
    with (
        FlopCounterMode(display=False) as counter,
        torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH),
    ):
        net(source, target).sum().backward()
    # The causal half of attention is computed and thrown away, and the first layers have no inputs to differentiate.
    assert net.training_flops(3, 40, 24) == pytest.approx(counter.get_total_flops(), rel=0.05)


def test_learned_positions_end_with_a_clear_error():
    with pytest.raises(LimitError, match="raise model.max_length"):
        model(positions="learned", max_length=4).encode(torch.ones(1, 5, dtype=torch.long))


def paths_by_recursion(names, tokens):
    """Child numbers from each token up to the root, by walking the tree."""
    found = {}

    def walk(index, path):
        found[index] = path
        arity = names.arities[tokens[index]]
        following = index + 1
        if not arity:
            while following < len(tokens) and names.names[tokens[following]].isdigit():
                found[following] = path
                following += 1
        for child in range(arity):
            following = walk(following, [child, *path])
        return following

    walk(0, [])
    return found


@pytest.mark.parametrize(
    "text", ["x", "3*x^2 + sin(x)/120", "exp(x*(x + 1))*log(2*x)^3 - atan(x)", "sin(cos(tan(exp(x))))"]
)
def test_tree_positions_are_the_paths_of_the_tree(text):
    names = Vocabulary()
    tokens = Expr(text).to_tokens()
    tree = TreePositions(64)
    row = torch.tensor([[*tokens, names.eos, names.pad]])
    paths = tree.paths(row)[0].view(-1, tree.levels, tree.branches)
    expected = paths_by_recursion(names, tokens)
    for index in range(len(tokens)):
        steps = [level.nonzero().flatten().tolist() for level in paths[index]]
        wanted = [[child] for child in expected[index]] + [[]] * tree.levels
        assert steps == wanted[: tree.levels], (text, index)
    assert not paths[len(tokens) :].any()
    assert tree(row).shape == (1, len(tokens) + 2, 64)


def test_step_by_step_is_the_whole_sequence():
    net = model(heads=4)
    source = padded(*PROBLEMS)
    target = torch.randint(3, len(VOCABULARY), (3, 9))
    whole = net(source, target)
    memory, mask = net.encode(source)
    cache = net.start(memory)
    steps = [net.decode(target[:, i : i + 1], cache, mask) for i in range(9)]
    torch.testing.assert_close(torch.cat(steps, dim=1), whole, atol=1e-5, rtol=1e-4)


@torch.inference_mode()
def test_branches_share_what_they_have_in_common():
    """Branches that go on from random others of their tree, against the whole sequence of each."""
    net = model(heads=4)
    branches, steps = 4, 24
    source = padded(*PROBLEMS)
    memory, mask = net.encode(source)
    cache = net.start(memory, branching=True)
    written = torch.full((len(PROBLEMS), branches, 1), VOCABULARY.bos)
    generator = torch.Generator().manual_seed(0)
    positions = []
    for step in range(steps):
        found = net.decode(written[:, :, -1], cache, mask)
        whole = net(source.repeat_interleave(branches, 0), written.flatten(0, 1))[:, -1]
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


def test_padding_changes_nothing():
    net = model(heads=4)
    target = torch.tensor([[1, 5, 6]])
    alone = net(padded(PROBLEMS[0]), target)
    together = net(padded(*PROBLEMS)[:1], target)
    torch.testing.assert_close(alone, together, atol=1e-5, rtol=1e-4)


def test_the_decoder_does_not_look_ahead():
    net = model(heads=4)
    source = padded(PROBLEMS[0])
    target = torch.tensor([[1, 5, 6, 7]])
    changed = torch.tensor([[1, 5, 6, 20]])
    torch.testing.assert_close(net(source, target)[:, :3], net(source, changed)[:, :3])


def test_configurations_are_checked():
    with pytest.raises(SettingError, match="heads"):
        Seq2SeqConfig(vocabulary=10, width=30, heads=4)
    with pytest.raises(SettingError, match="decoder_layers"):
        Seq2SeqConfig(vocabulary=10, decoder_layers=0)
