import uuid

import pytest

from intake.models import Answer
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.intake import (
    NOW,
    FlagRuleFactory,
    PatientFactory,
    QuestionnaireFactory,
    QuestionnaireResponseFactory,
)

pytestmark = pytest.mark.django_db


def address(response, action=""):
    return f"/api/v1/questionnaire-responses/{response.pk}/{action}"


def body(sequence=1, base=0, client="phone", **values):
    answers = [{"link_id": path, "value": value} for path, value in values.items()]
    return {"client_id": client, "sequence": sequence, "base_revision": base, "answers": answers}


def test_questionnaire_is_the_fhir_resource(sign_in, django_assert_num_queries):
    questionnaire = QuestionnaireFactory()
    client = sign_in(UserFactory())

    with django_assert_num_queries(1):
        answer = client.get(f"/api/v1/questionnaires/{questionnaire.pk}/")

    resource = answer.json()
    assert (resource["resourceType"], resource["id"], resource["url"]) == (
        "Questionnaire", str(questionnaire.pk), questionnaire.url,
    )  # fmt: skip
    assert resource["item"] == questionnaire.definition["item"]


def test_questionnaire_in_draft_is_known_to_administrators_only(sign_in):
    draft = QuestionnaireFactory(status="draft")

    assert sign_in(UserFactory()).get(f"/api/v1/questionnaires/{draft.pk}/").status_code == 404
    assert sign_in(AdminFactory()).get(f"/api/v1/questionnaires/{draft.pk}/").status_code == 200


def test_response_shows_its_answers_and_what_is_asked(sign_in, django_assert_num_queries):
    response = QuestionnaireResponseFactory()
    client = sign_in(response.patient.user)
    client.post(address(response, "answers/"), body(hours=6))

    with django_assert_num_queries(1):
        answer = client.get(address(response))

    shown = answer.json()
    assert (shown["revision"], shown["status"], shown["answers"]) == (1, "in-progress", {"hours": 6})
    assert "hours" in shown["enabled"]
    assert {issue["link_id"] for issue in shown["issues"]} >= {"snores", "harm"}


def test_answers_are_saved_once_for_each_sequence(sign_in):
    response = QuestionnaireResponseFactory()
    FlagRuleFactory(questionnaire_url=response.questionnaire.url)
    client = sign_in(response.patient.user)

    first = client.post(address(response, "answers/"), body(hours=6, harm="yes"))
    again = client.post(address(response, "answers/"), body(hours=6, harm="yes"))

    assert first.status_code == 200
    assert set(first.json()) == {
        "revision", "stored", "conflicts", "elsewhere", "enabled", "calculated", "issues", "crisis",
    }  # fmt: skip
    assert [way["href"] for way in first.json()["crisis"]["ways"]][:2] == ["tel:911", "tel:988"]
    assert again.json() == first.json()
    assert Answer.objects.count() == 1


def test_answers_that_collide_come_back(sign_in):
    response = QuestionnaireResponseFactory()
    client = sign_in(response.patient.user)
    client.post(address(response, "answers/"), body(hours=6))

    answer = client.post(address(response, "answers/"), body(client="laptop", hours=8, snores=True))

    (conflict,) = answer.json()["conflicts"]
    assert (conflict["link_id"], conflict["yours"], conflict["theirs"]) == ("hours", 8, 6)
    assert answer.json()["stored"] == ["snores"]


def test_answers_cost_the_same_for_one_and_for_many(sign_in, django_assert_num_queries):
    response = QuestionnaireResponseFactory()
    FlagRuleFactory(questionnaire_url=response.questionnaire.url)
    client = sign_in(response.patient.user)
    client.post(address(response, "answers/"), body(hours=6))

    # The response with its lock, what stands, the ledger, the projection, the audit; and a savepoint.
    with django_assert_num_queries(7):
        client.post(address(response, "answers/"), body(2, 1, hours=7))
    with django_assert_num_queries(7):
        client.post(address(response, "answers/"), body(3, 2, hours=8, snores=True, harm="no", born="2020-01-01"))


@pytest.mark.parametrize(
    "sent",
    [
        {},
        [],
        body(),
        body(hours="six"),
        body(nothing=1),
        body(base=9, hours=6),
        body(sequence=-1, hours=6),
        body(sequence="x", hours=6),
        body(client="", hours=6),
        body(client="x" * 65, hours=6),
        body(client="<b>", hours=6),
        {**body(hours=6), "now": 1},
        {**body(), "answers": [{"link_id": "hours"}]},
        {**body(), "answers": [{"link_id": "hours", "value": 6, "by": "me"}]},
        {**body(), "answers": {"hours": 6}},
        {**body(), "answers": [7]},
        body(hours={"a": [1]}),
    ],
)
def test_answers_refuse_bad_input_and_write_nothing(sign_in, sent):
    response = QuestionnaireResponseFactory()

    answer = sign_in(response.patient.user).post(address(response, "answers/"), sent)

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"]
    assert not Answer.objects.exists()


def test_responses_of_others_do_not_exist(sign_in):
    response = QuestionnaireResponseFactory()

    for user in (PatientFactory().user, UserFactory(), AdminFactory()):
        client = sign_in(user)
        assert client.get(address(response)).status_code == 404
        assert client.post(address(response, "answers/"), body(hours=6)).status_code == 404
        assert client.post(address(response, "complete/")).status_code == 404
    assert sign_in(user).get(f"/api/v1/questionnaire-responses/{uuid.uuid4()}/").status_code == 404


def test_complete_names_what_is_open_then_closes(sign_in):
    response = QuestionnaireResponseFactory()
    client = sign_in(response.patient.user)
    client.post(address(response, "answers/"), body(hours=6))

    early = client.post(address(response, "complete/"))
    client.post(address(response, "answers/"), body(2, 1, snores=False, harm="no"))
    done = client.post(address(response, "complete/"))
    late = client.post(address(response, "answers/"), body(3, 2, hours=7))

    assert (early.status_code, early.json()["code"]) == (422, "incomplete")
    assert {error["field"] for error in early.json()["errors"]} == {"snores", "harm"}
    assert (done.status_code, done.json()["status"]) == (200, "completed")
    assert (late.status_code, late.json()["code"]) == (409, "response-closed")


def test_completed_responses_can_still_be_read(sign_in):
    response = QuestionnaireResponseFactory()
    response.answers, response.status = {"hours": 6}, "completed"
    response.completed_at, response.completed_by = NOW, response.patient.user
    response.save()

    assert sign_in(response.patient.user).get(address(response)).json()["status"] == "completed"
