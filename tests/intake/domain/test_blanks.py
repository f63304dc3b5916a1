import pytest

from intake.domain.blanks import Blank, blanks


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Ask us.", [], id="none"),
        pytest.param("Ask\n[e-mail or phone].", [Blank(2, "[e-mail or phone]")], id="one, by its line"),
        pytest.param("[a] or [or: b]", [Blank(1, "[a]"), Blank(1, "[or: b]")], id="two on a line"),
        pytest.param("See [our notice](https://example.org).", [], id="a link is no blank"),
        pytest.param("[link for each state] (see above)", [Blank(1, "[link for each state]")], id="words beside it"),
        pytest.param("An empty [] and an open [ bracket", [], id="nothing to fill in"),
    ],
)
def test_blanks_are_words_in_brackets(text, found):
    assert list(blanks(text)) == found
