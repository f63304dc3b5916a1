import pytest

from intake.domain.conditions import holds
from intake.domain.plan import Condition


@pytest.mark.parametrize(
    ("operator", "expected", "values", "result"),
    [
        pytest.param("=", 1, [True], False, id="true is not one"),
        pytest.param(">", 5, ["x"], False, id="text is not greater"),
        pytest.param("=", {"code": "a"}, ["a"], False, id="text is no coding"),
        pytest.param(">", "2020-01-01", ["2020"], False, id="a year is not after a day in it"),
        pytest.param(">", "2020-01-01", ["2021"], True, id="the next year is"),
        pytest.param(">", {"value": 1, "code": "kg"}, [{"value": 1500, "code": "g"}], True, id="units are converted"),
        pytest.param("exists", True, [], False, id="nothing does not exist"),
    ],
)
def test_a_condition_holds_or_not(operator, expected, values, result):
    assert holds(Condition("q", operator, expected), values) is result
