import datetime

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from phonenumber_field.phonenumber import PhoneNumber

from tests.core.test_forms import Sample

SUMMER = datetime.datetime(2026, 7, 4, 18, 30, tzinfo=datetime.UTC)


def rendered(source, **context):
    return Template("{% load anteroom %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("zone", "style", "text"),
    [
        ("America/New_York", "full", "Saturday, July 4, 2026 at 2:30 PM EDT"),
        ("America/Los_Angeles", "short", "Sat, Jul 4, 11:30 AM PDT"),
        ("Pacific/Auckland", "day", "Sunday, July 5"),
        ("UTC", "time", "6:30 PM UTC"),
    ],
)
def test_when_writes_the_readers_time(zone, style, text):
    html = rendered("{% when instant zone style %}", instant=SUMMER, zone=zone, style=style)

    assert f">{text}</time>" in html
    assert datetime.datetime.fromisoformat(html.split('"')[1]) == SUMMER


def test_when_of_nothing_is_nothing():
    assert rendered("{% when instant 'UTC' %}", instant=None) == ""


def test_icon_is_hidden_from_screen_readers():
    assert 'aria-hidden="true"' in rendered("{% icon 'check' %}")


def test_error_summary_leads_to_the_first_control_of_each_field():
    form = Sample({})

    html = render_to_string("components/error_summary.html", {"form": form})

    for name in ("id_born_0", "id_meet_0", "id_agree", "id_name"):
        assert f'href="#{name}"' in html
        assert f'id="{name}"' in form.as_div() or f'id="{name}"' in str(form)


@pytest.mark.parametrize(
    ("number", "text"),
    [("+12125550123", "(212) 555-0123"), ("+34600123456", "+34 600 12 34 56"), ("", "")],
    ids=["at home", "elsewhere", "none"],
)
def test_a_phone_number_is_shown_as_it_is_dialled(number, text):
    given = PhoneNumber.from_string(number) if number else None

    assert rendered("{{ number|dialled }}", number=given) == text
