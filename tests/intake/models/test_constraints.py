"""The database refuses what would contradict itself, each rule by its name."""

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from intake.models import Answer, ConsentDocument, Flag, Questionnaire, QuestionnaireResponse
from tests.factories.intake import (
    NOW,
    ConsentDocumentFactory,
    FlagFactory,
    FlagRuleFactory,
    PatientFactory,
    QuestionnaireFactory,
    QuestionnaireResponseFactory,
    ServiceQuestionnaireFactory,
)

pytestmark = pytest.mark.django_db


def ledger_row(response, **columns):
    given = {"client_id": "phone", "sequence": 1, "revision": 1, "changes": [], "recorded_at": NOW}
    return Answer.objects.create(response=response, author=response.patient.user, **{**given, **columns})


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("intake_patient_sex_known", lambda: PatientFactory(sex_at_birth="X")),
        ("intake_questionnaire_status_known", lambda: QuestionnaireFactory(status="lost")),
        ("intake_flagrule_severity_known", lambda: FlagRuleFactory(severity="grave")),
        ("intake_flag_severity_known", lambda: FlagFactory(severity="grave")),
        ("intake_flag_status_known", lambda: FlagFactory(status="lost")),
        ("intake_flag_acknowledgement_whole", lambda: FlagFactory(acknowledged_at=NOW)),
    ],
)
def test_database_refuses_unknown_codes_and_halves(name, make):
    with pytest.raises(IntegrityError, match=name):
        make()


def test_database_keeps_one_of_each():
    first = {
        "intake_consentdocument_once": ConsentDocumentFactory(),
        "intake_questionnaire_version_once": QuestionnaireFactory(),
        "intake_flagrule_version_once": FlagRuleFactory(),
        "intake_flag_active_once": FlagFactory(),
        "intake_servicequestionnaire_position_once": ServiceQuestionnaireFactory(),
    }

    for name, row in first.items():
        row.pk, row._state.adding = None, True
        row.id = type(row)._meta.pk.get_default()
        if name == "intake_servicequestionnaire_position_once":
            row.url = "https://anteroom.example/fhir/Questionnaire/other"
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            row.save(force_insert=True)


def test_database_keeps_one_ledger_row_for_each_sequence_and_revision():
    response = QuestionnaireResponseFactory()
    ledger_row(response)

    with pytest.raises(IntegrityError, match="intake_answer_client_sequence_once"), transaction.atomic():
        ledger_row(response, revision=2)
    with pytest.raises(IntegrityError, match="intake_answer_revision_once"), transaction.atomic():
        ledger_row(response, sequence=2)


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (ConsentDocumentFactory, {"body": "Something else."}),
        (QuestionnaireFactory, {"source": "Something else."}),
        (lambda: QuestionnaireFactory(status="retired"), {"scores": [1]}),
        (
            lambda: FlagFactory(acknowledged_at=NOW, acknowledged_by=PatientFactory().user),
            {"acknowledgement_note": "Changed."},
        ),
    ],
    ids=["consent document", "questionnaire", "retired questionnaire", "acknowledgement"],
)
def test_database_refuses_to_change_what_was_published_or_signed(make, change):
    row = make()

    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(**change)


def test_database_keeps_flags_and_published_questionnaires():
    FlagFactory()

    for model in (Flag, Questionnaire):
        with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
            model.objects.all()._raw_delete("default")


def test_a_draft_may_still_change():
    draft = QuestionnaireFactory(status="draft")

    assert Questionnaire.objects.filter(pk=draft.pk).update(title="Better", source="{}") == 1
    assert ConsentDocument.objects.count() == 0


@pytest.mark.parametrize("columns", [{"answers": {"hours": 9}}, {"touched": {"hours": {}}}, {"revision": 2}])
def test_database_refuses_answers_that_do_not_move_with_the_ledger(columns):
    response = QuestionnaireResponseFactory()

    with pytest.raises(ProgrammingError, match="Cannot update"):
        QuestionnaireResponse.objects.filter(pk=response.pk).update(**columns)


@pytest.mark.parametrize(
    "changes",
    [{"expression": "true"}, {"severity": "caution"}, {"patient_text": "Other words."}, {"source": {"doi": "other"}},
     {"translations": {"es": {}}}, {"evidence": []}, {"version": "2.0.0"}],
    ids=lambda changes: next(iter(changes)),
)  # fmt: skip
def test_database_refuses_to_change_a_published_rule(changes):
    rule = FlagRuleFactory()

    with pytest.raises(ProgrammingError, match="flagrule_published_fixed"), transaction.atomic():
        type(rule).objects.filter(pk=rule.pk).update(**changes)
    assert type(rule).objects.filter(pk=rule.pk).update(is_current=False) == 1


def test_database_refuses_to_lose_a_rule_and_to_rewrite_what_a_flag_was_raised_by():
    flag = FlagFactory(evidence=[{"ref": "harm", "value": "yes"}])

    with pytest.raises(ProgrammingError, match="flagrule_kept"), transaction.atomic():
        FlagRuleFactory().delete()
    with pytest.raises(ProgrammingError, match="flag_raised_fixed"), transaction.atomic():
        Flag.objects.filter(pk=flag.pk).update(evidence=[])
