from datetime import date

from consultations.html import months

TODAY = date(2026, 11, 30)


def test_today_is_marked_in_its_own_month_only():
    november, december = (
        months.month(date(2026, number, 1), open_days={TODAY}, today=TODAY, chosen=TODAY) for number in (11, 12)
    )

    assert [one.day for one in marked(november)] == [TODAY]
    assert TODAY in [one.day for week in december.weeks for one in week], "it fills the first week"
    assert marked(december) == []


def marked(month):
    """Return the days that are told apart from others."""
    return [one for week in month.weeks for one in week if one.is_today or one.is_chosen or one.is_open]
