"""When the clinic works: the hours in which its promises are counted."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from config.core.constraints import known
from config.core.models import Record, Role, User
from providers.domain.codes import Weekday


class ClinicHoursQuerySet(models.QuerySet["ClinicHours"]):
    """Weekly windows."""

    def active(self) -> Self:
        """Return the windows that hold."""
        return self.filter(is_active=True)

    def visible_to(self, user: User) -> Self:
        """Return all for those who work here, none for others."""
        return self.none() if user.role == Role.PATIENT else self.all()


class ClinicHours(Record):
    """One weekly window of the whole clinic, in its zone; due times of reviews are counted in these."""

    PERSONAL: frozenset[str] = frozenset()

    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    start_minute = models.PositiveSmallIntegerField(help_text="Minutes after midnight: 540 is nine o'clock.")
    end_minute = models.PositiveSmallIntegerField(help_text="Minutes after midnight; above 1440 is the next day.")
    is_active = models.BooleanField(default=True)

    objects = ClinicHoursQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "clinic hours"
        constraints = [
            known("weekday", Weekday, name="providers_clinichours_weekday_known"),
            models.CheckConstraint(
                condition=Q(start_minute__lt=1440, end_minute__gt=F("start_minute"), end_minute__lte=2880),
                name="providers_clinichours_minutes_ordered",
            ),
            models.UniqueConstraint(
                fields=["weekday", "start_minute"],
                condition=Q(is_active=True),
                name="providers_clinichours_start_once",
            ),
        ]
