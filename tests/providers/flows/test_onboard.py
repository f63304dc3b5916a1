"""Bringing clinicians in, changing what they offer, and letting them go."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from config.core import administrators
from config.core.models import AuditEvent, Role
from providers.domain.codes import QualificationStatus, SlotStatus
from providers.flows import onboard, qualify
from providers.flows.onboard import Profile
from providers.flows.qualify import LicenceDraft
from providers.models import Practitioner, PractitionerRole, Qualification
from providers.queries.affected import BookingsAffected
from tests.factories.core import AdminFactory, UserFactory
from tests.factories.providers import (
    MONDAY,
    NEW_YORK,
    NOW,
    HealthcareServiceFactory,
    PractitionerFactory,
    QualificationFactory,
    SlotFactory,
    clinician,
    held,
)

pytestmark = pytest.mark.django_db(transaction=True)
ADA = Profile(given_name="Ada", family_name="Example", zone=NEW_YORK, npi="1234567890")
NEVER = UUID(int=0)
LICENCE = LicenceDraft(jurisdiction="NY", number="12", valid_from=date(2020, 1, 1))


@pytest.fixture
def admin():
    return AdminFactory()


def bring_in(user, by, profile=ADA):
    return onboard.onboard(user_id=user.pk, profile=profile, by=by, now=NOW)


def license_(practitioner, by, draft=LICENCE, **given):
    return qualify.qualify(practitioner_id=practitioner.pk, draft=draft, by=by, now=NOW, **given)


def test_onboard_makes_a_clinician_of_an_account(admin):
    user = UserFactory()

    ada = bring_in(user, admin)

    user.refresh_from_db()
    assert (user.role, ada.user, ada.display_name, ada.languages) == (Role.PRACTITIONER, user, "Ada Example", ["en"])
    assert AuditEvent.objects.get(entity_id=ada.pk).event == "providers.practitioner.onboarded"


@pytest.mark.parametrize("whose", ["admin", "clinician"])
def test_onboard_refuses_an_account_in_use(admin, whose):
    user = admin if whose == "admin" else PractitionerFactory().user

    with pytest.raises(onboard.AlreadyOnboard):
        bring_in(user, admin)


def test_onboard_refuses_a_wrong_npi_and_an_unknown_account(admin):
    with pytest.raises(onboard.BadPractitioner):
        bring_in(UserFactory(), admin, Profile(given_name="A", family_name="B", zone=NEW_YORK, npi="12"))
    with pytest.raises(onboard.NoSuchPractitioner):
        onboard.onboard(user_id=NEVER, profile=ADA, by=admin, now=NOW)


def test_only_administrators_onboard_change_and_retire():
    ada = PractitionerFactory()

    for step in (
        lambda: bring_in(UserFactory(), ada.user),
        lambda: onboard.change_profile(practitioner_id=ada.pk, profile=ADA, by=ada.user, now=NOW),
        lambda: onboard.retire(practitioner_id=ada.pk, by=ada.user, now=NOW),
        lambda: onboard.offer(practitioner_id=ada.pk, service_id=HealthcareServiceFactory().pk, by=ada.user, now=NOW),
    ):
        with pytest.raises(administrators.NotAnAdministrator):
            step()
    with pytest.raises(administrators.NotAnAdministrator):
        license_(ada, ada.user)


def test_change_profile_keeps_the_row(admin):
    ada = PractitionerFactory(given_name="Augusta")

    onboard.change_profile(practitioner_id=ada.pk, profile=ADA, by=admin, now=NOW)

    assert Practitioner.objects.get().given_name == "Ada"


def test_retire_names_visits_gives_back_holds_and_says_when_nothing_was_to_do(admin):
    ada = clinician(HealthcareServiceFactory())
    hold = held(ada, UserFactory(), until=NOW + timedelta(minutes=5))
    booked = SlotFactory(practitioner=ada, start_at=hold.end_at)

    with pytest.raises(BookingsAffected):
        onboard.retire(practitioner_id=ada.pk, by=admin, now=NOW)
    first = onboard.retire(practitioner_id=ada.pk, by=admin, now=NOW, accept=[booked.pk])
    again = onboard.retire(practitioner_id=ada.pk, by=admin, now=NOW)

    hold.refresh_from_db()
    assert (first, again, hold.status) == (True, False, SlotStatus.FREE)


def test_offer_saves_a_role_with_overrides_and_changes_it(admin):
    ada, service = PractitionerFactory(), HealthcareServiceFactory()

    for minutes in (45, None):
        onboard.offer(
            practitioner_id=ada.pk, service_id=service.pk, by=admin, now=NOW, overrides={"duration_minutes": minutes}
        )

    assert PractitionerRole.objects.get().duration_minutes is None


@pytest.mark.parametrize("overrides", [{"duration_minutes": 4}, {"buffer_after_minutes": -1}, {"horizon_days": 40000}])
def test_offer_refuses_overrides_out_of_range(admin, overrides):
    ada, service = PractitionerFactory(), HealthcareServiceFactory()

    with pytest.raises(onboard.BadPractitioner) as refused:
        onboard.offer(practitioner_id=ada.pk, service_id=service.pk, by=admin, now=NOW, overrides=overrides)

    assert [error.field for error in refused.value.errors] == list(overrides)


def test_qualify_saves_and_changes_a_licence(admin):
    ada = PractitionerFactory()

    first = license_(ada, admin)
    license_(ada, admin, LicenceDraft("NJ", "13", date(2021, 1, 1)), qualification_id=first.pk)

    licence = Qualification.objects.get()
    assert (licence.jurisdiction, licence.number, licence.verified_at) == ("NJ", "13", NOW)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (LicenceDraft("ZZ", "1", MONDAY), "jurisdiction"),
        (LicenceDraft("NY", "1", MONDAY, MONDAY - timedelta(days=1)), "valid_until"),
        (LicenceDraft("NY", "1", MONDAY, kind="XX"), "kind"),
        (LicenceDraft("NY", "1", MONDAY, status="lost"), "status"),
    ],
    ids=["state", "period", "kind", "status"],
)
def test_qualify_refuses_what_is_no_licence(admin, draft, field):
    with pytest.raises(qualify.BadQualification) as refused:
        license_(PractitionerFactory(), admin, draft)

    assert [error.field for error in refused.value.errors] == [field]


def test_qualify_refuses_the_same_licence_twice_and_one_of_somebody_else(admin):
    ada = PractitionerFactory()
    license_(ada, admin)

    with pytest.raises(qualify.BadQualification):
        license_(ada, admin)
    with pytest.raises(qualify.NoSuchQualification):
        license_(ada, admin, qualification_id=QualificationFactory().pk)


@pytest.mark.parametrize(
    "ends",
    [{"valid_until": MONDAY - timedelta(days=1)}, {"status": QualificationStatus.SUSPENDED}],
    ids=["ends before the visit", "suspended"],
)
def test_the_end_of_a_licence_names_the_visits_it_uncovers(admin, ends):
    ada = clinician(HealthcareServiceFactory())
    slot = SlotFactory(practitioner=ada, state="NY")
    licence = ada.qualifications.get()
    draft = LicenceDraft("NY", licence.number, licence.valid_from, **ends)

    with pytest.raises(BookingsAffected) as refused:
        license_(ada, admin, draft, qualification_id=licence.pk)

    assert [one["slot"] for one in refused.value.extra["affected"]] == [str(slot.pk)]
    assert license_(ada, admin, draft, qualification_id=licence.pk, accept=[slot.pk])


def test_a_second_licence_of_the_state_keeps_the_visits(admin):
    ada = clinician(HealthcareServiceFactory())
    QualificationFactory(practitioner=ada)
    SlotFactory(practitioner=ada, state="NY")
    licence = ada.qualifications.earliest("number")
    draft = LicenceDraft("NY", licence.number, licence.valid_from, status=QualificationStatus.REVOKED)

    assert license_(ada, admin, draft, qualification_id=licence.pk)
