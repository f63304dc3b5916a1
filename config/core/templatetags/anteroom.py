"""Icons, times in the reader's zone, and where an error's link leads."""

from datetime import date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django import forms, template
from django.forms.boundfield import BoundField
from django.forms.widgets import ChoiceWidget
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from phonenumber_field.phonenumber import PhoneNumber

from config.core.dates import in_words
from config.core.phones import as_dialled

register = template.Library()

WITHOUT_ZONE = frozenset({"day", "date"})


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a decorative icon of the sprite; the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("anteroom/icons.svg"),
        name,
    )


@register.simple_tag
def when(instant: datetime | None, zone: str | tzinfo, style: str = "full") -> SafeString | str:
    """
    Return an instant as a <time> in the reader's zone, the zone named beside it.

    instant  aware UTC; None gives an empty text
    zone     IANA name or ZoneInfo of the person who reads
    style    full, short, day, date or time; day and date leave the zone's name out
    """
    if instant is None:
        return ""
    local = instant.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)
    text = in_words(local, style)
    name = "" if style in WITHOUT_ZONE else f" {local.tzname()}"
    return format_html('<time datetime="{}">{}{}</time>', local.isoformat(), text, name)


@register.filter
def on(value: date | None, style: str) -> str:
    """Return a day, or an instant that is local already, in the reader's language: full, short, day, date, time."""
    return in_words(value, style) if value else ""


@register.filter
def city(zone: str | tzinfo) -> str:
    """Return how people call a zone: New York time."""
    return gettext("%(city)s time") % {"city": str(zone).rpartition("/")[2].replace("_", " ")}


@register.filter
def dialled(number: PhoneNumber | None) -> str:
    """Return how a phone number is dialled; nothing for none."""
    return as_dialled(number) if number else ""


@register.filter
def first_input_id(field: BoundField) -> str:
    """Return the id of the first control of a field, where an error's link leads."""
    widget = field.field.widget
    if isinstance(widget, forms.MultiWidget) or (widget.use_fieldset and isinstance(widget, ChoiceWidget)):
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


@register.filter
def control(field: BoundField) -> str:
    """Return which markup a field needs: choices, group, tick or input."""
    widget: Any = field.field.widget
    if widget.use_fieldset:
        return "choices" if isinstance(widget, ChoiceWidget) else "group"
    return "tick" if isinstance(widget, forms.CheckboxInput) else "input"


@register.simple_tag
def styled(field: BoundField) -> SafeString:
    """Return a field's control in our look; its own classes stay, a placeholder goes: it vanishes when needed."""
    given = field.field.widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"input {given}".strip(), "placeholder": False})


@register.filter
def message_kind(message: Any) -> str:
    """Return the look of a message of django.contrib.messages: its level in our words."""
    return {"error": "emergency", "warning": "caution", "success": "good"}.get(message.level_tag, "information")
