"""Stored codes of the consultations app; FHIR's where FHIR has them."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy


class RequestStatus(TextChoices):
    """FHIR R4 ServiceRequest.status."""

    DRAFT = "draft", "draft"
    ACTIVE = "active", "submitted"
    ON_HOLD = "on-hold", "waiting for the patient"
    COMPLETED = "completed", "completed"
    REVOKED = "revoked", "withdrawn or declined"


OPEN_REQUESTS = (RequestStatus.DRAFT, RequestStatus.ACTIVE, RequestStatus.ON_HOLD)


class Priority(TextChoices):
    """FHIR R4 request priority."""

    ROUTINE = "routine", "routine"
    URGENT = "urgent", "urgent"
    ASAP = "asap", "as soon as possible"
    STAT = "stat", "at once"

    @property
    def rank(self) -> int:
        """Return 0 for the most urgent."""
        return [Priority.STAT, Priority.ASAP, Priority.URGENT, Priority.ROUTINE].index(self)


class TaskStatus(TextChoices):
    """FHIR R4 Task.status, as far as a review goes through it."""

    READY = "ready", "waiting for a clinician"
    IN_PROGRESS = "in-progress", "with a clinician"
    ON_HOLD = "on-hold", "waiting for the patient"
    COMPLETED = "completed", "reviewed"
    CANCELLED = "cancelled", "withdrawn"


class ReviewOutcome(TextChoices):
    """What a reviewer decided."""

    ACCEPTED = "accepted", "accepted"
    DECLINED = "declined", "declined"
    REFERRED = "referred", "referred"


class ReferralKind(TextChoices):
    """To whom a clinician refers."""

    COLLEAGUE = "colleague", "a colleague"
    SERVICE = "service", "another service"
    OUTSIDE = "outside", "outside"


class AppointmentStatus(TextChoices):
    """FHIR R4 Appointment.status, as far as used."""

    BOOKED = "booked", gettext_lazy("booked")
    CHECKED_IN = "checked-in", gettext_lazy("checked in")
    ARRIVED = "arrived", gettext_lazy("in the visit")
    FULFILLED = "fulfilled", gettext_lazy("done")
    CANCELLED = "cancelled", gettext_lazy("cancelled")
    NOSHOW = "noshow", gettext_lazy("missed")


LIVE_APPOINTMENTS = (AppointmentStatus.BOOKED, AppointmentStatus.CHECKED_IN, AppointmentStatus.ARRIVED)


class OverrideAct(TextChoices):
    """What an administrator did to a visit in spite of the policy of its service."""

    MOVED = "moved", "moved"
    CANCELLED = "cancelled", "cancelled"


class EntryStatus(TextChoices):
    """Whether somebody still waits for an earlier time."""

    WAITING = "waiting", "waiting for a time"
    BOOKED = "booked", "took an offered time"
    LEFT = "left", "left the list"
    CLOSED = "closed", "case is over, or the last day has passed"


class OfferStatus(TextChoices):
    """What became of a time that was offered to somebody on the waitlist."""

    OPEN = "open", "waiting for an answer"
    ACCEPTED = "accepted", "taken"
    DECLINED = "declined", "declined"
    EXPIRED = "expired", "not answered in time"
    WITHDRAWN = "withdrawn", "no longer there"


class EncounterStatus(TextChoices):
    """FHIR R4 Encounter.status, as far as used."""

    PLANNED = "planned", "planned"
    ARRIVED = "arrived", "patient is here"
    IN_PROGRESS = "in-progress", "going on"
    FINISHED = "finished", "finished"
    CANCELLED = "cancelled", "cancelled"


class CommunicationStatus(TextChoices):
    """FHIR R4 Communication.status: planned, being sent, and each way it can end."""

    PREPARATION = "preparation", "planned"
    IN_PROGRESS = "in-progress", "being sent"
    COMPLETED = "completed", "sent"
    NOT_DONE = "not-done", "not sent"
    STOPPED = "stopped", "no longer needed"
    UNKNOWN = "unknown", "outcome unknown"


class CommunicationKind(TextChoices):
    """What a message is about."""

    BOOKING_CONFIRMED = "booking-confirmed", "booking confirmed"
    BOOKING_MOVED = "booking-moved", "booking moved"
    BOOKING_CANCELLED = "booking-cancelled", "booking cancelled"
    VISIT_TO_MOVE = "visit-to-move", "visit needs another time"
    VISIT_IN_A_DAY = "visit-in-a-day", "reminder well before the visit"
    VISIT_IN_AN_HOUR = "visit-in-an-hour", "reminder shortly before the visit"
    CLINICIAN_ASKS = "clinician-asks", "clinician asks something"
    REVIEW_DECIDED = "review-decided", "review decided"
    SAFETY_FLAG = "safety-flag", "safety flag for clinicians"
    MEASURE_DUE = "measure-due", "follow-up questions are due"
    CARE_PLAN_READY = "care-plan-ready", "care plan is ready"
    VISIT_MISSED = "visit-missed", "visit was missed"
    INTAKE_UNFINISHED = "intake-unfinished", "questions are not finished"
    NO_SHOW_FOLLOW_UP = "no-show-follow-up", "no new time since a missed visit"
    CLINICIAN_RUNNING_LATE = "clinician-running-late", "clinician is running late"
    WAITLIST_OFFER = "waitlist-offer", "a time has become free"
    ASK_NUDGE = "ask-nudge", "clinician waits for an answer"
    ASK_EXPIRED = "ask-expired", "question was not answered"
    ACTIVITY_DUE = "activity-due", "step of the care plan is due"
    REVIEW_DUE = "review-due", "review is due, for clinicians"
    ESCALATION = "escalation", "nobody has looked, for who is next"
    LICENCE_EXPIRING = "licence-expiring", "license expires, for clinicians and administrators"
    ON_CALL_GAP = "on-call-gap", "nobody is on call soon, for administrators"
    SECURITY_NOTICE = "security-notice", "account has changed"
    ACCOUNT_CODE = "account-code", "code or link for signing in"


class TimedKind(TextChoices):
    """The kinds of message whose times a service line may set."""

    VISIT_IN_A_DAY = CommunicationKind.VISIT_IN_A_DAY.value, CommunicationKind.VISIT_IN_A_DAY.label
    VISIT_IN_AN_HOUR = CommunicationKind.VISIT_IN_AN_HOUR.value, CommunicationKind.VISIT_IN_AN_HOUR.label
    INTAKE_UNFINISHED = CommunicationKind.INTAKE_UNFINISHED.value, CommunicationKind.INTAKE_UNFINISHED.label
    NO_SHOW_FOLLOW_UP = CommunicationKind.NO_SHOW_FOLLOW_UP.value, CommunicationKind.NO_SHOW_FOLLOW_UP.label


class CountedFrom(TextChoices):
    """From what the times of a kind of message count."""

    BEFORE_VISIT = "before-visit", "before the visit"
    AFTER_BEGINNING = "after-beginning", "after the questions were begun"
    AFTER_MISSED = "after-missed", "after a missed visit"


class Channel(TextChoices):
    """How a message travels."""

    EMAIL = "email", "e-mail"
    SMS = "sms", "text message"
    PUSH = "push", "notification on a device"


class WishSource(TextChoices):
    """Where a person said that they want no more of something."""

    PAGE = "page", "on the page"
    LINK = "link", "by the link of a message"
    REPLY = "reply", "by answering a text message"
    VENDOR = "vendor", "told by the carrier or mail provider"


class DeviceEnd(TextChoices):
    """Why a device gets no notifications any more."""

    PAGE = "page", "on the page"
    MOVED = "moved", "somebody else uses it now"
    GONE = "gone", "the push service knows it no more"


class WordsOf(TextChoices):
    """Whose words of a message are sent."""

    SERVICE = "service", "the service line's own"
    CLINIC = "clinic", "the clinic's own"
    SHIPPED = "shipped", "those that come with the product"


class AttendanceAnswer(TextChoices):
    """FHIR R4 AppointmentResponse.participantStatus: what a patient answers to a reminder."""

    ACCEPTED = "accepted", "will come"
    TENTATIVE = "tentative", "asks for another time"


class AskStatus(TextChoices):
    """FHIR R4 CommunicationRequest.status, as far as used."""

    ACTIVE = "active", "waiting for an answer"
    COMPLETED = "completed", "answered"
    REVOKED = "revoked", "no longer needed"


class DeterminationStatus(TextChoices):
    """FHIR R4 ClinicalImpression.status."""

    IN_PROGRESS = "in-progress", "draft"
    COMPLETED = "completed", "signed"


class Outcome(TextChoices):
    """What the clinician determined about the therapy."""

    ELIGIBLE = "eligible", "may help"
    NOT_ELIGIBLE = "not-eligible", "not suitable"
    NEEDS_DATA = "needs-data", "more information needed"
    REFER = "refer", "refer elsewhere"


class Finding(TextChoices):
    """What the clinician found for one criterion; unknown stays unknown."""

    MET = "met", "met"
    NOT_MET = "not-met", "not met"
    UNKNOWN = "unknown", "unknown"


class CarePlanStatus(TextChoices):
    """FHIR R4 CarePlan.status, as far as used."""

    DRAFT = "draft", gettext_lazy("draft")
    ACTIVE = "active", gettext_lazy("signed and in force")
    COMPLETED = "completed", gettext_lazy("completed")
    REVOKED = "revoked", gettext_lazy("replaced or stopped")


class GoalStatus(TextChoices):
    """FHIR R4 Goal.lifecycleStatus, as far as used."""

    PROPOSED = "proposed", "proposed"
    ACTIVE = "active", "active"
    COMPLETED = "completed", "reached"
    CANCELLED = "cancelled", "given up"


class ActivityKind(TextChoices):
    """What a patient is to do."""

    MEDICATION = "medication", "therapy"
    BEHAVIORAL = "behavioral", "exercise"
    MEASURE = "measure", "follow-up questions"
    VISIT = "visit", "follow-up visit"
    EDUCATION = "education", "something to read"


class ActivityStatus(TextChoices):
    """FHIR R4 CarePlan.activity.detail.status, as far as used."""

    SCHEDULED = "scheduled", "planned"
    IN_PROGRESS = "in-progress", "going on"
    COMPLETED = "completed", "done"
    CANCELLED = "cancelled", "stopped"


class RungKind(TextChoices):
    """Whom one step of an escalation turns to."""

    ON_CALL = "on-call", "clinician on call"
    SUPERVISOR = "supervisor", "supervisor"
    CLINIC_PHONE = "clinic-phone", "clinic phone"


class StepOutcome(TextChoices):
    """What came of one step of an escalation."""

    TOLD = "told", "told"
    NOBODY = "nobody", "nobody to tell"
    TO_RING = "to-ring", "somebody at the clinic is to ring"


class EscalationEnd(TextChoices):
    """Why an escalation ended."""

    ACKNOWLEDGED = "acknowledged", "acknowledged by name"
