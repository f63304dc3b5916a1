from uuid import uuid4

import pytest

from consultations.domain.completeness import Document, Questions, missing, readable

SLEEP = Questions(uuid4(), "Sleep", is_done=False)
MOOD = Questions(uuid4(), "Mood", is_done=True)
HOPES = Questions(uuid4(), "Hopes", is_done=False, is_required=False)
TELEHEALTH = Document("telehealth", "Telehealth consent")


def test_missing_names_each_unsigned_document_and_each_unfinished_questionnaire():
    found = missing(questions=[SLEEP, MOOD], documents=[TELEHEALTH], signed=[])

    assert [error.field for error in found] == ["consents.telehealth", f"questionnaire_responses.{SLEEP.response_id}"]


def test_optional_questions_are_never_missing():
    assert missing(questions=[HOPES], documents=[], signed=[]) == ()


def test_a_signed_document_is_not_missing():
    assert missing(questions=[], documents=[TELEHEALTH], signed={"telehealth"}) == ()


@pytest.mark.parametrize(
    ("language", "title"),
    [
        pytest.param("es", "Consentimiento", id="their language"),
        pytest.param("fr", "Telehealth consent", id="English when theirs is missing"),
    ],
)
def test_a_document_in_two_languages_counts_once_in_the_readers(language, title):
    spanish = Document("telehealth", "Consentimiento", "es")
    english = Document("telehealth", "Telehealth consent", "en")

    assert [one.title for one in readable([spanish, english], language=language)] == [title]
