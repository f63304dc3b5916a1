"""The words of a signed plan in the language of its reader."""

from collections.abc import Mapping

from config.core.languages import reading
from consultations.domain import plan_words
from consultations.domain.plan import schedule_of
from consultations.models import Activity, CarePlan


def words_of(plan: CarePlan) -> Mapping[str, str]:
    """Return what the plan's template says in the language of who reads; reads the template."""
    language = reading()
    template = plan.template
    if language == "en" or template is None:
        return {}
    return plan_words.dictionary(title=template.title, body=template.body, language=language)


def title_of(plan: CarePlan) -> str:
    """Return the title of a plan as its reader reads it; reads the template."""
    return plan_words.told(plan.title, words_of(plan))


def schedule_text_of(activity: Activity, words: Mapping[str, str]) -> str:
    """Return when an activity is done, as its reader reads it."""
    text = activity.schedule_text
    return words.get(text) or schedule_of(activity.schedule).told(text)
