"""What a person decided about messages."""

from collections.abc import Iterable
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from timezone_field import TimeZoneField

from config.core.models import Record, User
from consultations.domain.codes import WishSource
from consultations.domain.hours import QuietHours
from consultations.domain.wishes import Wishes

QUIET_FROM, QUIET_UNTIL = time(20), time(9)
# What `wishes_of` reads, for select_related on a row that points to a user.
READ = ("patient", "practitioner", "communication_preference")


class CommunicationPreferenceQuerySet(models.QuerySet["CommunicationPreference"]):
    """Decisions about messages."""

    def visible_to(self, user: User) -> "CommunicationPreferenceQuerySet":
        """Return one's own."""
        return self.filter(user=user)

    def make(self, user: User) -> None:
        """Store the defaults for a user who has no row yet; `user` is read with what `READ` names."""
        self.bulk_create([self.model(user=user, timed_for=zone_of(user))], ignore_conflicts=True)

    def stop_texts(self, users: Iterable[User], *, source: WishSource, now: datetime) -> None:
        """Store that some people want no texts any more; a decision that stands keeps its time."""
        for user in users:
            self.make(user)
        rows = self.filter(user__in=users, texts_stopped_at=None)
        rows.update(texts_stopped_at=now, texts_stopped_source=source, updated_at=now)

    def wants_visit_mail(self, user_id: UUID) -> bool:
        """Tell whether a clinician wants to be told of what others do to their visits: one query."""
        return not self.filter(user=user_id, visit_mail=False).exists()

    def locked(self, user: User) -> "CommunicationPreference":
        """Return the row of a user for a change, made with the defaults when there is none."""
        self.make(user)
        return self.select_for_update(no_key=True).get(user=user)


class CommunicationPreference(Record):
    """
    What one person decided about messages; without a row the defaults hold.

    Quiet hours are wall-clock times in the person's zone; `timed_for` is the zone for which their planned messages
    were timed last. An unsubscription ends optional e-mails, a STOP ends texts; both are kept with time and source.
    """

    PERSONAL: frozenset[str] = frozenset()

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="communication_preference")
    texts_wanted_at = models.DateTimeField(null=True, help_text="When the person agreed to text messages.")
    push_wanted_at = models.DateTimeField(null=True, help_text="Since when a device of theirs shows notifications.")
    quiet_from = models.TimeField(default=QUIET_FROM)
    quiet_until = models.TimeField(default=QUIET_UNTIL)
    unsubscribed_at = models.DateTimeField(null=True)
    unsubscribed_source = models.CharField(max_length=8, choices=WishSource, blank=True)
    subscribed_at = models.DateTimeField(null=True, help_text="Older unsubscribe links act no more.")
    texts_stopped_at = models.DateTimeField(null=True)
    texts_stopped_source = models.CharField(max_length=8, choices=WishSource, blank=True)
    timed_for = TimeZoneField()
    visit_mail = models.BooleanField(
        default=True, help_text="A clinician is told of each visit that is booked, moved or cancelled."
    )

    objects = CommunicationPreferenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(unsubscribed_at__isnull=True, unsubscribed_source="")
                | Q(unsubscribed_at__isnull=False, unsubscribed_source__in=WishSource.values),
                name="consultations_preference_unsubscription_whole",
            ),
            models.CheckConstraint(
                condition=Q(texts_stopped_at__isnull=True, texts_stopped_source="")
                | Q(texts_stopped_at__isnull=False, texts_stopped_source__in=WishSource.values),
                name="consultations_preference_stop_whole",
            ),
            models.CheckConstraint(
                condition=~Q(quiet_from=F("quiet_until")), name="consultations_preference_quiet_has_length"
            ),
        ]


def with_wishes(user_id: UUID) -> User:
    """Return a user with what `wishes_of` reads: one query."""
    return User.objects.select_related(*READ).get(pk=user_id)


def takes_texts(user: User) -> bool:
    """Tell whether texts can reach a user: the clinic sends some, and knows the patient's telephone number."""
    patient = getattr(user, "patient", None)
    return bool(settings.TEXT_MESSAGES and patient and patient.phone)


def zone_of(user: User) -> ZoneInfo:
    """Return the zone of a person's clock: the patient's, the clinician's, else the clinic's."""
    person = getattr(user, "patient", None) or getattr(user, "practitioner", None)
    return ZoneInfo(str(person.time_zone) if person else settings.CLINIC_TIME_ZONE)


def wishes_of(user: User) -> Wishes:
    """Return what a user decided, or the defaults; reads what `READ` names."""
    row = getattr(user, "communication_preference", None)
    patient = getattr(user, "patient", None)
    language = patient.preferred_language if patient else "en"
    if row is None:
        return Wishes(QuietHours(QUIET_FROM, QUIET_UNTIL, zone_of(user)), language=language)
    return Wishes(
        QuietHours(row.quiet_from, row.quiet_until, zone_of(user)),
        language=language,
        by_text=bool(row.texts_wanted_at and takes_texts(user)),
        unsubscribed=row.unsubscribed_at is not None,
        stopped=row.texts_stopped_at is not None,
        by_push=bool(settings.PUSH_PRIVATE_KEY and row.push_wanted_at),
    )
