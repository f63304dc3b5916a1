"""Fill an empty installation with invented people, so that every role has something to see."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.core.models import Role, User
from config.embedded import paths
from consultations.management import demo, demo_cases, demo_safety
from consultations.models import ServiceRequest
from intake.domain.identity import Details
from intake.flows import register
from intake.models import Patient
from providers.flows import onboard, publish_schedule, qualify
from providers.models import HealthcareService, Practitioner

SINCE = date(2024, 1, 1)
NINE, FIVE = 9 * 60, 17 * 60


class Command(BaseCommand):
    """
    Load the catalogue, then make the people of consultations.management.demo; doing it again changes nothing.

    Writes the log-ins to the state folder. Runs only where `settings.DEMO` is on: the passwords are public.
    """

    help = "Make the demo's people, hours and cases."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make what is missing, step by step."""
        if not settings.DEMO:
            raise CommandError("This is not a demo: its passwords are public.")
        call_command("load_catalogue", stdout=self.stdout)
        call_command("load_protocols", stdout=self.stdout)
        now = timezone.now()
        admin = self._account(demo.ADMIN)
        demo_cases.opened(by=admin, now=now)
        services = [HealthcareService.objects.get(slug=slug) for slug in (demo.LINE, demo.IN_WRITING)]
        for clinician in demo.CLINICIANS:
            self._clinician(clinician, services, by=admin, now=now)
        for service in services:
            demo_safety.staffed(service, by=admin, now=now)
        for person in demo.PATIENTS:
            self._patient(person, now=now)
        demo_safety.alerted(now=now)
        _write_logins()
        self.stdout.write(f"demo: {len(demo.LOGINS)} log-ins in {paths.demo_logins().name}")

    def _account(self, login: demo.Login) -> User:
        user = User.objects.filter(email=login.email).first()
        if user is None and login.role == Role.ADMIN:
            user = User.objects.create_superuser(login.email, login.password)
        elif user is None:
            user = User.objects.create_user(login.email, login.password)
        EmailAddress.objects.get_or_create(user=user, email=login.email, defaults={"verified": True, "primary": True})
        return user

    def _clinician(self, one: demo.Clinician, services: list[HealthcareService], *, by: User, now: datetime) -> None:
        user = self._account(one.login)
        if Practitioner.objects.filter(user=user).exists():
            return
        zone = ZoneInfo(one.zone)
        profile = onboard.Profile(
            given_name=one.given_name, family_name=one.family_name, zone=zone, credentials=one.credentials,
            biography="An invented clinician of the demo.", languages=one.languages, is_supervisor=one.is_supervisor,
        )  # fmt: skip
        practitioner = onboard.onboard(user_id=user.pk, profile=profile, by=by, now=now)
        for service in services:
            onboard.offer(practitioner_id=practitioner.pk, service_id=service.pk, by=by, now=now)
        for state in one.states:
            draft = qualify.LicenceDraft(state, f"DEMO-{state}", valid_from=SINCE, kind=one.kind)
            qualify.qualify(practitioner_id=practitioner.pk, draft=draft, by=by, now=now)
        times = [publish_schedule.Time(weekday, NINE, FIVE) for weekday in range(1, 6)]
        hours = publish_schedule.Draft(zone=zone, valid_from=SINCE, valid_until=None, times=times)
        publish_schedule.publish(practitioner_id=practitioner.pk, draft=hours, by=by, now=now)
        self.stdout.write(f"demo: clinician {one.login.email}, licensed in {', '.join(one.states)}")

    def _patient(self, person: demo.Person, *, now: datetime) -> None:
        user = self._account(person.login)
        if not Patient.objects.filter(user=user).exists():
            register.register(details=Details(**person.details), by=user, now=now)
            self.stdout.write(f"demo: patient {person.login.email}, {person.login.shows}")
        if person.stage != demo.Stage.NONE and not ServiceRequest.objects.filter(patient__user=user).exists():
            _bring(person, user, now=now)


def _bring(person: demo.Person, user: User, *, now: datetime) -> None:
    begun = now - timedelta(hours=person.submitted_hours_ago)
    case = demo_cases.submitted(person, by=user, now=begun)
    if person.stage == demo.Stage.WAITING:
        return
    clinician = Practitioner.objects.get(user__email=demo.CLINICIANS[0].login.email)
    demo_cases.accepted(case, clinician, now=begun + timedelta(hours=2))
    if person.stage == demo.Stage.ACCEPTED:
        return
    over = now - timedelta(days=15) if person.stage == demo.Stage.PLANNED else now
    meeting = demo_cases.booked(
        case, clinician, start_at=demo_cases.next_half_hour(over), now=begun + timedelta(minutes=5)
    )
    if person.stage == demo.Stage.PLANNED:
        encounter = demo_cases.visited(meeting, note=demo.VISIT_NOTE)
        demo_cases.planned(encounter, now=meeting.end_at + timedelta(minutes=10))


def _write_logins() -> None:
    paths.make_state_dir()
    file = paths.demo_logins()
    file.touch(mode=0o600)
    file.write_text("".join(f"{one.role}\t{one.email}\t{one.password}\t{one.shows}\n" for one in demo.LOGINS))
