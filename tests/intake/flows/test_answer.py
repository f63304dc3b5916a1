from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from config.core.models import AuditEvent, StatusChange
from intake.domain.codes import ResponseStatus
from intake.flows import answer
from intake.models import Answer, Flag, QuestionnaireResponse
from tests.factories.core import UserFactory
from tests.factories.intake import (
    NOW,
    SYSTEM,
    FlagRuleFactory,
    PatientFactory,
    QuestionnaireFactory,
    QuestionnaireResponseFactory,
)
from tests.factories.providers import PractitionerFactory

YES = {"system": SYSTEM, "code": "yes", "display": "Yes"}
NO = {"system": SYSTEM, "code": "no", "display": "No"}
WHOLE = {"hours": 6, "snores": False, "harm": "no"}


def save(response, *, client="phone", sequence=1, base=0, by=None, **values):
    answers = values.pop("answers", None) or [{"link_id": path, "value": value} for path, value in values.items()]
    return answer.save(
        response_id=response.pk, client_id=client, sequence=sequence, base_revision=base, answers=answers,
        by=by or response.patient.user, now=NOW,
    )  # fmt: skip


def harm_rule(response, **fields):
    return FlagRuleFactory(questionnaire_url=response.questionnaire.url, **fields)


@pytest.mark.django_db
def test_save_writes_the_ledger_and_its_projection():
    response = QuestionnaireResponseFactory()

    saved = save(response, hours=6, harm="no")

    response.refresh_from_db()
    assert (saved.revision, saved.stored, saved.conflicts, saved.crisis) == (1, ["hours", "harm"], [], None)
    assert response.answers == {"hours": 6, "harm": NO}
    assert response.touched["hours"] == {
        "revision": 1, "at": "2026-06-01T15:00:00Z", "by": str(response.patient.user_id), "client": "phone",
        "sequence": 1,
    }  # fmt: skip
    assert (response.revision, response.authored_at) == (1, NOW)
    ledger = Answer.objects.get(response=response)
    assert ledger.changes == [{"link_id": "hours", "value": 6}, {"link_id": "harm", "value": NO}]
    assert AuditEvent.objects.about(response).get().detail == {"revision": 1, "stored": 2, "conflicts": 0}


@pytest.mark.django_db
def test_each_save_is_judged_by_the_rules_that_stand_at_that_moment():
    response = QuestionnaireResponseFactory()
    before = save(response, harm="yes")

    rule = harm_rule(response)
    after = save(response, sequence=2, base=1, hours=6)
    type(rule).objects.filter(pk=rule.pk).update(is_current=False)
    last = save(response, sequence=3, base=2, hours=7)

    assert (before.crisis, after.crisis is not None, last.crisis) == (None, True, None)
    assert Flag.objects.get(response=response).status == "inactive"


@pytest.mark.django_db
def test_save_says_what_is_asked_and_what_is_open():
    response = QuestionnaireResponseFactory()

    before = save(response, hours=6)
    after = save(response, sequence=2, base=1, snores=True)

    assert "snores-since" not in before.enabled
    assert "snores-since" in after.enabled
    assert {issue["link_id"] for issue in after.issues} >= {"snores-since", "harm"}


@pytest.mark.django_db
def test_save_of_the_same_sequence_gives_the_same_answer_and_writes_nothing():
    response = QuestionnaireResponseFactory()
    harm_rule(response)
    first = save(response, hours=6, harm="yes")
    save(response, sequence=2, base=1, harm="no", snores=True)
    audited = AuditEvent.objects.count()

    again = save(response, hours=6, harm="yes")

    assert again == first
    assert again.crisis
    response.refresh_from_db()
    assert (response.revision, response.answers["harm"]) == (2, NO)
    assert (Answer.objects.count(), AuditEvent.objects.count()) == (2, audited)


@pytest.mark.django_db
def test_save_does_not_overwrite_what_another_client_changed():
    response = QuestionnaireResponseFactory()
    save(response, client="phone", hours=6, snores=True)

    saved = save(response, client="laptop", hours=8, harm="no")

    (conflict,) = saved.conflicts
    assert (conflict["link_id"], conflict["yours"], conflict["theirs"], conflict["revision"]) == ("hours", 8, 6, 1)
    assert (conflict["changed_by"], conflict["changed_at"]) == (str(response.patient.user_id), "2026-06-01T15:00:00Z")
    assert saved.stored == ["harm"]
    response.refresh_from_db()
    assert response.answers == {"hours": 6, "snores": True, "harm": NO}


@pytest.mark.django_db
def test_save_overwrites_what_its_client_has_seen():
    response = QuestionnaireResponseFactory()
    save(response, client="phone", hours=6)

    saved = save(response, client="laptop", base=1, hours=8)

    assert (saved.conflicts, saved.stored) == ([], ["hours"])


@pytest.mark.django_db
def test_save_of_the_same_value_is_no_conflict():
    response = QuestionnaireResponseFactory()
    save(response, client="phone", hours=6)

    assert save(response, client="laptop", hours=6).conflicts == []


