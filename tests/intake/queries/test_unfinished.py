"""Nobody should sign a text with blanks: `check --deploy` warns of each in the database."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from tests.factories.intake import ConsentDocumentFactory

pytestmark = pytest.mark.django_db


def deployed():
    """Run the checks of a deployment; only those that fail by warnings say something."""
    call_command(
        "check", deploy=True, databases=["default"], tags=["database"], fail_level="WARNING", stderr=StringIO()
    )


def test_a_text_with_blanks_is_warned_of(settings):
    settings.DEMO = False
    ConsentDocumentFactory(slug="telehealth", body="# Consent\n\nSigned at [name of the clinic].")

    with pytest.raises(SystemCheckError, match=r"telehealth.* line 3: \[name of the clinic\]"):
        deployed()


@pytest.mark.parametrize(
    "given",
    [{"body": "Signed at Example Clinic, see [our notice](/notice/)."}, {"body": "[name]", "is_current": False}],
    ids=["no blank", "no longer asked for"],
)
def test_a_text_that_is_finished_or_over_is_not(settings, given):
    settings.DEMO = False
    ConsentDocumentFactory(**given)

    deployed()


def test_in_a_demo_nobody_signs_anything_real(settings):
    settings.DEMO = True
    ConsentDocumentFactory(body="[name]")

    deployed()
