"""Every expression that the published forms of the corpus use is understood."""

import re

import pytest

from intake.domain.fhirpath import NotFhirPath, parse
from intake.domain.fhirpath.functions import EAGER, LAZY, TYPED
from tests.intake.domain import corpus

# Functions of published forms by how often they are used; docs and issue count them in 1,782 distinct expressions.
USED = """
where repeat exists first iif empty select toString descendants substring sum startsWith ofType toInteger round toDate
replace now join count matches memberOf all today intersect power ln exp extension toBoolean expand weight ordinal
not last skip take tail distinct union combine exclude contains endsWith indexOf upper lower length trim toDecimal
toDateTime toTime toQuantity toChars abs ceiling floor sqrt truncate min max avg aggregate hasValue trace children
anyTrue allTrue anyFalse allFalse isDistinct subsetOf supersetOf single is as type resolve split replaceMatches
timeOfDay log
"""


def test_every_function_of_published_forms_is_known():
    assert set(USED.split()) <= {*EAGER, *LAZY, *TYPED}


def test_every_expression_of_the_corpus_is_read():
    corpus.require()
    assert {text for text in expressions() if not is_read(text)} == set()


def test_the_list_of_functions_covers_the_corpus():
    corpus.require()
    called = {name for text in expressions() for name in re.findall(r"\.(\w+)\(", text)}

    assert called <= {*EAGER, *LAZY, *TYPED}


def expressions():
    return {text for one in corpus.of_kind("Questionnaire:R4") for text in told(corpus.load(one["file"]))}


def told(node):
    if isinstance(node, list):
        for one in node:
            yield from told(one)
    elif isinstance(node, dict):
        if node.get("language") == "text/fhirpath" and isinstance(node.get("expression"), str):
            yield node["expression"]
        for one in node.values():
            yield from told(one)


def is_read(text):
    try:
        parse(text)
    except NotFhirPath:
        return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        "item.where(linkId='x'",
        "1 + 2 garbage",
        "item..answer",
        "iif(true, 1, 2",
        "%",
        "@2020-13-01",
        "answer.count() = 3 asdf",
    ],
)
def test_what_others_accept_in_silence_is_refused(text):
    with pytest.raises(NotFhirPath):
        parse(text)
