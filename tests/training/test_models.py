"""Architectures as configurations, tree positions, exported models, curves."""

import json

import pytest
import torch

from antiderive._core import Expr
from antiderive.datasets.stream import pad
from antiderive.errors import DataError, LimitError
from antiderive.expressions import Vocabulary
from antiderive.models import Seq2Seq, Seq2SeqConfig
from antiderive.models.positions import TreePositions
from antiderive.training import export, from_pretrained, push, train
from antiderive.training.plot import plot

from .common import config

SMALL = {"width": 32, "heads": 2, "encoder_layers": 2, "decoder_layers": 2, "feed_forward": 64}
SHAPES = {
    "modern": {},
    "original": {"norm": "post", "positions": "learned", "bias": True},
    "tree": {"tree_positions": True},
}


def model(**settings):
    torch.manual_seed(0)
    return Seq2Seq(Seq2SeqConfig(len(Vocabulary()), **{**SMALL, **settings})).eval()


@pytest.mark.parametrize("shape", SHAPES)
def test_steps_with_a_cache_give_what_the_whole_sequence_gives(shape):
    net, names = model(**SHAPES[shape]), Vocabulary()
    source = torch.from_numpy(
        pad([names.encode("add x sin x <eos>"), names.encode("mul INT+ 1 2 x <eos>")], names.pad)
    )
    target = torch.from_numpy(pad([names.encode("<bos> mul x x"), names.encode("<bos> ln sin x")], names.pad))
    with torch.inference_mode():
        whole = net(source, target)
        memory, mask = net.encode(source)
        cache = net.start(memory)
        steps = [net.decode(target[:, place : place + 1], cache, mask) for place in range(target.shape[1])]
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

    def walk(place, path):
        found[place] = path
        arity = names.arities[tokens[place]]
        following = place + 1
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
    for place in range(len(tokens)):
        steps = [level.nonzero().flatten().tolist() for level in paths[place]]
        wanted = [[child] for child in expected[place]] + [[]] * tree.levels
        assert steps == wanted[: tree.levels], (text, place)
    assert not paths[len(tokens) :].any()
    assert tree(row).shape == (1, len(tokens) + 2, 64)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "tiny"
    train(config({"log_every": 2, "evaluate_every": 4, "evaluate_pairs": 10, "evaluate_answers": 3}), folder)
    return folder


def test_exported_models_are_the_same_and_stand_alone(tmp_path, finished):
    folder = export(finished, tmp_path / "given")
    assert {path.name for path in folder.iterdir()} == {"README.md", "config.json", "model.safetensors"}
    mine, theirs = from_pretrained(finished).state_dict(), from_pretrained(folder).state_dict()
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in mine.items())
    card = (folder / "README.md").read_text()
    assert card.startswith("---\nlibrary_name: antiderive")
    assert "| loss |" in card
    assert "task=bwd" in card
    assert json.loads((folder / "config.json").read_text())["architectures"] == ["Seq2Seq"]


def test_the_hub_is_refused_in_one_line_without_a_network(monkeypatch, finished):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(DataError, match="the Hub has no such model"):
        from_pretrained("nobody/nothing")
    with pytest.raises(DataError, match="cannot push to nobody/nothing"):
        push(finished, "nobody/nothing")


def test_curves_are_drawn(tmp_path, finished):
    plot([finished, finished], tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(DataError, match="no log.jsonl"):
        plot([tmp_path], tmp_path / "curves.png")
    with pytest.raises(DataError, match="cannot write the picture"):
        plot([finished], tmp_path / "curves.nonsense")
