"""Runs under the peer's own Python: fills its tables with what standard input names, and times its searches."""
# ruff: noqa: ANN001, ANN202, PLC0415
# The peer has no types, and can be imported only when its settings stand.

import datetime
import json
import statistics
import sys
import time
import warnings

import django
import psycopg
from django.conf import settings

WORDS = json.load(sys.stdin)
DATABASE = "bench_peer"


def configure():
    """Make an empty database on the same server and ready Django for it."""
    with psycopg.connect(WORDS["database"], autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    given = psycopg.conninfo.conninfo_to_dict(WORDS["database"])
    settings.configure(
        SECRET_KEY="x" * 50,
        USE_TZ=True,
        TIME_ZONE="UTC",
        INSTALLED_APPS=[
            "django.contrib.contenttypes", "django.contrib.auth", "django.contrib.messages",
            "django.contrib.sessions", "appointment",
        ],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql", "NAME": DATABASE, "USER": given.get("user", ""),
                "PASSWORD": given.get("password", ""), "HOST": given.get("host", ""), "PORT": given.get("port", ""),
            }
        },
        # Made from the models, all at once: the peer's package has no migrations.
        MIGRATION_MODULES={"contenttypes": None, "auth": None, "sessions": None, "appointment": None},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        APPOINTMENT_CLIENT_MODEL="auth.User",
        LOGGING_CONFIG=None,
    )  # fmt: skip
    django.setup()


def fill():
    """Make one staff member for each list of bookings; returns them and the service."""
    from appointment.models import Appointment, AppointmentRequest, Service, StaffMember, WorkingHours
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    service = Service.objects.create(name="Visit", duration=datetime.timedelta(minutes=30), price=0)
    client = User.objects.create(username="client")
    staff = []
    for number, bookings in enumerate(WORDS["staff"]):
        member = StaffMember.objects.create(
            user=User.objects.create(username=f"staff-{number}"), slot_duration=30, appointment_buffer_time=0
        )
        member.services_offered.add(service)
        # It takes one window a weekday: 9 to 17, where ours has an hour off at noon.
        WorkingHours.objects.bulk_create(
            WorkingHours(staff_member=member, day_of_week=day, start_time="09:00", end_time="17:00")
            for day in range(1, 6)
        )
        asks = AppointmentRequest.objects.bulk_create(
            AppointmentRequest(
                date=day, start_time=start, end_time=end, service=service, staff_member=member,
                id_request=f"{number}-{day}-{start}",
            )
            for day, start, end in bookings
        )  # fmt: skip
        Appointment.objects.bulk_create(
            Appointment(client=client, appointment_request=ask, id_request=ask.id_request) for ask in asks
        )
        staff.append(member)
    return staff, service


def times(member, service, day):
    """Return the free times of one day, by the function that the peer's own pages call."""
    from appointment.services import get_available_slots_for_staff

    return get_available_slots_for_staff(day, member, day.isoweekday() % 7, service)


def main():
    """Print the medians in milliseconds as one line of JSON."""
    warnings.simplefilter("ignore")
    configure()
    staff, service = fill()
    first = datetime.date.fromisoformat(WORDS["first"])
    days = [first + datetime.timedelta(days=number) for number in range(WORDS["days"])]

    def month():
        for day in days:
            times(staff[0], service, day)

    def across():
        found = 0
        for day in days:
            for member in staff:
                found += len(times(member, service, day))
            if found >= 20:
                return

    print(json.dumps({name: median(work) for name, work in (("month", month), ("across", across))}))


def median(work):
    """Return the median milliseconds of five calls, after one that does not count."""
    work()
    taken = []
    for _ in range(5):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


main()
