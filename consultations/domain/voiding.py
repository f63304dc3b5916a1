"""Which planned messages nobody needs any more once a case has ended, or a consent under it was withdrawn."""

from consultations.domain.codes import CommunicationKind, RequestStatus

CONSENT_WITHDRAWN = "consent-withdrawn"
CASE_CLOSED = "case-closed"
CASE_COMPLETED = "case-completed"

# What keeps somebody safe, what guards the account, and what tells the end itself; work of those who work here goes on
# as long as its case does.
_SAFE = frozenset(
    {
        CommunicationKind.SAFETY_FLAG,
        CommunicationKind.ESCALATION,
        CommunicationKind.SECURITY_NOTICE,
        CommunicationKind.ACCOUNT_CODE,
    }
)
_END = frozenset({CommunicationKind.REVIEW_DECIDED, CommunicationKind.BOOKING_CANCELLED, CommunicationKind.ASK_EXPIRED})
OUTLIVES = _SAFE | _END
NEEDS_CONSENT = frozenset(CommunicationKind) - OUTLIVES
# What leads to a plan; the plan's own messages, and those of visits, go on after it is signed.
_LEADS_TO_A_PLAN = frozenset(
    {
        CommunicationKind.INTAKE_UNFINISHED,
        CommunicationKind.CLINICIAN_ASKS,
        CommunicationKind.ASK_NUDGE,
        CommunicationKind.WAITLIST_OFFER,
        CommunicationKind.REVIEW_DUE,
        CommunicationKind.NO_SHOW_FOLLOW_UP,
    }
)


def ended_by(status: RequestStatus | str) -> tuple[frozenset[CommunicationKind], str]:
    """Return the kinds that nobody needs any more about a case in this status, and the reason as a code."""
    if status == RequestStatus.REVOKED:
        return NEEDS_CONSENT, CASE_CLOSED
    if status == RequestStatus.COMPLETED:
        return _LEADS_TO_A_PLAN, CASE_COMPLETED
    return frozenset(), ""


def refusal(kind: CommunicationKind | str, *, status: RequestStatus | str | None, is_withdrawn: bool) -> str:
    """
    Return why a message about a case must not be sent, as a code; empty when it may.

    status        of the case; None for a message about no case
    is_withdrawn  the reader took back a consent that the service asks for
    """
    if status is None:
        return ""
    ended, reason = ended_by(status)
    if kind in ended:
        return reason
    return CONSENT_WITHDRAWN if is_withdrawn and kind in NEEDS_CONSENT else ""
