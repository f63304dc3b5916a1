import pytest

from config.core.html.score_bar import score_bar

BANDS = [(0, "Minimal"), (5, "Mild"), (10, "Moderate"), (15, "Severe")]


def gad7(value):
    return score_bar(name="GAD-7", value=value, maximum=21, bands=BANDS)


@pytest.mark.parametrize(
    ("value", "band"),
    [(0, "Minimal"), (4, "Minimal"), (5, "Mild"), (14, "Moderate"), (15, "Severe"), (21, "Severe")],
)
def test_score_bar_names_the_band_of_a_value(value, band):
    bar = gad7(value)

    assert bar.band == band
    assert [segment.label for segment in bar.segments if segment.is_present] == [band]
    assert bar.description.startswith(f"GAD-7: {value} of 21.")


def test_score_bar_without_a_score_marks_nothing():
    bar = gad7(None)

    assert bar.band == "Not enough answers"
    assert bar.marker_points == ""
    assert not any(segment.is_present for segment in bar.segments)
    assert "not scored" in bar.description


def test_score_bar_stays_inside_its_drawing():
    last = gad7(21).segments[-1]

    assert float(last.x) + float(last.width) <= 320
    assert all(0 <= float(point.split(",")[0]) <= 320 for point in gad7(21).marker_points.split())


def test_score_bar_tells_every_band_in_words():
    assert gad7(3).description.endswith("Bands: 0 to 4 minimal, 5 to 9 mild, 10 to 14 moderate, 15 to 21 severe.")
