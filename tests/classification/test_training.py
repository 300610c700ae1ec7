"""Training from scratch, saving and loading, on labels that follow a rule."""

import json
import subprocess
import sys

import numpy as np
import pytest

from antiderive import Expr
from antiderive.classification import FeatureClassifier
from antiderive.classification.evaluation import evaluate_classifier
from antiderive.classification.features import COUNTS, FEATURES, features_of
from antiderive.classification.fit import FitConfig
from antiderive.classification.metrics import calibration_error, roc_auc
from antiderive.classification.report import write_classifier_report
from antiderive.classification.train import load_classifier, train_classifier
from antiderive.errors import DataError, SettingError

SHAPES = {
    "tokens": {"width": 32, "layers": 1},
    "tree": {"width": 32, "layers": 1},
    "features": {"hidden": 16},
}
SHAPES["hybrid"] = SHAPES["tree"]


def named(text):
    row = dict(zip(FEATURES, features_of([Expr(text)])[0].tolist(), strict=True))
    return {name: value for name, value in row.items() if value}


def test_features_of_a_formula():
    # Two roots: of a polynomial of degree 3, and of a sine.
    row = named("x^2*sqrt(1 + x^3)/sqrt(sin(2*x + a0))")
    assert row["root of degree 3"] == row["root of degree none"] == row["roots"] / 2 == 1
    assert row["trigonometric of degree 1"] == row["arguments of trigonometric"] == 1
    assert row["root of trigonometric"] == 1 and row["mul of root"] == 1 and row["factors"] == 3
    assert row["exponent 1/2"] == row["exponent -1/2"] == row["exponent 2"] == row["parameters"] == 1
    assert (
        named("1/(x^2 + 1)^2")["divisor of degree 2"] == 1 and named("(x^2 + 1)*(x + 1/x)")["rational"] == 1
    )
    assert "rational" not in named("exp(x)") and named("2^x")["exponent function"] == 1


def test_counts_are_those_of_sympy():
    sympy = pytest.importorskip("sympy")
    for text in ("sin(x)^2*cos(3*x) + exp(x)", "log(x)/x + atan(x^2 + 1)", "x*tanh(x) + sqrt(1 - x)"):
        expression = Expr(text).to_sympy()
        row = named(text)
        functions = expression.atoms(sympy.Function)
        for name in ("sin", "cos", "exp", "log", "atan", "tanh"):
            expected = sum(type(one).__name__ == name for one in functions)
            assert row.get(f"count {'ln' if name == 'log' else name}", 0) == expected, (text, name)
        assert row["x"] == sum(one == sympy.Symbol("x") for one in sympy.preorder_traversal(expression))


