"""Reading labelled sets: what becomes of labels, and what is refused."""

import math

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.labelled import LIMIT, write_set

from antiderive import Expr
from antiderive.classification.integrands import renamed
from antiderive.classification.labelled import read_splits, require_both_classes, require_one_scheme
from antiderive.classification.prediction import CLASSES, Layout
from antiderive.errors import DataError, SettingError, UnsupportedError


def test_labels_of_both_methods_meet_in_one_function(labelled_sets):
    train = labelled_sets["train"]
    assert train.methods == ("fricas", "giac") and train.limits.tolist() == [LIMIT, LIMIT]
    for index, integrand in enumerate(train.integrands):
        names = set(integrand.to_prefix().split())
        simple, periodic, late = "exp" not in names, bool(names & {"sin", "cos"}), "tan" in names
        expected = 0 if not simple and not late else 1 if not late else -1
        assert train.found[index] == expected
        assert train.success[index].tolist() == [not late, simple and periodic and not late]
        outcome = "solved" if expected == 1 else "nonelementary" if expected == 0 else "partial"
        assert CLASSES[train.classes[index]] == outcome
        assert train.proved[index] == (expected == 0)
        assert train.operators[index] == integrand.operators


def test_limits_count_as_no_only_if_asked(labelled_folder, labelled_sets):
    negative = read_splits(labelled_folder, censored=False)["train"]
    late = labelled_sets["train"].found == -1
    assert late.any() and (negative.found[late] == 0).all() and not negative.proved[late].any()
    assert (negative.found[~late] == labelled_sets["train"].found[~late]).all()


def test_one_method_alone(labelled_folder):
    giac = read_splits(labelled_folder, methods=("giac",))["test"]
    assert giac.methods == ("giac",) and set(giac.found.tolist()) == {0, 1} and not giac.proved.any()
    with pytest.raises(SettingError, match=r"no labels of 'maxima'; it has those of: fricas, giac"):
        read_splits(labelled_folder, methods=("maxima",))


def test_short_calls_are_read_off_long_ones(labelled_sets):
    train = labelled_sets["train"]
    layout = Layout.of(train)
    # Ending a fricas call took 0.5 s more than its limit; fricas has no short call.
    assert [str(call) for call in layout.calls] == ["fricas 2 s", "giac 0.3 s", "giac 2 s"]
    assert [round(call.most, 6) for call in layout.calls] == [2.5, 0.3, 2.0]
    success, seconds = layout.labels(train)
    late = train.seconds[:, 0] > LIMIT
    assert late.any() and (success[:, 0] == (train.success[:, 0] == 1)).all() and not success[late, 0].any()
    assert np.allclose(seconds[late, 0], 2.5) and np.allclose(seconds[~late, 0], 0.3)
    # giac takes 0.02 s or 0.5 s.
    quick = train.seconds[:, 1] < 0.3
    assert (success[quick, 1] == success[quick, 2]).all() and not success[~quick, 1].any()
    assert np.allclose(seconds[~quick, 1:], [0.3, 0.5])


def test_one_function_of_each_skeleton(labelled_sets):
    once = labelled_sets["train"].one_of_each_skeleton()
    assert len(set(once.skeletons.tolist())) == len(once) < len(labelled_sets["train"])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"outcome": "perhaps"}, r"train.parquet, row 1: unknown outcome 'perhaps'; known outcomes: solved"),
        ({"cpu_seconds": math.nan}, r"row 1: cpu_seconds = nan is not a time"),
        ({"cpu_seconds": -1.0}, r"row 1: cpu_seconds = -1.0 is not a time"),
        ({"problem": [3, 4]}, r"row 1: the tokens are not an integration problem: "),
        ({"problem": None}, r"row 1: the tokens are not an integration problem: "),
    ],
)
def test_bad_rows(labelled_rows, tmp_path, changes, message):
    labelled_rows = [row for row in labelled_rows if row["skeleton"] % 5 >= 2][:1] + labelled_rows[:50]
    labelled_rows[0] = {**labelled_rows[0], **changes}
    with pytest.raises(DataError, match=message):
        read_splits(write_set(tmp_path, labelled_rows), splits=("train",))


def test_other_files(labelled_rows, tmp_path):
    with pytest.raises(DataError, match=r"there is no file .*train.parquet; antiderive label export"):
        read_splits(tmp_path)
    (tmp_path / "train.parquet").write_text("no parquet")
    with pytest.raises(DataError, match=r"cannot read .*train.parquet"):
        read_splits(tmp_path)
    pq.write_table(pa.table({"problem": [[1]], "solution": [[1]]}), tmp_path / "train.parquet")
    with pytest.raises(DataError, match=r"train.parquet is not a labelled set: it has no column 'outcome'"):
        read_splits(tmp_path)


def test_labels_of_different_schemes(labelled_rows, tmp_path):
    mixed = [row for row in labelled_rows if row["method"] == "fricas" or row["skeleton"] % 2]
    folder = write_set(tmp_path / "methods", mixed)
    with pytest.raises(
        DataError, match=r"different schemes: .* functions by fricas, giac, .* by fricas; choose with"
    ):
        require_one_scheme(folder, read_splits(folder))
    mixed = [{**row, "limit_seconds": 1.0} if row["skeleton"] % 2 else row for row in labelled_rows]
    with pytest.raises(
        DataError, match=r"different schemes: fricas timed out at 1 s and 2 s; label the earlier"
    ):
        read_splits(write_set(tmp_path / "limits", mixed))


def test_an_empty_class(labelled_rows, tmp_path):
    folder = write_set(tmp_path, [row for row in labelled_rows if row["outcome"] != "nonelementary"])
    labelled_sets = read_splits(folder, methods=("fricas",))
    with pytest.raises(
        DataError, match=r"an empty class: the train split has no function known to be without"
    ):
        require_both_classes(folder, "train", labelled_sets["train"])


def test_parameters_get_their_names_by_place():
    assert renamed(Expr("b*sin(k*x) + b")) == renamed(Expr("c*sin(d*x) + c")) == Expr("a0*sin(a1*x) + a0")
    assert renamed(Expr("x*t^2"), "t") == Expr("a0*x^2")
    assert renamed(Expr("pi*x*a1")) == Expr("pi*x*a0")
    with pytest.raises(UnsupportedError, match="11 parameters"):
        renamed(Expr("+".join("bcdfghjklmn") + "+x"))
