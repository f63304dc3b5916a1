import json

import pytest
from django.db import IntegrityError, ProgrammingError

from config.core.administrators import OnlyAdministrators
from config.core.models import StatusChange
from intake.flows import take_in
from intake.models import Questionnaire
from tests.consultations.racing import at_once
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.intake import NOW, SLEEP, QuestionnaireFactory

ODD = '{ "resourceType":"Questionnaire",\r\n"url":"https://example.org/q", "status":"draft","item":[], "_x":1.50 }\n'


def come(definition=SLEEP, *, by=None, **changes):
    source = definition if isinstance(definition, bytes) else json.dumps({**definition, **changes}).encode()
    return take_in.take_in(source=source, by=by or AdminFactory(), now=NOW)


def publish(row, *, by=None):
    return take_in.publish_draft(questionnaire_id=row.pk, by=by or AdminFactory(), now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("source", [ODD.encode(), b"\xef\xbb\xbf" + ODD.encode()], ids=["odd spacing", "with a BOM"])
def test_take_in_keeps_the_file_byte_for_byte(source):
    made = come(source)

    made.refresh_from_db()
    assert made.source.encode() == source
    assert made.status == "draft"


@pytest.mark.django_db
def test_take_in_of_the_same_bytes_is_the_same_draft_and_of_others_replaces_it():
    first = come()

    assert come().pk == first.pk
    assert come(title="Other words").pk != first.pk
    assert Questionnaire.objects.get().title == "Other words"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"\xff\xfe", "not JSON in UTF-8"),
        (b"[" * 100_000, "not JSON in UTF-8"),
        (b"[]", "no FHIR Questionnaire"),
        (b'{"resourceType": "Patient"}', "no FHIR Questionnaire"),
        (b'{"resourceType": "Questionnaire"}', "no url"),
        (b'{"resourceType": "Questionnaire", "url": 7}', "no url"),
        (b'{"resourceType": "Questionnaire", "url": "u", "title": "\\u0000"}', "cannot be stored"),
        (b" " * (take_in.LARGEST + 1), "larger than 5 MB"),
    ],
)
def test_take_in_refuses_what_is_no_questionnaire(source, words):
    with pytest.raises(take_in.NotReadable, match=words):
        come(source)


@pytest.mark.django_db
def test_publish_retires_the_version_before_and_closes_this_one():
    former = QuestionnaireFactory(url=SLEEP["url"])

    made = publish(come(version="2.0.0"))

    former.refresh_from_db()
    assert (former.status, made.status) == ("retired", "active")
    assert StatusChange.objects.filter(entity_id__in=[former.pk, made.pk]).count() == 3
    with pytest.raises(ProgrammingError, match="Cannot update"):
        Questionnaire.objects.filter(pk=made.pk).update(source="{}")


@pytest.mark.django_db
def test_publish_names_each_place_that_cannot_be_asked():
    twice = [{"linkId": "a", "type": "string", "text": "A"}, {"linkId": "a", "type": "string", "text": "B"}]

    with pytest.raises(take_in.NotSound) as refused:
        publish(come(item=twice))

    assert refused.value.errors[0].field == "a"
    assert Questionnaire.objects.get().status == "draft"


@pytest.mark.django_db
def test_a_published_version_is_never_taken_in_again_with_other_content():
    publish(come())

    with pytest.raises(take_in.PublishedDiffers):
        come(title="Other words")
    with pytest.raises(take_in.NoSuchDraft):
        publish(Questionnaire.objects.get())


@pytest.mark.django_db
def test_only_administrators_change_questions():
    draft = come()

    with pytest.raises(OnlyAdministrators):
        come(by=UserFactory(), version="3.0.0")
    with pytest.raises(OnlyAdministrators):
        publish(draft, by=UserFactory())


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_two_drafts_published_at_once_leave_one_published_version():
    by, drafts = AdminFactory(), [come(version=version) for version in ("2.0.0", "3.0.0")]

    outcomes = at_once(*[lambda row=row: publish(row, by=by) for row in drafts])

    assert Questionnaire.objects.published().count() == 1
    assert all(isinstance(one, Questionnaire | IntegrityError) for one in outcomes)
