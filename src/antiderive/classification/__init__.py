"""Classifiers of integrands: which methods find an integral, how likely, and how fast.

They learn from labelled sets (:mod:`antiderive.labelling`). Nothing is integrated here, and torch,
scikit-learn and transformers are imported only when they are used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.lazy import lazy_exports

if TYPE_CHECKING:
    from antiderive.classification.evaluation import Evaluation, evaluate_classifier
    from antiderive.classification.feature_classifier import SHIPPED, FeatureClassifier
    from antiderive.classification.fit import Epoch, FitConfig
    from antiderive.classification.integrands import renamed
    from antiderive.classification.labelled import (
        LabelledSet,
        read_splits,
        require_both_classes,
        require_one_scheme,
    )
    from antiderive.classification.ordering import Ordering, by_gain
    from antiderive.classification.prediction import (
        CLASSES,
        Classifier,
        Layout,
        Prediction,
        require_classifier,
    )
    from antiderive.classification.report import gains_text, score_table, write_classifier_report
    from antiderive.classification.train import load_classifier, train_classifier

__all__ = [
    "CLASSES",
    "SHIPPED",
    "Classifier",
    "Epoch",
    "Evaluation",
    "FeatureClassifier",
    "FitConfig",
    "LabelledSet",
    "Layout",
    "Ordering",
    "Prediction",
    "by_gain",
    "evaluate_classifier",
    "gains_text",
    "load_classifier",
    "read_splits",
    "renamed",
    "require_both_classes",
    "require_classifier",
    "require_one_scheme",
    "score_table",
    "train_classifier",
    "write_classifier_report",
]

_MODULES = {
    ".evaluation": ("Evaluation", "evaluate_classifier"),
    ".feature_classifier": ("SHIPPED", "FeatureClassifier"),
    ".fit": ("Epoch", "FitConfig"),
    ".integrands": ("renamed",),
    ".labelled": ("LabelledSet", "read_splits", "require_both_classes", "require_one_scheme"),
    ".ordering": ("Ordering", "by_gain"),
    ".prediction": ("CLASSES", "Classifier", "Layout", "Prediction", "require_classifier"),
    ".report": ("gains_text", "score_table", "write_classifier_report"),
    ".train": ("load_classifier", "train_classifier"),
}
__getattr__ = lazy_exports(__name__, {name: module for module, names in _MODULES.items() for name in names})
