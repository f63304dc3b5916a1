"""The smallest valid rows of the providers app."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import factory
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from config.core.models import Role
from providers.domain.codes import ExceptionKind, SlotStatus
from providers.models import (
    AvailableTime,
    ClinicClosure,
    ExternalCalendar,
    HealthcareService,
    Practitioner,
    PractitionerRole,
    Qualification,
    Schedule,
    ScheduleException,
    Slot,
)
from tests.factories.core import UserFactory

NEW_YORK = ZoneInfo("America/New_York")
# A Sunday night; the Monday after it, 2026-06-01, is the day of most tests.
NOW = datetime(2026, 5, 31, 23, tzinfo=UTC)
MONDAY = date(2026, 6, 1)
NINE = datetime(2026, 6, 1, 13, tzinfo=UTC)


class HealthcareServiceFactory(factory.django.DjangoModelFactory):
    """A service line of half-hour visits without buffers or notice."""

    class Meta:
        model = HealthcareService

    slug = factory.Sequence("line-{}".format)
    name = "Sleep"
    summary = "Sleeping better."
    states = ["NY", "NJ"]
    duration_minutes = 30
    buffer_before_minutes = 0
    buffer_after_minutes = 0
    alignment_minutes = 30
    minimum_notice_minutes = 0
    horizon_days = 30


class PractitionerFactory(factory.django.DjangoModelFactory):
    """A clinician without role, licence or hours."""

    class Meta:
        model = Practitioner

    user = factory.SubFactory(UserFactory, role=Role.PRACTITIONER)
    given_name = "Ada"
    family_name = factory.Sequence("Example{}".format)
    time_zone = NEW_YORK
    languages = ["en"]


class PractitionerRoleFactory(factory.django.DjangoModelFactory):
    """A clinician's offer of a service."""

    class Meta:
        model = PractitionerRole

    practitioner = factory.SubFactory(PractitionerFactory)
    service = factory.SubFactory(HealthcareServiceFactory)


class QualificationFactory(factory.django.DjangoModelFactory):
    """A licence of New York without end."""

    class Meta:
        model = Qualification

    practitioner = factory.SubFactory(PractitionerFactory)
    jurisdiction = "NY"
    number = factory.Sequence("L{}".format)
    valid_from = date(2020, 1, 1)


class ScheduleFactory(factory.django.DjangoModelFactory):
    """Weekly hours without a window."""

    class Meta:
        model = Schedule

    practitioner = factory.SubFactory(PractitionerFactory)
    time_zone = NEW_YORK
    valid_from = date(2026, 1, 1)


class AvailableTimeFactory(factory.django.DjangoModelFactory):
    """Monday from nine to noon."""

    class Meta:
        model = AvailableTime

    schedule = factory.SubFactory(ScheduleFactory)
    weekday = 1
    start_minute = 9 * 60
    end_minute = 12 * 60


class ScheduleExceptionFactory(factory.django.DjangoModelFactory):
    """The Monday off."""

    class Meta:
        model = ScheduleException

    practitioner = factory.SubFactory(PractitionerFactory)
    kind = ExceptionKind.OFF
    time_zone = NEW_YORK
    start_date = MONDAY
    end_date = factory.SelfAttribute("start_date")


class ExternalCalendarFactory(factory.django.DjangoModelFactory):
    """A calendar elsewhere that has not been read yet."""

    class Meta:
        model = ExternalCalendar

    practitioner = factory.SubFactory(PractitionerFactory)
    name = factory.Sequence("Calendar {}".format)
    address = "https://calendar.example.com/secret/basic.ics"
    next_fetch_at = NOW
    made_by = factory.SelfAttribute("practitioner.user")


class ClinicClosureFactory(factory.django.DjangoModelFactory):
    """The clinic closed on the Monday."""

    class Meta:
        model = ClinicClosure

    name = "Holiday"
    start_date = MONDAY
    end_date = factory.SelfAttribute("start_date")


class SlotFactory(factory.django.DjangoModelFactory):
    """The half hour from nine on Monday, booked."""

    class Meta:
        model = Slot

    practitioner = factory.SubFactory(PractitionerFactory)
    service = factory.SubFactory(HealthcareServiceFactory)
    status = SlotStatus.BUSY
    state = "NY"
    start_at = NINE
    end_at = factory.LazyAttribute(lambda slot: slot.start_at + timedelta(minutes=30))
    blocked = factory.LazyAttribute(lambda slot: DateTimeTZRange(slot.start_at, slot.end_at))


def clinician(service, *, state="NY", weekdays=(1,), hours=((540, 720),), role=None, **fields):
    """Return a clinician who offers the service in a state, on Mondays from nine to noon unless told otherwise."""
    practitioner = PractitionerFactory(**fields)
    PractitionerRoleFactory(practitioner=practitioner, service=service, **(role or {}))
    QualificationFactory(practitioner=practitioner, jurisdiction=state)
    schedule = ScheduleFactory(practitioner=practitioner, time_zone=practitioner.time_zone)
    for weekday in weekdays:
        for start, end in hours:
            AvailableTimeFactory(schedule=schedule, weekday=weekday, start_minute=start, end_minute=end)
    return practitioner


def held(practitioner, holder, *, until, **fields):
    """Return a held time of the clinician."""
    return SlotFactory(
        practitioner=practitioner,
        status=SlotStatus.BUSY_TENTATIVE,
        holder=holder,
        expires_at=until,
        **fields,
    )
