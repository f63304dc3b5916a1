"""What a patient answered to a reminder."""

from django.db import models

from config.core.constraints import known
from config.core.models import Record
from consultations.domain.codes import AttendanceAnswer


class AttendanceReply(Record):
    """
    One answer of a patient to "will you come", for one time of a visit. FHIR R4 AppointmentResponse.

    Made by confirm.reply; a visit that moves asks anew, because its revision rises. The newest answer counts.
    """

    PERSONAL: frozenset[str] = frozenset()

    appointment = models.ForeignKey("consultations.Appointment", models.PROTECT, related_name="replies")
    revision = models.PositiveIntegerField()
    answer = models.CharField(max_length=12, choices=AttendanceAnswer)
    replied_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "revision", "answer"], name="consultations_reply_each_answer_once"
            ),
            known("answer", AttendanceAnswer, name="consultations_reply_answer_known"),
        ]
