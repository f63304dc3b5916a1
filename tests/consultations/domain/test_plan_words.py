import pytest
from django.utils import translation

from consultations.domain.plan import Schedule
from consultations.domain.plan_words import dictionary, told

BODY = {
    "description": "Rest.",
    "translations": {"es": {"title": "Plan", "description": "Descanse."}},
    "goals": [{"description": "Sleep.", "translations": {"es": {"description": "Dormir."}}}],
    "activities": [
        {
            "title": "Spray",
            "detail": "Use it.",
            "translations": {
                "es": {"title": "Aerosol", "detail": "Úselo.", "clinician_fills": {"stop_rule": "Cuándo parar"}}
            },
        },
        {"title": "Walk", "detail": ""},
    ],
}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A plan", "Plan"),
        ("Rest.", "Descanse."),
        ("Sleep.", "Dormir."),
        ("Spray", "Aerosol"),
        ("Walk", "Walk"),
        ("Use it.\nStop rule: after a week", "Úselo.\nCuándo parar: after a week"),
        ("Use it twice.\r\nUse it.", "Use it twice.\nÚselo."),
        ("", ""),
    ],
)
def test_told_says_what_the_template_says_and_leaves_the_rest_as_it_was_written(text, words):
    assert told(text, dictionary(title="A plan", body=BODY, language="es")) == words


def test_a_language_that_the_template_does_not_have_changes_nothing():
    assert told("Spray", dictionary(title="A plan", body=BODY, language="fr")) == "Spray"


def test_the_words_of_a_schedule_are_told_and_a_persons_own_stay():
    schedule = Schedule(first_after_days=14, every_days=14, times=2)
    stored = schedule.words

    with translation.override("es"):
        assert schedule.told(stored) == "2 veces, cada dos semanas, la primera después de 2 semanas"
        assert schedule.told("When you like") == "When you like"
