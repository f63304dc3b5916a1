"""
What a withdrawn or renewed consent does to planned messages, in the transaction of the signature.

The app below knows nothing of messages, and this must hold whoever writes the row: so the database does it.
"""

import pgtrigger

from consultations.domain.voiding import CONSENT_WITHDRAWN, NEEDS_CONSENT
from intake.models import Consent

_KINDS = ", ".join(f"'{kind.value}'" for kind in sorted(NEEDS_CONSENT))
# What can still be called back, as Communication.objects.not_dialled() has it.
_NOT_DIALLED = """(planned.status = 'preparation' OR planned.status = 'in-progress' AND planned.dialled_at IS NULL)"""
# The planned messages to the patient about the cases whose service asks for the text.
_MINE = f"""
    FROM intake_patient AS person, consultations_servicerequest AS asked, intake_consentdocument_services AS covers
    WHERE person.id = NEW.patient_id AND planned.recipient_id = person.user_id
      AND asked.id = planned.service_request_id AND asked.patient_id = NEW.patient_id
      AND covers.healthcareservice_id = asked.service_id AND covers.consentdocument_id = NEW.document_id
      AND planned.kind IN ({_KINDS})
"""
# The same text is signed, in whatever version or language.
_SIGNED = """EXISTS (
    SELECT 1 FROM intake_consent AS held JOIN intake_consentdocument AS text ON text.id = held.document_id
    WHERE held.patient_id = NEW.patient_id AND held.status = 'active' AND text.slug = {slug}
)"""
_SLUG = "(SELECT slug FROM intake_consentdocument WHERE id = NEW.document_id)"

VOID = f"""
UPDATE consultations_communication AS planned
   SET status = 'stopped', status_reason = '{CONSENT_WITHDRAWN}', token = NULL, lease_expires_at = NULL,
       updated_at = NEW.withdrawn_at
{_MINE} AND {_NOT_DIALLED} AND NOT {_SIGNED.format(slug=_SLUG)};
RETURN NULL;
"""  # noqa: S608
# What would come too late is not brought back, and nothing while another text of the service is still withdrawn.
RENEW = f"""
UPDATE consultations_communication AS planned
   SET status = 'preparation', status_reason = '', updated_at = NEW.signed_at
{_MINE} AND planned.status = 'stopped' AND planned.status_reason = '{CONSENT_WITHDRAWN}'
  AND (planned.due_at > NEW.signed_at OR planned.expires_at > NEW.signed_at)
  AND NOT EXISTS (
    SELECT 1 FROM intake_consent AS lost
      JOIN intake_consentdocument AS gone ON gone.id = lost.document_id
      JOIN intake_consentdocument_services AS needs ON needs.consentdocument_id = gone.id
    WHERE lost.patient_id = NEW.patient_id AND lost.status = 'inactive'
      AND needs.healthcareservice_id = asked.service_id AND NOT {_SIGNED.format(slug="gone.slug")}
  );
RETURN NULL;
"""  # noqa: S608


class ConsentWatch(Consent):
    """The signatures, as far as messages depend on them; adds no column, only the triggers."""

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Trigger(
                name="consent_withdrawn_voids_messages",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="active", new__status="inactive"),
                func=VOID,
            ),
            pgtrigger.Trigger(
                name="consent_renewed_renews_messages",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__status="active"),
                func=RENEW,
            ),
        ]
