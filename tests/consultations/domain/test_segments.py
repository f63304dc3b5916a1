"""Text messages are counted as carriers count them."""

import pytest

from consultations.domain.segments import count

TEXTS = {
    "nothing": ("", "GSM-7", 0, 1),
    "one part is 160 letters": ("a" * 160, "GSM-7", 160, 1),
    "one letter more needs a second part": ("a" * 161, "GSM-7", 161, 2),
    "two parts are 306 letters": ("a" * 306, "GSM-7", 306, 2),
    "the 307th letter begins a third": ("a" * 307, "GSM-7", 307, 3),
    "a euro counts twice": ("€" * 80, "GSM-7", 160, 1),
    "a euro is not split between two parts": ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
    "letters of Spanish that the alphabet has": ("¿señor é ü?", "GSM-7", 11, 1),
    "one accent outside changes the whole text": ("é í", "UCS-2", 3, 1),
    "seventy fit": ("í" * 70, "UCS-2", 70, 1),
    "seventy-one do not": ("í" * 71, "UCS-2", 71, 2),
    "an emoji counts twice": ("😀" * 35, "UCS-2", 70, 1),
    "an emoji is not split either": ("í" * 66 + "😀" + "í" * 66, "UCS-2", 134, 3),
}


@pytest.mark.parametrize(("text", "alphabet", "units", "parts"), TEXTS.values(), ids=TEXTS)
def test_parts_of_a_text(text, alphabet, units, parts):
    found = count(text)

    assert (found.alphabet, found.units, found.parts) == (alphabet, units, parts)


def test_the_letters_that_cost_more_are_named_once():
    assert count("así, aquí y allá").outside == "íá"
