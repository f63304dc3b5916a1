import copy

import pytest

from config.core.models import AuditEvent
from intake.domain import merge
from intake.domain.merge import Change
from intake.flows import answer, carry_over
from intake.models import Answer, Questionnaire
from tests.factories.core import UserFactory
from tests.factories.intake import (
    NOW,
    SLEEP,
    PatientFactory,
    QuestionnaireFactory,
    QuestionnaireResponseFactory,
    coding,
)

ANSWERS = {
    "hours": 6, "snores": True, "snores-since": "2019", "harm": "no", "born": "2020-02-03",
    "medicine[0]/medicine-name": "A", "medicine[0]/medicine-dose": "5 mg",
}  # fmt: skip


def begun(**answers):
    response = QuestionnaireResponseFactory()
    answer.save(
        response_id=response.pk, client_id="phone", sequence=1, base_revision=0, by=response.patient.user, now=NOW,
        answers=[{"link_id": path, "value": value} for path, value in (answers or ANSWERS).items()],
    )  # fmt: skip
    return response


def newer(response, change):
    definition = copy.deepcopy(SLEEP)
    items = {
        one["linkId"]: one for page in definition["item"] for one in [*page["item"], *page["item"][-2].get("item", [])]
    }
    change(definition, items)
    Questionnaire.objects.filter(pk=response.questionnaire_id).update(status="retired")
    return QuestionnaireFactory(url=response.questionnaire.url, version="2.0.0", definition=definition)


def move(response, *, by=None):
    return carry_over.carry_over(response_id=response.pk, by=by or response.patient.user, now=NOW)


def changed_in_every_way(definition, items):
    items["hours"]["text"] = "How many hours do you sleep on a usual night?"
    items["born"]["type"] = "string"
    items["harm"]["answerOption"] = [coding("no", "No, never"), coding("yes", "Yes")]
    items["medicine"]["item"].pop()


@pytest.mark.django_db
def test_carry_over_keeps_what_fits_and_asks_again_what_changed():
    response = begun()
    newest = newer(response, changed_in_every_way)

    moved = move(response)

    response.refresh_from_db()
    assert response.questionnaire == newest
    assert response.answers == {"snores": True, "snores-since": "2019", "medicine[0]/medicine-name": "A"}
    assert set(moved.changed) == {"hours", "born", "harm"}
    assert moved.gone == ("medicine-dose",)


@pytest.mark.django_db
def test_carry_over_is_a_row_of_the_ledger_and_loses_nothing_of_it():
    response = begun()
    newer(response, changed_in_every_way)

    move(response)

    response.refresh_from_db()
    rows = list(Answer.objects.filter(response=response).order_by("revision"))
    assert merge.fold([Change(**one) for one in row.changes] for row in rows) == response.answers
    assert {one["link_id"]: one["value"] for one in rows[0].changes}["hours"] == 6
    assert rows[1].revision == response.revision == 2
    detail = AuditEvent.objects.filter(event="intake.response.carried-over").get().detail
    assert "2019" not in str(detail)


@pytest.mark.django_db
def test_carry_over_of_other_words_elsewhere_keeps_every_answer():
    response = begun()
    newer(response, lambda definition, _items: definition.update(title="Nights"))

    moved = move(response)

    assert (moved.changed, moved.gone, len(moved.response.answers)) == ((), (), len(ANSWERS))


@pytest.mark.django_db
def test_carry_over_does_nothing_when_nothing_newer_is_published():
    assert move(begun()) is None


@pytest.mark.django_db
def test_carry_over_refuses_strangers_and_what_was_sent():
    response = begun(hours=6, snores=False, harm="no")
    for stranger in (PatientFactory().user, UserFactory()):
        with pytest.raises(carry_over.NoSuchResponse):
            move(response, by=stranger)
    answer.complete(response_id=response.pk, by=response.patient.user, now=NOW)

    with pytest.raises(carry_over.ResponseClosed):
        move(response)


@pytest.mark.django_db
def test_a_patient_who_comes_back_is_told_what_is_asked_again(client):
    response = begun()
    newer(response, changed_in_every_way)
    client.force_login(response.patient.user)

    page = client.get(f"/questions/{response.pk}/1/").content.decode()

    assert "These questions were updated since you began." in page
    assert "asked again: How many hours do you sleep on a usual night?" in page
    assert "updated since you began" not in client.get(f"/questions/{response.pk}/1/").content.decode()