@pytest.mark.django_db
def test_save_that_arrives_late_does_not_undo_a_newer_one():
    response = QuestionnaireResponseFactory()
    save(response, sequence=2, hours=7)

    late = save(response, sequence=1, hours=6)

    assert late.stored == []
    response.refresh_from_db()
    assert response.answers == {"hours": 7}


@pytest.mark.django_db
def test_save_clears_with_null():
    response = QuestionnaireResponseFactory()
    save(response, hours=6)

    save(response, sequence=2, base=1, hours=None)

    response.refresh_from_db()
    assert response.answers == {}


@pytest.mark.django_db
def test_answers_behind_a_question_are_kept_and_come_back():
    response = QuestionnaireResponseFactory()
    save(response, **{"snores": True, "snores-since": "2019"})

    hidden = save(response, sequence=2, base=1, snores=False)
    shown = save(response, sequence=3, base=2, snores=True)

    response.refresh_from_db()
    assert "snores-since" not in hidden.enabled
    assert "snores-since" in shown.enabled
    assert response.answers["snores-since"] == "2019"


@pytest.mark.django_db
def test_answers_of_a_repeating_group_have_a_path_for_each_instance():
    response = QuestionnaireResponseFactory()

    saved = save(response, **{"medicine[0]/medicine-name": "A", "medicine[1]/medicine-name": "B"})

    assert {"medicine[0]/medicine-name", "medicine[1]/medicine-dose"} <= set(saved.enabled)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("nothing", 1, "unknown-question"),
        ("night-page", 1, "unknown-question"),
        ("medicine-name", "A", "unknown-question"),
        ("medicine[x]/medicine-name", "A", "unknown-question"),
        ("medicine[50]/medicine-name", "A", "unknown-question"),
        ("hours[0]/hours", 1, "unknown-question"),
        ("hours", "six", "wrong-type"),
        ("hours", 6.5, "wrong-type"),
        ("hours", True, "wrong-type"),
        ("hours", 2**40, "wrong-type"),
        ("hours", [6], "wrong-type"),
        ("snores", "yes", "wrong-type"),
        ("snores-since", 2019, "wrong-type"),
        ("snores-since", "x" * 10_001, "wrong-type"),
        ("harm", "maybe", "wrong-type"),
        ("harm", {"system": "other", "code": "yes"}, "wrong-type"),
        ("harm", {}, "wrong-type"),
        ("born", "2026-02-30", "wrong-type"),
    ],
)
def test_save_refuses_what_does_not_fit_its_question_and_writes_nothing(path, value, code):
    response = QuestionnaireResponseFactory()

    with pytest.raises(answer.NotAcceptable) as refused:
        save(response, answers=[{"link_id": path, "value": value}, {"link_id": "hours", "value": 7}])

    assert (refused.value.errors[0].field, refused.value.errors[0].code) == (path, code)
    assert not Answer.objects.exists()


@pytest.mark.django_db
def test_save_refuses_a_revision_from_the_future_and_the_responses_of_others():
    response = QuestionnaireResponseFactory()

    with pytest.raises(answer.UnknownRevision):
        save(response, base=7, hours=6)
    for stranger in (PatientFactory().user, UserFactory()):
        with pytest.raises(answer.NoSuchResponse):
            save(response, by=stranger, hours=6)
        with pytest.raises(answer.NoSuchResponse):
            answer.complete(response_id=response.pk, by=stranger, now=NOW)


@pytest.mark.django_db
def test_save_raises_and_supersedes_flags_with_the_answers():
    response = QuestionnaireResponseFactory()
    rule = harm_rule(response, severity="emergency")
    harm_rule(response, is_current=False, code="old")

    alarmed = save(response, harm="yes")
    save(response, sequence=2, base=1, hours=5)
    calm = save(response, sequence=3, base=2, harm="no")
    back = save(response, sequence=4, base=3, harm="yes")

    assert alarmed.crisis["ways"][0]["href"] == "tel:911"
    assert (calm.crisis, back.crisis) == (None, alarmed.crisis)
    first, second = Flag.objects.order_by("revision")
    assert (first.rule, first.status, first.superseded_at, first.revision) == (rule, "inactive", NOW, 1)
    assert (second.rule, second.status, second.severity, second.revision) == (rule, "active", "emergency", 4)
    moves = StatusChange.objects.filter(entity_id=first.pk).order_by("changed_at", "old")
    assert [(move.old, move.new) for move in moves] == [("", "active"), ("active", "inactive")]


