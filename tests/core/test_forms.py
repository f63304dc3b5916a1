import datetime

import pytest
from django import forms

from config.core.forms import CheckboxCards, MemorableDateField, RadioCards, Scale


class Sample(forms.Form):
    born = MemorableDateField(label="Date of birth", help_text="For example: March 8 1985", autocomplete=True)
    meet = forms.ChoiceField(
        label="How shall we meet?",
        choices=[("video", "Video"), ("phone", "Phone")],
        widget=RadioCards(hints={"video": "You need a camera."}),
    )
    often = forms.ChoiceField(
        label="How often?", choices=[("0", "Never"), ("1", "Daily")], widget=Scale, required=False
    )
    had = forms.MultipleChoiceField(label="Ever had", choices=[("a", "Asthma")], widget=CheckboxCards, required=False)
    agree = forms.BooleanField(label="I agree")
    name = forms.CharField(label="Name", widget=forms.TextInput({"class": "input--short", "placeholder": "Vanishes"}))


def posted(month="", day="", year=""):
    return {"born_0": month, "born_1": day, "born_2": year, "meet": "video", "agree": "on", "name": "Robin"}


def test_memorable_date_becomes_a_date():
    form = Sample(posted("2", "29", "2000"))

    assert form.is_valid()
    assert form.cleaned_data["born"] == datetime.date(2000, 2, 29)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (("", "29", "2000"), "Enter the month too."),
        (("2", "", ""), "Enter the day and the year too."),
        (("2", "30", "2000"), "Enter a real date, such as March 8 1985."),
        (("2", "x", "2000"), "Enter a real date, such as March 8 1985."),
        (("", "", ""), "This field is required."),
    ],
    ids=["no month", "no day and year", "no such day", "not a number", "nothing"],
)
def test_memorable_date_says_what_is_wrong(parts, message):
    assert Sample(posted(*parts)).errors["born"] == [message]


@pytest.mark.parametrize("initial", [datetime.date(1985, 3, 8), "1985-03-08"], ids=["date", "ISO text"])
def test_memorable_date_shows_what_is_known(initial):
    html = Sample(initial={"born": initial}).as_div()

    assert '<option value="3" selected>March</option>' in html
    assert 'value="8"' in html
    assert 'value="1985"' in html


def test_field_names_its_hint_and_its_error_for_screen_readers():
    html = str(Sample({})["born"].as_field_group())

    assert 'aria-describedby="id_born_helptext id_born_error"' in html
    assert 'id="id_born_helptext"' in html
    assert 'id="id_born_error"' in html
    assert '<legend class="field__label">Date of birth</legend>' in html
    assert html.count('aria-invalid="true"') == 3


def test_field_that_may_be_left_out_says_so():
    form = Sample()

    assert "(optional)" in form["often"].as_field_group()
    assert "(optional)" not in form["meet"].as_field_group()


def test_cards_carry_their_hints():
    html = Sample()["meet"].as_field_group()

    assert '<span class="choice__hint">You need a camera.</span>' in html
    assert html.count("choice__hint") == 1


def test_scale_and_tick_have_their_own_markup():
    form = Sample()

    assert 'class="choices scale"' in form["often"].as_field_group()
    assert "<fieldset" not in form["agree"].as_field_group()


def test_input_keeps_its_class_and_loses_its_placeholder():
    html = Sample()["name"].as_field_group()

    assert 'class="input input--short"' in html
    assert "placeholder" not in html


def test_label_is_escaped():
    class Hostile(forms.Form):
        name = forms.CharField(label="<script>alert(1)</script>")

    assert "<script>" not in Hostile()["name"].as_field_group()
