"""Methods of integration for tests, named as ``helpers.methods:function``: they answer, note, or hang."""

import os
from pathlib import Path

from antiderive.cas import Outcome


def answer(expression, variable):
    """The function is its own integral."""
    return Outcome("solved", expression)


def noted(expression, variable):
    """Adds the function to the file that ``ANTIDERIVE_CALLS`` names, and answers with it."""
    with Path(os.environ["ANTIDERIVE_CALLS"]).open("a") as calls:
        calls.write(f"{expression}\n")
    return answer(expression, variable)


def hang(expression, variable):
    """Computes for ever."""
    while True:
        pass


def no_outcome(expression, variable):
    """Returns what is no outcome."""
    return 1
