from config.core.html.trend import trend_plot

BANDS = [(0, "Minimal"), (5, "Mild"), (10, "Moderate")]


def test_a_course_is_drawn_with_its_values_and_told_in_words():
    plot = trend_plot(name="GAD-7", maximum=21, bands=BANDS, course=[("May 3", 14), ("now", 7)])

    assert [(point.label, point.value) for point in plot.points] == [("May 3", 14), ("now", 7)]
    assert float(plot.points[0].y) < float(plot.points[1].y)
    assert [level.label for level in plot.levels] == ["Minimal", "Mild", "Moderate"]
    assert plot.description == "GAD-7 over time: May 3: 14 of 21, now: 7 of 21."


def test_one_measurement_is_no_course():
    assert trend_plot(name="GAD-7", maximum=21, bands=BANDS, course=[("now", 7)]) is None


def test_only_the_last_six_are_drawn():
    course = [(str(day), day) for day in range(9)]

    assert [point.value for point in trend_plot(name="GAD-7", maximum=21, bands=BANDS, course=course).points] == [
        3, 4, 5, 6, 7, 8,
    ]  # fmt: skip
