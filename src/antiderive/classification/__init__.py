"""Will it integrate? Classifiers of integrands: by what, how likely, how long.

They learn from labelled sets (:mod:`antiderive.labelling`). This package is light: what needs torch,
scikit-learn or transformers is imported by the module that uses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.lazy import lazy_exports

if TYPE_CHECKING:
    from antiderive.classification.ordering import Ordering
    from antiderive.classification.portable import SHIPPED, Portable

__all__ = ["SHIPPED", "Ordering", "Portable"]

# numpy is loaded when classifiers are used.
__getattr__ = lazy_exports(
    __name__, {"Ordering": ".ordering", "Portable": ".portable", "SHIPPED": ".portable"}
)
