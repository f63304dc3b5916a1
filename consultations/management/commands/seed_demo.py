"""Fill an empty installation with invented people, so that every role has something to see."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.core.models import Role, User
from config.embedded import paths
from consultations.flows import request as requests
from consultations.management import demo
from consultations.models import ServiceRequest, SupportingInfo
from intake.domain.codes import ConsentStatus, ResponseStatus
from intake.domain.identity import Details
from intake.flows import answer, consent, register
from intake.models import Consent, ConsentDocument, Patient, QuestionnaireResponse
from providers.flows import onboard, publish_schedule, qualify
from providers.models import HealthcareService, Practitioner

SINCE = date(2024, 1, 1)
NINE, FIVE = 9 * 60, 17 * 60


class Command(BaseCommand):
    """
    Load the catalogue, then make the people of consultations.management.demo; doing it again changes nothing.

    Writes the log-ins to the state folder. Runs only where `settings.DEMO` is on: the passwords are public.
    """

    help = "Make the demo's people, hours and one waiting case."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make what is missing, step by step."""
        if not settings.DEMO:
            raise CommandError("This is not a demo: its passwords are public.")
        call_command("load_catalogue", stdout=self.stdout)
        call_command("load_protocols", stdout=self.stdout)
        now = timezone.now()
        admin = self._account(demo.ADMIN)
        service = HealthcareService.objects.get(slug=demo.LINE)
        for clinician in demo.CLINICIANS:
            self._clinician(clinician, service, by=admin, now=now)
        for person in demo.PATIENTS:
            self._patient(person, now=now)
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

    def _clinician(self, one: demo.Clinician, service: HealthcareService, *, by: User, now: datetime) -> None:
        user = self._account(one.login)
        if Practitioner.objects.filter(user=user).exists():
            return
        zone = ZoneInfo(one.zone)
        profile = onboard.Profile(
            given_name=one.given_name, family_name=one.family_name, zone=zone, credentials=one.credentials,
            biography="An invented clinician of the demo.", languages=one.languages, is_supervisor=one.is_supervisor,
        )  # fmt: skip
        practitioner = onboard.onboard(user_id=user.pk, profile=profile, by=by, now=now)
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
            self.stdout.write(f"demo: patient {person.login.email}")
        if person.has_case and not ServiceRequest.objects.filter(patient__user=user).exists():
            self._case(person, user, now=now)

    def _case(self, person: demo.Person, user: User, *, now: datetime) -> None:
        name = f"{person.details['given_name']} {person.details['family_name']}"
        signed = Consent.objects.filter(patient__user=user, status=ConsentStatus.ACTIVE).values("document")
        documents = ConsentDocument.objects.current().filter(services__slug=demo.LINE, language="en")
        for document in documents.exclude(pk__in=signed):
            consent.sign(document_id=document.pk, signed_name=name, by=user, now=now)
        case = requests.start(service_slug=demo.LINE, state=person.details["state"], by=user, now=now)
        for row in SupportingInfo.objects.filter(service_request=case).order_by("position"):
            _answer(row.questionnaire_response_id, user, now=now)
        requests.submit(request_id=case.pk, by=user, now=now)
        self.stdout.write("demo: one case waits in the queue")


def _answer(response_id: Any, user: User, *, now: datetime) -> None:
    response = QuestionnaireResponse.objects.select_related("questionnaire").get(pk=response_id)
    if response.status != ResponseStatus.IN_PROGRESS:
        return
    asked = _link_ids(response.questionnaire.definition)
    answers = [
        {"link_id": path, "value": value}
        for path, value in demo.ANSWERS.items()
        if path.rsplit("/", 1)[-1] in asked
    ]  # fmt: skip
    answer.save(
        response_id=response_id, client_id="demo", sequence=1, base_revision=0, answers=answers, by=user, now=now
    )
    answer.complete(response_id=response_id, by=user, now=now)


def _link_ids(item: dict[str, Any]) -> set[str]:
    below = item.get("item", ())
    return {str(item.get("linkId", ""))}.union(*(_link_ids(child) for child in below))


def _write_logins() -> None:
    paths.make_state_dir()
    file = paths.demo_logins()
    file.touch(mode=0o600)
    file.write_text("".join(f"{one.role}\t{one.email}\t{one.password}\n" for one in demo.LOGINS))
