"""Who may see whom, as a table; and who is chosen."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from providers.domain.choice import Candidate, Why, in_order, why
from providers.domain.eligibility import Ask, Clinician, Licence, Offering, local_date, why_not

VISIT = datetime(2026, 6, 1, 3, 30, tzinfo=UTC)  # the evening of 31 May in every continental state


def licence(**given):
    plain = {"jurisdiction": "NY", "status": "active", "valid_from": date(2020, 1, 1)}
    return Licence(**{**plain, **given})


def clinician(**given):
    plain = {
        "is_active": True,
        "offers": True,
        "accepts_new_patients": True,
        "languages": ["en"],
        "licences": [licence()],
    }
    return Clinician(**{**plain, **given})


def offering(**given):
    return Offering(**{"is_active": True, "states": ["NY", "CA"], "minimum_age_years": 18, **given})


def ask(**given):
    return Ask(**{"state": "NY", "start_at": VISIT, **given})


@pytest.mark.parametrize(
    ("facts", "service", "asked", "codes"),
    [
        ({}, {}, {}, []),
        ({}, {"is_active": False}, {}, ["service-retired"]),
        ({}, {"states": []}, {}, ["state-not-served"]),
        ({}, {}, {"state": "CA"}, ["not-licensed"]),
        ({}, {}, {"state": "ZZ"}, ["state-not-served"]),
        ({"licences": []}, {}, {}, ["not-licensed"]),
        ({"licences": [licence(valid_until=date(2026, 5, 31))]}, {}, {}, []),
        ({"licences": [licence(valid_until=date(2026, 5, 30))]}, {}, {}, ["licence-not-in-force"]),
        ({"licences": [licence(valid_from=date(2026, 5, 31))]}, {}, {}, []),
        ({"licences": [licence(valid_from=date(2026, 6, 1))]}, {}, {}, ["licence-not-in-force"]),
        ({"licences": [licence(status="suspended")]}, {}, {}, ["licence-not-in-force"]),
        ({"licences": [licence(status="revoked"), licence()]}, {}, {}, []),
        ({"is_active": False, "offers": False}, {}, {}, ["practitioner-inactive", "service-not-offered"]),
        ({"accepts_new_patients": False}, {}, {}, ["no-new-patients"]),
        ({"accepts_new_patients": False}, {}, {"is_known": True}, []),
        ({}, {}, {"language": "es"}, ["language-not-spoken"]),
        ({"languages": ["en", "es"]}, {}, {"language": "es"}, []),
        ({}, {}, {"born": date(2008, 5, 31)}, []),
        ({}, {}, {"born": date(2008, 6, 1)}, ["too-young"]),
        ({}, {"maximum_age_years": 64}, {"born": date(1961, 6, 1)}, []),
        ({}, {"maximum_age_years": 64}, {"born": date(1961, 5, 31)}, ["too-old"]),
        ({}, {"barred_states": ["NY"]}, {}, ["modality-not-allowed"]),
        ({}, {"barred_states": ["CA"]}, {}, []),
        ({"licences": [licence(kind="NP")]}, {"licence_kinds": ["MD", "DO"]}, {}, ["licence-kind"]),
        ({"licences": [licence(kind="NP"), licence(kind="DO")]}, {"licence_kinds": ["MD", "DO"]}, {}, []),
        ({"licences": [licence(kind="NP"), licence(kind="DO", status="revoked")]}, {"licence_kinds": ["DO"]}, {},
         ["licence-not-in-force"]),
    ],
    ids=[
        "nothing against it", "service retired", "no state is served", "licensed elsewhere", "no such state",
        "no licence", "last day counts", "the day after does not", "first day counts", "the day before does not",
        "suspended", "one good licence suffices", "left, and no role", "full panel", "known patient",
        "language", "second language", "eighteen on the day", "eighteen the day after",
        "still sixty-four", "sixty-five on the day", "video not allowed there", "video not allowed elsewhere",
        "wrong kind of licence", "one of the right kind", "right kind not in force",
    ],
)  # fmt: skip
def test_why_not(facts, service, asked, codes):
    reasons = why_not(clinician=clinician(**facts), offering=offering(**service), ask=ask(**asked))

    assert [reason.code for reason in reasons] == codes
    assert all(reason.words.endswith(".") for reason in reasons)


@pytest.mark.parametrize(
    ("state", "day"),
    [("NY", date(2026, 5, 31)), ("GU", date(2026, 6, 1)), ("AS", date(2026, 5, 31)), ("AZ", date(2026, 5, 31))],
)
def test_the_date_of_a_licence_is_read_where_the_patient_is(state, day):
    assert local_date(state, VISIT) == day


LOW, HIGH = Candidate(UUID(int=1), 60, 600), Candidate(UUID(int=2), 300, 600)


def test_the_least_loaded_comes_first():
    assert in_order([HIGH, LOW], preferred=frozenset(), start_at=VISIT) == [LOW, HIGH]


def test_who_knows_the_patient_comes_before_the_least_loaded():
    assert in_order([LOW, HIGH], preferred={HIGH.practitioner_id}, start_at=VISIT) == [HIGH, LOW]


def test_load_is_a_share_of_capacity():
    part_time = Candidate(UUID(int=3), 60, 100)

    assert in_order([part_time, HIGH], preferred=frozenset(), start_at=VISIT) == [HIGH, part_time]


def test_nobody_with_no_open_time_is_idle():
    closed = Candidate(UUID(int=4), 0, 0)

    assert in_order([closed, HIGH], preferred=frozenset(), start_at=VISIT) == [HIGH, closed]


def test_ties_are_the_same_each_time_and_spread_over_the_hours():
    equal = [Candidate(UUID(int=number), 0, 60) for number in range(4)]
    hours = [VISIT.replace(hour=hour) for hour in range(20)]

    firsts = [in_order(equal, preferred=frozenset(), start_at=hour)[0] for hour in hours]

    assert firsts == [in_order(reversed(equal), preferred=frozenset(), start_at=hour)[0] for hour in hours]
    assert len(set(firsts)) > 1


@pytest.mark.parametrize(
    ("chosen", "among", "preferred", "reason"),
    [
        (LOW, [LOW, HIGH], set(), Why("least-loaded", 10, 2)),
        (HIGH, [LOW, HIGH], {HIGH.practitioner_id}, Why("knows-patient", 50, 2)),
        (HIGH, [HIGH], set(), Why("only-one", 50, 1)),
        (HIGH, [LOW, HIGH], set(), Why("next-free", 50, 2)),
    ],
    ids=["least loaded", "knows the patient", "only one", "a better one was taken meanwhile"],
)
def test_why_somebody_was_chosen(chosen, among, preferred, reason):
    assert why(chosen, among, preferred=preferred) == reason
