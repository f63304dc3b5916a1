"""A service line that patients may ask for."""

from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models

from config.core.constraints import known
from config.core.languages import reading
from config.core.models import Record
from providers.domain.codes import Modality, Pathway, QualificationKind
from providers.domain.terms import FIELDS
from providers.models.doubt import OF_SERVICE, changed, doubts


class HealthcareServiceQuerySet(models.QuerySet["HealthcareService"]):
    """Service lines; everybody may know of the active ones."""

    def active(self) -> Self:
        """Return the lines that can be asked for."""
        return self.filter(is_active=True)

    def visible_to(self, user: object) -> Self:
        """Return the active lines; administrators also see retired ones."""
        return self.all() if getattr(user, "is_superuser", False) else self.active()


class HealthcareService(Record):
    """A service line. FHIR R4 HealthcareService; loaded from the catalogue, tuned by administrators."""

    PERSONAL: frozenset[str] = frozenset()

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    summary = models.TextField()
    what_is_asked = models.TextField(blank=True)
    translations = models.JSONField(
        default=dict, blank=True, help_text="{language: {name, summary, what_is_asked}}: what patients read."
    )
    is_active = models.BooleanField(default=True)
    pathway = models.CharField(max_length=16, choices=Pathway, default=Pathway.EITHER)
    modality = models.CharField(max_length=8, choices=Modality, default=Modality.VIDEO)
    states = ArrayField(models.CharField(max_length=2), default=list)
    barred_states = ArrayField(
        models.CharField(max_length=2),
        default=list,
        blank=True,
        help_text="States where the service is offered but may not be given by this modality.",
    )
    licence_kinds = ArrayField(
        models.CharField(max_length=8, choices=QualificationKind),
        default=list,
        blank=True,
        help_text="The kinds of license that may give it; none means any.",
    )
    minimum_age_years = models.PositiveSmallIntegerField(default=18)
    maximum_age_years = models.PositiveSmallIntegerField(null=True, blank=True)
    questions_minutes = models.PositiveSmallIntegerField(default=15)
    duration_minutes = models.PositiveSmallIntegerField(default=30, validators=[MinValueValidator(5)])
    buffer_before_minutes = models.PositiveSmallIntegerField(default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(default=10)
    alignment_minutes = models.PositiveSmallIntegerField(default=30, validators=[MinValueValidator(5)])
    minimum_notice_minutes = models.PositiveIntegerField(default=120)
    horizon_days = models.PositiveSmallIntegerField(default=60)
    max_visits_per_day = models.PositiveSmallIntegerField(default=14)
    hold_minutes = models.PositiveSmallIntegerField(default=10)
    max_holds = models.PositiveSmallIntegerField(
        default=3,
        validators=[MinValueValidator(1)],
        help_text="How many times one person may hold at once, those of other services included.",
    )
    offer_minutes = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(5)], help_text="How long a time is held for somebody on the waitlist."
    )
    change_notice_minutes = models.PositiveIntegerField(default=240)
    max_reschedules = models.PositiveSmallIntegerField(default=3)
    review_due_minutes = models.JSONField(default=dict)
    second_sign_off = models.BooleanField(
        default=False, help_text="Each decision of a review needs a second clinician."
    )
    catalogue_version = models.CharField(max_length=32, blank=True)

    objects = HealthcareServiceQuerySet.as_manager()

    class Meta:
        constraints = [
            known("pathway", Pathway, name="providers_healthcareservice_pathway_known"),
            known("modality", Modality, name="providers_healthcareservice_modality_known"),
            models.CheckConstraint(
                condition=models.Q(duration_minutes__gte=5, alignment_minutes__gte=5),
                name="providers_healthcareservice_lengths_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(max_holds__gte=1), name="providers_healthcareservice_holds_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(maximum_age_years__isnull=True)
                | models.Q(maximum_age_years__gte=models.F("minimum_age_years")),
                name="providers_healthcareservice_ages_ordered",
            ),
        ]
        triggers = [
            doubts(
                name="healthcareservice_doubts_open_times",
                of=OF_SERVICE,
                when=changed(*FIELDS, "licence_kinds", "modality"),
                operation=pgtrigger.Update,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def told_name(self) -> str:
        """Return the name in the language of who reads."""
        return self._told("name")

    @property
    def told_summary(self) -> str:
        """Return the summary in the language of who reads."""
        return self._told("summary")

    @property
    def told_what_is_asked(self) -> str:
        """Return what is asked in the language of who reads."""
        return self._told("what_is_asked")

    def _told(self, field: str) -> str:
        return str(self.translations.get(reading(), {}).get(field) or getattr(self, field))
