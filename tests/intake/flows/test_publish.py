from copy import deepcopy
from dataclasses import replace

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from config.core.models import AuditEvent
from intake.adapters import catalogue
from intake.adapters.catalogue import Form, Line, Text
from intake.domain.codes import QuestionnaireStatus
from intake.flows import publish
from intake.models import ConsentDocument, FlagRule, Questionnaire, ServiceQuestionnaire
from providers.models import HealthcareService
from tests.factories.intake import NOW, SLEEP

RULE = {
    "code": "harm",
    "version": "1.0.0",
    "questionnaire": SLEEP["url"],
    "severity": "emergency",
    "crisis": True,
    "expression": "repeat(item).where(linkId = 'harm').answer.value.where(code = 'yes').exists()",
    "clinician_text": "Thoughts of self-harm.",
    "patient_text": "Please read whom to call.",
    "translations": {"es": {"patient_text": "Lea a quién llamar."}},
    "evidence": ["harm"],
    "source": {"citation": "A paper.", "doi": "10.1000/1"},
}
LINE = Line(
    slug="sleep",
    service={
        "slug": "sleep",
        "version": "1.0.0",
        "name": "Sleep",
        "summary": "Sleeping better.",
        "states": ["NY"],
        "questionnaires": [{"url": SLEEP["url"], "order": 1, "required": True, "minutes": 4}],
    },
    forms=(Form("as it came", SLEEP),),
    scores=({"questionnaire": SLEEP["url"], "instrument": "isi"}, {"questionnaire": "other", "instrument": "gad"}),
    rules=(RULE,),
    texts=(Text("telehealth", "1.0.0", "en", "Telehealth", "You agree.\n"),),
)


def published(line):
    return publish.publish(line=line, by=None, now=NOW)


@pytest.mark.django_db
def test_publish_makes_every_row_of_a_line():
    done = published(LINE)

    service = HealthcareService.objects.get(slug="sleep")
    questionnaire = Questionnaire.objects.get()
    assert (questionnaire.source, questionnaire.definition, questionnaire.minutes) == ("as it came", SLEEP, 4)
    assert [score["instrument"] for score in questionnaire.scores] == ["isi"]
    assert ServiceQuestionnaire.objects.get(service=service).url == questionnaire.url
    assert FlagRule.objects.get(service=service).is_crisis
    assert ConsentDocument.objects.get().services.get() == service
    assert len(done.new) == 4
    assert AuditEvent.objects.about(service).get().detail == {"new": list(done.new)}


@pytest.mark.django_db
def test_publish_again_changes_nothing_and_keeps_what_was_tuned():
    published(LINE)
    HealthcareService.objects.update(duration_minutes=45)
    counts = [model.objects.count() for model in (Questionnaire, FlagRule, ConsentDocument, AuditEvent)]

    assert published(LINE).new == ()
    assert counts == [model.objects.count() for model in (Questionnaire, FlagRule, ConsentDocument, AuditEvent)]
    assert HealthcareService.objects.get().duration_minutes == 45


@pytest.mark.django_db
def test_publish_makes_a_new_version_a_new_row_and_retires_the_old():
    published(LINE)
    newer = deepcopy(SLEEP) | {"version": "1.1.0"}
    line = replace(
        LINE,
        forms=(Form("newer", newer),),
        rules=(RULE | {"version": "1.1.0", "severity": "urgent"},),
        texts=(Text("telehealth", "2.0.0", "en", "Telehealth", "You agree again.\n"),),
    )

    assert len(published(line).new) == 3
    assert dict(Questionnaire.objects.values_list("version", "status")) == {
        "1.0.0": QuestionnaireStatus.RETIRED,
        "1.1.0": QuestionnaireStatus.ACTIVE,
    }
    assert dict(FlagRule.objects.values_list("version", "is_current")) == {"1.0.0": False, "1.1.0": True}
    assert dict(ConsentDocument.objects.values_list("version", "is_current")) == {"1.0.0": False, "2.0.0": True}


@pytest.mark.django_db
def test_publish_retires_a_rule_that_is_gone():
    published(LINE)

    published(replace(LINE, rules=()))

    assert not FlagRule.objects.get().is_current


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"forms": (Form("as it came, with a change", SLEEP),)},
        {"scores": ()},
        {"rules": (RULE | {"severity": "caution"},)},
        {"texts": (Text("telehealth", "1.0.0", "en", "Telehealth", "You agree to more.\n"),)},
    ],
    ids=["questionnaire", "scores", "rule", "text"],
)
def test_publish_refuses_to_change_a_published_version(changes):
    published(LINE)

    with pytest.raises(publish.Changed):
        published(replace(LINE, **changes))


@pytest.mark.django_db
def test_load_catalogue_loads_every_shipped_line_twice_alike(capsys):
    call_command("load_catalogue")
    first = capsys.readouterr().out
    call_command("load_catalogue")
    second = capsys.readouterr().out

    lines = list(catalogue.lines())
    assert lines
    assert HealthcareService.objects.count() == len(lines)
    shipped = sum(len(line.forms) for line in lines) + len(catalogue.instruments()[0])
    assert Questionnaire.objects.count() == shipped
    assert FlagRule.objects.count() == sum(len(line.rules) for line in lines)
    assert "new: questionnaire" in first
    assert "new:" not in second


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"rules": (RULE | {"expression": "repeat(item).wher("},)},
        {"forms": (Form("x", SLEEP | {"item": [*SLEEP["item"], SLEEP["item"][0]]}),)},
    ],
    ids=["rule", "questionnaire"],
)
def test_publish_refuses_content_that_cannot_be_judged(changes):
    with pytest.raises(publish.NotSound):
        published(replace(LINE, **changes))

    assert not HealthcareService.objects.exists()


BLANK = replace(LINE, texts=(Text("telehealth", "1.0.0", "en", "Telehealth", "You agree.\n\nAsk [clinic name].\n"),))
TEMPLATE = replace(LINE, texts=(Text("telehealth", "1.0.0", "es", "Telehealth", "You agree.\n", is_template=True),))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "place"),
    [
        pytest.param(BLANK, ("telehealth 1.0.0 en", "Line 3 of the text: fill in [clinic name]."), id="blank"),
        pytest.param(TEMPLATE, ("telehealth 1.0.0 es", "This is a template."), id="template"),
    ],
)
def test_a_text_to_sign_that_is_not_completed_is_refused_with_its_place(line, place):
    with pytest.raises(publish.NotSound) as refused:
        published(line)

    [error] = refused.value.errors
    assert error.field == place[0]
    assert error.detail.startswith(place[1])
    assert not HealthcareService.objects.exists()


@pytest.mark.django_db
def test_a_demo_takes_texts_that_are_not_completed():
    publish.publish(line=BLANK, by=None, now=NOW, with_templates=True)

    assert ConsentDocument.objects.get().body.endswith("[clinic name].\n")


@pytest.mark.django_db
def test_outside_a_demo_the_shipped_line_is_refused_until_its_texts_are_completed(settings):
    settings.DEMO = False

    with pytest.raises(
        CommandError, match=r"telehealth-consent 1\.\d\.\d en: Line \d+ of the text: fill in \[clinic name\]"
    ):
        call_command("load_catalogue")

    assert not ConsentDocument.objects.exists()
