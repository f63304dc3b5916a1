"""What the sign-in tells people by mail: notices are planned as rows, codes and links are sent at once and recorded."""

from typing import Any

from django.utils import timezone

from config.core.accounts import Accounts
from config.core.models import User
from consultations.domain.codes import CommunicationKind, CommunicationStatus
from consultations.models import Communication

# What tells somebody that their address is another one now goes to the former one, which no row keeps.
_TO_ANOTHER_ADDRESS = {"account/email/email_changed"}


class RecordedAccounts(Accounts):
    """Puts what django-allauth tells people into the ledger of messages."""

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Plan the notice that something about signing in has changed, in the transaction of the change."""
        now = timezone.now()
        # Of several changes in one minute, such as a second factor and its recovery codes, one word is enough.
        Communication.objects.plan(
            subject=user, kind=CommunicationKind.SECURITY_NOTICE, recipient_id=user.pk, due_at=now,
            occurrence=f"{now:%Y-%m-%dT%H:%M}",
        )  # fmt: skip
        if template_prefix in _TO_ANOTHER_ADDRESS:
            super().send_notification_mail(template_prefix, user, {**(context or {}), "user": user}, email=email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail with a secret at once, and record that it was sent, or that nobody knows."""
        user = _reader(email, context)
        if user is None:
            super().send_mail(template_prefix, email, context)
            return
        is_notice = template_prefix in _TO_ANOTHER_ADDRESS
        kind = CommunicationKind.SECURITY_NOTICE if is_notice else CommunicationKind.ACCOUNT_CODE
        # A process that dies here leaves a row of unknown fate; nothing sends it again.
        row = Communication.objects.record(user=user, kind=kind, now=timezone.now())
        try:
            super().send_mail(template_prefix, email, context)
        except OSError:
            row.end(CommunicationStatus.NOT_DONE, reason="not-handed-over", now=timezone.now())
            raise
        Communication.objects.filter(pk=row.pk).complete(provider_id="", now=timezone.now())


def _reader(email: str, context: dict[str, Any]) -> User | None:
    user = context.get("user")
    return user if isinstance(user, User) else User.objects.filter(email__iexact=email).first()
