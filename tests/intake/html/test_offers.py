"""Answers from earlier, offered again; none of them counts until the patient says so."""

import pytest
from django.urls import reverse

from intake.models import Answer
from intake.queries.prefill import offers
from tests.factories.intake import (
    NOW,
    SLEEP,
    PatientFactory,
    QuestionnaireFactory,
    QuestionnaireResponseFactory,
)

pytestmark = pytest.mark.django_db
EARLIER = {
    "hours": 6,
    "snores": True,
    "snores-since": "2019",
    "medicine[0]/medicine-name": "A",
    "medicine[1]/medicine-name": "B",
}


@pytest.fixture
def patient():
    return PatientFactory()


def completed(patient, questionnaire, answers, at=NOW):
    return QuestionnaireResponseFactory(
        patient=patient, questionnaire=questionnaire, status="completed", completed_at=at, completed_by=patient.user,
        answers=answers,
    )  # fmt: skip


@pytest.fixture
def response(client, patient):
    questionnaire = QuestionnaireFactory()
    completed(patient, questionnaire, EARLIER)
    client.force_login(patient.user)
    return QuestionnaireResponseFactory(patient=patient, questionnaire=questionnaire)


def page(client, response, number=1):
    return client.get(reverse("intake:questions", args=[response.pk, number])).content.decode()


def use(client, response, path, number=1):
    return client.post(reverse("intake:questions", args=[response.pk, number]), {"base_revision": 0, "use": path})


def test_an_earlier_answer_is_offered_with_its_day_and_does_not_count(client, response):
    shown = page(client, response)

    assert "From your answers on" in shown
    assert "June 1, 2026" in shown
    assert 'name="use" value="hours"' in shown
    assert 'value="6"' not in shown
    response.refresh_from_db()
    assert response.answers == {}


def test_an_offer_becomes_an_answer_when_the_patient_says_so(client, response):
    use(client, response, "hours")

    response.refresh_from_db()
    assert response.answers == {"hours": 6}
    assert Answer.objects.get(response=response).changes == [{"link_id": "hours", "value": 6}]
    assert 'name="use" value="hours"' not in page(client, response)


def test_a_list_is_offered_and_taken_as_a_whole(client, response):
    assert "A; B" in page(client, response, 2)

    use(client, response, "medicine", 2)

    response.refresh_from_db()
    assert response.answers == {"medicine[0]/medicine-name": "A", "medicine[1]/medicine-name": "B"}


def test_an_answer_that_was_taken_back_is_not_offered_again(client, response):
    address = reverse("intake:questions", args=[response.pk, 1])
    client.post(address, {"base_revision": 0, "go": "later", "hours": "7"})
    client.post(address, {"base_revision": 1, "go": "later", "hours": ""})

    assert 'name="use" value="hours"' not in page(client, response)


def test_the_newest_answer_is_offered(patient):
    questionnaire = QuestionnaireFactory()
    completed(patient, questionnaire, {"hours": 6}, at=NOW.replace(month=5))
    completed(patient, questionnaire, {"hours": 8}, at=NOW)

    (offer,) = offers(questionnaire.pk, patient, record={}, now=NOW).values()

    assert (offer.value, offer.told_at) == (8, NOW)


def test_a_question_with_other_words_is_another_question(patient):
    before = QuestionnaireFactory(status="retired")
    completed(patient, before, {"hours": 6})
    changed = {**SLEEP, "url": before.url, "item": [{"linkId": "hours", "type": "integer", "text": "Other words?"}]}
    now = QuestionnaireFactory(url=before.url, version="2.0.0", definition=changed)

    assert offers(now.pk, patient, record={}, now=NOW) == {}


def test_a_question_with_the_same_code_elsewhere_is_the_same(patient):
    code = [{"system": "http://loinc.org", "code": "29463-7"}]
    one, other = (
        QuestionnaireFactory(
            definition={**SLEEP, "url": url, "item": [{"linkId": link, "type": "integer", "text": link, "code": code}]}
        )
        for url, link in (("https://example.org/a", "weight"), ("https://example.org/b", "mass"))
    )
    completed(patient, one, {"weight": 70})

    assert {path: offer.value for path, offer in offers(other.pk, patient, record={}, now=NOW).items()} == {"mass": 70}


def test_nothing_is_offered_to_an_instrument_or_from_another_patient(patient):
    scored = QuestionnaireFactory(scores=[{"instrument": "x"}])
    plain = QuestionnaireFactory()
    completed(patient, scored, {"hours": 6})
    completed(PatientFactory(), plain, {"hours": 6})

    assert offers(scored.pk, patient, record={}, now=NOW) == {}
    assert offers(plain.pk, patient, record={}, now=NOW) == {}
