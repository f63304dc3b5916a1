import base64
import uuid

import pytest

from intake.models import Answer, Attachment
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.intake import (
    NOW,
    FlagRuleFactory,
    PatientFactory,
    QuestionnaireFactory,
    QuestionnaireResponseFactory,
)
from tests.factories.questions import EVERY_TYPE
from tests.intake.flows.test_attach import PDF, PNG
from tests.intake.flows.test_carry_over import newer

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

    with django_assert_num_queries(3):
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
        "revision", "stored", "conflicts", "elsewhere", "enabled", "calculated", "issues", "crisis", "notices",
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


def test_what_other_rules_say_comes_with_each_save_and_stays_to_be_read(sign_in):
    response = QuestionnaireResponseFactory()
    FlagRuleFactory(
        questionnaire_url=response.questionnaire.url, severity="caution", is_crisis=False, code="short-sleep",
        patient_text="Talk to your doctor about sleep.", evidence=["harm"],
        translations={"es": {"patient_text": "Hable con su médico."}},
    )  # fmt: skip
    client = sign_in(response.patient.user)

    saved = client.post(address(response, "answers/"), body(harm="yes")).json()
    read = client.get(address(response)).json()

    told = {"code": "short-sleep", "text": "Talk to your doctor about sleep.", "questions": ["harm"]}
    assert (saved["crisis"], saved["notices"]) == (None, [told])
    assert (read["crisis"], read["notices"]) == (None, [told])
    calm = client.post(address(response, "answers/"), body(sequence=2, base=1, harm="no")).json()
    assert calm["notices"] == []


def test_file_is_kept_for_its_question_and_named_by_the_answer(sign_in, django_assert_num_queries):
    response = QuestionnaireResponseFactory(questionnaire__definition=EVERY_TYPE)
    client = sign_in(response.patient.user)
    words = {"link_id": "card", "name": "card.png", "content": base64.b64encode(PNG).decode()}

    sent = client.post(address(response, "attachments/"), words)
    client.post(address(response, "answers/"), body(card=sent.json()))
    with django_assert_num_queries(1):
        read = client.get(f"/api/v1/attachments/{sent.json()['id']}/").json()

    assert (sent.status_code, sent.json()["contentType"]) == (201, "image/png")
    assert client.get(address(response)).json()["answers"]["card"] == sent.json()
    assert base64.b64decode(read["content"]) == bytes(Attachment.objects.get().data)


def test_file_of_five_megabytes_is_taken(sign_in):
    response = QuestionnaireResponseFactory(questionnaire__definition=EVERY_TYPE)
    data = base64.b64encode(PDF + b"%" * 5 * 1024 * 1024).decode()

    sent = sign_in(response.patient.user).post(
        address(response, "attachments/"), {"link_id": "letters", "name": "a.pdf", "content": data}
    )

    assert sent.status_code == 201, sent.content[:500]


@pytest.mark.parametrize(
    ("link_id", "data", "code"),
    [
        ("card", base64.b64encode(PDF).decode(), "file-refused"),
        ("note", base64.b64encode(PNG).decode(), "file-refused"),
        ("card", "not base64!", "invalid"),
        ("card", 7, "invalid"),
    ],
)
def test_file_that_its_question_does_not_take_is_refused_by_its_field(sign_in, link_id, data, code):
    response = QuestionnaireResponseFactory(questionnaire__definition=EVERY_TYPE)

    answer = sign_in(response.patient.user).post(
        address(response, "attachments/"), {"link_id": link_id, "name": "x.png", "content": data}
    )

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    assert not Attachment.objects.exists()


def test_file_of_somebody_else_is_not_found(sign_in):
    response = QuestionnaireResponseFactory(questionnaire__definition=EVERY_TYPE)
    sent = sign_in(response.patient.user).post(
        address(response, "attachments/"),
        {"link_id": "card", "name": "x.png", "content": base64.b64encode(PNG).decode()},
    )

    stranger = sign_in(PatientFactory().user)

    assert stranger.get(f"/api/v1/attachments/{sent.json()['id']}/").status_code == 404
    assert (
        stranger.post(address(response, "attachments/"), {"link_id": "card", "name": "x", "content": ""}).status_code
        == 404
    )


def test_draft_is_carried_over_when_its_client_says_so(sign_in):
    response = QuestionnaireResponseFactory()
    client = sign_in(response.patient.user)
    client.post(address(response, "answers/"), body(hours=6, snores=False))
    assert client.get(address(response)).json()["newer_questionnaire"] is None
    newest = newer(response, lambda _, items: items["hours"].update(text="How many hours on a usual night?"))

    known = client.get(address(response)).json()
    moved = client.post(address(response, "carry-over/"), {}).json()
    again = client.post(address(response, "carry-over/"), {}).json()

    assert (known["newer_questionnaire"], known["answers"]) == (str(newest.pk), {"hours": 6, "snores": False})
    assert (moved["moved"], moved["changed"], moved["gone"]) == (True, ["hours"], [])
    now = moved["questionnaire_response"]
    assert (now["questionnaire"], now["answers"], now["newer_questionnaire"]) == (
        str(newest.pk),
        {"snores": False},
        None,
    )
    assert (again["moved"], again["questionnaire_response"]) == (False, now)


def test_carry_over_refuses_strangers_and_what_was_sent(sign_in):
    response = QuestionnaireResponseFactory(status="stopped")

    assert sign_in(PatientFactory().user).post(address(response, "carry-over/"), {}).status_code == 404
    closed = sign_in(response.patient.user).post(address(response, "carry-over/"), {})
    assert (closed.status_code, closed.json()["code"]) == (409, "response-closed")
