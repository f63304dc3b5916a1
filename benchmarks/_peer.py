"""What most systems do: one task for each reminder, published with the time at which it is due."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from consultations.adapters import mail
from consultations.adapters.mail import Letter
from consultations.domain.codes import CommunicationStatus
from consultations.models import Communication
from consultations.queries.letters import compose


@shared_task(ignore_result=True)
def remind_one(*, communication_id: str) -> None:
    """Send one reminder on a connection of its own and write down that it was sent."""
    message = Communication.objects.select_related("recipient__patient").get(pk=UUID(communication_id))
    letter = compose(message)
    if isinstance(letter, Letter):
        mail.send(letter)
        message.status, message.sent_at = CommunicationStatus.COMPLETED, timezone.now()
        message.save(update_fields=["status", "sent_at"])
