import pytest

from intake.queries import crisis
from intake.queries.alarms import alarms
from tests.factories.intake import FlagFactory, FlagRuleFactory
from tests.factories.providers import HealthcareServiceFactory

pytestmark = pytest.mark.django_db


def test_text_is_in_the_language_of_the_reader_with_every_way():
    rule = FlagRuleFactory(service=HealthcareServiceFactory(slug="stress-and-anxiety"))

    english, spanish = crisis.text([rule]), crisis.text([rule], language="es")

    assert [way["href"] for way in english["ways"]][:3] == ["tel:911", "tel:988", "sms:988"]
    assert spanish["title"] != english["title"]
    assert [way["code"] for way in spanish["ways"]] == [way["code"] for way in english["ways"]]
    assert all({"label", "detail", "href"} <= set(way) for way in spanish["ways"])
    assert crisis.text([rule], language="fr") == english


def test_text_of_a_line_without_words_of_its_own_is_never_missing():
    assert crisis.text([FlagRuleFactory()])["ways"]


def test_text_is_for_a_crisis_only():
    assert crisis.text([]) is None
    assert crisis.text([FlagRuleFactory(severity="urgent", is_crisis=False)]) is None


def test_text_is_shown_for_every_emergency_and_for_what_is_marked():
    assert crisis.text([FlagRuleFactory(severity="emergency", is_crisis=False)])
    assert crisis.text([FlagRuleFactory(severity="caution", is_crisis=True)])


def test_alarms_are_the_active_rules_that_speak_to_the_patient(django_assert_num_queries):
    flag = FlagFactory()
    FlagFactory(response=flag.response, status="inactive")
    FlagFactory(response=flag.response, rule=FlagRuleFactory(severity="caution", is_crisis=False))
    rest = FlagRuleFactory(severity="caution", is_crisis=False, patient_text="Rest.")
    speaking = FlagFactory(response=flag.response, rule=rest)

    with django_assert_num_queries(1):
        rules = alarms(flag.response_id)

    assert {rule.pk for rule in rules} == {flag.rule_id, speaking.rule_id}
