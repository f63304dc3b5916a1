"""The determination: every criterion settled once, signed, and then fixed by the database."""

import pytest
from django.db.utils import DatabaseError

from config.core.errors import NotAllowed, NotFound
from consultations.domain import criteria, words
from consultations.domain.codes import DeterminationStatus
from consultations.flows import determine
from consultations.models import Determination, DeterminationProtocol
from tests.factories.clinic import EncounterFactory, after, findings, finished, flagged, in_visit, recorded, signed
from tests.factories.consultations import clinician
from tests.factories.providers import HealthcareServiceFactory

pytestmark = pytest.mark.django_db


def test_record_freezes_words_sources_and_findings():
    determination = recorded(criteria=findings(adult="not-met"))

    assert determination.status == DeterminationStatus.IN_PROGRESS
    assert determination.criteria[0] == {
        "code": "adult",
        "kind": "inclusion",
        "text": "18 or older",
        "source": {"title": "Label"},
        "finding": "not-met",
        "evidence": ["q1"],
        "note": "",
    }


def test_record_again_changes_the_draft():
    encounter = finished()
    first = recorded(encounter)

    second = recorded(encounter, outcome="refer")

    assert (second.pk, second.version, second.outcome) == (first.pk, 1, "refer")


def test_record_after_the_signature_makes_the_next_version():
    encounter = finished()
    first = signed(encounter)

    second = recorded(encounter)

    assert (second.version, second.status) == (2, DeterminationStatus.IN_PROGRESS)
    assert Determination.objects.get(pk=first.pk).status == DeterminationStatus.COMPLETED


FAULTS = {
    "missing": (findings()[:1], "criteria", "missing"),
    "twice": ([*findings(), findings()[0]], "criteria[0].code", "twice"),
    "unknown": ([*findings(), {"code": "other", "finding": "met"}], "criteria[2].code", "unknown"),
    "finding": (findings(adult="maybe"), "criteria[0].finding", "unknown"),
    "evidence": ([{**findings()[0], "evidence": ["q99"]}, findings()[1]], "criteria[0].evidence", "unknown"),
    "note": ([{**findings()[0], "note": "x" * 2001}, findings()[1]], "criteria[0].note", "too-long"),
}


@pytest.mark.parametrize(("sent", "field", "code"), FAULTS.values(), ids=FAULTS.keys())
def test_record_names_the_fault(sent, field, code):
    encounter = finished()

    with pytest.raises(criteria.CriteriaFaulty) as refusal:
        recorded(encounter, criteria=sent)

    assert (field, code) in [(error.field, error.code) for error in refusal.value.errors]


def test_record_takes_evidence_of_every_kind():
    encounter = finished()
    flag = flagged(encounter.appointment.service_request)
    sent = [{**findings()[0], "evidence": ["q2", f"flag:{flag.rule.code}"]}, findings()[1]]

    assert recorded(encounter, criteria=sent).criteria[0]["evidence"] == ["q2", f"flag:{flag.rule.code}"]


def test_record_refuses_an_unknown_outcome_and_no_rationale():
    encounter = finished()

    with pytest.raises(determine.OutcomeUnknown):
        recorded(encounter, outcome="perhaps")
    with pytest.raises(words.WordsMissing):
        recorded(encounter, rationale=" ")


def test_record_waits_for_the_visit():
    encounter = EncounterFactory()

    with pytest.raises(determine.VisitNotBegun):
        recorded(encounter)


def test_record_needs_a_protocol():
    encounter = finished()
    DeterminationProtocol.objects.all().delete()

    with pytest.raises(determine.NoProtocol):
        recorded(encounter)


def test_record_is_the_clinicians_own():
    encounter = finished()
    values = {"outcome": "eligible", "criteria": findings(), "rationale": "Yes.", "now": after(encounter)}

    with pytest.raises(NotAllowed):
        determine.record(encounter_id=encounter.pk, by=encounter.appointment.patient.user, **values)
    with pytest.raises(NotFound):
        determine.record(encounter_id=encounter.pk, by=clinician(HealthcareServiceFactory()).user, **values)


def test_sign_locks_with_a_digest_that_can_be_computed_again():
    determination = signed()

    stored = Determination.objects.get(pk=determination.pk)
    assert stored.signed_by == stored.recorded_by
    assert stored.sha256 == determine.digest(stored)


def test_sign_waits_for_the_end_of_the_visit():
    draft = recorded(in_visit())

    with pytest.raises(determine.VisitNotFinished):
        determine.sign(determination_id=draft.pk, by=draft.recorded_by, now=draft.recorded_at)


def test_sign_twice_is_refused():
    determination = signed()

    with pytest.raises(determine.AlreadySigned):
        determine.sign(determination_id=determination.pk, by=determination.signed_by, now=determination.signed_at)


def test_sign_is_hidden_from_others():
    draft = recorded()

    stranger = clinician(HealthcareServiceFactory()).user
    with pytest.raises(NotFound):
        determine.sign(determination_id=draft.pk, by=stranger, now=draft.recorded_at)


@pytest.mark.database
@pytest.mark.parametrize("change", [{"rationale": "Other"}, {"outcome": "refer"}, {"status": "in-progress"}])
def test_database_refuses_to_change_what_was_signed(change):
    determination = signed()

    with pytest.raises(DatabaseError, match="determination_signed_fixed"):
        Determination.objects.filter(pk=determination.pk).update(**change)


@pytest.mark.database
def test_database_refuses_to_delete_what_was_signed():
    determination = signed()

    with pytest.raises(DatabaseError, match="determination_signed_fixed"):
        determination.delete()
