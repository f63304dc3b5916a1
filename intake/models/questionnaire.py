"""The questions, in versions that never change once published."""

from typing import Self

from django.db import models

from config.core.constraints import fixed, kept, known
from config.core.models import Record, Role, User
from intake.domain.codes import QuestionnaireStatus


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    """Versions of questionnaires."""

    def published(self) -> Self:
        """Return the versions that new responses may pin."""
        return self.filter(status=QuestionnaireStatus.ACTIVE)

    def newest(self) -> Self:
        """Return the newest published version of each, by title."""
        newest = self.published().order_by("url", "-created_at", "-id").distinct("url")
        return self.filter(pk__in=newest.values("pk")).order_by("title", "id")

    def visible_to(self, user: User) -> Self:
        """Return published and retired versions; administrators also see drafts."""
        return self.all() if user.role == Role.ADMIN else self.exclude(status=QuestionnaireStatus.DRAFT)


class Questionnaire(Record):
    """One version of one questionnaire. FHIR R4 Questionnaire; `source` is byte for byte what came in."""

    PERSONAL: frozenset[str] = frozenset()

    url = models.CharField(max_length=300)
    version = models.CharField(max_length=64)
    title = models.CharField(max_length=300)
    status = models.CharField(max_length=16, choices=QuestionnaireStatus)
    source = models.TextField()
    sha256 = models.CharField(max_length=64)
    definition = models.JSONField()
    scores = models.JSONField(default=list, help_text="Instruments of this questionnaire: items, rule, bands, source.")
    minutes = models.PositiveSmallIntegerField(default=3)

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["url", "version"], name="intake_questionnaire_version_once"),
            known("status", QuestionnaireStatus, name="intake_questionnaire_status_known"),
            # Drafts move to "the" published version, new responses pin it: there is one.
            models.UniqueConstraint(
                fields=["url"], condition=models.Q(status="active"), name="intake_questionnaire_active_once"
            ),
        ]
        triggers = [
            fixed(
                "url",
                "version",
                "source",
                "sha256",
                "definition",
                "scores",
                name="questionnaire_published_fixed",
                when="OLD.status IN ('active', 'retired')",
            ),
            kept(name="questionnaire_published_kept", when="OLD.status IN ('active', 'retired')"),
        ]

    @property
    def canonical(self) -> str:
        """Return `url|version`, which responses pin."""
        return f"{self.url}|{self.version}"


class ServiceQuestionnaire(Record):
    """Which questionnaire a service line asks, in which order; responses take its newest published version."""

    PERSONAL: frozenset[str] = frozenset()

    service = models.ForeignKey("providers.HealthcareService", models.CASCADE, related_name="questionnaires")
    url = models.CharField(max_length=300)
    position = models.PositiveSmallIntegerField()
    required = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "url"], name="intake_servicequestionnaire_once"),
            models.UniqueConstraint(fields=["service", "position"], name="intake_servicequestionnaire_position_once"),
        ]
