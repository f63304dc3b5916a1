import pytest
from django.db import ProgrammingError, transaction

from intake.flows import answer, attach
from intake.models import Attachment
from tests.consultations.racing import at_once
from tests.factories.core import UserFactory
from tests.factories.intake import NOW, PatientFactory, QuestionnaireResponseFactory
from tests.factories.questions import EVERY_TYPE
from tests.intake.domain.test_photos import WHERE, picture, told

PNG = picture("png")
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def asked(**fields):
    return QuestionnaireResponseFactory(questionnaire__definition=EVERY_TYPE, **fields)


def send(response, data=PNG, *, path="card", name="card.png", by=None):
    return attach.attach(
        response_id=response.pk, path=path, name=name, data=data, by=by or response.patient.user, now=NOW
    )


def save(response, value, *, sequence=1, path="card"):
    return answer.save(
        response_id=response.pk, client_id="phone", sequence=sequence, base_revision=sequence - 1,
        answers=[{"link_id": path, "value": value}], by=response.patient.user, now=NOW,
    )  # fmt: skip


@pytest.mark.django_db
def test_attach_keeps_the_file_by_what_it_is_and_not_by_its_name():
    response = asked()

    kept = send(response, name="../../C:\\photos\\my <card>.exe")

    assert bytes(Attachment.objects.get().data) == PNG
    assert (kept.content_type, kept.size, kept.title) == ("image/png", len(PNG), "my card.exe")


@pytest.mark.django_db
def test_attach_keeps_of_a_photo_the_picture_and_not_where_it_was_taken():
    response = asked()

    kept = send(response, told("jpeg"), path="letters", name="me.jpg")

    stored = bytes(Attachment.objects.get().data)
    assert (kept.size, WHERE in told("jpeg"), WHERE in stored) == (len(stored), True, False)


@pytest.mark.django_db
def test_attach_refuses_a_photo_that_is_cut_off():
    with pytest.raises(attach.FileRefused, match="Choose it again"):
        send(asked(), picture("jpeg")[:-20], path="letters")


@pytest.mark.django_db
def test_attach_of_the_same_file_again_is_the_same_row():
    response = asked()

    assert send(response).pk == send(response, name="again.png").pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "data", "words"),
    [
        ("card", PDF, "Choose one of these: PNG image."),
        ("card", PNG + b"\x00" * 2000, "too large"),
        ("card", b"", "empty"),
        ("letters", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "cannot be taken"),
        ("letters", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 40, "cannot be taken"),
        ("letters", b"MZ\x90\x00" + b"\x00" * 200, "cannot be taken"),
        ("letters", b"<html><script>alert(1)</script></html>", "cannot be taken"),
        ("note", PNG, "takes no file"),
        ("nowhere", PNG, "takes no file"),
    ],
)
def test_attach_refuses_what_its_question_does_not_take(path, data, words):
    with pytest.raises(attach.FileRefused, match=words):
        send(asked(), data, path=path)

    assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_attach_refuses_strangers_and_closed_responses():
    response = asked()
    closed = asked(status="stopped")

    for stranger in (PatientFactory().user, UserFactory()):
        with pytest.raises(attach.NoSuchResponse):
            send(response, by=stranger)
    with pytest.raises(attach.ResponseClosed):
        send(closed)


@pytest.mark.django_db
def test_attach_refuses_more_than_twenty_files():
    response = asked()
    for number in range(attach.MOST_FILES):
        send(response, PDF + bytes([number]), path="letters")

    with pytest.raises(attach.FileRefused, match="At most 20 files"):
        send(response)


@pytest.mark.django_db
def test_an_answer_names_a_file_by_its_row_and_not_by_what_a_client_says():
    response = asked()
    kept = send(response)

    save(response, {"id": str(kept.pk), "title": "other.pdf", "contentType": "application/pdf", "size": 1})

    response.refresh_from_db()
    assert response.answers["card"] == kept.as_answer()


@pytest.mark.django_db
@pytest.mark.parametrize("make", [lambda: "nothing", lambda: str(send(asked()).pk)], ids=["unknown", "of another"])
def test_an_answer_that_names_a_file_which_is_not_there_is_refused(make):
    with pytest.raises(answer.NotAcceptable, match="did not arrive"):
        save(asked(), {"id": make()})


@pytest.mark.django_db
def test_database_keeps_files_as_they_are():
    send(asked())

    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        Attachment.objects.update(data=b"other")
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        Attachment.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_one_file_sent_twice_at_once_is_one_row():
    response = asked()

    first, second = at_once(lambda: send(response), lambda: send(response))

    assert first.pk == second.pk
    assert Attachment.objects.count() == 1
