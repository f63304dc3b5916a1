"""Flags that wait for a name, people on call, and alerts at each step."""

from datetime import timedelta

import factory
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from factory.django import DjangoModelFactory

from consultations.flows import escalate
from consultations.models import ChainStep, OnCall
from intake.domain.codes import Severity
from tests.factories.consultations import clinician
from tests.factories.intake import FlagFactory, FlagRuleFactory
from tests.factories.providers import NOW, HealthcareServiceFactory, PractitionerFactory

DAY = timedelta(days=1)


class OnCallFactory(DjangoModelFactory):
    """A day on call, from an hour ago."""

    class Meta:
        model = OnCall

    service = factory.SubFactory(HealthcareServiceFactory)
    practitioner = factory.SubFactory(PractitionerFactory)
    during = DateTimeTZRange(NOW - timedelta(hours=1), NOW + DAY)


class ChainStepFactory(DjangoModelFactory):
    """One step of ten minutes, or an hour when it is only urgent."""

    class Meta:
        model = ChainStep

    service = factory.SubFactory(HealthcareServiceFactory)
    position = factory.Sequence(lambda number: number)
    emergency_minutes = 10
    urgent_minutes = 60


def waiting_flag(service=None, *, severity=Severity.EMERGENCY, raised_at=NOW, **fields):
    """Return a flag that needs a name, raised while the patient was still writing."""
    rule = FlagRuleFactory(service=service or HealthcareServiceFactory(), severity=severity)
    return FlagFactory(rule=rule, severity=severity, raised_at=raised_at, **fields)


def on_call(service, *, during=None, **columns):
    """Return a clinician of the service who is on call around NOW."""
    practitioner = clinician(service, **columns)
    OnCallFactory(service=service, practitioner=practitioner, **({"during": during} if during else {}))
    return practitioner


def supervisor(service, **columns):
    """Return a supervisor of the service."""
    return clinician(service, is_supervisor=True, **columns)


def staffed():
    """Return a service with somebody on call and a supervisor, and both of them."""
    service = HealthcareServiceFactory()
    return service, on_call(service), supervisor(service)


def alert(service=None, *, now=NOW, **fields):
    """Return an alert that has just begun."""
    return escalate.begin(flag_id=waiting_flag(service, **fields).pk, now=now)
