import pytest

from tests.consultations import carrier as double


@pytest.fixture
def carrier(settings):
    """Return a running double of the carrier of text messages."""
    with double.running(settings) as running:
        yield running
