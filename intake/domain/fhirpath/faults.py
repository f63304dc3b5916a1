"""What can go wrong with an expression, and how much work it may ask for."""

LONGEST_EXPRESSION = 20_000
DEEPEST_EXPRESSION = 60
LONGEST_TEXT = 200_000
MOST_VALUES = 50_000
MOST_STEPS = 500_000


class NotFhirPath(ValueError):
    """The text is not FHIRPath, or uses what is not supported; the message says what."""


class Failed(Exception):
    """The expression cannot be evaluated over this: a fault of the content, not of the person who answers."""
