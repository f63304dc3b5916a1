import pytest

from intake.domain.units import counted


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (6, "hours", "6 hours"),
        (1, "hours", "1 hour"),
        (1.5, "hours", "1.5 hours"),
        ("1", "días", "1 día"),
        (1, "mg", "1 mg"),
        (1, "", "1"),
    ],
)
def test_one_of_a_unit_goes_without_the_plural(value, unit, words):
    assert counted(value, unit) == words
