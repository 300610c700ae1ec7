"""Fine-tuning a language model: a small BERT and its tokenizer, made here, no network."""

import numpy as np
import pytest
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

from antiderive import Expr
from antiderive.classification.fit import FitConfig
from antiderive.classification.labelled import read_splits
from antiderive.classification.language import WRITINGS, LanguageNetwork
from antiderive.classification.metrics import roc_auc
from antiderive.classification.prediction import Layout
from antiderive.classification.train import load_classifier, train_classifier
from antiderive.errors import DataError, SettingError


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


@pytest.fixture(scope="module")
def bert(labelled_sets, tmp_path_factory):
    """A folder as the Hub has them: a masked language model and a WordPiece tokenizer trained on LaTeX."""
    folder = tmp_path_factory.mktemp("bert")
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"\\[a-z]+|[a-z]+|\d|\S"), "isolated")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    texts = [text for f in labelled_sets["train"].integrands for text in (f.to_latex(), f.to_infix())]
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=200, special_tokens=special))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=64,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )
    fast.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(fast),
        hidden_size=48,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=96,
        max_position_embeddings=64,
    )
    BertForMaskedLM(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def tuned(bert, labelled_sets, tmp_path_factory):
    """All its weights trained, on LaTeX."""
    folder = tmp_path_factory.mktemp("tuned")
    config = FitConfig(epochs=5, batch=32, learning_rate=2e-3, seed=1)
    return folder, train_classifier(labelled_sets, folder, family="language", base=str(bert), config=config)


def check(folder, classifier, test, least=0.9):
    """It tells what integrates, and what is saved is what is loaded; no pickle among it."""
    test = test.select(test.found >= 0)
    found = classifier.predict(test.integrands).found
    assert roc_auc(test.found == 1, found) > least
    assert np.allclose(load_classifier(folder).predict(test.integrands).found, found, atol=1e-5)
    assert not list(folder.rglob("*.bin")) and list(folder.rglob("model.safetensors"))


def test_full_fine_tuning(tuned, bert, labelled_sets):
    folder, classifier = tuned
    check(folder, classifier, labelled_sets["test"])
    assert classifier.description.shape == {"base": str(bert), "writing": "latex", "lora": 0}


def test_lora_on_other_labels(tuned, labelled_folder, tmp_path):
    """A model that knows what one pair of methods integrates learns another question with small matrices."""
    base = tuned[0] / "language"
    giac = read_splits(labelled_folder, methods=("giac",))
    config = FitConfig(epochs=5, batch=32, learning_rate=5e-3, seed=1)
    classifier = train_classifier(giac, tmp_path, family="language", base=str(base), lora=8, config=config)
    check(tmp_path, classifier, giac["test"], least=0.7)


def test_infix_is_another_writing(bert, labelled_sets):
    layout = Layout.of(labelled_sets["train"])
    latex, infix = (
        LanguageNetwork.new(str(bert), layout, writing=one).encode([Expr("sqrt(x)/2")]) for one in WRITINGS
    )
    assert latex != infix


def test_long_formulas_are_cut(tuned):
    long = Expr("+".join(f"sin({k}*x)^{k}" for k in range(2, 60)))
    assert tuned[1].predict([long]).found.shape == (1,)


def test_what_cannot_be_loaded(labelled_sets, tmp_path):
    with pytest.raises(DataError) as missing:
        train_classifier(labelled_sets, tmp_path, family="language", base="tbs17/MathBERT")
    message = str(missing.value)
    assert "\n" not in message and "fetch it with: hf download tbs17/MathBERT" in message
    with pytest.raises(
        DataError, match=r"is not a language model .* it needs config.json, model.safetensors"
    ):
        train_classifier(labelled_sets, tmp_path, family="language", base=str(tmp_path))
    with pytest.raises(SettingError, match="choose latex or infix"):
        train_classifier(labelled_sets, tmp_path, family="language", base="x", writing="html")
