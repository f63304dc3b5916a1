"""The pages of those who look after the questions, looked at in a real browser."""

import copy

import pytest

from tests.factories.core import AdminFactory
from tests.factories.intake import SLEEP, QuestionnaireFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_pages_about_questions_are_sound(look):
    admin, before = AdminFactory(), QuestionnaireFactory()
    wrong, sound = copy.deepcopy(SLEEP), copy.deepcopy(SLEEP)
    wrong["item"][0]["item"][1]["linkId"] = "hours"
    sound["item"][0]["item"][0]["text"] = "How long do you sleep?"
    refused, fine = (
        QuestionnaireFactory(url=before.url, version=version, definition=definition, status="draft")
        for version, definition in (("2.0.0", wrong), ("2.0.1", sound))
    )

    look("/questionnaires/", name="questionnaires", user=admin)
    look(f"/questionnaires/{refused.pk}/check/", name="draft-refused", user=admin)
    look(f"/questionnaires/{fine.pk}/check/", name="draft", user=admin)
