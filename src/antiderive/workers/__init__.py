"""Worker processes: each makes one call at a time within limits, and is killed and replaced past them.

A pool calls functions, and asks programs that it keeps running. Each call returns a value or says how it was
stopped. This room does not know what is computed.

>>> from math import factorial
>>> from antiderive.workers import Call, Pool
>>> with Pool(1) as pool:
...     pool.call(Call(factorial, (5,))).value
...     pool.call(Call(factorial, (-5,))).reason
120
'ValueError: factorial() not defined for negative values'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.lazy import lazy_exports

if TYPE_CHECKING:
    from antiderive.workers.dispatcher import Recycling
    from antiderive.workers.lifetime import end_with_parent
    from antiderive.workers.limits import Limits
    from antiderive.workers.pool import Caller, Pool, Share
    from antiderive.workers.result import Result, ResultStatus
    from antiderive.workers.usage import children_of, cpu_seconds_of, cpu_seconds_of_all, usage_of
    from antiderive.workers.work import Call, Program, Question, Work

__all__ = [
    "Call",
    "Caller",
    "Limits",
    "Pool",
    "Program",
    "Question",
    "Recycling",
    "Result",
    "ResultStatus",
    "Share",
    "Work",
    "children_of",
    "cpu_seconds_of",
    "cpu_seconds_of_all",
    "end_with_parent",
    "usage_of",
]

# The fork server imports this package and does not need the pool.
__getattr__ = lazy_exports(
    __name__,
    {
        "Call": ".work",
        "Caller": ".pool",
        "Limits": ".limits",
        "Pool": ".pool",
        "Program": ".work",
        "Question": ".work",
        "Recycling": ".dispatcher",
        "Result": ".result",
        "ResultStatus": ".result",
        "Share": ".pool",
        "Work": ".work",
        "children_of": ".usage",
        "cpu_seconds_of": ".usage",
        "cpu_seconds_of_all": ".usage",
        "end_with_parent": ".lifetime",
        "usage_of": ".usage",
    },
)
