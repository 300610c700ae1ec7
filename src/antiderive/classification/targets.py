"""Labels as tensors, and the loss of a classifier's outputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from antiderive.classification.labelled import LabelledSet
from antiderive.classification.prediction import CLASSES, Layout


@dataclass(frozen=True)
class Targets:
    """Labels of B functions; -1 (NaN for shares) where there is no label."""

    found: Tensor
    classes: Tensor
    success: Tensor
    share: Tensor

    def select(self, indices: Tensor) -> Targets:
        """The targets of some functions."""
        return Targets(self.found[indices], self.classes[indices], self.success[indices], self.share[indices])

    def to(self, device: torch.device) -> Targets:
        """The targets on a device."""
        parts = (self.found, self.classes, self.success, self.share)
        return Targets(*(part.to(device) for part in parts))


def targets_of(layout: Layout, labelled: LabelledSet) -> Targets:
    """The targets of a labelled set for classifiers of this layout."""
    success, seconds = layout.labels(labelled)
    share = np.clip(seconds / np.array([call.most for call in layout.calls]), 0.0, 1.0)
    return Targets(
        torch.from_numpy(labelled.found.astype(np.float32)),
        torch.from_numpy(labelled.classes.astype(np.int64)),
        torch.from_numpy(np.nan_to_num(success, nan=-1.0).astype(np.float32)),
        torch.from_numpy(share.astype(np.float32)),
    )


def start_at_the_mean(module: nn.Module, layout: Layout, targets: Targets) -> None:
    """Set the biases of the last layer, if it is called ``output``, to the logits of the mean labels."""
    output = getattr(module, "output", None)
    if not isinstance(output, nn.Linear):
        return
    classes, success, share = layout.parts
    with torch.no_grad():
        output.bias[0] = _logits(targets.found[:, None])[0]
        counts = torch.bincount(targets.classes[targets.classes >= 0], minlength=len(CLASSES))
        output.bias[classes] = (counts + 1.0).log()
        output.bias[success] = _logits(targets.success)
        output.bias[share] = _logits(targets.share.nan_to_num(nan=-1.0))


def _logits(labels_BK: Tensor) -> Tensor:
    """Logits of the column means, where -1 stands for no label."""
    known = labels_BK >= 0
    mean = (labels_BK * known).sum(0) / known.sum(0).clamp(min=1)
    return mean.clamp(0.001, 0.999).logit()


def loss_of(layout: Layout, rows_BO: Tensor, targets: Targets) -> Tensor:
    """The sum of the mean losses of the four parts, in nats.

    The share of its limit that a call takes is learned by cross-entropy like a probability, so the estimate
    is the mean, including time-outs.
    """
    classes, success, share = layout.parts
    known = (targets.classes >= 0).sum().clamp(min=1)
    outcome = F.cross_entropy(rows_BO[:, classes], targets.classes, ignore_index=-1, reduction="sum") / known
    found = _binary(rows_BO[:, 0], targets.found, targets.found >= 0)
    by_call = _binary(rows_BO[:, success], targets.success, targets.success >= 0)
    times = _binary(rows_BO[:, share], targets.share, ~targets.share.isnan())
    return found + 0.5 * (outcome + by_call + times)


def _binary(logits: Tensor, targets: Tensor, known: Tensor) -> Tensor:
    each = F.binary_cross_entropy_with_logits(logits, targets.nan_to_num().clamp(min=0), reduction="none")
    return (each * known).sum() / known.sum().clamp(min=1)