@pytest.fixture(scope="module", params=sorted(SHAPES))
def trained(request, labelled_sets, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    epochs = []
    config = FitConfig(epochs=12 if request.param == "features" else 6, batch=32, learning_rate=3e-3, seed=1)
    classifier = train_classifier(
        labelled_sets,
        folder,
        family=request.param,
        shape=SHAPES[request.param],
        config=config,
        report=epochs.append,
    )
    return folder, classifier, epochs


def test_it_learns_the_rule_and_times(trained, labelled_sets):
    _, classifier, epochs = trained
    test = labelled_sets["test"]
    prediction = classifier.predict(test.integrands)
    known = test.found >= 0
    assert epochs[-1].training_loss < epochs[0].training_loss
    assert roc_auc(test.found[known] == 1, prediction.found[known]) > 0.97
    assert np.allclose(prediction.classes.sum(axis=1), 1)
    # The last call of giac: the mean of its times is near the true one, and so are those of its two kinds.
    success, seconds = classifier.description.layout.labels(test)
    assert roc_auc(success[:, -1] == 1, prediction.success[:, -1]) > 0.8
    assert abs(prediction.seconds[:, -1].mean() - seconds[:, -1].mean()) < 0.1


def test_what_is_saved_is_what_is_loaded(trained, labelled_sets):
    folder, classifier, _ = trained
    some = labelled_sets["test"].integrands[:50]
    again = load_classifier(folder)
    assert np.allclose(again.logits(some), classifier.logits(some), atol=1e-5)
    assert np.allclose(again.logits(some[:1]), classifier.logits(some)[:1], atol=1e-4)
    assert again.description == classifier.description


def test_the_evaluation_and_its_report(trained, labelled_sets, tmp_path):
    _, classifier, _ = trained
    evaluation = evaluate_classifier(
        classifier, labelled_sets["train"], labelled_sets["test"], title="a <title>"
    )
    names = [row.name for row in evaluation.rows]
    assert names == ["classifier", "majority", "operator counts", "trees", "trees, all features"]
    ours, majority, *_ = evaluation.rows
    assert majority.auc == 0.5 and ours.low <= ours.auc <= ours.high and ours.functions == majority.functions
    assert ours.functions == len(
        set(labelled_sets["test"].skeletons[labelled_sets["test"].found >= 0].tolist())
    )
    # Every negative of this rule has a proof.
    assert ours.auc_proved == ours.auc
    once = labelled_sets["test"].one_of_each_skeleton()
    known = once.select(once.found >= 0)
    prediction = classifier.predict(known.integrands)
    assert ours.calibration_error == pytest.approx(calibration_error(known.found == 1, prediction.found))
    assert sum(map(sum, evaluation.sizes.values())) == ours.functions
    page = write_classifier_report(evaluation, tmp_path / "report")
    text = page.read_text()
    assert "a &lt;title&gt;" in text and "operator counts" in text and "fricas 2 s" in text
    for name in ("roc", "reliability", "sizes"):
        assert f'src="{name}.png"' in text
        assert (page.parent / f"{name}.png").read_bytes()[:4] == b"\x89PNG"
    assert json.loads((page.parent / "report.json").read_text())["rows"][0]["auc"] == ours.auc


def test_features_need_no_torch(labelled_sets, tmp_path):
    train_classifier(labelled_sets, tmp_path, family="features", config=FitConfig(epochs=1))
    code = (
        "import sys; from pathlib import Path; from antiderive import Expr\n"
        "from antiderive.classification import FeatureClassifier\n"
        f"found = FeatureClassifier.load(Path({str(tmp_path)!r})).predict([Expr('b*x*sin(x)')])\n"
        "print(found.success.shape, sorted({'torch', 'sqlalchemy', 'sklearn', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "(1, 3) []"


def test_folders_of_another_kind(labelled_folder, tiny_model, labelled_sets, tmp_path):
    with pytest.raises(DataError, match="there is no folder"):
        load_classifier(tmp_path / "none")
    with pytest.raises(DataError, match=r"is not a classifier: it is a run of antiderive train"):
        load_classifier(tiny_model)
    with pytest.raises(DataError, match=r"is not a classifier: it is a labelled set"):
        load_classifier(labelled_folder)
    with pytest.raises(DataError, match=r"is not a classifier: it has no classifier.json"):
        load_classifier(tmp_path)
    train_classifier(
        labelled_sets, tmp_path / "tree", family="tree", shape=SHAPES["tree"], config=FitConfig(epochs=1)
    )
    with pytest.raises(DataError, match="of the family tree, not features"):
        FeatureClassifier.load(tmp_path / "tree")
    (tmp_path / "tree" / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(DataError, match="cannot load the classifier"):
        load_classifier(tmp_path / "tree")
    (tmp_path / "tree" / "classifier.json").write_text("{")
    with pytest.raises(DataError, match=r"cannot read .*classifier.json"):
        load_classifier(tmp_path / "tree")


def test_settings_that_do_not_fit(labelled_sets, tmp_path):
    with pytest.raises(SettingError, match="unknown family 'forest'"):
        train_classifier(labelled_sets, tmp_path, family="forest")
    with pytest.raises(SettingError, match="belong to the family language"):
        train_classifier(labelled_sets, tmp_path, family="tree", lora=4)
    with pytest.raises(SettingError, match="needs --base"):
        train_classifier(labelled_sets, tmp_path, family="language")
    with pytest.raises(SettingError, match="epochs = 0 must be positive"):
        FitConfig(epochs=0)


def test_counts_come_first():
    assert FEATURES[: len(COUNTS)] == COUNTS and len(set(FEATURES)) == len(FEATURES)
