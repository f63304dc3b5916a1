import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from config.core.models import StatusChange
from intake.domain.codes import ConsentStatus
from intake.flows import consent
from tests.factories.core import UserFactory
from tests.factories.intake import NOW, ConsentDocumentFactory, ConsentFactory, PatientFactory


@pytest.mark.django_db
def test_sign_keeps_the_digest_of_the_text_and_the_name_as_typed():
    patient, document = PatientFactory(), ConsentDocumentFactory()

    signed = consent.sign(
        document_id=document.pk, signed_name="  Grace   Sample ", by=patient.user, now=NOW,
        ip_address="203.0.113.9", user_agent="browser",
    )  # fmt: skip

    signed.refresh_from_db()
    assert (signed.status, signed.document_sha256, signed.signed_name) == ("active", document.sha256, "Grace Sample")
    assert (signed.signed_at, signed.ip_address, signed.user_agent) == (NOW, "203.0.113.9", "browser")
    assert StatusChange.objects.get(entity_id=signed.pk).new == "active"


@pytest.mark.django_db
def test_sign_refuses_what_is_not_asked_for_today():
    old = ConsentDocumentFactory(is_current=False)

    with pytest.raises(consent.UnknownDocument):
        consent.sign(document_id=old.pk, signed_name="Grace", by=PatientFactory().user, now=NOW)


@pytest.mark.django_db
def test_sign_refuses_an_empty_name():
    with pytest.raises(consent.NotSigned) as refused:
        consent.sign(document_id=ConsentDocumentFactory().pk, signed_name=" ", by=PatientFactory().user, now=NOW)

    assert refused.value.errors[0].field == "signed_name"


@pytest.mark.django_db
def test_sign_refuses_somebody_not_registered():
    with pytest.raises(consent.NotRegistered):
        consent.sign(document_id=ConsentDocumentFactory().pk, signed_name="Grace", by=UserFactory(), now=NOW)


@pytest.mark.django_db
def test_sign_refuses_to_sign_twice_and_names_the_first():
    first = ConsentFactory()

    with pytest.raises(consent.AlreadySigned) as refused:
        consent.sign(document_id=first.document_id, signed_name="Grace", by=first.patient.user, now=NOW)

    assert refused.value.extra == {"consent": str(first.pk)}


@pytest.mark.django_db
def test_withdraw_ends_a_signature_for_good_and_allows_a_new_one():
    first = ConsentFactory()
    user = first.patient.user

    withdrawn = consent.withdraw(consent_id=first.pk, by=user, now=NOW)

    assert (withdrawn.status, withdrawn.withdrawn_at, withdrawn.withdrawn_by) == ("inactive", NOW, user)
    with pytest.raises(consent.AlreadyWithdrawn):
        consent.withdraw(consent_id=first.pk, by=user, now=NOW)
    assert consent.sign(document_id=first.document_id, signed_name="Grace", by=user, now=NOW).pk != first.pk


@pytest.mark.django_db
def test_withdraw_does_not_know_the_signatures_of_others():
    with pytest.raises(consent.NoSuchConsent):
        consent.withdraw(consent_id=ConsentFactory().pk, by=PatientFactory().user, now=NOW)


@pytest.mark.django_db
def test_database_refuses_a_second_signature_in_force():
    first = ConsentFactory()

    with pytest.raises(IntegrityError, match="intake_consent_active_once"):
        ConsentFactory(patient=first.patient, document=first.document)


@pytest.mark.django_db
def test_database_refuses_to_change_or_delete_a_signature():
    signed = ConsentFactory()

    signed.signed_name = "Somebody Else"
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        signed.save(update_fields=["signed_name"])
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        signed.delete()


@pytest.mark.django_db
def test_database_refuses_a_withdrawal_without_a_time():
    with pytest.raises(IntegrityError, match="intake_consent_withdrawn_when_inactive"):
        ConsentFactory(status=ConsentStatus.INACTIVE)
