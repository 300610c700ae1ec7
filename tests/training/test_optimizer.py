"""The schedule of the learning rate."""

import pytest
from helpers.runs import config

from antiderive.training.optimizer import learning_rate


def test_schedules():
    values = config({"steps": 100, "warmup": 10}).training
    rates = [learning_rate(step, values) for step in range(100)]
    assert rates[0] == pytest.approx(values.learning_rate / 10)
    assert max(rates) == pytest.approx(values.learning_rate)
    assert rates[-1] == pytest.approx(values.learning_rate / 10, rel=0.01)
    constant = config({"steps": 100, "warmup": 10, "schedule": "constant"}).training
    assert {learning_rate(step, constant) for step in range(10, 100)} == {constant.learning_rate}