@pytest.mark.django_db
def test_a_save_that_fails_leaves_neither_answer_nor_flag(monkeypatch):
    response = QuestionnaireResponseFactory()
    harm_rule(response)
    monkeypatch.setattr(answer.crisis, "text", lambda *_args, **_kwargs: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        save(response, harm="yes")

    response.refresh_from_db()
    assert (response.revision, response.answers) == (0, {})
    assert not Answer.objects.exists()
    assert not Flag.objects.exists()


@pytest.mark.django_db
def test_complete_names_each_open_question():
    response = QuestionnaireResponseFactory()
    save(response, hours=6, snores=True)

    with pytest.raises(answer.Incomplete) as refused:
        answer.complete(response_id=response.pk, by=response.patient.user, now=NOW)

    assert {error.field for error in refused.value.errors} == {"snores-since", "harm"}


@pytest.mark.django_db
def test_complete_keeps_only_what_was_asked_and_closes():
    response = QuestionnaireResponseFactory()
    save(response, **{"snores": True, "snores-since": "2019"})
    save(response, sequence=2, base=1, **WHOLE)

    completed = answer.complete(response_id=response.pk, by=response.patient.user, now=NOW)

    completed.refresh_from_db()
    assert completed.status == ResponseStatus.COMPLETED
    assert completed.answers == {"hours": 6, "snores": False, "harm": NO}
    assert (completed.completed_at, completed.completed_by) == (NOW, response.patient.user)
    with pytest.raises(answer.ResponseClosed):
        save(response, sequence=3, base=2, hours=9)
    with pytest.raises(answer.ResponseClosed):
        answer.complete(response_id=response.pk, by=response.patient.user, now=NOW)


@pytest.mark.django_db
def test_save_told_again_after_completing_gives_the_first_answer():
    response = QuestionnaireResponseFactory()
    first = save(response, **WHOLE)
    answer.complete(response_id=response.pk, by=response.patient.user, now=NOW)

    assert save(response, **WHOLE) == first


@pytest.mark.django_db
def test_database_refuses_to_change_a_completed_response_and_any_ledger_row():
    response = QuestionnaireResponseFactory()
    save(response, **WHOLE)
    answer.complete(response_id=response.pk, by=response.patient.user, now=NOW)

    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        QuestionnaireResponse.objects.update(answers={})
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Answer.objects.update(changes=[])
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        Answer.objects.all().delete()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("intake_response_status_known", {"status": "lost"}),
        ("intake_response_completion_whole", {"completed_at": NOW}),
        ("intake_response_completed_has_time", {"status": ResponseStatus.COMPLETED}),
    ],
)
def test_database_refuses_a_response_that_contradicts_itself(name, columns):
    with pytest.raises(IntegrityError, match=name):
        QuestionnaireResponseFactory(**columns)


REFERRING = {
    "resourceType": "Questionnaire", "url": "https://anteroom.example/fhir/Questionnaire/refer", "version": "1.0.0",
    "title": "Refer", "status": "active", "item": [{"linkId": "who", "type": "reference", "text": "Who?"}],
}  # fmt: skip


@pytest.mark.django_db
def test_save_takes_a_reference_to_what_its_author_may_see():
    response = QuestionnaireResponseFactory(questionnaire__definition=REFERRING)
    own, elsewhere = f"Patient/{response.patient_id}", "https://ehr.example.org/fhir/Patient/7"
    doctor = f"Practitioner/{PractitionerFactory().pk}"

    for number, reference in enumerate((own, elsewhere, doctor), start=1):
        save(response, sequence=number, base=number - 1, who={"reference": reference})

    response.refresh_from_db()
    assert response.answers["who"] == {"reference": doctor}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "refer",
    [
        lambda: f"Patient/{PatientFactory().pk}",
        lambda: f"QuestionnaireResponse/{QuestionnaireResponseFactory().pk}/_history/1",
        lambda: f"Questionnaire/{QuestionnaireFactory(status='draft').pk}",
        lambda: "Patient/7",
        lambda: "Observation/00000000-0000-4000-8000-000000000000",
    ],
    ids=["another patient", "answers of another", "a draft", "nothing", "what is not kept here"],
)
def test_save_refuses_a_reference_to_what_its_author_may_not_see(refer):
    response = QuestionnaireResponseFactory(questionnaire__definition=REFERRING)

    with pytest.raises(answer.NotAcceptable) as refused:
        save(response, who={"reference": refer()})

    assert [(error.field, error.code) for error in refused.value.errors] == [("who", "reference-not-visible")]


def race(*attempts):
    ready, outcomes = Barrier(len(attempts)), []

    def run(attempt):
        try:
            ready.wait()
            outcomes.append(attempt())
        finally:
            connection.close()

    threads = [Thread(target=run, args=(attempt,)) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_two_clients_at_once_keep_both_questions():
    response = QuestionnaireResponseFactory()

    outcomes = race(lambda: save(response, client="phone", hours=6), lambda: save(response, client="laptop", harm="no"))

    response.refresh_from_db()
    assert response.answers == {"hours": 6, "harm": NO}
    assert sorted(saved.revision for saved in outcomes) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_one_save_sent_twice_at_once_is_one_row_and_one_answer():
    response = QuestionnaireResponseFactory()

    first, second = race(lambda: save(response, hours=6), lambda: save(response, hours=6))

    assert first == second
    assert Answer.objects.count() == 1
