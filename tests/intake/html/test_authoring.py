import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from intake.models import Questionnaire
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.intake import SLEEP, QuestionnaireFactory

pytestmark = pytest.mark.django_db
LIST = "/questionnaires/"


@pytest.fixture
def admin(client, monkeypatch):
    monkeypatch.setattr("config.core.http.sessions.lacks_second_factor", lambda *_: False)
    client.force_login(AdminFactory())
    return client


def upload(client, definition):
    sent = SimpleUploadedFile("sleep.json", json.dumps(definition).encode())
    return client.post(LIST, {"file": sent, "text": ""})


def test_a_file_is_checked_looked_at_and_published(admin):
    QuestionnaireFactory(url=SLEEP["url"], version="0.9.0")

    told = upload(admin, {**SLEEP, "title": "Nights"})
    page = admin.get(told.headers["Location"]).content.decode()
    row = Questionnaire.objects.get(version="1.0.0")
    admin.post(reverse("intake:publish-draft", args=[row.pk]))
    back = admin.get(reverse("intake:questionnaire-source", args=[row.pk]))

    assert "Nothing stands in the way" in page
    assert "The title was “Your sleep”." in page
    row.refresh_from_db()
    assert row.status == "active"
    assert json.loads(back.content) == {**SLEEP, "title": "Nights"}


def test_what_is_wrong_is_named_by_its_place_and_stands_in_the_way(admin):
    told = upload(admin, {**SLEEP, "item": [{"linkId": "a", "type": "string"}, {"linkId": "a", "type": "string"}]})

    page = admin.get(told.headers["Location"]).content.decode()

    assert "This cannot be published yet" in page
    assert '<span class="code">a</span>' in page
    assert "Publish these questions" not in page


def test_a_file_that_is_no_questionnaire_is_refused_on_the_form(admin):
    told = upload(admin, {"resourceType": "Patient"})

    assert "resourceType must be Questionnaire" in told.content.decode()


def test_pages_are_for_administrators_only(client):
    client.force_login(UserFactory())
    row = QuestionnaireFactory()

    for name in ("draft", "questionnaire-source"):
        assert client.get(reverse(f"intake:{name}", args=[row.pk])).status_code == 403
    assert client.get(LIST).status_code == 403
    assert client.post(reverse("intake:publish-draft", args=[row.pk])).status_code == 403
