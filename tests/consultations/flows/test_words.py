"""Administrators write the words of messages; what is wrong is refused, what went wrong cannot stop a message."""

import pytest
from django.db import DatabaseError, connection, transaction

from config.core.administrators import OnlyAdministrators
from config.core.models import AuditEvent
from consultations.adapters.mail import Letter
from consultations.domain.codes import Channel, CommunicationKind
from consultations.domain.phrase_check import check
from consultations.domain.phrases import Phrase
from consultations.flows import words
from consultations.models import Communication, MessageWords
from consultations.queries import letters, wording
from consultations.queries.wording import Key
from tests.consultations.racing import at_once, names
from tests.factories.consultations import AppointmentFactory
from tests.factories.core import AdminFactory
from tests.factories.intake import PatientFactory
from tests.factories.providers import NOW, HealthcareServiceFactory

BOOKED = Key(CommunicationKind.BOOKING_CONFIRMED, Channel.EMAIL)
NEW = {
    "en": Phrase("See you at {time}", "Dear {name},\n\nwe meet on {day} at {time}:\n{link}"),
    "es": Phrase("Nos vemos a las {time}", "Hola, {name}:\n\nnos vemos el {day} a las {time}:\n{link}"),
}


def write(said=NEW, *, key=BOOKED, service=None, version=0, by=None):
    by = by or AdminFactory.create()
    service_id = service.pk if service else None
    return words.write(key=key, service_id=service_id, words=said, version=version, by=by, now=NOW)


def letter(language="en", service=None):
    columns = {"service_request__service": service} if service else {}
    visit = AppointmentFactory.create(service_request__patient__preferred_language=language, **columns)
    Communication.objects.plan(
        subject=visit, kind=CommunicationKind.BOOKING_CONFIRMED, recipient_id=visit.patient.user_id, due_at=NOW
    )
    return letters.compose(Communication.objects.get()), visit.patient


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "subject"), [("en", "See you at 9:00 AM EDT"), ("es", "Nos vemos a las 9:00 AM EDT")]
)
def test_the_clinics_words_are_sent(language, subject):
    write()

    sent, patient = letter(language)

    assert sent.subject == subject
    assert patient.called in sent.body
    assert "/visits/" in sent.body
    assert "911" in sent.body, "nobody can take the emergency line out"


@pytest.mark.django_db
def test_the_words_of_a_service_come_first_and_only_there():
    line, other = HealthcareServiceFactory.create_batch(2)
    write({**NEW, "en": Phrase("Of the line at {time}", NEW["en"].body)}, service=line)
    write()

    assert letter(service=line)[0].subject == "Of the line at 9:00 AM EDT"
    Communication.objects.all().delete()
    assert letter(service=other)[0].subject == "See you at 9:00 AM EDT"


@pytest.mark.django_db
def test_the_shipped_words_come_back_and_the_versions_stay():
    admin = AdminFactory.create()
    write(by=admin)

    words.restore(key=BOOKED, service_id=None, version=1, by=admin, now=NOW)

    assert letter()[0].subject == "Your visit is booked"
    kept = MessageWords.objects.order_by("version").values_list("version", "language", "is_shipped", "written_by")
    assert list(kept.filter(language="en")) == [(1, "en", False, admin.pk), (2, "en", True, admin.pk)]
    assert set(AuditEvent.objects.values_list("event", flat=True)) == {
        "consultations.words.written",
        "consultations.words.restored",
    }
    assert "Dear" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


@pytest.mark.django_db
def test_words_that_tell_of_health_are_refused_by_the_field():
    with pytest.raises(words.BadWords) as refused:
        write({**NEW, "es": Phrase("Su {diagnosis}", NEW["es"].body)})

    assert [(error.field, error.code) for error in refused.value.errors] == [("subject_es", "personal")]
    assert not MessageWords.objects.exists()


@pytest.mark.django_db
def test_a_patient_changes_no_words():
    with pytest.raises(OnlyAdministrators):
        write(by=PatientFactory.create().user)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "key", [Key(CommunicationKind.SAFETY_FLAG, Channel.SMS), Key(CommunicationKind.VISIT_IN_A_DAY, Channel.EMAIL, for_staff=True)]
)  # fmt: skip
def test_there_are_no_words_for_what_is_never_sent(key):
    with pytest.raises(words.NoSuchMessage):
        write(key=key)


@pytest.mark.django_db
def test_older_words_do_not_replace_newer_ones():
    write()

    with pytest.raises(words.ChangedMeanwhile):
        write(version=0)


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_at_once_one_learns_of_the_other():
    admins = AdminFactory.create_batch(4)

    outcomes = at_once(*[lambda admin=admin: write(by=admin) for admin in admins])

    assert names(outcomes) == ["ChangedMeanwhile"] * 3 + ["list"]
    assert MessageWords.objects.count() == 2


def spoil(**columns):
    """Store words as no flow would, as an older release or a hand in the database could."""
    MessageWords.objects.create(
        kind=BOOKED.kind, channel=BOOKED.channel, language="en", version=1, written_at=NOW,
        written_by=AdminFactory.create(), **{"subject": "S {time}", "body": "B {link} {time}", **columns},
    )  # fmt: skip


FAULTY = {
    "a link is missing": {"body": "nothing to click"},
    "code of a template": {"body": "{% include 'admin/login.html' %} {link} {time}"},
    "a placeholder that is gone": {"subject": "{score} {time}"},
    "a subject in two lines": {"subject": "A {time}\nBcc: everybody@example.org"},
}


@pytest.mark.django_db
@pytest.mark.parametrize("columns", FAULTY.values(), ids=FAULTY)
def test_wrong_words_stop_no_message_and_are_shown(columns):
    spoil(**columns)

    sent, _ = letter()

    assert isinstance(sent, Letter)
    assert sent.subject == "Your visit is booked"
    assert [row.language for row in wording.faults()] == ["en"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", ["UPDATE consultations_messagewords SET body = 'x'", "DELETE FROM consultations_messagewords"]
)
def test_the_database_keeps_every_version(change):
    write()

    with (
        pytest.raises(DatabaseError, match="messagewords_append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


@pytest.mark.parametrize("key", wording.all_keys(), ids=lambda key: f"{key.channel}-{key.stem}")
def test_the_shipped_words_pass_their_own_check(key):
    said = {language: wording.shipped(key, language) for language in wording.LANGUAGES}

    assert check(said, wording.rules(key)) == ()


def test_a_sender_reads_the_words_once_in_a_while(settings, monkeypatch):
    settings.MESSAGE_WORDS_SECONDS = 60
    monkeypatch.setattr(wording, "_kept", wording._Kept())
    read = []
    monkeypatch.setattr(wording.MessageWords.objects, "newest", lambda: read.append(1) or [])

    for _ in range(3):
        wording._all_own()

    assert read == [1]
