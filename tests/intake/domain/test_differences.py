import copy

import pytest

from intake.domain.differences import differences
from intake.domain.outline import outline
from tests.factories.intake import SLEEP, coding


def changed(change):
    after = copy.deepcopy(SLEEP)
    items = {one["linkId"]: one for page in after["item"] for one in page["item"]}
    change(after, items)
    return [(one.kind, one.link_id, one.words) for one in differences(outline(SLEEP), outline(after))]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda _d, _i: None, [], id="nothing"),
        pytest.param(lambda d, _i: d.update(title="Nights"), [("worded", "", "The title was “Your sleep”.")], id="title"),
        pytest.param(
            lambda _d, i: i["hours"].update(text="Hours?"),
            [("worded", "hours", "It was “How many hours do you sleep?”.")], id="words",
        ),
        pytest.param(
            lambda _d, i: i["hours"].update(type="decimal"),
            [("changed", "hours", "It was answered as integer and is now answered as decimal.")], id="type",
        ),
        pytest.param(
            lambda _d, i: i["born"].update(required=True), [("changed", "born", "It must be answered now.")], id="required",
        ),
        pytest.param(
            lambda _d, i: i["snores-since"].pop("enableWhen"),
            [("changed", "snores-since", "It is always asked now.")], id="condition",
        ),
        pytest.param(
            lambda _d, i: i["harm"].update(answerOption=[coding("no", "Never"), coding("often", "Often")]),
            [
                ("changed", "harm", "It can be answered “Often” now."),
                ("changed", "harm", "It can no longer be answered “Yes”."),
                ("worded", "harm", "The answer “No” reads “Never” now."),
            ], id="options",
        ),
        pytest.param(
            lambda d, _i: d["item"][1]["item"].pop(), [("removed", "born", "This is no longer asked.")], id="removed",
        ),
        pytest.param(
            lambda d, _i: d["item"][0]["item"].append({"linkId": "new", "type": "string", "text": "New"}),
            [("added", "new", "This is new.")], id="added",
        ),
    ],
)  # fmt: skip
def test_differences_are_told_in_words(change, expected):
    assert changed(change) == expected
