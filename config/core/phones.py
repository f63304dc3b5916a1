"""Phone numbers as people dial them."""

from phonenumber_field.phonenumber import PhoneNumber

_HOME = 1


def as_dialled(number: PhoneNumber) -> str:
    """Return how a number is dialled in the United States: one of another country begins with + and its code."""
    return str(number.as_national if number.country_code == _HOME else number.as_international)
